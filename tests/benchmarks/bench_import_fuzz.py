"""Exports of other programs that were damaged on purpose: taken or refused, in little time.

``--count`` files in all (20,000), of every format in turn, are imported one after the other by a
worker process, as the window does it: found out, parsed, stored in a database, exported again.
Goals per file: no exception but the importer's own, 2 s, 256 MB more than at the start (the worker
may not take more); of a refused file nothing is in the database. A worker that dies or hangs counts
as a failure and is replaced. ``--seed N`` repeats a run.
"""

import io
import multiprocessing
import random
import resource
import sys
import tempfile
import time
import traceback
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path

import psutil

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import ConversationSettings, MessageState
from kochat_gui.core.events import EventBus
from kochat_gui.services.exchange.formats.json_format import write_json
from kochat_gui.services.exchange.import_service import ImportService
from kochat_gui.storage.archive import ArchiveStore
from kochat_gui.storage.conversations import ConversationStore
from kochat_gui.storage.database import AccessMode, Database
from kochat_gui.storage.live_answers import FinalAnswer
from tests.benchmarks.measuring import Figure, report, told
from tests.helpers.damaged_exports import Export, exports

COUNT = 20_000
LIMIT_S = 2.0
LIMIT_BYTES = 256 * 10**6
_PATIENCE_S = 30.0
"""A worker that is silent for so long hangs; beside busy processes 2 s may pass by themselves."""
_STORED = "SELECT (SELECT count(*) FROM conversations), (SELECT count(*) FROM messages)"


class Importer:
    """Imports one file after the other, each into an empty database."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take(self, export: Export, content: bytes) -> bool:
        """Whether the file was taken; raises when it is neither taken nor refused cleanly."""
        path = self._folder / export.file_name
        path.write_bytes(content)
        database = Database(self._folder / "kochat.db", AccessMode.MEMORY)
        try:
            store = ConversationStore(database)
            service = ImportService(store, EventBus())
            target = path.parent if path.parent.name == "jan" else path
            [found] = service.run([target], lambda _path, _share: None, CancelToken())
            stored = database.read(lambda connection: connection.execute(_STORED).fetchone())
            if stored != (len(found.conversation_ids), found.messages):
                raise AssertionError(f"{stored} is stored of {found}")
            if found.error is not None:
                found.error.lines()
                return False
            archive = ArchiveStore(store)
            write_json(io.BytesIO(), map(archive.read, archive.ids()), archive.folders)
            return True
        finally:
            database.close()


def sound_exports(folder: Path) -> list[Export]:
    """One of each format, the program's own among them; Jan's other file lies beside."""
    (folder / "jan").mkdir(exist_ok=True)
    database = Database(folder / "own.db", AccessMode.MEMORY)
    try:
        store = ConversationStore(database)
        for title in ("하나", "둘"):
            turn = store.add_turn(None, None, title, ConversationSettings("친절하게"))
            store.finish_answer(FinalAnswer(turn.answer_id, "답", MessageState.DONE))
            store.edit_answer(turn.answer_id, "고친 답")
        archive, file = ArchiveStore(store), io.BytesIO()
        write_json(file, map(archive.read, archive.ids()), archive.folders)
    finally:
        database.close()
    found = exports(file.getvalue())
    for export in found:
        if export.file_name.startswith("jan/"):
            (folder / export.file_name).write_bytes(export.sound)
    return found


def run_one(importer: Importer, found: list[Export], number: int, seed: int) -> tuple[str, str]:
    """Import the damaged file of that number; its format, and what went wrong."""
    export = found[number % len(found)]
    chance = random.Random(f"{seed} {export.name} {number}")
    try:
        is_taken = importer.take(export, export.damage(chance, export.sound))
    except Exception:  # noqa: BLE001 - that is what is looked for
        return export.name, f"{export.name} {number}: {traceback.format_exc(limit=-4)}"
    finally:
        if export.file_name.startswith("jan/"):
            (importer._folder / export.file_name).write_bytes(export.sound)
    return export.name, "" if is_taken else "refused"


def _work(channel: Connection, seed: int) -> None:
    """The worker: answers each number with what happened and how long it took."""
    with tempfile.TemporaryDirectory(prefix="kochat-fuzz-") as name:
        folder = Path(name)
        found, importer = sound_exports(folder), Importer(folder)
        for export in found:
            importer.take(export, export.sound)
        limit = psutil.Process().memory_info().vms + LIMIT_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        channel.send(len(found))
        while (number := channel.recv()) is not None:
            began = time.process_time()
            told_by = run_one(importer, found, number, seed)
            channel.send((*told_by, time.process_time() - began))


class Worker:
    """A process that is replaced when it dies or hangs."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._start()

    def ask(self, number: int) -> tuple[str, str, float]:
        """Import a file there; its format, what went wrong, seconds of processor time."""
        self._channel.send(number)
        try:
            if self._channel.poll(_PATIENCE_S):
                name, wrong, taken = self._channel.recv()
                return str(name), str(wrong), float(taken)
            wrong = "hangs"
        except (EOFError, ConnectionError):
            wrong = "died"
        self.stop()
        self._start()
        return "?", f"{number}: the worker {wrong}", 0.0

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.join()
        self._channel.close()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._channel, other = context.Pipe()
        self._process = context.Process(target=_work, args=(other, self._seed), daemon=True)
        self._process.start()
        other.close()
        self._channel.recv()


def fuzz(count: int, seed: int) -> tuple[Counter[str], Counter[str], float, list[str]]:
    """Import ``count`` files: how many there were and were refused, the slowest, the failures."""
    files: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    failures: list[str] = []
    slowest = 0.0
    worker = Worker(seed)
    try:
        for number in range(count):
            name, wrong, taken = worker.ask(number)
            files[name] += 1
            refused[name] += wrong == "refused"
            slowest = max(slowest, taken)
            if wrong not in {"", "refused"}:
                failures.append(wrong)
            if taken > LIMIT_S:
                failures.append(f"{name} {number}: {taken:.1f} s")
    finally:
        worker.stop()
    return files, refused, slowest, failures


def main() -> int:
    """Run; the exit status says whether every file was taken or refused as it should be."""
    count = int(sys.argv[sys.argv.index("--count") + 1]) if "--count" in sys.argv else COUNT
    seed = int(sys.argv[sys.argv.index("--seed") + 1]) if "--seed" in sys.argv else 1
    files, refused, slowest, failures = fuzz(count, seed)
    for name, number in files.items():
        sys.stdout.write(f"{name}: {number:,} files, {refused[name]:,} refused\n")
    ratio = LIMIT_S / max(slowest, 1e-9)
    metric = f"{sum(files.values()):,} damaged exports; slowest"
    figures = [told(Figure(metric, slowest * 1000, LIMIT_S * 1000, "ms", ratio, 1.0))]
    for failure in failures[:10]:
        sys.stderr.write(failure + "\n")
    return report("import_fuzz", figures, failures=len(failures), seed=seed) or bool(failures)


if __name__ == "__main__":
    sys.exit(main())
