"""What the composer says about how a message is going to be sent."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from kochat_gui.core.conversation import ConversationSettings
from kochat_gui.core.i18n import translate
from kochat_gui.services.events import ModelStatus
from kochat_gui.ui.chat.composer import Composer


class ComposerChip(QObject):
    """Keeps the chip in step with the loaded model and the conversation's own settings."""

    def __init__(self, composer: Composer, described: Callable[[str], str]) -> None:
        """``described`` says what a chat template is, by its name in the registry."""
        super().__init__(composer)
        self._described = described
        self._composer = composer
        self._model_template = ""
        self._settings = ConversationSettings()

    def set_status(self, status: ModelStatus) -> None:
        """Another model, or another state of it."""
        self._model_template = status.loaded.template if status.loaded is not None else ""
        self.refresh()

    def set_settings(self, settings: ConversationSettings) -> None:
        """Another conversation, or other settings of it."""
        self._settings = settings
        self.refresh()

    def refresh(self) -> None:
        """Templates may be called something else now."""
        name = self._settings.template or self._model_template
        is_own = self._settings.sampling is not None or bool(self._settings.system_prompt)
        preset = translate("Composer", "own parameters") if is_own else ""
        self._composer.set_chips(self._described(name) if name else "", preset)
