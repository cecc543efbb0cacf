"""The adapters that a person added to models, and their converted files."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kochat_gui.catalog.adapter_cache import AdapterCache
from kochat_gui.catalog.adapter_header import check_adapter, describe_adapter
from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import (
    ModelError,
    ModelUnsupportedError,
    StorageError,
    UsageError,
    UserFacingError,
)
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.models import AdapterFormat, AdapterSpec, AdapterUse, ModelFormat, ModelSpec
from kochat_gui.services.precisions import ENGINE as TRANSFORMERS
from kochat_gui.settings.model_preferences import (
    MAX_SCALE,
    AdapterChoice,
    ModelPreferences,
    PreferenceStore,
)


@dataclass(frozen=True)
class AdapterChoiceView:
    """An adapter of a model, and what was chosen for it."""

    adapter: AdapterSpec
    scale: float
    """0–4 times the trained scale."""
    is_on: bool
    problem: UserFacingError | None = None
    """Why it cannot be used, such as a base of another shape; None when it can."""


@dataclass(frozen=True)
class AppliedAdapters:
    """The adapters of one answer."""

    uses: tuple[AdapterUse, ...] = ()
    names: str = ""
    """For people: ``말투 ×0.5, 고양이``."""


class ModelAdapters:
    """Thread-safe."""

    def __init__(self, cache_dir: Path, preferences: PreferenceStore) -> None:
        self._cache = AdapterCache(cache_dir)
        self._preferences = preferences

    def views(self, spec: ModelSpec) -> list[AdapterChoiceView]:
        """The adapters that were added to ``spec``, in the order they were; reads headers."""
        return [_view(spec, choice) for choice in self._preferences.get(spec.model_id).adapters]

    def add(self, spec: ModelSpec, path: Path) -> AdapterSpec:
        """Add an adapter, switched on at its trained scale; one that is there stays as it is.

        Raises ``ModelError`` when it is none, or was made for a model of another shape.
        """
        adapter = _checked(spec, path)

        def added(chosen: ModelPreferences) -> ModelPreferences:
            if any(choice.path == adapter.adapter_id for choice in chosen.adapters):
                return chosen
            adapters = (*chosen.adapters, AdapterChoice(adapter.adapter_id))
            return dataclasses.replace(chosen, adapters=adapters)

        self._preferences.update(spec.model_id, added)
        return adapter

    def change(self, spec: ModelSpec, adapter_id: str, scale: float, *, is_on: bool) -> None:
        """Set an adapter's scale and switch; raises ``UsageError`` for a scale out of range."""
        if not 0 <= scale <= MAX_SCALE:
            raise UsageError(
                QT_TRANSLATE_NOOP("ModelAdapters", "An adapter's scale is from 0 to {most}."),
                most=f"{MAX_SCALE:g}",
            )

        def changed(chosen: ModelPreferences) -> ModelPreferences:
            adapters = tuple(
                AdapterChoice(choice.path, scale, is_on) if choice.path == adapter_id else choice
                for choice in chosen.adapters
            )
            return dataclasses.replace(chosen, adapters=adapters)

        self._preferences.update(spec.model_id, changed)

    def remove(self, spec: ModelSpec, adapter_id: str) -> None:
        """Take an adapter off ``spec``; its files are not touched."""

        def left(chosen: ModelPreferences) -> ModelPreferences:
            adapters = tuple(choice for choice in chosen.adapters if choice.path != adapter_id)
            return dataclasses.replace(chosen, adapters=adapters)

        self._preferences.update(spec.model_id, left)

    def names(self, spec: ModelSpec) -> str:
        """What :attr:`AppliedAdapters.names` of an answer would be now."""
        if spec.format is ModelFormat.SCRIPT:
            return ""
        adapters = self._preferences.get(spec.model_id).adapters
        return ", ".join(_name(choice) for choice in adapters if choice.is_on)

    def in_use(
        self,
        spec: ModelSpec,
        engine: str,
        on_progress: Callable[[float], None],
        cancel: CancelToken,
    ) -> AppliedAdapters:
        """The adapters of ``spec`` that are on, converted if need be; none for a script.

        ``engine``: the one that is to apply them.
        Raises ``Cancelled``, and ``ModelError`` for the first one that cannot be used: an answer
        without it would look like one with it.
        """
        if spec.format is ModelFormat.SCRIPT:
            return AppliedAdapters()
        chosen = [
            choice for choice in self._preferences.get(spec.model_id).adapters if choice.is_on
        ]
        uses: list[AdapterUse] = []
        for choice in chosen:

            def advance(done: float) -> None:
                on_progress((len(uses) + done) / len(chosen))

            try:
                uses.append(self.use(spec, choice, engine, advance, cancel))
            except (ModelError, StorageError) as error:
                raise _unusable(choice, error) from error
        return AppliedAdapters(tuple(uses), self.names(spec))

    def use(
        self,
        spec: ModelSpec,
        choice: AdapterChoice,
        engine: str,
        on_progress: Callable[[float], None],
        cancel: CancelToken,
    ) -> AdapterUse:
        """One adapter for ``spec`` and ``engine``, converted if need be.

        See :meth:`AdapterCache.make` and :meth:`AdapterCache.make_weights`.
        """
        adapter = _checked(spec, Path(choice.path))
        if engine == TRANSFORMERS:
            if adapter.format is AdapterFormat.GGUF:
                raise _for_llama_cpp(adapter)
            folder = self._cache.make_weights(adapter, on_progress, cancel)
            return AdapterUse(folder, choice.scale)
        path = self._cache.make(adapter, spec, on_progress, cancel)
        return AdapterUse(path, choice.scale)


def _name(choice: AdapterChoice) -> str:
    scale = f" ×{choice.scale:g}" if choice.scale != 1 else ""
    return Path(choice.path).name + scale


def _checked(spec: ModelSpec, path: Path) -> AdapterSpec:
    adapter = describe_adapter(path)
    check_adapter(adapter, spec)
    return adapter


def _view(spec: ModelSpec, choice: AdapterChoice) -> AdapterChoiceView:
    path = Path(choice.path)
    try:
        adapter = describe_adapter(path)
    except UserFacingError as error:
        # It is still on the list, so that it can be taken off it.
        gone = AdapterSpec(choice.path, path.name, path, AdapterFormat.PEFT, 0, 0, 0.0)
        return AdapterChoiceView(gone, choice.scale, choice.is_on, error)
    try:
        check_adapter(adapter, spec)
    except UserFacingError as error:
        return AdapterChoiceView(adapter, choice.scale, choice.is_on, error)
    return AdapterChoiceView(adapter, choice.scale, choice.is_on)


def _for_llama_cpp(adapter: AdapterSpec) -> ModelUnsupportedError:
    return ModelUnsupportedError(
        QT_TRANSLATE_NOOP("ModelAdapters", "The adapter {adapter} is a GGUF file."),
        advice=QT_TRANSLATE_NOOP(
            "ModelAdapters", "Choose a level of llama.cpp, or get the adapter as PEFT made it."
        ),
        adapter=adapter.name,
    )


def _unusable(choice: AdapterChoice, error: UserFacingError) -> ModelError:
    return ModelError(
        QT_TRANSLATE_NOOP("ModelAdapters", "The adapter {adapter} cannot be used: {reason}"),
        kept=QT_TRANSLATE_NOOP("ModelAdapters", "Your message is stored."),
        advice=QT_TRANSLATE_NOOP(
            "ModelAdapters", "Switch it off on the models page, then generate the answer again."
        ),
        adapter=Path(choice.path).name,
        reason=error.summary.text(**error.values),
    )
