"""The models on this computer, and the one that is chosen: making its file, loading it, state."""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from kochat_gui.catalog.memory_estimate import available_memory
from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import Cancelled, MemoryShortError, UserFacingError
from kochat_gui.core.events import EventBus
from kochat_gui.core.models import LoadedModel, LoadOptions, ModelSpec, QuantizationChoice
from kochat_gui.core.states import ModelState
from kochat_gui.services.events import ModelsChanged, ModelStatus
from kochat_gui.services.model_adapters import AppliedAdapters, ModelAdapters
from kochat_gui.services.model_choice import (
    ModelChoice,
    ModelChooser,
    ModelHost,
    ModelPaths,
    ModelSettings,
)
from kochat_gui.services.model_job import (
    ModelJob,
    ReleasedModels,
    ending_status,
    has_run_short,
    model_hash,
    our_fault,
    remembered_status,
)
from kochat_gui.services.model_levels import ModelLevels
from kochat_gui.services.model_list import ModelList
from kochat_gui.services.presets import preset_of, template_of
from kochat_gui.settings.model_preferences import ModelPreferences, PreferenceStore

_log = logging.getLogger(__name__)
CLOSE_TIMEOUT_S = 5.0
"""A drive that does not answer must not keep the program from ending."""
UNLOAD_TIMEOUT_S = 1.0
"""Cancelled work is left to end by itself after this: a window waits for what unloads."""
_PREPARING_SHARE = 0.7
"""Of the progress, when a file has to be made before it is loaded."""


