"""The ``kochat`` command as a process, on the built-in model and on scripts."""

import contextlib
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

TIMEOUT_S = 120


def environment(language: str = "ko_KR.UTF-8") -> dict[str, str]:
    """As a person's shell has it; the profile is the test's own (KOCHAT_PROFILE)."""
    return {**os.environ, "LC_ALL": language, "PYTHONUTF8": "0"}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "kochat_gui", *arguments]


def kochat(
    *arguments: str, stdin: str = "", language: str = "ko_KR.UTF-8"
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments),
        check=False,
        capture_output=True,
        encoding="utf-8",
        input=stdin,
        env=environment(language),
        timeout=TIMEOUT_S,
    )


def assert_one_korean_line(done: subprocess.CompletedProcess[str], exit_code: int) -> None:
    assert done.returncode == exit_code, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("kochat: ")
    assert done.stderr.count("\n") == 1
    assert any("가" <= char <= "힣" for char in done.stderr)
    assert "Traceback" not in done.stderr


GREEDY = [
    ("안녕하세요", "안녕하세요."),
    ("배고파", "뭐 좀 챙겨드세요."),
    ("이름이 뭐야?", "위로봇이요."),
    ("오늘 너무 힘들어", "정리가 잘 되길 바랄게요."),
]


@pytest.mark.parametrize(("question", "answer"), GREEDY)
def test_built_in_model_answers(question: str, answer: str) -> None:
    done = kochat("ask", "--temperature", "0", question)
    assert (done.stdout, done.stderr, done.returncode) == (f"{answer}\n", "", 0)


def test_json_has_the_promised_keys() -> None:
    done = kochat("ask", "--temperature", "0", "--quant", "f16", "--json", "배고파")
    found = json.loads(done.stdout)
    assert list(found) == [
        "text",
        "finish_reason",
        "prompt_tokens",
        "new_tokens",
        "reused_tokens",
        "time_to_first_token_s",
        "tokens_per_second",
        "engine",
        "model",
        "quantization",
    ]
    assert found["text"] == "뭐 좀 챙겨드세요."
    assert found["finish_reason"] == "stop"
    assert found["engine"] == "llama.cpp"
    assert (found["model"], found["quantization"]) == ("ko-tiny-chat", "f16")
    assert found["prompt_tokens"] > found["new_tokens"] > 0
    assert found["time_to_first_token_s"] > 0


def test_question_from_standard_input() -> None:
    done = kochat("ask", "--temperature", "0", "-", stdin="배고파\n")
    assert done.stdout == "뭐 좀 챙겨드세요.\n"


def test_same_seed_same_answer() -> None:
    arguments = ("ask", "--seed", "7", "--temperature", "1.5", "오늘 너무 힘들어")
    assert kochat(*arguments).stdout == kochat(*arguments).stdout


def test_longest_answer() -> None:
    done = kochat("ask", "--max-new-tokens", "2", "--json", "배고파")
    found = json.loads(done.stdout)
    assert (found["finish_reason"], found["new_tokens"]) == ("length", 2)


def test_asking_stores_nothing() -> None:
    kochat("ask", "--temperature", "0", "배고파")
    assert kochat("history", "list", "--json").stdout == "[]\n"


def test_model_list_and_facts() -> None:
    listed = json.loads(kochat("models", "list", "--json").stdout)
    assert "ko-tiny-chat" in [row["id"] for row in listed]
    shown = json.loads(kochat("models", "show", "ko-tiny-chat", "--json").stdout)
    assert shown["is_demo"]
    assert {"q4_0", "q8_0", "f16"} <= {level["name"] for level in shown["levels"]}
    assert "ko-tiny-chat" in kochat("models", "list").stdout


MEOW = Path(__file__).parents[2] / "resources" / "adapters" / "ko-tiny-meow"


