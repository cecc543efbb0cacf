"""The parameters of the open conversation, and the views of what they make of a message."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from kochat_gui.core.conversation import ConversationSettings
from kochat_gui.core.errors import UserFacingError
from kochat_gui.services.assembly import Services
from kochat_gui.services.events import ModelStatus
from kochat_gui.ui.bridge import Bridge
from kochat_gui.ui.chat.composer import Composer
from kochat_gui.ui.chat.composer_chip import ComposerChip
from kochat_gui.ui.chat.controller import ChatController
from kochat_gui.ui.theme import Appearance

if TYPE_CHECKING:
    from kochat_gui.core.presets import Preset
    from kochat_gui.services.chat_templates import ChatTemplates
    from kochat_gui.ui.parameters.parameters_panel import ParametersPanel


_PANEL_WIDTH = 340
_LEAST_BESIDE = 320
"""Px at 100 %, of the panel and of the conversation."""


class ParametersController(QObject):
    """Makes the panel when it is first wanted.

    Signals: failed(UserFacingError).
    """

    failed = Signal(object)

    def __init__(
        self,
        services: Services,
        bridge: Bridge,
        chat: ChatController,
        composer: Composer,
        appearance: Appearance,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._services = services
        self._chat = chat
        self._composer = composer
        self._appearance = appearance
        self._window = window
        self._chip = ComposerChip(composer, self._described)
        self._panel: ParametersPanel | None = None
        self._place: QHBoxLayout | None = None
        self._beside: QWidget | None = None
        bridge.model_status_changed.connect(self._on_status)
        if services.known_status is not None:
            self._chip.set_status(services.known_status)

    def set_place(self, place: QHBoxLayout, beside: QWidget) -> None:
        """Where the panel is shown, as the last widget; ``beside`` gives way where both are too
        wide.
        """
        self._place, self._beside = place, beside

    def toggle(self) -> None:
        """Show or hide the panel."""
        panel = self._made_panel()
        panel.flush()
        is_shown = panel.isHidden()
        if not is_shown and self._beside is not None:
            # Before the panel is hidden, so that the keyboard has a place to go to.
            self._beside.show()
        panel.setVisible(is_shown)
        self._fit()

    def give_way(self) -> None:
        """Where the panel is alone, something else is to be seen: hide it."""
        if self._panel is not None and self._beside is not None and self._beside.isHidden():
            self.toggle()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._fit()
        return False

    def _fit(self) -> None:
        """Show the panel beside the conversation, or in its place where there is no room."""
        panel, beside = self._panel, self._beside
        if panel is None or beside is None:
            return
        px = self._appearance.px
        room = self._window.width()
        is_alone = not panel.isHidden() and room < px(_PANEL_WIDTH) + px(_LEAST_BESIDE)
        panel.setFixedWidth(room if is_alone else px(_PANEL_WIDTH))
        focus = beside.window().focusWidget()
        if is_alone and focus is not None and beside.isAncestorOf(focus):
            panel.focus_first()
        beside.setVisible(not is_alone)

    def flush(self) -> None:
        """Keep an edit that is still waiting."""
        if self._panel is not None:
            self._panel.flush()

    def show_conversation(self) -> None:
        """Another conversation is open."""
        self._chip.set_settings(self._chat.settings)
        if self._panel is not None:
            self._show(self._panel)

    def open_prompt(self) -> None:
        """Show what the typed text, or the last message, would send to the model."""
        from kochat_gui.ui.prompt.prompt_dialog import PromptDialog

        self.flush()
        spec = self._services.models.status.spec
        if spec is None:
            return
        try:
            request = self._services.chat.request_for(
                self._chat.conversation_id, self._composer.text(), self._chat.settings
            )
        except UserFacingError as error:
            self.failed.emit(error)
            return
        tokens = self._services.tokens
        PromptDialog(
            lambda cancel: tokens.prompt(spec, request, cancel),
            lambda name: self._labels.get(name, name),
            self._appearance,
            self._window,
        ).open()

    def open_tokens(self) -> None:
        """Show how the typed text splits."""
        from kochat_gui.ui.prompt.tokens_dialog import TokensDialog

        models = self._services.models
        TokensDialog(
            self._services.tokens,
            models.models(),
            models.status.spec,
            self._composer.text(),
            self._appearance,
            self._window,
        ).open()

    def open_template(self, name: str | None) -> None:
        """Edit a template; None: the one that the model gets by itself."""
        from kochat_gui.ui.prompt.template_dialog import TemplateDialog

        loaded = self._services.models.status.loaded
        wanted = name or (loaded.template if loaded is not None else "")
        if wanted not in self._labels:
            # The model's own is a part of its file: a copy begins with the plainest one.
            wanted = next(iter(self._labels))
        dialog = TemplateDialog(self._templates, wanted, self._appearance, self._window)
        dialog.saved.connect(self._on_template_saved)
        dialog.deleted.connect(self._on_template_deleted)
        dialog.open()

    def _made_panel(self) -> ParametersPanel:
        if self._panel is not None:
            return self._panel
        from kochat_gui.ui.parameters.parameters_panel import ParametersPanel

        panel = ParametersPanel(self._appearance, self._window)
        panel.changed.connect(self._on_changed)
        panel.preset_chosen.connect(self._on_preset)
        panel.template_edit_requested.connect(self.open_template)
        panel.prompt_requested.connect(self.open_prompt)
        panel.tokens_requested.connect(self.open_tokens)
        panel.closed.connect(self.toggle)
        panel.hide()
        self._window.installEventFilter(self)
        self._appearance.changed.connect(self._fit)
        if self._place is not None:
            self._place.addWidget(panel)
        self._panel = panel
        panel.set_templates(list(self._labels.items()))
        self._show(panel)
        return panel

    def _show(self, panel: ParametersPanel) -> None:
        self._show_model(panel)
        panel.show_settings(self._chat.settings)

    def _show_model(self, panel: ParametersPanel) -> None:
        """What the model has to offer, and its values for what the conversation has none of."""
        from kochat_gui.services.presets import presets_for

        models = self._services.models
        status = models.status
        if status.spec is not None:
            template = status.loaded.template if status.loaded else status.spec.template or ""
            engine = status.loaded.engine if status.loaded else None
            panel.set_presets(presets_for(status.spec, template, engine), models.preset)
        panel.set_defaults(self._services.chat.sampling_defaults())

    @functools.cached_property
    def _templates(self) -> ChatTemplates:
        from kochat_gui.services.chat_templates import ChatTemplates

        return ChatTemplates(self._services.paths.templates_dir)

    @functools.cached_property
    def _labels(self) -> dict[str, str]:
        """What the chat templates are called, by their names in the registry."""
        labels = {row.name: row.label for row in self._templates.all()}
        for problem in self._templates.problems():
            self._services.notices.post_error(problem, "chat-templates")
        return labels

    def _described(self, template: str) -> str:
        """What the composer says of a chat template."""
        parts = (self._labels.get(template, ""), self._templates.note(template))
        return " · ".join(part for part in parts if part)

    def _on_templates_changed(self) -> None:
        self.__dict__.pop("_labels", None)
        self._chip.refresh()
        if self._panel is not None:
            self._panel.set_templates(list(self._labels.items()))

    def _on_status(self, status: ModelStatus) -> None:
        self._chip.set_status(status)
        if self._panel is not None and status.progress is None:
            self._panel.flush()
            self._show_model(self._panel)

    def _on_changed(self, settings: ConversationSettings) -> None:
        self._chat.set_settings(settings)
        self._chip.set_settings(settings)

    def _on_preset(self, preset: Preset) -> None:
        models = self._services.models
        spec = models.status.spec
        if spec is None:
            return
        try:
            models.change_preferences(
                spec,
                lambda old: dataclasses.replace(old, preset=preset.name),
            )
        except UserFacingError as error:
            self.failed.emit(error)
        if self._panel is not None:
            self._show_model(self._panel)

    def _on_template_saved(self, name: str) -> None:
        self._on_templates_changed()
        if self._panel is not None:
            self._panel.choose_template(name)

    def _on_template_deleted(self, name: str) -> None:
        self._on_templates_changed()
        if self._panel is not None and self._chat.settings.template == name:
            self._panel.choose_template(None)
