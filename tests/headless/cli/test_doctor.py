"""``kochat doctor`` works when other things do not."""

from pathlib import Path

import pytest

from kochat_gui.cli import doctor
from kochat_gui.storage.paths import profile_paths


def test_looks_at_everything_and_writes_nothing(tmp_path: Path) -> None:
    profile = tmp_path / "새 프로필"
    findings = doctor.look(profile_paths(profile), {})
    said = dict(line for _, lines in findings.parts for line in lines)
    assert len(findings.parts) == 7
    assert said["KoChat"]
    assert "llama.cpp" in said
    assert str(profile) in said["Conversations"]
    assert not profile.exists()


def test_display_without_an_input_method_is_missing_something() -> None:
    findings = doctor.Findings()
    findings.part("Display")
    doctor._display(findings, {"DISPLAY": ":0"})
    assert any("ibus" in sentence for sentence in findings.missing)


def test_one_broken_part_does_not_stop_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("psutil.virtual_memory", broken)
    findings = doctor.look(profile_paths(tmp_path), {})
    assert len(findings.parts) == 7
    lines = dict(line for _, lines in findings.parts for line in lines)
    assert "RuntimeError: broken" in lines.values()


def test_exit_code_says_whether_something_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kochat_gui.cli.doctor.LIBRARIES", ("no-such-library",))
    assert doctor.run(profile_paths(tmp_path), {}) == 1
    assert "no-such-library" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("file", "folder", "said"),
    [
        ("", None, ": a file stands where a folder should be"),
        ("data", None, "data: a file stands where a folder should be"),
        ("cache", None, "cache: a file stands where a folder should be"),
        (None, "data/kochat.db", "kochat.db: a folder stands where a file should be"),
    ],
)
def test_a_profile_that_cannot_be_used_is_told_once(
    file: str | None, folder: str | None, said: str, tmp_path: Path
) -> None:
    profile = tmp_path / "프로필"
    if folder is not None:
        (profile / folder).mkdir(parents=True)
    if file is not None:
        path = profile / file
        path.parent.mkdir(exist_ok=True)
        path.touch()
    findings = doctor.Findings()
    findings.part("Paths")
    doctor._paths(findings, profile_paths(profile))
    [sentence] = findings.missing
    assert f"{said}. Move it" in sentence
    assert str(profile) in sentence