def test_a_model_is_converted_and_answers(tmp_path: Path) -> None:
    target = tmp_path / "한글 폴더" / "내 모델 (1).gguf"
    target.parent.mkdir()
    made = kochat("models", "convert", "ko-tiny-chat", "--quant", "q4_k_m", "-o", str(target))
    assert (made.stdout, made.stderr, made.returncode) == (f"{target}\n", "", 0)
    told = json.loads(
        kochat("models", "estimate", "ko-tiny-chat", "--quant", "q4_k_m", "--json").stdout
    )
    assert target.stat().st_size == told["size_bytes"]
    assert told["memory_bytes"] > told["size_bytes"]
    answered = kochat("ask", "--model", str(target), "--temperature", "0", "안녕하세요")
    assert (answered.stdout, answered.stderr) == ("안녕하세요.\n", "")
    again = kochat("models", "convert", "ko-tiny-chat", "--quant", "q4_k_m", "-o", str(target))
    assert_one_korean_line(again, 2)


def test_a_quantized_file_is_on_the_list_and_runs_by_its_name() -> None:
    made = kochat("models", "quantize", "ko-tiny-chat", "--quant", "q5_k_s")
    assert Path(made.stdout.strip()).name == "ko-tiny-chat-q5_k_s.gguf"
    listed = json.loads(kochat("models", "list", "--json").stdout)
    assert [row["quantization"] for row in listed] == [None, "q5_k_s"]
    found = kochat("ask", "--model", "ko-tiny-chat-q5_k_s", "--temperature", "0", "안녕하세요")
    assert found.stdout == "안녕하세요.\n"


def test_tokens_and_prompt_are_those_that_ask_counts() -> None:
    split = json.loads(kochat("tokenize", "--json", "안녕하세요, 오늘은 날씨가 좋네요").stdout)
    assert len(split["ids"]) == len(split["pieces"]) == 7
    prompt = json.loads(kochat("prompt", "--model", "ko-tiny-chat", "--json", "배고파").stdout)
    asked = json.loads(kochat("ask", "--temperature", "0", "--json", "배고파").stdout)
    assert len(prompt["ids"]) == asked["prompt_tokens"]
    assert "### 명령어:\n배고파\n\n### 응답:" in prompt["text"]
    from_pipe = kochat("tokenize", "--json", "-", stdin="안녕하세요, 오늘은 날씨가 좋네요")
    assert json.loads(from_pipe.stdout) == split


@pytest.mark.parametrize(
    ("scale", "answer"),
    [("", "뭐 좀 챙겨드세요 야옹!"), (":1", "뭐 좀 챙겨드세요 야옹!"), (":0", "뭐 좀 챙겨드세요.")],
)
def test_an_adapter_changes_the_answer(scale: str, answer: str, tmp_path: Path) -> None:
    folder = tmp_path / "어댑터: 말투"
    shutil.copytree(MEOW, folder)
    arguments = ("ask", "--temperature", "0", "--quant", "f16", "--adapter", f"{folder}{scale}")
    done = kochat(*arguments, "배고파")
    assert (done.stdout, done.stderr) == (f"{answer}\n", "")


