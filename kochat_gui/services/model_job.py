"""One attempt to make a model ready: others wait for it, follow its progress, or cancel it."""

import threading
from collections.abc import Callable

from kochat_gui.catalog.source_files import content_hash, source_files
from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import MemoryShortError, ModelMissingError, UserFacingError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.models import LoadedModel, ModelSpec
from kochat_gui.core.states import ModelState
from kochat_gui.services.events import ModelStatus
from kochat_gui.services.model_choice import ModelChoice, ModelChooser
from kochat_gui.services.model_list import ModelList


class ModelJob:
    """Thread-safe. Ends with a loaded model, an error, or neither when it was cancelled."""

    def __init__(self, choice: ModelChoice) -> None:
        self.choice = choice
        self.cancel = CancelToken()
        self.is_replaced = False
        """It was cancelled for a newer choice; changed under the manager's lock."""
        self._changed = threading.Condition()
        self._progress = 0.0
        self._is_over = False
        self.loaded: LoadedModel | None = None
        self.error: Exception | None = None

    @property
    def is_over(self) -> bool:
        with self._changed:
            return self._is_over

    def advance(self, progress: float) -> None:
        """Tell those who wait how far it is, 0–1."""
        with self._changed:
            self._progress = progress
            self._changed.notify_all()

    def end(self, loaded: LoadedModel | None, error: Exception | None) -> None:
        """Tell those who wait that it is over."""
        with self._changed:
            self.loaded, self.error, self._is_over = loaded, error, True
            self._changed.notify_all()

    def follow(self, on_progress: Callable[[float], None], cancel: CancelToken) -> None:
        """Wait for the end on this thread; raises ``Cancelled`` when ``cancel`` fires first."""

        def wake() -> None:
            with self._changed:
                self._changed.notify_all()

        forget = cancel.on_cancel(wake)
        try:
            told = -1.0
            while True:
                with self._changed:
                    while not self._is_over and not cancel.is_cancelled and self._progress == told:
                        self._changed.wait()
                    is_over, told = self._is_over, self._progress
                cancel.raise_if_cancelled()
                if is_over:
                    return
                on_progress(told)
        finally:
            forget()


def ending_status(
    choice: ModelChoice, loaded: LoadedModel | None, error: Exception | None
) -> ModelStatus:
    """What is told when an attempt is over."""
    state = ModelState.UNLOADED
    if loaded is not None:
        state = ModelState.READY
    elif error is not None:
        state = ModelState.FAILED
    told = error if isinstance(error, UserFacingError) else None
    return ModelStatus(state, choice.spec, choice.quantization, None, loaded, told)


def has_run_short(status: ModelStatus, error: MemoryShortError, ran: ModelStatus | None) -> bool:
    """Whether the chosen model is the one that ``run_short`` of the manager is told about."""
    if ran is None:
        return status.error is error
    return (ran.spec, ran.quantization) == (status.spec, status.quantization)


def remembered_status(chooser: ModelChooser, models: ModelList) -> ModelStatus:
    """The choice of the last time, else the built-in model; FAILED when it is gone."""
    model_id, level = chooser.remembered()
    try:
        spec = models.resolve(model_id) if model_id else models.built_in()
        # Looking a model's levels up may take long; a remembered one was looked up before.
        return ModelStatus(ModelState.UNLOADED, spec, level or chooser.level(spec, None))
    except UserFacingError as error:
        return ModelStatus(ModelState.FAILED, None, None, error=error)


def model_hash(spec: ModelSpec) -> str:
    """Of what a person has of the model, however it is loaded; empty when it cannot be read."""
    try:
        return content_hash(source_files(spec.path, spec.format, spec.import_options))
    except UserFacingError:
        return ""


def our_fault(problem: Exception) -> UserFacingError:
    """What a person is told about a bug."""
    return UserFacingError(
        QT_TRANSLATE_NOOP("ModelManager", "The model could not be made ready ({detail})."),
        kept=QT_TRANSLATE_NOOP("ModelManager", "Your conversations are safe."),
        advice=QT_TRANSLATE_NOOP(
            "ModelManager", "This is a fault of KoChat; the log says more. Try another level."
        ),
        detail=type(problem).__name__,
    )


class ReleasedModels:
    """Thread-safe. An answer that was to be made by one of these is made by no other."""

    def __init__(self) -> None:
        self._ids: set[str] = set()

    def add(self, spec: ModelSpec) -> None:
        """``spec`` was chosen, and is removed."""
        self._ids.add(spec.model_id)

    def discard(self, spec: ModelSpec) -> None:
        """``spec`` is chosen again."""
        self._ids.discard(spec.model_id)

    def check(self, spec: ModelSpec) -> None:
        """Raise ``ModelMissingError`` when ``spec`` was removed since it was chosen."""
        if spec.model_id not in self._ids:
            return
        raise ModelMissingError(
            QT_TRANSLATE_NOOP("ModelManager", "{model} was removed before it could answer."),
            kept=QT_TRANSLATE_NOOP("ModelManager", "Your message is stored."),
            advice=QT_TRANSLATE_NOOP(
                "ModelManager", "Choose another model, then generate the answer again."
            ),
            model=spec.name,
        )
