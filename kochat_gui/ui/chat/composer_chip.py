"""What the composer says about how a message is going to be sent."""

from PySide6.QtCore import QObject

from kochat_gui.core.conversation import ConversationSettings
from kochat_gui.core.i18n import translate
from kochat_gui.services.chat_templates import ChatTemplates
from kochat_gui.services.events import ModelStatus
from kochat_gui.ui.chat.composer import Composer


class ComposerChip(QObject):
    """Keeps the chip in step with the loaded model and the conversation's own settings."""

    def __init__(self, composer: Composer, templates: ChatTemplates) -> None:
        super().__init__(composer)
        self._labels: dict[str, str] = {}
        self._templates = templates
        self._composer = composer
        self._model_template = ""
        self._settings = ConversationSettings()

    def set_labels(self, labels: dict[str, str]) -> None:
        """What the chat templates are called, by their names in the registry."""
        self._labels = labels
        self._show()

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
        note = self._templates.note(name) if name else ""
        is_own = self._settings.sampling is not None or bool(self._settings.system_prompt)
        preset = translate("Composer", "own parameters") if is_own else ""
        self._composer.set_chips(" · ".join(part for part in (label, note) if part), preset)