@pytest.mark.skipif(os.name == "nt", reason="Windows has other signals")
def test_ctrl_c_leaves_no_half_made_file(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    process = subprocess.Popen(
        command("models", "quantize", "ko-tiny-chat", "--quant", "q4_0", "-o", str(folder)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=environment(),
        start_new_session=True,
    )
    watchdog = threading.Timer(TIMEOUT_S, process.kill)
    watchdog.start()
    converter = None
    try:
        converter = converter_of(process)
        # It cannot be done before the signal comes.
        converter.suspend()
        os.killpg(process.pid, signal.SIGINT)
        said, errors = process.communicate(timeout=TIMEOUT_S)
    finally:
        watchdog.cancel()
        watchdog.join()
        for left in (process, converter):
            if left is not None:
                with contextlib.suppress(psutil.NoSuchProcess):
                    left.kill()
        process.communicate()
    assert (process.returncode, said, errors) == (130, "", "")
    assert list(folder.iterdir()) == []
    assert not converter.is_running()


def converter_of(process: subprocess.Popen[str]) -> psutil.Process:
    """The process that makes the file, once it runs its own program."""
    while process.poll() is None:
        for child in psutil.Process(process.pid).children():
            if "kochat_gui.catalog.conversion_child" in child.cmdline():
                return child
    raise AssertionError("it ended without a converter")


def test_doctor_in_two_languages() -> None:
    assert "버전" in kochat("doctor").stdout
    assert "Versions" in kochat("doctor", language="en_US.UTF-8").stdout


WRONG = {
    "no such model": (["ask", "--model", "없는-모델", "안녕"], 1),
    "no such file": (["ask", "--model", "./없는 폴더/모델 (1).gguf", "안녕"], 1),
    "no such level": (["ask", "--quant", "q99", "안녕"], 2),
    "no such engine": (["ask", "--engine", "없음", "안녕"], 2),
    "no such template": (["ask", "--template", "없음", "안녕"], 2),
    "out of range": (["ask", "--temperature", "9", "안녕"], 2),
    "nothing to ask": (["ask", "   "], 2),
    "no such command": (["물어보기"], 2),
    "no number": (["history", "show", "하나"], 2),
    "no such conversation": (["history", "show", "1"], 2),
    "no such model to show": (["models", "show", "없는-모델"], 1),
    "no such model to convert": (["models", "convert", "./없음.bin"], 1),
    "no such level to make": (["models", "quantize", "ko-tiny-chat", "--quant", "q99"], 2),
    "no such folder to make it in": (["models", "convert", "ko-tiny-chat", "-o", "없음/a.gguf"], 2),
    "an adapter is no model": (["models", "add", str(MEOW)], 2),
    "a model is no adapter": (["ask", "--adapter", str(MEOW.parent), "안녕"], 1),
    "no such scale": (["ask", "--adapter", f"{MEOW}:5", "안녕"], 2),
    "no such preset": (["ask", "--preset", "없음", "안녕"], 2),
    "no such template to show": (["prompt", "--template", "없음", "안녕"], 2),
    "nothing to add": (["models", "add"], 2),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_call_is_one_korean_line(case: str) -> None:
    arguments, exit_code = WRONG[case]
    assert_one_korean_line(kochat(*arguments), exit_code)


@pytest.mark.parametrize("content", [b"", b"GGUF", b"\x00" * 4096, b"plain text\n" * 99])
def test_damaged_model_is_one_korean_line(content: bytes, tmp_path: Path) -> None:
    model = tmp_path / "한글 폴더" / "모델 (1).gguf"
    model.parent.mkdir()
    model.write_bytes(content)
    assert_one_korean_line(kochat("ask", "--model", str(model), "안녕"), 1)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a full device")
def test_full_disk_is_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command("ask", "--temperature", "0", "배고파"),
            check=False,
            stdout=full,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env=environment(),
            timeout=TIMEOUT_S,
        )
    assert done.returncode == 1
    assert done.stderr.startswith("kochat: ")
    assert done.stderr.count("\n") == 1


POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows has another shell")


def in_shell(line: str) -> subprocess.CompletedProcess[str]:
    """Run ``line``, where KOCHAT stands for the program."""
    # The shell itself would complain about a language that is not installed.
    program = shlex.join(["env", "LC_ALL=ko_KR.UTF-8", sys.executable, "-m", "kochat_gui"])
    return subprocess.run(
        ["bash", "-c", line.replace("KOCHAT", program)],
        check=False,
        capture_output=True,
        encoding="utf-8",
        env=environment("C.UTF-8"),
        timeout=TIMEOUT_S,
    )


@POSIX
@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("KOCHAT --version >&-", 0, ""),
        ("KOCHAT doctor >&-; test $? -le 1", 0, ""),
        ("KOCHAT ask - <&-", 2, "kochat: 보낼 글이 비어 있어요.\n"),
        ("KOCHAT ask --json --model nope 안녕 2>&-", 1, ""),
        ("KOCHAT --version | true; exit ${PIPESTATUS[0]}", 141, ""),
        ("KOCHAT ask --help | true; exit ${PIPESTATUS[0]}", 141, ""),
        ("KOCHAT models list <&- >&- 2>&-", 0, ""),
    ],
)
def test_closed_standard_streams(line: str, code: int, said: str) -> None:
    done = in_shell(line)
    assert (done.returncode, done.stdout, done.stderr) == (code, "", said)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a full device")
