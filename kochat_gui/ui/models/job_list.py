"""What is being made right now, what failed, and where a saved file is."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from kochat_gui.core.i18n import translate
from kochat_gui.services.events import WorkshopJob
from kochat_gui.ui.plain_text import ElidedLabel, Paragraph


class JobList(QWidget):
    """Takes no room when there is nothing to tell.

    Signals: cancel_requested(int job_id), show_requested(Path).
    """

    cancel_requested = Signal(int)
    show_requested = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._rows: dict[int, _JobRow] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self.hide()

    def show_job(self, job: WorkshopJob) -> None:
        """Show how far a job is; one with nothing more to tell goes away."""
        is_told = job.state in {"running", "failed"} or (
            job.state == "done" and job.kind == "convert"
        )
        if not is_told:
            self._remove(job.job_id)
            return
        row = self._rows.get(job.job_id)
        if row is None:
            row = _JobRow()
            row.cancelled.connect(lambda: self.cancel_requested.emit(job.job_id))
            row.dismissed.connect(lambda: self._remove(job.job_id))
            row.show_requested.connect(self.show_requested)
            self._rows[job.job_id] = row
            self._column.addWidget(row)
        row.show_job(job)
        self.show()

    def _remove(self, job_id: int) -> None:
        row = self._rows.pop(job_id, None)
        if row is not None:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.setVisible(bool(self._rows))


class _JobRow(QFrame):
    """Signals: cancelled(), dismissed(), show_requested(Path)."""

    cancelled = Signal()
    dismissed = Signal()
    show_requested = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("notice")
        self._result: Path | None = None
        self._title = ElidedLabel("item_name")
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.setFixedHeight(6)
        self._text = Paragraph("", "note")
        self._show = _small_button(translate("JobList", "Show in folder"))
        self._cancel = _small_button(translate("JobList", "Cancel"))
        self._close = _small_button(translate("JobList", "Dismiss"))
        self._show.clicked.connect(self._on_show)
        self._cancel.clicked.connect(self.cancelled)
        self._close.clicked.connect(self.dismissed)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._title, 1)
        for button in (self._show, self._cancel, self._close):
            head.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 10, 10)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self._progress)
        column.addWidget(self._text)

    def show_job(self, job: WorkshopJob) -> None:
        """Show how far the job is, or how it ended."""
        self._title.set_full_text(job.title)
        is_running = job.state == "running"
        self._progress.setVisible(is_running)
        self._progress.setRange(0, 0 if job.progress is None else 1000)
        self._progress.setValue(round(1000 * (job.progress or 0)))
        self._cancel.setVisible(is_running)
        self._close.setVisible(not is_running)
        self._result = job.result
        self._show.setVisible(job.state == "done" and job.result is not None)
        self._text.setText(ending_text(job))
        self._text.setVisible(bool(self._text.text()))

    def _on_show(self) -> None:
        if self._result is not None:
            self.show_requested.emit(self._result)


def ending_text(job: WorkshopJob) -> str:
    """How a job ended, as far as that is worth telling."""
    if job.state == "failed":
        unknown = translate("JobList", "It could not be made. The model itself is unchanged.")
        return job.error.text() if job.error is not None else unknown
    if job.state == "done" and job.result is not None:
        return translate("JobList", "Saved: {path}").format(path=job.result)
    return ""


def _small_button(text: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName("small")
    return button
