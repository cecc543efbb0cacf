"""What the models page does: makes files of models, keeps adapters, removes and restores models."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

from kochat_gui.catalog.level_cache import MadeFile
from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import ModelError, ModelUnsupportedError, UsageError, UserFacingError
from kochat_gui.core.events import EventBus
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, translate
from kochat_gui.core.models import (
    AdapterSpec,
    ImportOptions,
    ModelFormat,
    ModelSpec,
)
from kochat_gui.core.user_path import with_home
from kochat_gui.services.events import AdaptersChanged, WorkshopChanged, WorkshopJob
from kochat_gui.services.model_adapters import AdapterChoiceView
from kochat_gui.services.model_manager import ModelManager
from kochat_gui.services.model_trash import ModelTrash, RemovedModel
from kochat_gui.services.workshop_jobs import WorkshopJobs
from kochat_gui.settings.model_preferences import AdapterChoice
from kochat_gui.storage.paths import ProfilePaths

__all__ = [
    "AdapterChoiceView",
    "MadeFile",
    "ModelWorkshop",
    "RemovedModel",
    "WorkshopChanged",
    "WorkshopJob",
]
CLOSE_TIMEOUT_S = 5.0
TOKENIZER = "tokenizer.json"


class ModelWorkshop:
    """Thread-safe. One job runs at a time, on a thread of its own; the others wait.

    Publishes ``WorkshopChanged`` on that thread, ``ModelsChanged`` and ``AdaptersChanged`` on the
    caller's.
    """

    def __init__(self, paths: ProfilePaths, models: ModelManager, bus: EventBus) -> None:
        self._models = models
        self._bus = bus
        self._jobs = WorkshopJobs(bus)
        self._trash = ModelTrash(paths.removed_models_dir, paths.models_dir)

    def delete_old_models(self) -> None:
        """Delete what has been in the trash for 30 days."""
        self._trash.delete_old()

    def make_level(self, spec: ModelSpec, level: str) -> WorkshopJob:
        """Make the file of ``level`` in the cache without loading it.

        The job that already does that, if there is one. Raises ``ModelError`` for a model that
        cannot be read, ``UsageError`` for a level that it does not have.
        """
        self._models.levels.size(spec, level)

        def work(on_progress: Callable[[float], None], cancel: CancelToken) -> Path:
            return self._models.levels.loadable(spec, level, on_progress, cancel).path

        title = translate("ModelWorkshop", "{model} as {level}")
        text = title.format(model=spec.name, level=level)
        return self._jobs.submit("quantize", text, (spec, level), work)

    def export(
        self, spec: ModelSpec, level: str | None, target: Path, tokenizer: Path | None = None
    ) -> WorkshopJob:
        """Make a GGUF file of one's own at ``target``, which must not exist yet.

        ``level`` None: as the model is (f16 for a folder). ``target`` may be a folder, which then
        gets a file of :meth:`file_name`. ``tokenizer``: folder or file of the ``tokenizer.json``
        that a GGML model was trained with. Raises ``UserFacingError`` for what can be known
        before.
        """
        if tokenizer is not None:
            spec = with_tokenizer(spec, tokenizer)
        chosen = level or self.own_level(spec)
        self._models.levels.size(spec, chosen)
        target = with_home(target).absolute()
        if target.is_dir():
            target /= self.file_name(spec, chosen)
        _check_free(target)

        def work(on_progress: Callable[[float], None], cancel: CancelToken) -> Path:
            self._models.levels.export(spec, chosen, target, on_progress, cancel)
            return target

        title = translate("ModelWorkshop", "{model} into {file}")
        text = title.format(model=spec.name, file=target.name)
        return self._jobs.submit("convert", text, target, work)

    def own_level(self, spec: ModelSpec) -> str:
        """The level that keeps ``spec`` as it is; raises ``UsageError`` for a GGUF file."""
        if spec.format is ModelFormat.GGUF:
            raise UsageError(
                QT_TRANSLATE_NOOP("ModelWorkshop", "{model} is a GGUF file already."),
                advice=QT_TRANSLATE_NOOP("ModelWorkshop", "Choose a quantization level for it."),
                model=spec.name,
            )
        return spec.quantization or "f16"

    def file_name(self, spec: ModelSpec, level: str) -> str:
        """What an exported file is called when nobody says."""
        return f"{spec.name}-{level}.gguf"

    def cancel(self, job_id: int) -> None:
        """End a job; nothing half-made is left. Does nothing when it is over already."""
        self._jobs.cancel(job_id)

    def jobs(self) -> list[WorkshopJob]:
        """All jobs since the program began, oldest first."""
        return self._jobs.jobs()

    def wait(self, job_id: int, timeout_s: float | None = None) -> WorkshopJob:
        """Block until a job is over, for ``timeout_s`` at most; it says how far it is."""
        return self._jobs.wait(job_id, timeout_s)

    def made_files(self, spec: ModelSpec) -> list[MadeFile]:
        """What KoChat made of ``spec`` and takes room, largest first; raises ``ModelError``."""
        return self._models.levels.made_files(spec)

    def delete_made(self, spec: ModelSpec, level: str) -> None:
        """Delete one of :meth:`made_files`; it is made again when it is wanted.

        Raises ``UserFacingError`` while it is loaded, ``StorageError``.
        """
        status = self._models.status
        is_chosen = status.spec is not None and status.spec.model_id == spec.model_id
        if is_chosen and status.quantization == level and status.loaded is not None:
            raise UserFacingError(
                QT_TRANSLATE_NOOP("ModelWorkshop", "{model} is running from this file."),
                advice=QT_TRANSLATE_NOOP("ModelWorkshop", "Choose another level or model first."),
                model=spec.name,
            )
        self._models.levels.delete_made(spec, level)

    def remove(self, spec: ModelSpec) -> RemovedModel:
        """Take a model off the list, its file to the trash if it is in the models folder.

        Files elsewhere are not touched. A loaded model is unloaded first, and the built-in one is
        chosen. What KoChat made of it is deleted: it can be made again. Raises ``UsageError`` for
        the built-in model, ``StorageError``.
        """
        if spec.is_demo:
            raise UsageError(
                QT_TRANSLATE_NOOP("ModelWorkshop", "{model} belongs to KoChat and stays."),
                model=spec.name,
            )
        self._models.release(spec)
        for made in self._made_while_there(spec):
            self._models.levels.delete_made(spec, made.level)
        removed = self._trash.put(spec)
        self._models.forget(spec)
        return removed

    def _made_while_there(self, spec: ModelSpec) -> list[MadeFile]:
        """:meth:`made_files`, as far as the model is still there to tell them by."""
        try:
            return self.made_files(spec)
        except ModelError:
            return []

    def restore(self, removed: RemovedModel) -> None:
        """Undo :meth:`remove`; raises ``UserFacingError`` when that is no longer possible."""
        self._trash.bring_back(removed)
        self._models.add(removed.path)

    def removed_models(self) -> list[RemovedModel]:
        """What :meth:`restore` can bring back from the trash, oldest first."""
        return self._trash.models()

    def adapters(self, spec: ModelSpec) -> list[AdapterChoiceView]:
        """The adapters that were added to ``spec``; reads their headers."""
        return self._models.adapters.views(spec)

    def add_adapter(self, spec: ModelSpec, path: Path) -> AdapterSpec:
        """Add the adapter at ``path`` (a folder or a file), switched on at its trained scale.

        It is converted in the background. Raises ``ModelError`` when it is none, or was made for
        a model of another shape.
        """
        adapter = self._models.adapters.add(spec, path)
        self._bus.publish(AdaptersChanged(spec.model_id))

        def work(on_progress: Callable[[float], None], cancel: CancelToken) -> Path:
            choice = AdapterChoice(adapter.adapter_id)
            loaded = self._models.status.loaded
            engine = loaded.engine if loaded is not None else ""
            return self._models.adapters.use(spec, choice, engine, on_progress, cancel).path

        title = translate("ModelWorkshop", "adapter {name}").format(name=adapter.name)
        self._jobs.submit("adapter", title, (spec, adapter), work)
        return adapter

    def set_adapter(self, spec: ModelSpec, adapter_id: str, scale: float, *, is_on: bool) -> None:
        """Change an adapter; acts from the next answer on, without loading anything again.

        Raises ``UsageError`` for a scale that is not from 0 to 4.
        """
        self._models.adapters.change(spec, adapter_id, scale, is_on=is_on)
        self._bus.publish(AdaptersChanged(spec.model_id))

    def remove_adapter(self, spec: ModelSpec, adapter_id: str) -> None:
        """Take an adapter off ``spec``; its files are not touched."""
        self._models.adapters.remove(spec, adapter_id)
        self._bus.publish(AdaptersChanged(spec.model_id))

    def import_options(self, spec: ModelSpec) -> ImportOptions:
        """What a GGML file is imported with."""
        return spec.import_options or ImportOptions()

    def set_import_options(self, spec: ModelSpec, options: ImportOptions) -> ModelSpec:
        """Import a GGML file with ``options`` from now on; loads it again if it is loaded.

        Raises ``ModelError`` when ``options.tokenizer`` cannot be used.
        """
        changed = dataclasses.replace(spec, import_options=options)
        self._models.choices(changed)
        return self._models.change_preferences(
            spec, lambda chosen: dataclasses.replace(chosen, import_options=options)
        )

    def close(self) -> None:
        """Cancel what is running, wait a little; nothing is begun afterwards."""
        self._jobs.close(CLOSE_TIMEOUT_S)


def with_tokenizer(spec: ModelSpec, tokenizer: Path) -> ModelSpec:
    """A GGML model with the vocabulary of a ``tokenizer.json`` or the folder that holds one.

    Raises ``ModelUnsupportedError`` for other models, whose vocabulary is in their own files.
    """
    if spec.format is not ModelFormat.GGML:
        raise ModelUnsupportedError(
            QT_TRANSLATE_NOOP("ModelWorkshop", "{model} has its vocabulary in its own files."),
            advice=QT_TRANSLATE_NOOP(
                "ModelWorkshop", "Another tokenizer is for GGML files; leave it out."
            ),
            model=spec.name,
        )
    path = with_home(tokenizer).absolute()
    if path.is_dir():
        path /= TOKENIZER
    options = spec.import_options or ImportOptions()
    return dataclasses.replace(spec, import_options=dataclasses.replace(options, tokenizer=path))


def _check_free(target: Path) -> None:
    if target.exists():
        raise UsageError(
            QT_TRANSLATE_NOOP("ModelWorkshop", "There is a file {path} already."),
            kept=QT_TRANSLATE_NOOP("ModelWorkshop", "It was not touched."),
            advice=QT_TRANSLATE_NOOP("ModelWorkshop", "Choose another name, or move that one."),
            path=target,
        )
    if not target.parent.is_dir():
        raise UsageError(
            QT_TRANSLATE_NOOP("ModelWorkshop", "There is no folder {path}."),
            advice=QT_TRANSLATE_NOOP("ModelWorkshop", "Make it, or choose another place."),
            path=target.parent,
        )
