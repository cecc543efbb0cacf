#!/usr/bin/env python3
"""The one door to KoChat's source: makes or repairs ``.venv``, then runs or checks the program.

    python3 dev.py run [arguments of kochat]
    python3 dev.py test [arguments of pytest]
    python3 dev.py fmt | lint | types | layers | i18n | shots

Needs the standard library only. An interrupted set-up is found and mended by the next call:
``.venv`` counts as ready once its stamp is written, which happens last.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

if sys.platform != "win32":
    import fcntl

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BUILD = ROOT / "build"
LOG = BUILD / "setup.log"
STAMP = VENV / "kochat-ready.json"
UNFINISHED = VENV / "kochat-unfinished"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
OLDEST, NEWEST = (3, 11), (3, 13)
BROKEN_PIPE = 128 + 13
"""What a shell reports for a program whose output nobody reads."""

EXTRAS = {"run": "", "check": "[dev]", "test": "[dev,gpu]"}
"""What each level of the environment installs; a later one includes the earlier ones."""
CHORES = ("fmt", "lint", "types", "layers", "i18n", "shots")
CHECKS = ("format", "lint", "types", "layers", "translations")
OWN_RUNS = ("tests/ui", "tests/with_torch")
"""Folders of tests that have a process to themselves."""
"""poethepoet's tasks (pyproject.toml) that ``test`` runs before the tests, in this order."""

# What KoChat uses of llama.cpp is its library. Left out: the multimodal part, command-line tools,
# server, web page, tests, examples, and the "common" library under them (llama_cpp_build.cmake).
LLAMA_OPTIONS = (
    "LLAVA_BUILD", "LLAMA_BUILD_TESTS", "LLAMA_BUILD_TOOLS", "LLAMA_BUILD_EXAMPLES",
    "LLAMA_BUILD_SERVER", "LLAMA_BUILD_APP", "LLAMA_BUILD_UI",
)  # fmt: skip
LLAMA_CMAKE = ROOT / "packaging" / "llama_cpp_build.cmake"
BUILD_STEP = re.compile(r"^\s*\[\s*(\d+)(?:/(\d+)|%)\]")

COMPILER_PACKAGES = ["g++", "cmake", "ninja-build"]
ODD_PACKAGES = {"libglib-2.0.so.0": "libglib2.0-0", "libgthread-2.0.so.0": "libglib2.0-0"}
"""Debian packages whose names do not follow from the library's; see ``package_of``."""


class SetupError(Exception):
    """Set-up cannot go on; the text says what to do."""


