"""P6: the transformers engine on a GPU: a 7B-shaped model of random weights, fp16 and NF4.

Beside it, in the same run: ``generate`` as it is without our steps, and how fast this card reads
its memory, which no step can outrun. ``--tiny`` tries the benchmark itself out, on any device.
"""

import argparse
import json
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import Role
from kochat_gui.core.generation import (
    ChatMessage,
    Finished,
    GenerationRequest,
    SamplingParams,
    TextDelta,
)
from kochat_gui.core.models import LoadOptions, ModelFormat, ModelSpec
from kochat_gui.core.resources import resource
from kochat_gui.engines.transformers_engine import TransformersEngine
from kochat_gui.engines.transformers_memory import missing_for
from kochat_gui.engines.transformers_sampling import HfSampler
from tests.benchmarks.measuring import Figure, report, scratch_folder, told

GREEDY = SamplingParams(temperature=0, repeat_penalty=1, max_new_tokens=256, seed=1)
CARD = SamplingParams(
    temperature=1.0, top_k=20, top_p=0.92, min_p=0.0, repeat_penalty=1.2, repeat_last_n=-1,
    no_repeat_ngram=3, max_new_tokens=256, seed=1,
)  # fmt: skip
_WARM_S = 400.0
_BANDWIDTH_BYTES = 4 * 2**30
_ROUNDS = 5


@dataclass(frozen=True)
class Shape:
    """Of a Llama."""

    hidden: int
    wide: int
    layers: int
    heads: int
    vocab: int


LLAMA_2_KO = Shape(4096, 11008, 32, 32, 46336)
TINY = Shape(64, 96, 2, 4, 4200)


def write_model(folder: Path, shape: Shape, device: str) -> ModelSpec:
    """A folder of random fp16 weights that never ends an answer; every token has text."""
    config = {
        "model_type": "llama", "architectures": ["LlamaForCausalLM"], "dtype": "float16",
        "hidden_size": shape.hidden, "intermediate_size": shape.wide,
        "num_hidden_layers": shape.layers, "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.heads, "vocab_size": shape.vocab,
        "max_position_embeddings": 4096, "rms_norm_eps": 1e-5, "tie_word_embeddings": False,
        "bos_token_id": 1, "eos_token_id": None,
    }  # fmt: skip
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    tokenizer = json.loads(
        (resource("models", "ko-tiny-chat") / "tokenizer.json").read_text("utf-8")
    )
    vocabulary = tokenizer["model"]["vocab"]
    for token in range(len(vocabulary), shape.vocab):
        vocabulary[f"▁{chr(0xAC00 + token % 11172)}{token}"] = token
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), "utf-8")
    torch.manual_seed(1)
    weight_map: dict[str, str] = {}
    count = 0
    for number, part in enumerate(_parts(shape)):
        name = f"model-{number:05}.safetensors"
        tensors = {key: _random(rows, device) for key, rows in part.items()}
        save_file(tensors, folder / name, metadata={"format": "pt"})
        weight_map |= dict.fromkeys(part, name)
        count += sum(tensor.numel() for tensor in tensors.values())
    index = {"metadata": {}, "weight_map": weight_map}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index), "utf-8")
    return ModelSpec(
        str(folder), "random-7b", folder, ModelFormat.SAFETENSORS, "fp16", 2 * count,
        parameter_count=count, template="completion",
    )  # fmt: skip


def _parts(shape: Shape) -> list[dict[str, tuple[int, ...]]]:
    """Tensors of each file."""
    square: tuple[int, ...] = (shape.hidden, shape.hidden)
    wide: tuple[int, ...] = (shape.wide, shape.hidden)
    parts: list[dict[str, tuple[int, ...]]] = [
        {
            "model.embed_tokens.weight": (shape.vocab, shape.hidden),
            "lm_head.weight": (shape.vocab, shape.hidden),
            "model.norm.weight": (shape.hidden,),
        }
    ]
    for layer in range(shape.layers):
        name = f"model.layers.{layer}."
        norm: tuple[int, ...] = (shape.hidden,)
        parts.append(
            {name + f"self_attn.{key}_proj.weight": square for key in "qkvo"}
            | {name + f"mlp.{key}_proj.weight": wide for key in ("gate", "up")}
            | {name + "mlp.down_proj.weight": wide[::-1]}
            | {name + "input_layernorm.weight": norm}
            | {name + "post_attention_layernorm.weight": norm}
        )
    return parts


