"""The border to the converter's process: what is asked arrives, what must not be is refused."""

import json
from pathlib import Path

import pytest

from kochat_gui.catalog.conversion_job import (
    AdapterJob,
    AnyJob,
    Failed,
    LevelJob,
    LineError,
    Made,
    Progress,
    VocabularyJob,
    decode_answer,
    decode_job,
    encode_answer,
    encode_job,
)
from kochat_gui.catalog.file_errors import missing
from kochat_gui.core.models import ImportOptions, ModelFormat, ModelSpec

NAMES = ("모델 (1)", "bad\udcffbytes", 'a"b\nc')
OPTIONS = ImportOptions(4096, 1e-6, 1_000_000.0, Path("/원본/tokenizer.json"))
SPEC = ModelSpec(
    model_id="/m",
    name="모델",
    path=Path("/m"),
    format=ModelFormat.SAFETENSORS,
    quantization=None,
    size_bytes=12,
    architecture="LlamaForCausalLM",
    layer_count=4,
    head_count=8,
    head_count_kv=2,
    head_dim=16,
)


def _jobs(name: str) -> list[AnyJob]:
    path = Path("/한글 폴더") / name
    return [
        LevelJob(
            source=path,
            format=ModelFormat.CHECKPOINT,
            name=name,
            level="q4_k_m",
            prepared=path / "safetensors",
            intermediate=path / "f16.gguf",
            target=path / "q4_k_m.gguf",
            part_suffix=".kochat-1-2.part",
        ),
        LevelJob(
            source=path,
            format=ModelFormat.GGML,
            name=name,
            level="q4_0",
            import_options=OPTIONS,
            target=path,
            part_suffix=".kochat-1-2.part",
        ),
        AdapterJob(source=path, model=SPEC, target=path, part_suffix=".kochat-1-2.part"),
        VocabularyJob(
            source=path,
            format=ModelFormat.GGML,
            name=name,
            import_options=ImportOptions(),
            target=path,
            part_suffix=".kochat-1-2.part",
        ),
    ]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("index", range(4))
def test_a_job_survives_the_way(name: str, index: int) -> None:
    job = _jobs(name)[index]
    line = encode_job(job)
    assert line.count(b"\n") == 1
    assert decode_job(line) == job


def test_unfinished_files_have_names_of_their_own() -> None:
    job = _jobs("m")[0]
    parts = {job.part(path) for path in job.outputs}
    assert len(parts) == 3
    assert not parts & set(job.outputs)
    assert all(part.name.endswith(".part") for part in parts)


def _changed(index: int, **changes: object) -> bytes:
    plain = json.loads(encode_job(_jobs("m")[index])) | changes
    return json.dumps({key: value for key, value in plain.items() if value != "gone"}).encode()


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[]",
        b"{}",
        _changed(0, kind="other"),
        _changed(0, kind=None),
        _changed(0, source=5),
        _changed(0, format="zip"),
        _changed(0, more=1),
        _changed(0, level="gone"),
        _changed(1, import_options={}),
        _changed(1, import_options={"context_length": "4"}),
        _changed(2, model=None),
        _changed(2, model={"name": "m"}),
        _changed(3, import_options=[]),
    ],
)
def test_bad_jobs_are_refused(line: bytes) -> None:
    with pytest.raises(LineError):
        decode_job(line)


def test_numbers_of_a_model_are_numbers() -> None:
    plain = json.loads(encode_job(_jobs("m")[2]))
    plain["model"]["head_dim"] = "16"
    with pytest.raises(LineError):
        decode_job(json.dumps(plain).encode())


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
