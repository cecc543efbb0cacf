"""The models on this computer, and the one that is chosen: making its file, loading it, state."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from kochat_gui.catalog.memory_estimate import available_memory, private_memory
from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import Cancelled, UserFacingError
from kochat_gui.core.events import EventBus
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.models import (
    LoadedModel,
    LoadOptions,
    ModelSpec,
    ModelState,
    QuantizationChoice,
)
from kochat_gui.services.events import ModelsChanged, ModelStatus
from kochat_gui.services.model_job import ModelChoice, ModelJob
from kochat_gui.services.model_levels import ModelLevels
from kochat_gui.services.model_list import ModelList, ModelSettings

_log = logging.getLogger(__name__)
CLOSE_TIMEOUT_S = 5.0
"""A drive that does not answer must not keep the program from ending."""
_PREPARING_SHARE = 0.7
"""Of the progress, when a file has to be made before it is loaded."""


class ModelPaths(Protocol):
    """What the models need of the profile's paths."""

    @property
    def models_dir(self) -> Path: ...
    @property
    def cache_dir(self) -> Path: ...


class ModelHost(Protocol):
    """What the models need of the engine host."""

    @property
    def loaded(self) -> LoadedModel | None: ...
    @property
    def child_pid(self) -> int | None: ...
    def load(
        self,
        spec: ModelSpec,
        options: LoadOptions,
        on_progress: Callable[[float], None],
        cancel: CancelToken,
        engine_name: str,
    ) -> LoadedModel: ...
    def unload(self) -> None: ...