def _random(rows: tuple[int, ...], device: str) -> Any:
    if len(rows) == 1:
        return torch.ones(rows, dtype=torch.float16)
    made = torch.randn(rows, dtype=torch.float16, device=device) * rows[-1] ** -0.5
    return made.cpu()


def bandwidth(device: str, size: int) -> float:
    """Bytes per second that are read at best, by a sum or by a copy."""
    source = torch.ones(size // 4, dtype=torch.float32, device=device)
    target = torch.empty_like(source)
    read = _fastest(source.sum, device)
    copied = _fastest(lambda: target.copy_(source), device)
    return max(size / read, 2 * size / copied)


def _fastest(work: Callable[[], Any], device: str) -> float:
    times = []
    for _ in range(10):
        _wait(device)
        began = time.perf_counter()
        work()
        _wait(device)
        times.append(time.perf_counter() - began)
    return min(times)


def _wait(device: str) -> None:
    if device == "cuda":
        torch.cuda.synchronize()


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def _request(sampling: SamplingParams, words: int) -> GenerationRequest:
    text = "오늘은 날씨가 좋네요. " * words
    return GenerationRequest((ChatMessage(Role.USER, text),), sampling=sampling)


def _answer(engine: TransformersEngine, request: GenerationRequest) -> tuple[float, Finished]:
    """Seconds to the first text, and the end."""
    began = time.perf_counter()
    first = 0.0
    last: Any = None
    for event in engine.stream(request, CancelToken()):
        if isinstance(event, TextDelta) and not first:
            first = time.perf_counter() - began
        last = event
    return first, last


def _bare_speed(model: Any, prompt: list[int], tokens: int) -> float:
    """Tokens per second of steps alone: no text, nobody who is told."""
    model.truncate(0)
    for start in range(0, len(prompt), model.batch_tokens):
        logits = model.read(prompt[start : start + model.batch_tokens])
    _wait(model.device.kind)
    began = time.perf_counter()
    for _ in range(tokens):
        logits = model.step(logits.argmax().reshape(1))
    _wait(model.device.kind)
    return tokens / (time.perf_counter() - began)


def _generate_speed(module: Any, prompt: list[int], tokens: int, device: str) -> float:
    """Tokens per second of the library's own loop."""
    ids = torch.tensor([prompt], device=device)

    def seconds(count: int) -> float:
        began = time.perf_counter()
        with torch.no_grad():
            module.generate(
                input_ids=ids, attention_mask=torch.ones_like(ids), do_sample=False,
                max_new_tokens=count, min_new_tokens=count, pad_token_id=0,
            )  # fmt: skip
        _wait(device)
        return time.perf_counter() - began

    seconds(2)
    return (tokens - 1) / (seconds(tokens) - seconds(1))


def _waiting(model: Any, vocab_size: int, is_fast: bool) -> str:
    """What asks the device for an answer in steps and choices, which would empty its queue."""
    if not is_fast:
        return "not asked"
    sampler = HfSampler(CARD, [5, 6, 7] * 40, vocab_size, 20, "cuda")
    model.truncate(0)
    logits = model.read([5, 6, 7] * 40)
    torch.cuda.set_sync_debug_mode("error")
    try:
        for _ in range(10):
            logits = model.step(sampler.choose(logits))
    except RuntimeError as error:
        return str(error)
    finally:
        torch.cuda.set_sync_debug_mode("default")
    return "nothing"


def _read_bytes(module: Any) -> int:
    """Bytes of weights that each token reads: all but the embeddings, of which it takes a row."""
    total = sum(p.numel() * p.element_size() for p in module.parameters())
    embedding = module.get_input_embeddings().weight
    return int(total - embedding.numel() * embedding.element_size())


def measure(
    spec: ModelSpec, level: str, device: str, speed: float, tokens: int, cache: Path
) -> tuple[list[Figure], dict[str, Any]]:
    """All figures of one level; ``speed``: bytes per second that the card reads."""
    engine = TransformersEngine()
    if device == "cuda":
        torch.cuda.reset_peak_memory_stats()
    began = time.perf_counter()
    options = LoadOptions(
        context_tokens=2048, gpu_layers=-1 if device == "cuda" else 0, compiled_dir=cache
    )
    engine.load(replace(spec, quantization=level), options, lambda _: None, CancelToken())
    facts: dict[str, Any] = {"load_s": round(time.perf_counter() - began, 1)}
    loaded = engine._loaded
    assert loaded is not None
    assert loaded.runner is not None
    model, module = loaded.runner.model, loaded.runner.model.module
    greedy = replace(GREEDY, max_new_tokens=tokens)
    request = _request(greedy, 30)
    prompt = loaded.prompts.codec.tokenize(loaded.prompts.plan(request).prompt)
    facts |= {"prompt_tokens": len(prompt), "ttft_cold_s": round(_answer(engine, request)[0], 3)}
    began = time.perf_counter()
    # Also the steps of longer texts, or they would be compiled beside what is measured.
    lengths = (len(prompt), len(prompt) + tokens, 2 * (len(prompt) + tokens))
    is_fast = all(model.wait_until_fast(length, _WARM_S) for length in lengths)
    facts |= {"fast": is_fast, "warm_up_s": round(time.perf_counter() - began, 1)}
    _answer(engine, request)
    facts["ttft_kept_s"] = round(_answer(engine, request)[0], 4)
    other = _request(greedy, 31)
    loaded.runner.forget()
    facts["ttft_s"] = round(_answer(engine, other)[0], 4)
    ours = _median([_speed(engine, request) for _ in range(_ROUNDS)])
    loaded.runner.forget()
    facts["waits_for_the_device"] = _waiting(model, loaded.vocabulary.vocab_size, is_fast)
    bare = _median([_bare_speed(model, prompt, tokens) for _ in range(_ROUNDS)])
    loaded.runner.forget()
    card = _request(replace(CARD, max_new_tokens=tokens), 30)
    facts["card_sampling_tokens_per_s"] = round(_speed(engine, card), 1)
    loaded.runner.forget()
    plain = _generate_speed(module, prompt, tokens // 2, device)
    limit = speed / _read_bytes(module)
    if device == "cuda":
        facts["peak_memory_gib"] = round(torch.cuda.max_memory_allocated() / 2**30, 2)
    facts |= {"read_gib_per_token": round(_read_bytes(module) / 2**30, 3)}
    figures = [
        told(Figure(f"P6 {level}: ours / generate", ours, plain, "tok/s", ours / plain, 4.0)),
        told(Figure(f"P6b {level}: ours / memory limit", ours, limit, "tok/s", ours / limit, 0.6)),
        told(Figure(f"P7 {level}: streamed / bare", ours, bare, "tok/s", ours / bare, 0.97)),
    ]
    engine.unload()
    return figures, facts


def _speed(engine: TransformersEngine, request: GenerationRequest) -> float:
    return _answer(engine, request)[1].usage.tokens_per_second


def main() -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tiny", action="store_true", help="a tiny model, to try this out")
    parser.add_argument("--levels", default="fp16,nf4", help="of the engine, with commas between")
    parser.add_argument("--tokens", type=int, default=256)
    arguments = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    if device != "cuda" and not arguments.tiny:
        sys.exit("not measured: there is no CUDA device here (--tiny tries the benchmark out)")
    speed = bandwidth(device, 2**24 if arguments.tiny else _BANDWIDTH_BYTES)
    figures: list[Figure] = []
    is_whole = True
    facts: dict[str, Any] = {
        "device": torch.cuda.get_device_name() if device == "cuda" else "CPU",
        "torch": torch.__version__,
        "bandwidth_gb_s": round(speed / 1e9, 1),
    }
    with scratch_folder() as folder:
        spec = write_model(folder / "model", TINY if arguments.tiny else LLAMA_2_KO, device)
        for level in arguments.levels.split(","):
            if missing_for(level) is not None:
                facts[level] = "not measured: bitsandbytes is not installed"
                continue
            try:
                found, facts[level] = measure(
                    spec, level, device, speed, arguments.tokens, folder / "compiled"
                )
            except Exception as error:  # noqa: BLE001 - the other levels are measured all the same
                found, facts[level] = [], f"{type(error).__name__}: {error}"
                is_whole = False
            sys.stderr.write(f"  {level}: {facts[level]}\n")
            figures += found
        shutil.rmtree(folder / "model")
    status = report("transformers_gpu", figures, **facts)
    return status if is_whole else 1


if __name__ == "__main__":
    sys.exit(main())
