"""The llama.cpp engine: GGUF models on the processor, and on a GPU where the build has one."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import psutil

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.context_window import fit_messages
from kochat_gui.core.errors import EngineError
from kochat_gui.core.generation import (
    ChatMessage,
    ContextTrimmed,
    GenerationEvent,
    GenerationRequest,
    ParametersIgnored,
)
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.models import (
    EngineCapabilities,
    LoadedModel,
    LoadOptions,
    ModelFormat,
    ModelSpec,
)
from kochat_gui.engines.base import Engine, ProgressCallback
from kochat_gui.engines.chat_template import PromptFormat, load_templates
from kochat_gui.engines.kept_prompt import KeptPrompt
from kochat_gui.engines.llama_cpp_generation import Generation
from kochat_gui.engines.llama_cpp_model import LlamaModel, open_model
from kochat_gui.engines.model_template import ModelTemplates
from kochat_gui.engines.prompt_bytes import PromptCodec
from kochat_gui.engines.thread_policy import ThreadPolicy

_NOT_LOADED = QT_TRANSLATE_NOOP("LlamaCpp", "No model is loaded.")


@dataclass
class _Loaded:
    """Everything that belongs to one loaded model."""

    model: LlamaModel
    codec: PromptCodec
    templates: ModelTemplates
    threads: ThreadPolicy
    prompt_threads: ThreadPolicy
    kept: KeptPrompt = field(default_factory=KeptPrompt)

    def prompt(
        self, format_: PromptFormat, messages: Sequence[ChatMessage], answer_prefix: str
    ) -> bytes:
        return self.codec.encode(format_.render(messages, answer_prefix))


class LlamaCppEngine(Engine):
    """Runs GGUF files through llama.cpp's low-level interface."""

    name = "llama.cpp"
    capabilities = EngineCapabilities(
        formats=frozenset({ModelFormat.GGUF}),
        unsupported_sampling=frozenset({"num_beams"}),
        supports_prefix_reuse=True,
        supports_gpu=True,
    )

    def __init__(self) -> None:
        self._registry = load_templates()
        self._loaded: _Loaded | None = None

    def load(
        self,
        spec: ModelSpec,
        options: LoadOptions,
        on_progress: ProgressCallback,
        cancel: CancelToken,
    ) -> LoadedModel:
        self.unload()
        cancel.raise_if_cancelled()
        threads = ThreadPolicy(_physical_cores(), options.threads)
        model = open_model(spec.path, options, threads.threads, on_progress, cancel)
        try:
            codec = model.codec()
            templates = ModelTemplates(self._registry, model, codec, spec)
        except BaseException:
            model.close()
            raise
        prompt_threads = ThreadPolicy(_physical_cores(), options.threads, compares_once=False)
        self._loaded = _Loaded(model, codec, templates, threads, prompt_threads)
        return LoadedModel(
            name=spec.name,
            context_window=model.context_window,
            vocab_size=model.vocab_size,
            device=model.device,
            template=templates.default.name,
            ignored_options=model.ignored_options,
        )

    def unload(self) -> None:
        if self._loaded is not None:
            self._loaded.model.close()
            self._loaded = None

    def tokenize(self, text: str) -> list[int]:
        codec = self._ready().codec
        return codec.tokenize_text(codec.text_bytes(text)) if text else []

    def count_tokens(self, request: GenerationRequest) -> int:
        loaded = self._ready()
        format_, _ = loaded.templates.choose(request)
        prompt = loaded.prompt(format_, request.messages, request.answer_prefix)
        return len(loaded.codec.tokenize(prompt))

    def stream(self, request: GenerationRequest, cancel: CancelToken) -> Iterator[GenerationEvent]:
        loaded = self._ready()
        generation = Generation(
            loaded.model, loaded.kept, loaded.threads, loaded.prompt_threads, cancel
        )
        format_, is_fallback = loaded.templates.choose(request)
        ignored = ["num_beams"] if request.sampling.num_beams != 1 else []
        if is_fallback:
            ignored.append("template")
        if ignored:
            yield ParametersIgnored(tuple(ignored))
        fitted = fit_messages(
            request.messages,
            lambda messages: len(
                loaded.codec.tokenize(loaded.prompt(format_, messages, request.answer_prefix))
            ),
            window=loaded.model.context_window,
            max_new_tokens=request.sampling.max_new_tokens,
            max_turns=format_.max_turns,
        )
        if fitted.dropped:
            yield ContextTrimmed(fitted.dropped)
        prompt = loaded.prompt(format_, fitted.messages, request.answer_prefix)
        yield from generation.run(prompt, loaded.codec, format_, request)

    def _ready(self) -> _Loaded:
        if self._loaded is None:
            raise EngineError(_NOT_LOADED)
        return self._loaded


def _physical_cores() -> int:
    """Cores that this process may use, without their second threads."""
    cores = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        cores = min(cores, len(os.sched_getaffinity(0)))
    return cores
