"""What the composer says about how a message is going to be sent."""

from PySide6.QtCore import QObject

from kochat_gui.core.conversation import ConversationSettings
from kochat_gui.core.i18n import translate
from kochat_gui.services.chat_templates import template_note
from kochat_gui.services.events import ModelStatus
from kochat_gui.ui.chat.composer import Composer


class ComposerChip(QObject):
    """Keeps the chip in step with the loaded model and the conversation's own settings."""

    def __init__(self, templates: list[tuple[str, str]], composer: Composer) -> None:
        """``templates``: (registry name, label) of every chat template."""
        super().__init__(composer)
        self._labels = dict(templates)
        self._composer = composer
        self._model_template = ""
        self._settings = ConversationSettings()

    def set_status(self, status: ModelStatus) -> None:
        """Another model, or another state of it."""
        self._model_template = status.loaded.template if status.loaded is not None else ""
        self._show()

    def set_settings(self, settings: ConversationSettings) -> None:
        """Another conversation, or other settings of it."""
        self._settings = settings
        self._show()

    def _show(self) -> None:
        name = self._settings.template or self._model_template
        label = self._labels.get(name, "")
        note = template_note(name) if name else ""
        is_own = self._settings.sampling is not None or bool(self._settings.system_prompt)
        preset = translate("Composer", "own parameters") if is_own else ""
        self._composer.set_chips(" · ".join(part for part in (label, note) if part), preset)
