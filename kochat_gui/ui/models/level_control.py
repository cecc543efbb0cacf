"""Connects the levels that the page shows with the workshop that makes their files."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.models import ModelFormat, ModelSpec, QuantizationChoice
from kochat_gui.services.events import ModelStatus, WorkshopJob
from kochat_gui.services.model_manager import ModelManager
from kochat_gui.services.model_workshop import ModelWorkshop
from kochat_gui.ui.models.export_dialog import ExportDialog
from kochat_gui.ui.models.level_section import LevelSection, LevelStates
from kochat_gui.ui.models.pending_deletion import PendingDeletions

_NO_LEVELS = QT_TRANSLATE_NOOP(
    "LevelControl", "The levels of this model could not be worked out: {reason}"
)


class LevelControl(QObject):
    """Signals: failed(UserFacingError); levels_known(list of QuantizationChoice) once looked up;
    use_requested(str model_id, str level).
    """

    failed = Signal(object)
    levels_known = Signal(object)
    use_requested = Signal(str, str)

    def __init__(
        self, models: ModelManager, workshop: ModelWorkshop, section: LevelSection
    ) -> None:
        super().__init__(section)
        self._models = models
        self._workshop = workshop
        self._section = section
        self._spec: ModelSpec | None = None
        self._choices: list[QuantizationChoice] = []
        self._making: dict[tuple[str, str], int] = {}
        self._deletions = PendingDeletions(self)
        # The model itself is shown before its levels, which may take a moment to look up.
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self.refresh)
        self._deletions.changed.connect(self._timer.start)
        section.use_requested.connect(self._on_use)
        section.make_requested.connect(self._on_make)
        section.cancel_requested.connect(self._on_cancel)
        section.delete_requested.connect(self._on_delete)
        section.undo_requested.connect(
            lambda level: self._with_spec(
                lambda spec: self._deletions.take_back((spec.model_id, level))
            )
        )
        section.export_requested.connect(lambda: self._with_spec(self._ask_export))

    def show(self, spec: ModelSpec) -> None:
        """Show the levels of ``spec`` as soon as the window has been drawn."""
        if self._spec is None or self._spec.model_id != spec.model_id:
            self._section.show_levels(spec, [], LevelStates())
            self._choices = []
        self._spec = spec
        self._timer.start()

    def refresh(self) -> None:
        """Look the levels up again."""
        self._timer.stop()
        self._with_spec(self._refresh)

    def on_job(self, job: WorkshopJob) -> None:
        """A job of the workshop went on or ended."""
        key = next((key for key, job_id in self._making.items() if job_id == job.job_id), None)
        if job.is_over:
            if key is not None:
                del self._making[key]
            self._timer.start()
        elif key is not None and self._spec is not None and key[0] == self._spec.model_id:
            self._section.show_progress(key[1], job.progress)

    def on_status(self, status: ModelStatus) -> None:
        """A level was chosen, here or elsewhere: its file is not deleted any more."""
        if status.spec is not None and status.quantization is not None:
            self._deletions.take_back((status.spec.model_id, status.quantization))

    def finish(self) -> None:
        """Delete at once what was going to be deleted."""
        self._deletions.finish()
        self._timer.stop()

    def _refresh(self, spec: ModelSpec) -> None:
        try:
            # A precision of transformers has no file to make or to delete.
            self._choices = [c for c in self._models.choices(spec) if not c.engine]
            made = self._workshop.made_files(spec) if self._choices else []
        except UserFacingError as error:
            self._choices = []
            self._section.show_problem(_NO_LEVELS.text(reason=error.text()))
            return
        status = self._models.status
        is_current = status.spec is not None and status.spec.model_id == spec.model_id
        states = LevelStates(
            current=status.quantization if is_current else None,
            deletable=frozenset(file.level for file in made),
            leaving=self._deletions.levels(spec.model_id),
            making=frozenset(
                level for model_id, level in self._making if model_id == spec.model_id
            ),
        )
        self._section.show_levels(spec, self._choices, states)
        for job in self._workshop.jobs():
            if not job.is_over:
                self.on_job(job)
        self.levels_known.emit(self._choices)

    def _on_use(self, level: str) -> None:
        self._with_spec(lambda spec: self.use_requested.emit(spec.model_id, level))

    def _on_make(self, level: str) -> None:
        def make(spec: ModelSpec) -> None:
            job = self._workshop.make_level(spec, level)
            self._making[spec.model_id, level] = job.job_id
            self._refresh(spec)

        self._with_spec(make)

    def _on_cancel(self, level: str) -> None:
        def cancel(spec: ModelSpec) -> None:
            job_id = self._making.get((spec.model_id, level))
            if job_id is not None:
                self._workshop.cancel(job_id)

        self._with_spec(cancel)

    def _on_delete(self, level: str) -> None:
        def delete_later(spec: ModelSpec) -> None:
            self._deletions.add(
                (spec.model_id, level),
                lambda: self._try(lambda: self._workshop.delete_made(spec, level)),
            )

        self._with_spec(delete_later)

    def _ask_export(self, spec: ModelSpec) -> None:
        status = self._models.status
        is_current = status.spec is not None and status.spec.model_id == spec.model_id
        level = status.quantization if is_current else spec.quantization
        dialog = ExportDialog(spec, self._choices, level, self._section.window())

        def on_submitted(level: str, target: Path) -> None:
            options = spec.import_options if spec.format is ModelFormat.GGML else None
            tokenizer = options.tokenizer if options is not None else None
            try:
                self._workshop.export(spec, level, target, tokenizer)
            except UserFacingError as error:
                dialog.show_problem(error)
            else:
                dialog.accept()

        dialog.submitted.connect(on_submitted)
        dialog.open()

    def _with_spec(self, action: Callable[[ModelSpec], None]) -> None:
        spec = self._spec
        if spec is not None:
            self._try(lambda: action(spec))

    def _try(self, action: Callable[[], object]) -> None:
        try:
            action()
        except UserFacingError as error:
            self.failed.emit(error)