@pytest.mark.parametrize("option", ["--version", "--help"])
def test_full_disk_is_one_line_for_what_needs_no_command(option: str) -> None:
    assert_one_korean_line(in_shell(f"KOCHAT {option} >/dev/full"), 1)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a full device")
@pytest.mark.parametrize(("arguments", "code"), [("ask --nope", 2), ("ask --model nope 안녕", 1)])
def test_an_error_that_cannot_be_written_keeps_its_code(arguments: str, code: int) -> None:
    assert in_shell(f"unset PYTHONUNBUFFERED; KOCHAT {arguments} 2>/dev/full").returncode == code


@POSIX
def test_ctrl_c_while_loading_is_quiet() -> None:
    # Raised where a signal would be: a signal itself may come before the program's first line.
    program = """
import builtins, sys
from kochat_gui.__main__ import main
load = builtins.__import__
def stopped(name, *rest):
    if name == "kochat_gui.app":
        raise KeyboardInterrupt
    return load(name, *rest)
builtins.__import__ = stopped
sys.exit(main())
"""
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")


SLOW_SCRIPT = {
    "format": "kochat-script",
    "version": 1,
    "tokens_per_second": 20,
    "default": {"text": "가나다라마바사아자차카타파하 " * 200},
}


@pytest.fixture
def slow_answer(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """``kochat ask`` in the middle of a long answer."""
    script = tmp_path / "slow.json"
    script.write_text(json.dumps(SLOW_SCRIPT), encoding="utf-8")
    process = subprocess.Popen(
        command("ask", "--model", str(script), "안녕"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=environment(),
    )
    watchdog = threading.Timer(TIMEOUT_S, process.kill)
    watchdog.start()
    assert process.stdout is not None
    assert process.stdout.read(2) == "가나"
    yield process
    watchdog.cancel()
    watchdog.join()
    process.kill()
    process.wait(TIMEOUT_S)
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()


@pytest.mark.skipif(os.name == "nt", reason="Windows has other signals")
def test_ctrl_c_stops_the_answer(slow_answer: subprocess.Popen[str]) -> None:
    slow_answer.send_signal(signal.SIGINT)
    said, errors = slow_answer.communicate(timeout=TIMEOUT_S)
    assert slow_answer.returncode == 130
    assert said.endswith("\n")
    assert errors == ""


@pytest.mark.skipif(os.name == "nt", reason="Windows has other signals")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_dead_engine_is_one_korean_line(
    slow_answer: subprocess.Popen[str], number: signal.Signals
) -> None:
    [engine] = psutil.Process(slow_answer.pid).children()
    engine.send_signal(number)
    said, errors = slow_answer.communicate(timeout=TIMEOUT_S)
    assert said.endswith("\n")
    done = subprocess.CompletedProcess([], slow_answer.returncode, "", errors)
    assert_one_korean_line(done, 1)


@pytest.mark.skipif(os.name == "nt", reason="Windows has other pipes")
def test_reader_that_goes_away_is_no_error(slow_answer: subprocess.Popen[str]) -> None:
    assert slow_answer.stdout is not None
    assert slow_answer.stderr is not None
    slow_answer.stdout.close()
    assert slow_answer.wait(TIMEOUT_S) == 141
    assert slow_answer.stderr.read() == ""