class ModelManager:
    """Thread-safe. One model is chosen at a time; the newest choice wins."""

    def __init__(
        self,
        paths: ModelPaths,
        settings: ModelSettings,
        host: ModelHost,
        bus: EventBus,
        *,
        available: Callable[[], int] = available_memory,
    ) -> None:
        """``available``: bytes of memory that a model may use."""
        self._settings = settings
        self._host = host
        self._bus = bus
        self._levels = ModelLevels(paths.cache_dir / "models", available)
        self._lock = threading.RLock()
        self._list = ModelList(paths.models_dir, settings)
        self._job: ModelJob | None = None
        self._worker: threading.Thread | None = None
        self._ready_as: ModelChoice | None = None
        self._despite_memory: ModelChoice | None = None
        self._is_closed = False
        self._status: ModelStatus | None = None

    def models(self) -> list[ModelSpec]:
        """Every usable model, the built-in one first."""
        with self._lock:
            return self._list.models()

    def resolve(self, ref: str) -> ModelSpec:
        """The model that a name or path means; raises ``ModelError``."""
        with self._lock:
            return self._list.resolve(ref)

    def add(self, path: Path) -> ModelSpec:
        """Put the model at ``path`` on the list; raises ``ModelError`` when it is unusable."""
        with self._lock:
            spec = self._list.add(path)
        self._bus.publish(ModelsChanged())
        return spec

    def choices(self, spec: ModelSpec) -> list[QuantizationChoice]:
        """The levels of ``spec``, smallest first, with what each needs; raises ``ModelError``."""
        return self._levels.choices(spec, self._options())

    def memory_check(
        self, spec: ModelSpec, quantization: str | None, options: LoadOptions | None = None
    ) -> None:
        """Raise ``MemoryShortError`` unless there is memory for ``spec`` at that level."""
        level = self._level(spec, quantization)
        if level is not None:
            pid = self._host.child_pid
            reclaimable = private_memory(pid) if pid is not None else 0
            self._levels.check_memory(spec, level, options or self._options(), reclaimable)

    @property
    def status(self) -> ModelStatus:
        """The chosen model and how far it is."""
        with self._lock:
            if self._status is None:
                self._status = self._remembered()
            return self._status

    def choose(
        self, model_id: str, quantization: str | None, *, despite_memory: bool = False
    ) -> None:
        """Remember the choice and make it ready in the background; any earlier work is cancelled.

        ``quantization`` None: the remembered or recommended level. ``despite_memory``: the person
        was told that memory is short, and wants it all the same. Raises ``ModelError`` for an
        unknown model, ``UsageError`` for a level it does not have; the rest is in :attr:`status`.
        """
        spec = self.resolve(model_id)
        level = self._level(spec, quantization)
        self._settings.set("model.current", spec.model_id)
        self._settings.set("model.quantization", level or "")
        choice = self._choice(spec, level)
        with self._lock:
            self._despite_memory = choice if despite_memory else None
        self._begin(choice)

    def load_remembered(self) -> None:
        """Make the model of the last time ready, all in the background.

        Even looking up its levels may take a while, so not even :attr:`status` is asked for here.
        """
        threading.Thread(target=self._load_remembered, name="model-start", daemon=True).start()

    def cancel(self) -> None:
        """Stop preparing or loading; what was ready before is not."""
        with self._lock:
            if self._job is not None:
                self._job.cancel.cancel()

    def ensure_ready(
        self, on_progress: Callable[[float], None], cancel: CancelToken
    ) -> LoadedModel:
        """Block until the chosen model is loaded, loading it if need be.

        Raises ``Cancelled`` when ``cancel`` fires or the work is cancelled, and the
        ``UserFacingError`` that :attr:`status` shows then.
        """
        while True:
            cancel.raise_if_cancelled()
            with self._lock:
                job = self._job
                is_ours = job is None or job.cancel.is_cancelled
                if job is None or is_ours:
                    wanted = self._wanted()
                    loaded = self._host.loaded
                    if loaded is not None and self._ready_as == wanted:
                        return loaded
                    job = self._begin(wanted)
            try:
                job.follow(on_progress, cancel)
            except Cancelled:
                if is_ours:
                    job.cancel.cancel()
                raise
            if job.loaded is not None:
                return job.loaded
            if job.error is not None:
                raise job.error
            if not job.is_replaced:
                raise Cancelled

    def unload(self) -> None:
        """Free the model's memory; it is loaded again when it is needed."""
        self.cancel()
        self._join()
        self._host.unload()
        with self._lock:
            self._ready_as = None
            status = self.status
            self._publish(ModelStatus(ModelState.UNLOADED, status.spec, status.quantization))

    def close(self) -> None:
        """Cancel what is running and wait a little; the manager starts nothing afterwards."""
        with self._lock:
            self._is_closed = True
        self.cancel()
        if not self._join(CLOSE_TIMEOUT_S):
            _log.warning("a model was still being made ready at the end")

    def _join(self, timeout_s: float | None = None) -> bool:
        """Wait for the running work; False when it does not end in time."""
        with self._lock:
            worker = self._worker
        if worker is None or worker is threading.current_thread():
            return True
        worker.join(timeout_s)
        return not worker.is_alive()

    def _begin(self, choice: ModelChoice) -> ModelJob:
        """Start a job, after the one that it replaces."""
        with self._lock:
            if self._is_closed:
                raise Cancelled
            if self._job is not None:
                self._job.is_replaced = not self._job.cancel.is_cancelled
                self._job.cancel.cancel()
            job = self._job = ModelJob(choice)
            before = self._worker
            self._ready_as = None
            self._worker = threading.Thread(
                target=self._work, args=(job, before), name="model-loader", daemon=True
            )
            self._worker.start()
            self._advance(job, ModelState.LOADING, 0.0)
            return job

    def _wanted(self) -> ModelChoice:
        """What is to be loaded now; raises the error when there is nothing that can be."""
        if self.status.spec is None:
            # The remembered model may be back: its drive, its folder.
            self._status = self._remembered()
        status = self.status
        if status.spec is None:
            raise status.error or Cancelled
        if status.state is ModelState.UNLOADED:
            return self._choice(status.spec, self._level(status.spec, None))
        return self._choice(status.spec, status.quantization)

    def _load_remembered(self) -> None:
        status = self.status
        if status.spec is None:
            self._bus.publish(status)
            return
        try:
            self.choose(status.spec.model_id, status.quantization)
        except Cancelled:
            return
        except UserFacingError as error:
            failed = ModelStatus(ModelState.FAILED, status.spec, status.quantization, error=error)
            with self._lock:
                self._publish(failed)

    def _work(self, job: ModelJob, before: threading.Thread | None) -> None:
        if before is not None:
            before.join()
        loaded: LoadedModel | None = None
        error: Exception | None = None
        try:
            loaded = self._make_ready(job)
        except Cancelled:
            pass
        except UserFacingError as problem:
            error = problem
        except Exception as problem:  # noqa: BLE001 - a bug: logged, and shown as one
            _log.exception("a model could not be made ready")
            error = _our_fault(problem)
        choice = job.choice
        with self._lock:
            if self._job is job:
                self._job = None
                self._ready_as = choice if loaded is not None else None
                self._publish(_ending(choice, loaded, error))
        job.end(loaded, error)

    def _make_ready(self, job: ModelJob) -> LoadedModel:
        choice = job.choice
        job.cancel.raise_if_cancelled()
        if choice != self._despite_memory:
            self.memory_check(choice.spec, choice.quantization, choice.options)
        share = 0.0

        def on_making(done: float) -> None:
            self._advance(job, ModelState.PREPARING, share * done)

        def on_loading(done: float) -> None:
            self._advance(job, ModelState.LOADING, share + (1 - share) * done)

        if self._levels.needs_making(choice.spec, choice.quantization):
            share = _PREPARING_SHARE
            on_making(0.0)
        spec = self._levels.loadable(choice.spec, choice.quantization, on_making, job.cancel)
        on_loading(0.0)
        loaded = self._host.load(spec, choice.options, on_loading, job.cancel, choice.engine)
        job.cancel.raise_if_cancelled()
        return loaded

    def _advance(self, job: ModelJob, state: ModelState, progress: float) -> None:
        choice = job.choice
        with self._lock:
            if self._job is job:
                self._publish(ModelStatus(state, choice.spec, choice.quantization, progress))
        job.advance(progress)

    def _publish(self, status: ModelStatus) -> None:
        self._status = status
        self._bus.publish(status)

    def _choice(self, spec: ModelSpec, level: str | None) -> ModelChoice:
        return ModelChoice(spec, level, self._options(), self._settings.get("engine.name"))

    def _options(self) -> LoadOptions:
        get = self._settings.get
        return LoadOptions(
            context_tokens=get("load.context_tokens"),
            gpu_layers=get("load.gpu_layers"),
            kv_cache_type=get("load.kv_cache_type"),
            threads=get("load.threads"),
        )

    def _level(self, spec: ModelSpec, wanted: str | None) -> str | None:
        is_current = self._settings.get("model.current") == spec.model_id
        remembered = self._settings.get("model.quantization") if is_current else ""
        return self._levels.checked(spec, wanted, remembered, self._options())

    def _remembered(self) -> ModelStatus:
        """The choice of the last time, else the built-in model; FAILED when it is gone."""
        model_id = self._settings.get("model.current")
        try:
            spec = self._list.resolve(model_id) if model_id else self._list.built_in()
            # Looking a model's levels up may take long; a remembered one was looked up before.
            remembered = self._settings.get("model.quantization") if model_id else ""
            return ModelStatus(ModelState.UNLOADED, spec, remembered or self._level(spec, None))
        except UserFacingError as error:
            return ModelStatus(ModelState.FAILED, None, None, error=error)


def _ending(
    choice: ModelChoice, loaded: LoadedModel | None, error: Exception | None
) -> ModelStatus:
    state = ModelState.UNLOADED
    if loaded is not None:
        state = ModelState.READY
    elif error is not None:
        state = ModelState.FAILED
    told = error if isinstance(error, UserFacingError) else None
    return ModelStatus(state, choice.spec, choice.quantization, None, loaded, told)


def _our_fault(problem: Exception) -> UserFacingError:
    return UserFacingError(
        QT_TRANSLATE_NOOP("ModelManager", "The model could not be made ready ({detail})."),
        kept=QT_TRANSLATE_NOOP("ModelManager", "Your conversations are safe."),
        advice=QT_TRANSLATE_NOOP(
            "ModelManager", "This is a fault of KoChat; the log says more. Try another level."
        ),
        detail=type(problem).__name__,
    )
