"""Connects the models page with the models, and opens and closes it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QStackedWidget

from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.i18n import translate
from kochat_gui.services.assembly import Services
from kochat_gui.services.events import ModelStatus, WorkshopJob
from kochat_gui.services.notices import Notice, Severity
from kochat_gui.ui.bridge import Bridge
from kochat_gui.ui.models.opener import ModelOpener
from kochat_gui.ui.notices.undo_offer import UndoOffer
from kochat_gui.ui.plain_text import shortened
from kochat_gui.ui.theme import Appearance

if TYPE_CHECKING:
    from kochat_gui.core.models import ModelSpec, QuantizationChoice
    from kochat_gui.services.model_workshop import AdapterChoiceView, RemovedModel
    from kochat_gui.ui.models.level_control import LevelControl
    from kochat_gui.ui.models.models_page import ModelsPage

_SHOWN_NAME_CHARS = 40
_JOB_NOTICE_ID = "workshop"


class ModelsController(QObject):
    """Signals: closed() when the conversation is shown again; failed(UserFacingError)."""

    closed = Signal()
    failed = Signal(object)

    def __init__(
        self,
        services: Services,
        bridge: Bridge,
        opener: ModelOpener,
        undo: UndoOffer,
        stack: QStackedWidget,
        appearance: Appearance,
    ) -> None:
        """``stack``: its first page is the conversation; the models become the second."""
        super().__init__(stack)
        self._services = services
        self._opener = opener
        self._undo = undo
        self._stack = stack
        self._appearance = appearance
        self._page: ModelsPage | None = None
        self._levels: LevelControl | None = None
        self._models: list[ModelSpec] = []
        self._shown: ModelSpec | None = None
        self._current: tuple[str, str | None] | None = None
        bridge.models_changed.connect(self._refresh)
        bridge.model_status_changed.connect(self._on_status)
        bridge.adapters_changed.connect(self._on_adapters_changed)
        bridge.workshop_changed.connect(self._on_job)
        opener.opened.connect(self._show_model)
        opener.adapter_added.connect(self._show_model)

    @property
    def is_open(self) -> bool:
        """The page is in the place of the conversation."""
        return self._page is not None and self._stack.currentWidget() is self._page

    def open(self) -> None:
        """Show the models in the place of the conversation."""
        page = self._page or self._make_page()
        self._current = _current(self._services.models.status)
        status = self._services.models.status
        self._refresh()
        if self._shown is None and status.spec is not None:
            self._show_model(status.spec.model_id)
        self._stack.setCurrentWidget(page)
        page.show_list()

    def leave(self) -> None:
        """Show the conversation again; the keyboard stays where it is."""
        if self.is_open:
            self._flush()
            self._stack.setCurrentIndex(0)

    def _close(self) -> None:
        self.leave()
        self.closed.emit()

    def finish(self) -> None:
        """The window is closing: do what was put off."""
        self._flush()
        if self._levels is not None:
            self._levels.finish()

    def _make_page(self) -> ModelsPage:
        from kochat_gui.ui.models.level_control import LevelControl
        from kochat_gui.ui.models.models_page import ModelsPage

        page = self._page = ModelsPage(self._appearance)
        models, workshop = self._services.models, self._services.workshop
        levels = self._levels = LevelControl(models, workshop, page.detail.levels)
        page.closed.connect(self._close)
        page.open_file_requested.connect(self._opener.ask_file)
        page.open_folder_requested.connect(self._opener.ask_folder)
        page.list.selected.connect(self._on_selected)
        page.trash.restore_requested.connect(
            lambda removed: self._try(lambda: workshop.restore(removed))
        )
        page.jobs.cancel_requested.connect(workshop.cancel)
        page.jobs.show_requested.connect(lambda path: self._open_folder(path.parent))
        detail = page.detail
        detail.use_requested.connect(
            lambda: self._with_shown(lambda spec: self._opener.choose(spec.model_id))
        )
        detail.folder_requested.connect(lambda: self._with_shown(self._open_model_folder))
        detail.remove_requested.connect(lambda: self._with_shown(self._remove))
        detail.import_requested.connect(lambda: self._with_shown(self._opener.ask_import))
        detail.adapters.add_requested.connect(lambda: self._with_shown(self._opener.ask_adapter))
        detail.adapters.changed.connect(self._set_adapter)
        detail.adapters.removed.connect(self._remove_adapter)
        levels.failed.connect(self.failed)
        levels.use_requested.connect(self._opener.choose)
        levels.levels_known.connect(self._on_levels_known)
        for job in workshop.jobs():
            if not job.is_over:
                page.jobs.show_job(job)
        self._stack.addWidget(page)
        return page

    def _refresh(self) -> None:
        """List the models anew, and what is shown of one of them."""
        if self._page is None:
            return
        self._try(self._list_models)
        self._show_list()
        shown = self._shown
        if shown is not None and self._models:
            self._show(self._listed(shown.model_id) or self._models[0])

    def _list_models(self) -> None:
        self._models = self._services.models.models()
        if self._page is not None:
            self._page.trash.show_models(self._services.workshop.removed_models())

    def _show_list(self) -> None:
        if self._page is not None:
            current_id = self._current[0] if self._current is not None else None
            self._page.list.show_models(self._models, current_id)

    def _show_model(self, model_id: str) -> None:
        """Show a model if it is listed and the page is there."""
        if self._page is not None and self._listed(model_id) is None:
            # It has just been opened, and that the list changed is told in the next turn.
            self._try(self._list_models)
            self._show_list()
        found = self._listed(model_id)
        if found is not None:
            self._show(found)

    def _listed(self, model_id: str) -> ModelSpec | None:
        return next((spec for spec in self._models if spec.model_id == model_id), None)

    def _show(self, spec: ModelSpec) -> None:
        page, levels = self._page, self._levels
        if page is None or levels is None:
            return
        if self._shown is None or self._shown.model_id != spec.model_id:
            page.detail.adapters.flush()
            page.detail.go_to_top()
        self._shown = spec
        page.list.select(spec.model_id)
        self._show_facts(spec, [])
        self._show_adapters(spec)
        levels.show(spec)

    def _show_facts(self, spec: ModelSpec, choices: list[QuantizationChoice]) -> None:
        from kochat_gui.ui.models.model_facts import facts, template_text

        if self._page is not None:
            template = template_text(spec, self._services.preferences.get(spec.model_id).template)
            is_current = self._current is not None and self._current[0] == spec.model_id
            found = facts(spec, template, choices)
            is_ours = spec.is_demo or spec.path.is_relative_to(self._services.paths.models_dir)
            self._page.detail.show_model(spec, found, is_current=is_current, is_ours=is_ours)

    def _show_adapters(self, spec: ModelSpec) -> None:
        page = self._page
        if page is not None:
            self._try(
                lambda: page.detail.adapters.show_adapters(
                    spec, self._services.workshop.adapters(spec)
                )
            )

    def _on_selected(self, model_id: str) -> None:
        self._show_model(model_id)
        if self._page is not None:
            self._page.show_detail()

    def _on_levels_known(self, choices: list[QuantizationChoice]) -> None:
        self._with_shown(lambda spec: self._show_facts(spec, choices))

    def _on_status(self, status: ModelStatus) -> None:
        if self._levels is not None:
            self._levels.on_status(status)
        current = _current(status)
        if current == self._current:
            return
        self._current = current
        self._show_list()
        self._with_shown(self._show)

    def _on_adapters_changed(self, model_id: str) -> None:
        if self._shown is not None and self._shown.model_id == model_id:
            self._show_adapters(self._shown)

    def _on_job(self, job: WorkshopJob) -> None:
        if self._levels is not None:
            self._levels.on_job(job)
        if self._page is not None:
            self._page.jobs.show_job(job)
        is_news = job.state == "failed" or (job.state == "done" and job.kind == "convert")
        if is_news and not self.is_open:
            from kochat_gui.ui.models.job_list import ending_text

            severity = Severity.ERROR if job.state == "failed" else Severity.INFO
            self._services.notices.post(Notice(_JOB_NOTICE_ID, severity, ending_text(job)))

    def _set_adapter(self, adapter_id: str, scale: float, is_on: bool) -> None:
        self._with_shown(
            lambda spec: self._services.workshop.set_adapter(spec, adapter_id, scale, is_on=is_on)
        )

    def _remove_adapter(self, view: AdapterChoiceView) -> None:
        workshop = self._services.workshop

        def remove(spec: ModelSpec) -> None:
            adapter = view.adapter
            workshop.remove_adapter(spec, adapter.adapter_id)

            def put_back() -> None:
                workshop.add_adapter(spec, adapter.path)
                workshop.set_adapter(spec, adapter.adapter_id, view.scale, is_on=view.is_on)

            text = translate("ModelsPage", "{name} was taken off")
            self._offer_undo(text.format(name=shortened(adapter.name, _SHOWN_NAME_CHARS)), put_back)

        self._with_shown(remove)

    def _remove(self, spec: ModelSpec) -> None:
        removed = self._services.workshop.remove(spec)
        text = _removed_text(removed).format(name=shortened(removed.name, _SHOWN_NAME_CHARS))
        self._offer_undo(text, lambda: self._services.workshop.restore(removed))
        if self._page is not None:
            self._page.show_list()

    def _offer_undo(self, text: str, undo: Callable[[], object]) -> None:
        self._undo.offer(text, lambda: self._try(undo))

    def _open_model_folder(self, spec: ModelSpec) -> None:
        self._open_folder(spec.path if spec.path.is_dir() else spec.path.parent)

    def _open_folder(self, folder: Path) -> None:
        from kochat_gui.ui.open_folder import open_folder

        open_folder(folder, self._services.notices)

    def _flush(self) -> None:
        if self._page is not None:
            self._page.detail.adapters.flush()

    def _with_shown(self, action: Callable[[ModelSpec], object]) -> None:
        spec = self._shown
        if spec is not None:
            self._try(lambda: action(spec))

    def _try(self, action: Callable[[], object]) -> bool:
        """Do what a person asked for; what goes wrong is told."""
        try:
            action()
        except UserFacingError as error:
            self.failed.emit(error)
            return False
        return True


def _current(status: ModelStatus) -> tuple[str, str | None] | None:
    return (status.spec.model_id, status.quantization) if status.spec is not None else None


def _removed_text(removed: RemovedModel) -> str:
    if removed.kept_in is None:
        return translate("ModelsPage", "{name} was taken off the list; its file is where it was")
    return translate("ModelsPage", "{name} was moved to the trash")
