"""``kochat doctor``: what is here, what is missing, and how to get it.

Works when everything else is broken: each part is looked at on its own, and nothing is written.
"""

import importlib.metadata
import os
import platform
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from kochat_gui.cli import output
from kochat_gui.core.i18n import translate
from kochat_gui.core.resources import resource
from kochat_gui.engines import registry
from kochat_gui.storage.paths import ProfilePaths

LIBRARIES = ("PySide6-Essentials", "llama-cpp-python", "tokenizers", "keyring")
OPTIONAL_LIBRARIES = (
    "torch",
    "transformers",
    "accelerate",
    "bitsandbytes",
    "peft",
    "safetensors",
)
PROBE_TIMEOUT_S = 10
GIB = 1024**3


@dataclass
class Findings:
    """What was found, line by line, and what is missing."""

    parts: list[tuple[str, list[tuple[str, str]]]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    """Sentences: what is missing and how to get it."""

    def part(self, title: str) -> None:
        self.parts.append((title, []))

    def line(self, label: str, value: str) -> None:
        self.parts[-1][1].append((label, value))


def run(paths: ProfilePaths, environment: Mapping[str, str] | None = None) -> int:
    """Print everything; 0 when nothing needed is missing, else 1."""
    environment = os.environ if environment is None else environment
    findings = look(paths, environment)
    for title, lines in findings.parts:
        output.write_line(title)
        output.write_rows([("", label, value) for label, value in lines])
        output.write_line()
    if not findings.missing:
        output.write_line(translate("Doctor", "Nothing is missing."))
        return 0
    output.write_line(translate("Doctor", "Missing"))
    for sentence in findings.missing:
        output.write_line(f"  - {sentence}")
    return 1


def look(paths: ProfilePaths, environment: Mapping[str, str]) -> Findings:
    """Look at every part; one that fails says so and does not stop the rest."""
    findings = Findings()
    parts: list[tuple[str, Callable[[], None]]] = [
        (translate("Doctor", "Versions"), lambda: _versions(findings)),
        (translate("Doctor", "Engines"), lambda: _engines(findings)),
        (translate("Doctor", "Devices"), lambda: _devices(findings)),
        (translate("Doctor", "Memory"), lambda: _memory(findings, paths)),
        (translate("Doctor", "Fonts"), lambda: _fonts(findings)),
        (translate("Doctor", "Display and input method"), lambda: _display(findings, environment)),
        (translate("Doctor", "Paths"), lambda: _paths(findings, paths)),
    ]
    for title, look_at in parts:
        findings.part(title)
        try:
            look_at()
        except Exception as error:  # noqa: BLE001 - it must go on when anything at all is broken
            failed = translate("Doctor", "could not be looked at")
            findings.line(failed, f"{type(error).__name__}: {error}")
    return findings


def _versions(findings: Findings) -> None:
    findings.line("KoChat", _version("kochat") or "?")
    findings.line("Python", f"{platform.python_version()} ({sys.executable})")
    findings.line(translate("Doctor", "System"), platform.platform())
    findings.line("SQLite", sqlite3.sqlite_version)
    for name in LIBRARIES:
        version = _version(name)
        findings.line(name, version or translate("Doctor", "not installed"))
        if version is None:
            findings.missing.append(
                translate("Doctor", "{name} is missing: pip install {name}").format(name=name)
            )
    for name in OPTIONAL_LIBRARIES:
        findings.line(
            name,
            _version(name)
            or translate("Doctor", "not installed (for transformers: pip install -e '.[gpu]')"),
        )


def _version(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def _engines(findings: Findings) -> None:
    for name in registry.engine_names():
        reason = registry.availability(name)
        findings.line(name, reason.text() if reason else translate("Doctor", "ready"))


def _devices(findings: Findings) -> None:
    cores = translate("Doctor", "{model}, {cores} cores ({threads} threads)")
    findings.line(
        "CPU",
        cores.format(
            model=_processor(),
            cores=psutil.cpu_count(logical=False) or "?",
            threads=psutil.cpu_count() or "?",
        ),
    )
    if sys.platform == "darwin" and platform.machine() == "arm64":
        findings.line("GPU", "Metal")
        return
    probe = _said_by("nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader")
    for line in probe.splitlines() or [translate("Doctor", "none found; models run on the CPU")]:
        findings.line("GPU", line)


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory(findings: Findings, paths: ProfilePaths) -> None:
    memory = psutil.virtual_memory()
    text = translate("Doctor", "{available} GB free of {total} GB")
    findings.line(
        translate("Doctor", "Memory"),
        text.format(available=_gigabytes(memory.available), total=_gigabytes(memory.total)),
    )
    disk = shutil.disk_usage(_nearest_existing(paths.database.parent))
    findings.line(
        translate("Doctor", "Disk"),
        text.format(available=_gigabytes(disk.free), total=_gigabytes(disk.total)),
    )
    if disk.free < GIB:
        findings.missing.append(
            translate("Doctor", "The disk is nearly full: free at least 1 GB for models.")
        )


def _gigabytes(size_bytes: int) -> str:
    return f"{size_bytes / GIB:.1f}"


def _fonts(findings: Findings) -> None:
    folder = resource("fonts")
    fonts = [p.name for p in sorted(folder.glob("*")) if p.suffix in {".otf", ".ttf"}]
    findings.line(
        translate("Doctor", "Bundled"), ", ".join(fonts) or translate("Doctor", "not found")
    )
    if not fonts:
        findings.missing.append(
            translate("Doctor", "The bundled Korean font is missing: install KoChat again.")
        )
    families = _said_by("fc-list", ":lang=ko", "family").splitlines()
    names = sorted({line.partition(",")[0] for line in families})
    findings.line(
        translate("Doctor", "Installed Korean fonts"),
        ", ".join(names[:5]) or translate("Doctor", "none; the bundled one is used"),
    )


def _display(findings: Findings, environment: Mapping[str, str]) -> None:
    display = environment.get("WAYLAND_DISPLAY") or environment.get("DISPLAY")
    if sys.platform == "linux":
        findings.line(
            translate("Doctor", "Display"),
            display or translate("Doctor", "none; the window cannot open, commands work"),
        )
    names = ("QT_IM_MODULE", "QT_IM_MODULES", "XMODIFIERS", "QT_QPA_PLATFORM", "LANG", "LC_ALL")
    for name in names:
        if environment.get(name):
            findings.line(name, environment[name])
    has_method = any(
        environment.get(name) for name in ("QT_IM_MODULE", "QT_IM_MODULES", "XMODIFIERS")
    )
    if sys.platform == "linux" and display and not has_method:
        findings.missing.append(
            translate(
                "Doctor",
                "No input method is set, so Korean cannot be typed: install ibus-hangul and set "
                "QT_IM_MODULE=ibus.",
            )
        )


def _paths(findings: Findings, paths: ProfilePaths) -> None:
    rows = (
        (translate("Doctor", "Conversations"), paths.database, False),
        (translate("Doctor", "Settings"), paths.settings_file, False),
        (translate("Doctor", "Models"), paths.models_dir, True),
        (translate("Doctor", "Cache"), paths.cache_dir, True),
        (translate("Doctor", "Logs"), paths.log_dir, True),
    )
    obstacles: dict[str, None] = {}
    for label, path, is_folder in rows:
        obstacle = _obstacle(path, is_folder=is_folder)
        if obstacle is None:
            state = "" if path.exists() else translate("Doctor", "(not made yet)")
        else:
            state = translate("Doctor", "(cannot be written)")
            obstacles.setdefault(obstacle)
        findings.line(label, f"{path} {state}")
    findings.missing += obstacles


def _obstacle(path: Path, *, is_folder: bool) -> str | None:
    """A sentence about what keeps ``path`` from being written; None when nothing does."""
    found = _nearest_existing(path)
    wants_folder = is_folder or found != path
    if wants_folder and not found.is_dir():
        text = translate(
            "Doctor", "{path}: a file stands where a folder should be. Move it or use --profile."
        )
        return text.format(path=found)
    if found.is_dir() and not wants_folder:
        text = translate(
            "Doctor", "{path}: a folder stands where a file should be. Move it or use --profile."
        )
        return text.format(path=found)
    folder = _nearest_existing(path.parent)
    if os.access(folder, os.W_OK):
        return None
    text = translate("Doctor", "{path} is not writable: change its permissions or use --profile.")
    return text.format(path=folder)


def _nearest_existing(path: Path) -> Path:
    return next(folder for folder in (path, *path.parents) if folder.exists())


def _said_by(*command: str) -> str:
    """Output of another program; empty when it is not there or fails."""
    if shutil.which(command[0]) is None:
        return ""
    done = subprocess.run(
        command,
        check=False,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        stdin=subprocess.DEVNULL,
        timeout=PROBE_TIMEOUT_S,
    )
    return done.stdout if done.returncode == 0 else ""
