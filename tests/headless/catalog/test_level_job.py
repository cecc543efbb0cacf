"""The border to the quantizer's process: what is asked arrives, what must not be is refused."""

from pathlib import Path

import pytest

from kochat_gui.catalog.file_errors import missing
from kochat_gui.catalog.level_job import (
    Failed,
    LevelJob,
    LineError,
    Made,
    Progress,
    decode_answer,
    decode_job,
    encode_answer,
    encode_job,
)
from kochat_gui.core.models import ModelFormat


@pytest.mark.parametrize("name", ["모델 (1)", "bad\udcffbytes", 'a"b\nc'])
def test_a_job_survives_the_way(name: str) -> None:
    path = Path("/한글 폴더") / name
    job = LevelJob(path, ModelFormat.SAFETENSORS, name, "q4_0", None, path, ".1.part")
    line = encode_job(job)
    assert line.count(b"\n") == 1
    assert decode_job(line) == job


@pytest.mark.parametrize("answer", [Progress(0.5), Made(12)])
def test_answers_survive_the_way(answer: Progress | Made) -> None:
    assert decode_answer(encode_answer(answer)) == answer


def test_an_error_survives_the_way() -> None:
    error = missing(Path("/없는/모델.gguf"))
    found = decode_answer(encode_answer(Failed(error)))
    assert isinstance(found, Failed)
    assert type(found.error) is type(error)
    assert found.error.text() == error.text()


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[]",
        b"{",
        b"[" * 60_000,
        b'{"progress": 2}',
        b'{"progress": NaN}',
        b'{"progress": "1"}',
        b'{"made": 0}',
        b'{"made": 1, "more": 2}',
        b'{"failed": {}}',
        b'{"failed": {"code": "model", "summary": ["C", "{x.y}"], "kept": null, "advice": null,'
        b' "values": {}}}',
        "한글".encode(),
    ],
)
def test_bad_answers_are_refused(line: bytes) -> None:
    with pytest.raises(LineError):
        decode_answer(line)
