"""A short form of :mod:`tests.benchmarks.bench_import_fuzz`."""

from pathlib import Path

from tests.benchmarks.bench_import_fuzz import Importer, run_one, sound_exports


def test_sound_exports_are_taken(folder: Path) -> None:
    importer = Importer(folder)
    assert [e.name for e in sound_exports(folder) if not importer.take(e, e.sound)] == []


def test_damaged_exports_are_taken_or_refused(folder: Path) -> None:
    importer, found = Importer(folder), sound_exports(folder)
    results = [run_one(importer, found, number, seed=7)[1] for number in range(400)]
    assert [wrong for wrong in results if wrong not in {"", "refused"}] == []
    assert 50 < results.count("refused") < 350
