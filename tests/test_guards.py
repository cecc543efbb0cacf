"""The guards of ``conftest.py`` fail what they should."""

import pytest

pytest_plugins = ["pytester"]

CASES = {
    "a warning in the log": (
        "import logging\ndef test(): logging.getLogger('x').warning('unexpected')\n",
        "unexpected log records",
    ),
    "a thread": (
        "import threading\n"
        "def test(): threading.Thread(target=threading.Event().wait, daemon=True).start()\n",
        "threads left running",
    ),
    "a process": (
        "import subprocess, sys\n"
        "kept = []\n"
        "def test(): kept.append(subprocess.Popen([sys.executable, '-c', 'input()'],\n"
        "    stdin=subprocess.PIPE))\n",
        "child processes left",
    ),
    "a connection": (
        "import socket\ndef test():\n    with socket.socket() as s: s.connect(('127.0.0.1', 9))\n",
        "tried to reach the network",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_guard_fails_what_is_left_behind(
    case: str, pytester: pytest.Pytester, request: pytest.FixtureRequest
) -> None:
    code, said = CASES[case]
    guards = request.config.rootpath / "tests" / "conftest.py"
    text = guards.read_text(encoding="utf-8").replace("GRACE_S = 3.0", "GRACE_S = 0.2")
    pytester.makeconftest(text)
    pytester.makepyfile(code)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:pytest-qt")
    outcomes = result.parseoutcomes()
    assert outcomes.get("errors", 0) + outcomes.get("failed", 0) == 1, result.stdout.str()
    assert said in result.stdout.str()


def test_allowed_logger_may_warn(pytester: pytest.Pytester, request: pytest.FixtureRequest) -> None:
    guards = request.config.rootpath / "tests" / "conftest.py"
    pytester.makeconftest(guards.read_text(encoding="utf-8"))
    pytester.makeini("[pytest]\nmarkers = allow_log(name): allowed\n")
    pytester.makepyfile(
        "import logging, pytest\n"
        "@pytest.mark.allow_log('x')\n"
        "def test(): logging.getLogger('x').warning('expected')\n"
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:pytest-qt")
    result.assert_outcomes(passed=1)
