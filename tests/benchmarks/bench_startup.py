"""Start of the window, with nothing stored and with 100,000 conversations, and its memory.

``python -m tests.benchmarks.bench_startup``: P11 (seconds, and times those of a bare PySide6
window started in the same run) and P12 (bytes of its own at rest, with the model loaded).
"""

import json
import os
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kochat_gui.storage.database import Database
from kochat_gui.storage.paths import profile_paths
from tests.benchmarks.measuring import refuse_when_busy, scratch_folder

CONVERSATIONS = 100_000
ROUNDS = 5
GOAL_S = 0.6
GOAL_TIMES_BARE = 2.5
GOAL_USS = 110_000_000
_TIMEOUT_S = 120
_FILL = (
    """
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)
    INSERT INTO conversations
        (id, created_at, updated_at, activity, tip_id, title)
    SELECT i, :now - (:count - i) * 60000, :now - (:count - i) * 60000, i, 2 * i,
        '비 오는 날 이야기 ' || i FROM n
    """,
    """
    INSERT INTO messages (id, conversation_id, role, state, created_at, preview, text)
    SELECT 2 * id - 1, id, 'user', 'done', created_at, title, title FROM conversations
    """,
    """
    INSERT INTO messages (id, conversation_id, parent_id, role, state, created_at, preview, text)
    SELECT 2 * id, id, 2 * id - 1, 'assistant', 'done', created_at, '네, 들려 드릴게요.',
        '네, 들려 드릴게요.' FROM conversations
    """,
)


@dataclass(frozen=True)
class Start:
    """What one start of the window said."""

    seconds: float
    heavy: Sequence[str] = ()
    uss: int = 0


def main() -> int:
    """Measure, print a table and one line of JSON; 1 when a goal is missed."""
    refuse_when_busy()
    with scratch_folder() as folder:
        profiles = {"empty": folder / "empty", "100k": folder / "100k"}
        fill(profile_paths(profiles["100k"]).database)
        for profile in profiles.values():
            start(profile)
        bare: list[Start] = []
        found: dict[str, list[Start]] = {name: [] for name in profiles}
        for _ in range(ROUNDS):
            bare.append(start(folder, "bare"))
            for name, profile in profiles.items():
                found[name].append(start(profile))
    return report(statistics.median(one.seconds for one in bare), found)


def fill(database: Path) -> None:
    """Make a database with ``CONVERSATIONS`` conversations of two messages."""
    database.parent.mkdir(parents=True, exist_ok=True)
    store = Database(database)

    def work(connection: sqlite3.Connection) -> None:
        for statement in _FILL:
            values = {"count": CONVERSATIONS, "now": time.time_ns() // 10**6}
            connection.execute(statement, values if ":count" in statement else {})

    store.write(work)
    store.close()


def start(profile: Path, *kind: str) -> Start:
    """Start a window, and close it when it has said what it holds."""
    environment = {**os.environ, "KOCHAT_PROFILE": str(profile), "QT_QPA_PLATFORM": "offscreen"}
    # A person's Python keeps what it has compiled.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-m", "tests.benchmarks.timed_window", str(time.monotonic()), *kind]
    done = subprocess.run(
        command,
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
        env=environment,
        timeout=_TIMEOUT_S,
    )
    facts: dict[str, Any] = {}
    for line in done.stdout.splitlines():
        facts |= json.loads(line)
    return Start(facts["seconds"], tuple(facts.get("heavy", ())), facts.get("uss", 0))


def report(bare: float, found: dict[str, list[Start]]) -> int:
    """Print what was found against the goals."""
    lines = [f"startup: {os.cpu_count()} CPUs, bare window {bare:.3f} s"]
    rows: dict[str, dict[str, Any]] = {}
    are_met = True
    for name, starts in found.items():
        seconds = statistics.median(one.seconds for one in starts)
        uss = max(one.uss for one in starts)
        heavy = sorted({module for one in starts for module in one.heavy})
        goals = {
            f"usable after {seconds:.3f} s (goal {GOAL_S})": seconds <= GOAL_S,
            f"{seconds / bare:.2f} times a bare window (goal {GOAL_TIMES_BARE})": seconds
            <= GOAL_TIMES_BARE * bare,
            f"{uss / 1e6:.1f} MB of its own at rest (goal {GOAL_USS / 1e6:g})": uss <= GOAL_USS,
            f"heavy modules: {', '.join(heavy) or 'none'}": not heavy,
        }
        lines += [f"  {name:6} {text} {'ok' if met else 'MISSED'}" for text, met in goals.items()]
        are_met = are_met and all(goals.values())
        rows[name] = {"seconds": seconds, "times_bare": seconds / bare, "uss": uss, "heavy": heavy}
    lines.append(json.dumps({"bench": "startup", "bare_s": bare, "profiles": rows}))
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if are_met else 1


if __name__ == "__main__":
    sys.exit(main())