def main(arguments: list[str]) -> int:
    """Run one command; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A bare Debian runs in the C locale; these messages are Korean all the same.
        stream.reconfigure(encoding="utf-8", errors="replace", line_buffering=True)  # type: ignore[union-attr]  # always text streams here
    try:
        return run_command(arguments)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Nobody reads on: the interpreter's last flush goes nowhere instead of failing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except (OSError, subprocess.CalledProcessError) as error:
        print(could_not_go_on(error), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(
            say("\n멈췄어요. 다시 실행하면 이어서 준비해요.", "\nStopped. Run it again to go on.")
        )
        return 130


def run_command(arguments: list[str]) -> int:
    """Show the usage, or prepare what the command needs and do it."""
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if command not in {"run", "test", *CHORES}:
        print((__doc__ or "").split("\n\n")[1])
        return 0 if command in {"-h", "--help", "help"} else 2
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        return run_with_other_python(arguments)
    if command == "run":
        prepare("run")
        return hand_over([str(BIN / "kochat"), *rest])
    if command == "test":
        prepare("test")
        return run_checks(rest)
    prepare("check")
    return subprocess.call([str(PYTHON), "-m", "poethepoet", command, *rest], cwd=ROOT)


def could_not_go_on(error: OSError | subprocess.CalledProcessError) -> str:
    """One line about what the system refused, and what to do."""
    reasons = {
        errno.ENOSPC: say("디스크가 가득 찼어요", "the disk is full"),
        errno.EACCES: say("권한이 없어요", "no permission"),
        errno.EROFS: say("쓸 수 없는 디스크예요", "the disk cannot be written"),
        errno.EEXIST: say("다른 파일이 그 자리에 있어요", "another file is in its place"),
        errno.ENOTDIR: say("폴더 자리에 파일이 있어요", "a file is in a folder's place"),
    }
    if isinstance(error, OSError):
        reason = reasons.get(error.errno or 0, str(error))
        what = f"{error.filename}: {reason}" if error.filename else reason
    else:
        what = shlex.join(map(str, error.cmd))
    return say(
        f"준비하지 못했어요 ({what}). 이것을 고치고 다시 실행하세요.",
        f"The set-up could not go on ({what}). Mend this, then run it again.",
    )


def say(korean: str, english: str) -> str:
    """The message as the program would say it: English where the locale asks for it."""
    names = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    chosen = next((name for name in names if name), "")
    return english if chosen.lower().startswith("en") else korean


def run_with_other_python(arguments: list[str]) -> int:
    """Start again with a Python that KoChat supports."""
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found:
            return subprocess.call([found, str(Path(__file__).resolve()), *arguments])
    now = platform.python_version()
    raise SetupError(
        say(
            f"Python 3.11, 3.12, 3.13 가운데 하나가 필요해요. 지금은 {now}이에요.",
            f"KoChat needs Python 3.11, 3.12 or 3.13; this is {now}.",
        )
    )


def hand_over(command: list[str]) -> int:
    """Become ``command``, so that signals and the exit code are its own."""
    if os.name == "nt":
        return subprocess.call(command)
    sys.stdout.flush()
    return os.execv(command[0], command)


def run_checks(pytest_arguments: list[str]) -> int:
    """Everything that must be true of the source, in order; stops at the first failure."""
    environment = {**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
    for check, *rest in [[name] for name in CHECKS] + pytest_runs(pytest_arguments):
        print(f"── {check}", flush=True)
        command = [str(PYTHON), "-m", "poethepoet", "-q", check, *rest]
        code = subprocess.call(command, cwd=ROOT, env=environment)
        if code:
            print(
                say(
                    f"'{check}' 단계가 실패했어요 (종료 코드 {code}).",
                    f"The step '{check}' failed (exit code {code}).",
                ),
                file=sys.stderr,
            )
            return code
    return 0


def pytest_runs(pytest_arguments: list[str]) -> list[list[str]]:
    """The runs of pytest, as tasks with arguments: every test once, those below the window as if
    Qt were not installed. Qt and torch never meet in a process of the program, nor here.

    With arguments there is one run, and they alone say which tests it has.
    """
    if pytest_arguments:
        return [["test", *pytest_arguments]]
    others = [f"--ignore={folder}" for folder in (*OWN_RUNS, "tests/headless")]
    return [["headless"], *(["test", folder] for folder in OWN_RUNS), ["test", *others]]


# -- the environment ------------------------------------------------------------------------


def prepare(level: str) -> None:
    """Make or repair ``.venv`` for ``level`` of ``EXTRAS``; does nothing when it is ready."""
    if is_ready(level):
        return
    BUILD.mkdir(exist_ok=True)
    with setup_lock() as lock:
        if is_ready(level):
            return
        started = time.monotonic()
        print(
            say(
                "KoChat 실행 환경을 준비해요. 처음 한 번만 몇 분 걸려요.",
                "Setting KoChat up. Only the first time takes minutes.",
            )
        )
        LOG.write_text("", encoding="utf-8")
        make_venv()
        UNFINISHED.touch()
        STAMP.unlink(missing_ok=True)
        install_llama_cpp(lock)
        install_rest(level, lock)
        has_libraries = provide_qt_libraries(is_needed=level == "run")
        stamp = {"fingerprint": fingerprint(), "level": level, "has_libraries": has_libraries}
        partial = STAMP.with_suffix(".partial")
        partial.write_text(json.dumps(stamp), encoding="utf-8")
        partial.replace(STAMP)
        UNFINISHED.unlink()
        minutes = (time.monotonic() - started) / 60
        print(say(f"준비를 마쳤어요 ({minutes:.1f}분).", f"Ready ({minutes:.1f} min)."))


def is_ready(level: str) -> bool:
    """Whether the stamp says that this very environment holds ``level``."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
        is_same = stamp["fingerprint"] == fingerprint()
        has_level = list(EXTRAS).index(stamp["level"]) >= list(EXTRAS).index(level)
        has_libraries = stamp["has_libraries"] or level != "run"
    except (OSError, ValueError, KeyError, TypeError):
        return False
    if not (is_same and has_level and has_libraries):
        return False
    return not UNFINISHED.exists() and PYTHON.exists()