class ModelManager:
    """Thread-safe. One model is chosen at a time; the newest choice wins."""

    def __init__(
        self,
        paths: ModelPaths,
        settings: ModelSettings,
        host: ModelHost,
        bus: EventBus,
        preferences: PreferenceStore,
        *,
        engine: str | None = None,
        available: Callable[[], int] = available_memory,
    ) -> None:
        """``engine``: run every model with this one; ``available``: bytes a model may use."""
        self._host = host
        self._bus = bus
        self._preferences = preferences
        self.levels = ModelLevels(paths.cache_dir / "models", available)
        """Sizes, memory and files of the levels of any model."""
        self.chooser = ModelChooser(settings, preferences, self.levels, paths, engine)
        """What models are loaded as."""
        self.adapters = ModelAdapters(paths.cache_dir / "adapters", preferences)
        """The adapters of any model."""
        self.released = ReleasedModels()
        """Chosen models that were removed since."""
        self._lock = threading.RLock()
        self._list = ModelList(paths.models_dir, settings, preferences)
        self._job: ModelJob | None = None
        self._worker: threading.Thread | None = None
        self._ready_as: ModelChoice | None = None
        self._despite_memory: ModelChoice | None = None
        self._last_loaded: str | None = None
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

    def release(self, spec: ModelSpec) -> None:
        """Unload ``spec`` if it is loaded and choose the built-in model if it was chosen."""
        with self._lock:
            chosen = self.status.spec
            if chosen is None or chosen.model_id != spec.model_id:
                return
            self.released.add(spec)
        self._end_work()
        # An answer of the model before, whose place it had yet to take, goes on.
        if self._last_loaded == spec.model_id:
            self._host.unload()
        with self._lock:
            if self.status.spec == chosen:
                self.cancel()
                self._job = self._ready_as = None
                self.chooser.forget()
                self._publish(remembered_status(self.chooser, self._list))

    def forget(self, spec: ModelSpec) -> None:
        """Take ``spec`` off the list unless it is in the models folder; :meth:`release` it."""
        self.release(spec)
        with self._lock:
            self._list.forget(spec)
        self._bus.publish(ModelsChanged())

    @property
    def preset(self) -> str | None:
        """Name of the preset in force for the chosen model: the chosen one, else its card's."""
        spec = self.status.spec
        return preset_of(spec, self._preferences.get(spec.model_id)) if spec is not None else None

    @property
    def preset_template(self) -> str | None:
        """The chat template that a chosen preset is meant for; None: the model's."""
        spec = self.status.spec
        return template_of(self._preferences.get(spec.model_id)) if spec is not None else None

    @property
    def adapter_names(self) -> str:
        """Names and scales of the chosen model's adapters that are on."""
        spec = self.status.spec
        return self.adapters.names(spec) if spec is not None else ""

    def change_preferences(
        self, spec: ModelSpec, change: Callable[[ModelPreferences], ModelPreferences]
    ) -> ModelSpec:
        """Remember something for ``spec`` and say what it is like now.

        The chosen model is loaded again, in the background, when what is loaded no longer holds.
        Raises ``ModelError`` when the model is gone.
        """
        self._preferences.update(spec.model_id, change)
        now = self.resolve(spec.model_id)
        with self._lock:
            status = self.status
            if status.spec is not None and status.spec.model_id == now.model_id:
                self._take_up(now, status)
        self._bus.publish(ModelsChanged())
        return now

    def _take_up(self, spec: ModelSpec, status: ModelStatus) -> None:
        """Go on with the chosen model as ``spec``, which describes it anew."""
        if spec == status.spec:
            return
        if status.state in {ModelState.UNLOADED, ModelState.FAILED}:
            self._publish(ModelStatus(ModelState.UNLOADED, spec, status.quantization))
        else:
            self._begin(self.chooser.choice(spec, self.chooser.level(spec, status.quantization)))

    def choices(
        self, spec: ModelSpec, context_tokens: int | None = None
    ) -> list[QuantizationChoice]:
        """The levels of ``spec``, smallest first, with what each needs; raises ``ModelError``.

        ``context_tokens``: memory for that context length; None: for that of the settings.
        """
        return self.levels.choices(spec, self.chooser.options(context_tokens))

    def memory_check(
        self, spec: ModelSpec, quantization: str | None, options: LoadOptions | None = None
    ) -> None:
        """Raise ``MemoryShortError`` unless there is memory for ``spec`` at that level."""
        self.chooser.check_memory(spec, quantization, options, self._host.child_pid)

    @property
    def status(self) -> ModelStatus:
        """The chosen model and how far it is."""
        with self._lock:
            if self._status is None:
                self._status = remembered_status(self.chooser, self._list)
            return self._status

    @property
    def known_status(self) -> ModelStatus | None:
        """:attr:`status`, or None while nothing has looked it up yet, which reads files."""
        return self._status

    def choose(
        self, model_id: str, quantization: str | None, *, despite_memory: bool = False
    ) -> None:
        """Remember the choice and make it ready in the background; any earlier work is cancelled.

        ``quantization`` None: as :meth:`ModelChooser.level` has it. ``despite_memory``: the person
        was told that memory is short, and wants it all the same. Raises ``ModelError`` for an
        unknown model, ``UsageError`` for a level it does not have; the rest is in :attr:`status`.
        """
        spec = self.resolve(model_id)
        level = self.chooser.level(spec, quantization) if quantization is not None else None
        choice = self.chooser.choice(spec, level)
        with self._lock:
            self._despite_memory = choice if despite_memory else None
            self.released.discard(spec)
        if level is not None:
            self.chooser.take(spec, level, self._status)
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

    def adapters_in_use(
        self, on_progress: Callable[[float], None], cancel: CancelToken
    ) -> AppliedAdapters:
        """The chosen model's adapters that are on, converted if need be.

        Raises ``Cancelled``, and ``ModelError`` or ``StorageError`` for the first one that cannot
        be used.
        """
        spec = self.status.spec
        if spec is None:
            return AppliedAdapters()
        engine = loaded.engine if (loaded := self._host.loaded) is not None else ""
        return self.adapters.in_use(spec, engine, on_progress, cancel)

    def unload(self) -> None:
        """Free the model's memory; it is loaded again when it is needed."""
        self._end_work()
        self._host.unload()
        with self._lock:
            if self._job is None:
                self._ready_as = None
                status = self.status
                self._publish(ModelStatus(ModelState.UNLOADED, status.spec, status.quantization))

    def _end_work(self) -> None:
        """Cancel the running work; what it comes to is not told, should it not end in time."""
        with self._lock:
            job = self._job
            self.cancel()
        if self._join(UNLOAD_TIMEOUT_S):
            return
        with self._lock:
            if self._job is job:
                self._job = None

    def run_short(self, error: MemoryShortError, ran: ModelStatus | None) -> MemoryShortError:
        """Free the model after memory ran out in an answer; the error with what would fit.

        ``ran``: the model that was answering; None: it could not even be loaded. The state is
        FAILED with that error, and the next answer tries again. A model that was chosen since
        then is not to blame and stays; it takes the memory over.
        """
        with self._lock:
            has_part = self._job is None and has_run_short(self.status, error, ran)
        if not has_part:
            return error if ran is None else self.chooser.with_lighter_level(error, ran)
        # What is left of the memory is in pieces: only the end of the process gives it back.
        self.unload()
        status = self.status
        error = self.chooser.with_lighter_level(error, status)
        self._tell_failed(status, error)
        return error

    def close(self) -> None:
        """Cancel what is running and wait a little; the manager starts nothing afterwards."""
        with self._lock:
            self._is_closed = True
        self.cancel()
        if not self._join(CLOSE_TIMEOUT_S):
            _log.warning("a model was still being made ready at the end")

    def _join(self, timeout_s: float) -> bool:
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
            self._status = remembered_status(self.chooser, self._list)
        status = self.status
        if status.spec is None:
            raise status.error or Cancelled
        if status.state is ModelState.UNLOADED:
            return self.chooser.choice(status.spec, self.chooser.level(status.spec, None))
        return self.chooser.choice(status.spec, status.quantization)

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
            self._tell_failed(status, error)

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
            error = our_fault(problem)
        choice = job.choice
        with self._lock:
            if self._job is job:
                self._job = None
                self._ready_as = choice if loaded is not None else None
                self._publish(ending_status(choice, loaded, error))
        job.end(loaded, error)

    def _make_ready(self, job: ModelJob) -> LoadedModel:
        job.cancel.raise_if_cancelled()
        if job.choice.quantization is None:
            self._settle_level(job)
        choice = job.choice
        despite_memory = choice == self._despite_memory
        if not despite_memory:
            self.memory_check(choice.spec, choice.quantization, choice.options)
        share = 0.0

        def on_making(done: float) -> None:
            self._advance(job, ModelState.PREPARING, share * done)

        def on_loading(done: float) -> None:
            self._advance(job, ModelState.LOADING, share + (1 - share) * done)

        if self.levels.needs_making(choice.spec, choice.quantization):
            share = _PREPARING_SHARE
            on_making(0.0)
        spec = self.levels.loadable(
            choice.spec, choice.quantization, on_making, job.cancel, despite_memory=despite_memory
        )
        on_loading(0.0)
        loaded = self._host.load(spec, choice.options, on_loading, job.cancel, choice.engine)
        self._last_loaded = choice.spec.model_id
        job.cancel.raise_if_cancelled()
        return replace(loaded, model_hash=model_hash(choice.spec))

    def _settle_level(self, job: ModelJob) -> None:
        """Choose the level that nobody chose; takes seconds where the vocabulary is large."""
        spec = job.choice.spec
        level = self.chooser.level(spec, None)
        with self._lock:
            job.cancel.raise_if_cancelled()
            job.choice = self.chooser.choice(spec, level)
            self.chooser.remember(spec, level)

    def _advance(self, job: ModelJob, state: ModelState, progress: float) -> None:
        choice = job.choice
        with self._lock:
            if self._job is job:
                self._publish(ModelStatus(state, choice.spec, choice.quantization, progress))
        job.advance(progress)

    def _tell_failed(self, status: ModelStatus, error: UserFacingError) -> None:
        with self._lock:
            if self._job is None:
                self._publish(status._replace(state=ModelState.FAILED, error=error))

    def _publish(self, status: ModelStatus) -> None:
        self._status = status
        self._bus.publish(status)
