"""The transformers engine: safetensors folders, in the precision and with the code of their cards.

Everything heavy is imported by modules that only the engine's process loads.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import EngineError, KoChatError
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
from kochat_gui.engines.model_template import ModelTemplates
from kochat_gui.engines.prompt_plan import PromptMaker, PromptPlan
from kochat_gui.engines.transformers_adapters import HfAdapterSet
from kochat_gui.engines.transformers_beams import BeamSearch
from kochat_gui.engines.transformers_device import (
    Device,
    Precision,
    choose_device,
    choose_precision,
)
from kochat_gui.engines.transformers_errors import (
    failed_error,
    is_memory_error,
    load_memory_error,
)
from kochat_gui.engines.transformers_folder import ModelFolder, open_folder
from kochat_gui.engines.transformers_generation import HfGeneration
from kochat_gui.engines.transformers_loading import (
    check_level,
    forget_freed_memory,
    load_weights,
)
from kochat_gui.engines.transformers_model import HfModel
from kochat_gui.engines.transformers_probe import remarks
from kochat_gui.engines.transformers_tokenizer import HfVocabulary
from kochat_gui.engines.watched_templates import WatchedTemplates

_NOT_LOADED = QT_TRANSLATE_NOOP("Transformers", "No model is loaded.")
_WEIGHTS_SHARE = 0.95
"""Of the progress; the rest is making room for the context."""


@dataclass
class _Runner:
    """What computes; a model of which only the vocabulary is loaded has none."""

    model: HfModel
    adapters: HfAdapterSet
    precision: Precision
    kept: KeptPrompt = field(default_factory=KeptPrompt)

    def forget(self) -> None:
        """Nothing that was read is of use any more."""
        self.kept.clear()
        self.model.truncate(0)


@dataclass
class _Loaded:
    """Everything that belongs to one loaded model."""

    vocabulary: HfVocabulary
    prompts: PromptMaker
    runner: _Runner | None

    def close(self) -> None:
        self.prompts.templates.close()
        if self.runner is not None:
            self.runner.model.close()


class TransformersEngine(Engine):
    """Runs Hugging Face folders with torch."""

    name = "transformers"
    capabilities = EngineCapabilities(
        formats=frozenset({ModelFormat.SAFETENSORS}),
        supports_prefix_reuse=True,
        supports_gpu=True,
        supports_adapters=True,
    )

    def __init__(self) -> None:
        self._loaded: _Loaded | None = None
        self._device = Device("cpu")

    def load(
        self,
        spec: ModelSpec,
        options: LoadOptions,
        on_progress: ProgressCallback,
        cancel: CancelToken,
    ) -> LoadedModel:
        """See :meth:`Engine.load`. ``spec.quantization`` names a level of ``PRECISIONS``; None:
        that of the weights on disk.
        """
        self.unload()
        cancel.raise_if_cancelled()
        on_progress(0.0)
        folder = open_folder(spec.path, needs_weights=not options.vocab_only)
        options = replace(options, context_tokens=folder.window(options.context_tokens))
        vocabulary = HfVocabulary(folder)
        codec = vocabulary.codec()
        watched = WatchedTemplates(options.templates_dir)
        named = replace(spec, path=folder.path)
        templates = ModelTemplates(watched.registry, vocabulary, codec, named)
        prompts = PromptMaker(codec, watched, templates, options.context_tokens)
        loaded = _Loaded(vocabulary, prompts, None)
        self._device = choose_device(options)
        found = remarks(folder, vocabulary)
        try:
            if not options.vocab_only:
                loaded.runner = _runner(folder, spec, options, self._device, on_progress, cancel)
                found += loaded.runner.precision.remarks
            on_progress(1.0)
            cancel.raise_if_cancelled()
        except BaseException:
            loaded.close()
            forget_freed_memory(self._device)
            raise
        self._loaded = loaded
        return LoadedModel(
            name=spec.name,
            context_window=options.context_tokens,
            vocab_size=vocabulary.vocab_size,
            device=self._device.name,
            template=templates.default.name,
            ignored_options=self._device.ignored,
            remarks=found,
        )

    def unload(self) -> None:
        if self._loaded is not None:
            self._loaded.close()
            self._loaded = None
            forget_freed_memory(self._device)

    def tokenize(self, text: str) -> list[TokenPiece]:
        loaded = self._ready()
        codec = loaded.prompts.codec
        ids = codec.tokenize_text(codec.text_bytes(text)) if text else []
        return [loaded.vocabulary.token(token) for token in ids]

    def count_tokens(self, request: GenerationRequest) -> int:
        return self._ready().prompts.count_tokens(request)

    def render_prompt(self, request: GenerationRequest) -> RenderedPrompt:
        loaded = self._ready()
        plan = loaded.prompts.plan(request)
        codec, vocabulary, runner = loaded.prompts.codec, loaded.vocabulary, loaded.runner
        if (
            runner is not None
            and request.sampling.num_beams == 1
            and runner.adapters.are_active(request.adapters)
        ):
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
        if not runner.adapters.are_active(request.adapters):
            # What was read with other adapters is of no use with these.
            runner.adapters.apply(request.adapters)
            runner.forget()
            runner.model.weights_changed()
        plan = loaded.prompts.plan(request)
        ignored = _ignored(request, plan)
        if ignored:
            yield ParametersIgnored(ignored)
        if plan.dropped:
            yield ContextTrimmed(plan.dropped)
        try:
            yield from _events(loaded, runner, plan, request, cancel)
        except KoChatError:
            raise
        except Exception as error:
            # What the memory holds now is not known.
            runner.forget()
            if is_memory_error(error):
                forget_freed_memory(self._device)
            raise failed_error(error) from error

    def _ready(self) -> _Loaded:
        if self._loaded is None:
            raise EngineError(_NOT_LOADED)
        return self._loaded


def _runner(
    folder: ModelFolder,
    spec: ModelSpec,
    options: LoadOptions,
    device: Device,
    on_progress: ProgressCallback,
    cancel: CancelToken,
) -> _Runner:
    precision = choose_precision(check_level(folder, spec.quantization), device)
    module = load_weights(
        folder, precision, device, lambda done: on_progress(_WEIGHTS_SHARE * done), cancel
    )
    try:
        model = HfModel(module, device, options)
    except Exception as error:
        if is_memory_error(error):
            raise load_memory_error(folder.path) from error
        raise failed_error(error) from error
    return _Runner(model, HfAdapterSet(module, precision.dtype), precision)


def _ignored(request: GenerationRequest, plan: PromptPlan) -> tuple[str, ...]:
    params = request.sampling
    names = []
    if params.num_beams > 1 and params.repeat_penalty != 1 and params.repeat_last_n > 0:
        names.append("repeat_last_n")  # beams look back at everything
    if plan.is_fallback:
        names.append("template")
    return tuple(names)


def _events(
    loaded: _Loaded,
    runner: _Runner,
    plan: PromptPlan,
    request: GenerationRequest,
    cancel: CancelToken,
) -> Iterator[GenerationEvent]:
    codec, vocabulary = loaded.prompts.codec, loaded.vocabulary
    if request.sampling.num_beams > 1:
        ids = codec.tokenize(plan.prompt)
        return BeamSearch(runner.model, vocabulary, cancel).run(plan, ids, request)
    generation = HfGeneration(runner.model, vocabulary, runner.kept, cancel)
    return generation.run(plan, codec, request)