def fingerprint() -> str:
    """Changes with everything that the environment depends on, its own place included."""
    # Here, so that an older Python gets as far as the message about it.
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project["project"].pop("description")
    parts = [
        json.dumps([project["build-system"], project["project"]], sort_keys=True),
        (ROOT / "constraints.txt").read_text(encoding="utf-8"),
        str(VENV),
        sys.version,
        llama_key(),
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@contextlib.contextmanager
def setup_lock() -> Iterator[int | None]:
    """One set-up at a time; pip inherits the lock, so an orphan of a killed run holds it, too."""
    if sys.platform == "win32":
        yield None
        return
    with (BUILD / "setup.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            print(say("다른 준비 작업이 끝나기를 기다려요.", "Waiting for another set-up to end."))
            fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()


def make_venv() -> None:
    """Create ``.venv``, replacing one that is half-made, moved or of another Python."""
    for leftover in BUILD.glob("old-venv-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    if VENV.is_symlink() and not VENV.exists():
        # It leads nowhere, but nothing can be made in its place.
        VENV.unlink()
    if VENV.exists() and (UNFINISHED.exists() or not is_sound_venv()):
        # Renamed first: a half-deleted folder must never pass for an environment.
        aside = BUILD / f"old-venv-{os.getpid()}"
        VENV.rename(aside)
        shutil.rmtree(aside, ignore_errors=True)
    if VENV.exists():
        return
    VENV.mkdir()
    UNFINISHED.touch()
    base = getattr(sys, "_base_executable", sys.executable)
    if capture([base, "-m", "venv", str(VENV)]).returncode:
        install_packages(["python3-venv"])
        subprocess.run([base, "-m", "venv", str(VENV)], check=True)


def is_sound_venv() -> bool:
    """Whether ``.venv`` was made here, by this Python, and can install."""
    ask = "import sys; print(sys.prefix, sys.version, sep='\\n')"
    try:
        python, pip = capture([str(PYTHON), "-c", ask]), capture([str(BIN / "pip"), "--version"])
    except OSError:
        return False
    return python.stdout.strip() == f"{VENV}\n{sys.version}" and pip.returncode == 0


# -- what is installed ------------------------------------------------------------------------


def llama_key() -> str:
    """Names the build of llama-cpp-python: its version, options, Python and this processor.

    llama.cpp is compiled for the processor it is built on, so another machine needs its own.
    """
    flags = ""
    with contextlib.suppress(OSError), Path("/proc/cpuinfo").open(encoding="utf-8") as file:
        flags = next((line for line in file if line.startswith(("flags", "Features"))), "")
    parts = [
        locked("llama-cpp-python"),
        *LLAMA_OPTIONS,
        LLAMA_CMAKE.read_text(encoding="utf-8"),
        platform.machine(),
        flags,
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def locked(name: str) -> str:
    """``name==version`` from the lock."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return next(line for line in lines if line.startswith(f"{name}=="))


def install_llama_cpp(lock: int | None) -> None:
    """Build llama-cpp-python, or take the wheel of an earlier build, and install it."""
    folder = BUILD / "wheels" / llama_key()
    wheels = sorted(folder.glob("*.whl"))
    if not wheels:
        if not (shutil.which("c++") or shutil.which("g++") or shutil.which("clang++")):
            install_packages(COMPILER_PACKAGES)
        partial = folder.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        # pip may know a wheel, from elsewhere or from its own cache, that was built with other
        # options or for another processor.
        fresh = ["--no-cache-dir", "--no-binary", "llama-cpp-python"]
        what = say("llama.cpp 컴파일", "Compiling llama.cpp")
        request = ["--no-deps", *fresh, locked("llama-cpp-python")]
        pip(["wheel", "-v", "-w", str(partial), *request], what, lock)
        partial.rename(folder)
        wheels = sorted(folder.glob("*.whl"))
    what = say("llama.cpp 설치", "Installing llama.cpp")
    # Its dependencies come with the rest.
    pip(["install", "--no-deps", "--force-reinstall", str(wheels[0])], what, lock)


def install_rest(level: str, lock: int | None) -> None:
    """Install KoChat in place with its dependencies."""
    request = ["install", "-c", "constraints.txt", "-e", f".{EXTRAS[level]}"]
    pip(request, say("라이브러리 설치", "Installing libraries"), lock)


def pip(arguments: list[str], what: str, lock: int | None) -> None:
    """Run pip with one line of progress; its own words go to the log."""
    options = " ".join(f"-D{name}=OFF" for name in LLAMA_OPTIONS)
    include = shlex.quote(f"-DCMAKE_PROJECT_llama_cpp_INCLUDE={LLAMA_CMAKE.as_posix()}")
    environment = {
        **os.environ,
        "CMAKE_ARGS": f"{include} {options} {os.environ.get('CMAKE_ARGS', '')}",
        "CMAKE_BUILD_PARALLEL_LEVEL": str(os.cpu_count() or 1),
        # Relative, because pip splits these at spaces; the build tools are locked as well.
        "PIP_CONSTRAINT": "constraints.txt",
        "PIP_BUILD_CONSTRAINT": "constraints.txt",
        "PYTHONUNBUFFERED": "1",
    }
    process = subprocess.Popen(
        [str(PYTHON), "-m", "pip", "--no-input", "--disable-pip-version-check", *arguments],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        pass_fds=[lock] if lock is not None else [],
    )
    assert process.stdout is not None
    progress = Progress(what)
    with LOG.open("a", encoding="utf-8") as log:
        for line in process.stdout:
            log.write(line)
            progress.read(line)
    code = process.wait()
    progress.end(is_done=code == 0)
    if code:
        tail = LOG.read_text(encoding="utf-8").splitlines()[-15:]
        print("\n".join(f"  {line[:200]}" for line in tail), file=sys.stderr)
        raise SetupError(
            say(
                f"{what} 단계에서 멈췄어요. 인터넷 연결과 디스크 공간을 확인하고 다시 실행하세요. "
                f"자세한 기록: {LOG}",
                f"{what} failed. Check the network and the disk, then run this again. Log: {LOG}",
            )
        )


class Progress:
    """One line that is rewritten on a terminal, and a few lines in a log."""

    EVERY_S = 20.0
    """Between lines when nobody watches."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._started = time.monotonic()
        self._shown_at = -self.EVERY_S
        self._is_terminal = sys.stdout.isatty()
        self._show("…")

    def read(self, line: str) -> None:
        """Take progress out of a line of pip's output."""
        step = BUILD_STEP.match(line)
        found = re.match(r"\s*(?:Collecting|Requirement already satisfied:) ([\w.-]+)", line)
        if step:
            done, total = int(step[1]), int(step[2] or 100)
            spent = time.monotonic() - self._started
            left = spent * (total - done) / max(done, 1) / 60
            count = f"{done}/{total}"
            self._show(say(f"{count}, 약 {left:.0f}분 남음", f"{count}, about {left:.0f} min left"))
        elif found:
            self._show(found[1])

    def end(self, *, is_done: bool) -> None:
        """Close the line."""
        seconds = time.monotonic() - self._started
        took = say(f"{seconds:.0f}초", f"{seconds:.0f} s")
        self._shown_at = -self.EVERY_S
        self._show(took if is_done else say("실패", "failed"))
        if self._is_terminal:
            print(flush=True)

    def _show(self, text: str) -> None:
        line = f"  {self._what}: {text}"
        if self._is_terminal:
            print(f"\r\x1b[K{line[:100]}", end="", flush=True)
        elif time.monotonic() - self._shown_at >= self.EVERY_S:
            self._shown_at = time.monotonic()
            print(line, flush=True)


# -- system packages ------------------------------------------------------------------------


def provide_qt_libraries(*, is_needed: bool) -> bool:
    """Install the system libraries that Qt misses; raises when it cannot and they are needed."""
    missing = missing_libraries()
    if not missing:
        return True
    try:
        install_packages(sorted({package_of(name) for name in missing}))
    except SetupError as error:
        if is_needed:
            raise
        # Tests draw offscreen and do without the libraries of a real display.
        print(error, file=sys.stderr)
        return False
    return not missing_libraries()


def missing_libraries() -> list[str]:
    """Shared libraries that Qt's modules and display plug-ins want and the system lacks."""
    if sys.platform != "linux" or not shutil.which("ldd"):
        return []
    qt = next(VENV.glob("lib/python3*/site-packages/PySide6"))
    plugins = qt / "Qt" / "plugins"
    names = ("QtCore", "QtGui", "QtWidgets", "QtNetwork", "QtDBus", "QtSvg")
    files = [
        *(qt / f"{name}.abi3.so" for name in names),
        *(plugins / "platforms" / f"libq{name}.so" for name in ("xcb", "offscreen", "wayland")),
        *(plugins / "xcbglintegrations").glob("*.so"),
    ]
    wanted = [str(file) for file in files if file.exists()]
    listing = capture(["ldd", *wanted]).stdout
    return sorted(set(re.findall(r"^\s*(\S+) => not found", listing, re.MULTILINE)))


def package_of(library: str) -> str:
    """Debian's package of a shared library: its name in small letters and its number."""
    if library in ODD_PACKAGES:
        return ODD_PACKAGES[library]
    name, _, number = library.lower().replace("_", "-").partition(".so.")
    return f"{name}-{number}" if name[-1].isdigit() else f"{name}{number}"


def install_packages(packages: list[str]) -> None:
    """Install Debian packages as root, else raise with the line to run."""
    install = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    names = " ".join(packages)
    if not shutil.which("apt-get") or os.geteuid() != 0:
        line = "sudo " + " ".join(install)
        raise SetupError(
            say(
                f"시스템 패키지가 더 필요해요. 이 명령을 실행하세요: {line}",
                f"More system packages are needed. Run this: {line}",
            )
        )
    print(say(f"  시스템 패키지 설치: {names}", f"  Installing system packages: {names}"))
    for command in (install, ["apt-get", "update"], install):
        done = capture(command, DEBIAN_FRONTEND="noninteractive")
        with LOG.open("a", encoding="utf-8") as log:
            log.write(done.stdout + done.stderr)
        if command is install and done.returncode == 0:
            return
    raise SetupError(
        say(
            f"시스템 패키지를 설치하지 못했어요: {names}. 자세한 기록: {LOG}",
            f"System packages could not be installed: {names}. Log: {LOG}",
        )
    )


def capture(command: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end and keep what it says."""
    return subprocess.run(
        command,
        check=False,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        stdin=subprocess.DEVNULL,
        env={**os.environ, **environment},
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
