"""Everything behind the window: built on a profile as it is found, and closed whole."""

import os
import time
from pathlib import Path

import psutil

from kochat_gui.core.resources import resource
from kochat_gui.services.assembly import build_services
from kochat_gui.services.model_trash import KEPT_DAYS
from kochat_gui.storage.paths import profile_paths


def test_damaged_preferences_are_told_and_the_rest_works(tmp_path: Path) -> None:
    paths = profile_paths(tmp_path / "profile")
    paths.preferences_file.parent.mkdir(parents=True)
    paths.preferences_file.write_text("not JSON")
    services = build_services(paths)
    try:
        assert services.models.models()
        told = [notice.notice_id for notice in services.notices.active()]
        assert told == ["model-preferences"]
    finally:
        services.close()


def test_what_was_removed_long_ago_is_deleted_with_the_first_use(tmp_path: Path) -> None:
    paths = profile_paths(tmp_path / "profile")
    for name, days in (("old", KEPT_DAYS + 1), ("new", KEPT_DAYS - 1)):
        folder = paths.removed_models_dir / name
        folder.mkdir(parents=True)
        (folder / "model.gguf").write_bytes(b"x")
        then = time.time() - days * 24 * 3600
        os.utime(folder, (then, then))
    services = build_services(paths)
    assert services.workshop.jobs() == []
    services.close()
    assert [folder.name for folder in paths.removed_models_dir.iterdir()] == ["new"]


def test_closing_ends_jobs_and_processes(tmp_path: Path) -> None:
    services = build_services(profile_paths(tmp_path / "profile"))
    spec = services.models.models()[0]
    services.tokens.split("안녕", [spec])
    services.workshop.add_adapter(spec, resource("adapters", "ko-tiny-meow"))
    assert psutil.Process().children()
    services.close()
    assert psutil.Process().children() == []
    assert all(job.is_over for job in services.workshop.jobs())
