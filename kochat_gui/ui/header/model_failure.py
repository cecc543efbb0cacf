"""Says why a model could not be loaded and what would help, or what is odd about a loaded one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from kochat_gui.core.errors import MemoryShortError, UserFacingError
from kochat_gui.core.i18n import translate
from kochat_gui.core.states import ModelState
from kochat_gui.services.events import ModelStatus
from kochat_gui.services.notices import Notice, NoticeAction, NoticeCenter, Severity
from kochat_gui.settings.store import SettingsStore

if TYPE_CHECKING:
    from kochat_gui.core.models import LoadedModel
    from kochat_gui.services.model_manager import ModelManager

_NOTICE_ID = "model"
_REMARKS_ID = "model-remarks"
_AGAIN = "model-again"
_ANYWAY = "model-anyway"
_LEVEL = "model-level:"
_CONTEXT = "model-context:"


class ModelFailure(QObject):
    """Keeps one notice in step with the state of the chosen model."""

    def __init__(
        self,
        models: Callable[[], ModelManager],
        settings: SettingsStore,
        notices: NoticeCenter,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._models = models
        self._settings = settings
        self._notices = notices

    def set_status(self, status: ModelStatus) -> None:
        """Post or withdraw the notice."""
        if status.state is ModelState.FAILED and status.error is not None:
            actions = _offers(status.error) if status.spec is not None else ()
            self._notices.post_error(status.error, _NOTICE_ID, actions=actions)
        else:
            self._notices.withdraw(_NOTICE_ID)
        if status.state is ModelState.READY and status.loaded is not None:
            self._tell_remarks(status.loaded)

    def _tell_remarks(self, loaded: LoadedModel) -> None:
        if loaded.remarks:
            text = " ".join(remark.text() for remark in loaded.remarks)
            self._notices.post(Notice(_REMARKS_ID, Severity.INFO, text))
        else:
            self._notices.withdraw(_REMARKS_ID)

    def act(self, action_id: str) -> None:
        """Do what a notice offered; ids of others are left alone."""
        status = self._models().status
        if status.spec is None:
            return
        model_id, level = status.spec.model_id, status.quantization
        try:
            if action_id == _AGAIN:
                self._models().choose(model_id, level)
            elif action_id == _ANYWAY:
                self._models().choose(model_id, level, despite_memory=True)
            elif action_id.startswith(_LEVEL):
                self._models().choose(model_id, action_id.removeprefix(_LEVEL))
            elif action_id.startswith(_CONTEXT):
                self._settings.set("load.context_tokens", int(action_id.removeprefix(_CONTEXT)))
                self._models().choose(model_id, level)
        except UserFacingError as error:
            self._notices.post(Notice(_NOTICE_ID, Severity.ERROR, error.text()))


def _offers(error: UserFacingError) -> tuple[NoticeAction, ...]:
    if not isinstance(error, MemoryShortError):
        return (NoticeAction(translate("ModelFailure", "Try again"), _AGAIN),)
    offers = []
    level = error.values.get("level")
    context = str(error.values.get("context", "")).replace(",", "")
    if context.isascii() and context.isdigit():
        text = translate("ModelFailure", "Load with {context} tokens")
        offers.append(NoticeAction(text.format(context=context), _CONTEXT + context))
    elif isinstance(level, str):
        text = translate("ModelFailure", "Load {level}")
        offers.append(NoticeAction(text.format(level=level), _LEVEL + level))
    offers.append(NoticeAction(translate("ModelFailure", "Load anyway"), _ANYWAY))
    return tuple(offers)
