"""The llama.cpp engine: GGUF models on the processor, and on a GPU where the build has one."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import EngineError
from kochat_gui.core.generation import (
    ContextTrimmed,
    GenerationEvent,
    GenerationRequest,
    ParametersIgnored,
    RenderedPrompt,
    TokenPiece,
)
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.models import (
    EngineCapabilities,
    LoadedModel,
    LoadOptions,
    ModelFormat,
    ModelSpec,
)
from kochat_gui.engines.base import Engine, ProgressCallback, vocabulary_only_error
from kochat_gui.engines.kept_prompt import KeptPrompt
from kochat_gui.engines.llama_cpp_adapters import AdapterSet
from kochat_gui.engines.llama_cpp_generation import Generation
from kochat_gui.engines.llama_cpp_model import (
    LlamaModel,
    ModelFile,
    context_window,
    open_file,
    open_model,
)
from kochat_gui.engines.model_template import ModelTemplates
from kochat_gui.engines.prompt_plan import PromptMaker
from kochat_gui.engines.thread_policy import ThreadPolicy, physical_cores
from kochat_gui.engines.watched_templates import WatchedTemplates

_NOT_LOADED = QT_TRANSLATE_NOOP("LlamaCpp", "No model is loaded.")


@dataclass
class _Runner:
    """What computes; a model of which only the vocabulary is loaded has none."""

    model: LlamaModel
    adapters: AdapterSet
    threads: ThreadPolicy
    prompt_threads: ThreadPolicy
    kept: KeptPrompt = field(default_factory=KeptPrompt)


@dataclass
class _Loaded:
    """Everything that belongs to one loaded model."""

    file: ModelFile
    prompts: PromptMaker
    runner: _Runner | None

    def close(self) -> None:
        self.prompts.templates.close()
        if self.runner is not None:
            self.runner.model.close()
        self.file.close()


class LlamaCppEngine(Engine):
    """Runs GGUF files through llama.cpp's low-level interface."""

    name = "llama.cpp"
    capabilities = EngineCapabilities(
        formats=frozenset({ModelFormat.GGUF}),
        unsupported_sampling=frozenset({"num_beams", "early_stopping"}),
        supports_prefix_reuse=True,
        supports_gpu=True,
        supports_adapters=True,
    )

    def __init__(self) -> None:
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
        file = open_file(spec.path, options, on_progress, cancel)
        try:
            codec = file.vocabulary.codec()
            watched = WatchedTemplates(options.templates_dir)
            templates = ModelTemplates(watched.registry, file.vocabulary, codec, spec)
        except BaseException:
            file.close()
            raise
        prompts = PromptMaker(codec, watched, templates, context_window(options))
        loaded = _Loaded(file, prompts, None)
        try:
            if not options.vocab_only:
                loaded.runner = _runner(file, options)
                window = loaded.runner.model.context_window
                loaded.prompts = replace(prompts, window=window)
        except BaseException:
            loaded.close()
            raise
        on_progress(1.0)
        self._loaded = loaded
        model = loaded.runner.model if loaded.runner is not None else None
        return LoadedModel(
            name=spec.name,
            context_window=loaded.prompts.window,
            vocab_size=file.vocabulary.vocab_size,
            device=model.device if model is not None else "CPU",
            template=templates.default.name,
            ignored_options=model.ignored_options if model is not None else (),
        )

    def unload(self) -> None:
        if self._loaded is not None:
            self._loaded.close()
            self._loaded = None

    def tokenize(self, text: str) -> list[TokenPiece]:
        loaded = self._ready()
        codec = loaded.prompts.codec
        ids = codec.tokenize_text(codec.text_bytes(text)) if text else []
        return [loaded.file.vocabulary.token(token) for token in ids]

    def count_tokens(self, request: GenerationRequest) -> int:
        return self._ready().prompts.count_tokens(request)

    def render_prompt(self, request: GenerationRequest) -> RenderedPrompt:
        loaded = self._ready()
        plan = loaded.prompts.plan(request)
        codec = loaded.prompts.codec
        vocabulary, runner = loaded.file.vocabulary, loaded.runner
        if runner is not None and runner.adapters.are_active(request.adapters):
            ids = runner.kept.plan(plan.prompt, codec.tokenize, plan.token_limit)
        else:
            ids = codec.tokenize(plan.prompt)
        return RenderedPrompt(
            text=codec.spelled(plan.prompt, vocabulary.spelling),
            tokens=tuple(vocabulary.token(token) for token in ids),
            template=plan.format.name,
            stops=plan.stops(request),
            dropped_messages=plan.dropped,
        )

    def stream(self, request: GenerationRequest, cancel: CancelToken) -> Iterator[GenerationEvent]:
        loaded = self._ready()
        runner = loaded.runner
        if runner is None:
            raise vocabulary_only_error()
        generation = Generation(
            runner.model,
            loaded.file.vocabulary,
            runner.kept,
            runner.threads,
            runner.prompt_threads,
            cancel,
        )
        if not runner.adapters.are_active(request.adapters):
            # What was read with other adapters is of no use with these.
            runner.adapters.apply(request.adapters)
            runner.kept.clear()
        plan = loaded.prompts.plan(request)
        ignored = ["num_beams"] if request.sampling.num_beams != 1 else []
        if ignored and request.sampling.early_stopping:
            ignored.append("early_stopping")
        if plan.is_fallback:
            ignored.append("template")
        if ignored:
            yield ParametersIgnored(tuple(ignored))
        if plan.dropped:
            yield ContextTrimmed(plan.dropped)
        yield from generation.run(plan, loaded.prompts.codec, request)

    def _ready(self) -> _Loaded:
        if self._loaded is None:
            raise EngineError(_NOT_LOADED)
        return self._loaded


def _runner(file: ModelFile, options: LoadOptions) -> _Runner:
    cores = physical_cores()
    threads = ThreadPolicy(cores, options.threads)
    prompt_threads = ThreadPolicy(cores, options.threads, compares_once=False)
    model = open_model(file, options, threads.threads)
    return _Runner(model, AdapterSet(file, model.context), threads, prompt_threads)
