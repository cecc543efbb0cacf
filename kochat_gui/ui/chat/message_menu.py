"""What else can be done with a message: the entries behind the three dots."""

from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from PySide6.QtWidgets import QMenu, QWidget

from kochat_gui.core.conversation import Message, Role
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, TextKey
from kochat_gui.ui.icons import icon
from kochat_gui.ui.theme import Appearance
from kochat_gui.ui.theme import Role as ColourRole


class MessageAct(Enum):
    """Something that is done with one message."""

    ANSWER = "answer"
    EDIT_ANSWER = "edit_answer"
    REPEAT = "repeat"
    FORK = "fork"
    HIDE = "hide"
    SHOW = "show"
    END_HERE = "end_here"
    SHOW_REST = "show_rest"
    DETAILS = "details"
    MAP = "map"
    EXPORT = "export"


class _Entry(NamedTuple):
    act: MessageAct
    icon: str
    text: TextKey
    applies: Callable[[Message], bool]


def _is_answer(message: Message) -> bool:
    return message.role is Role.ASSISTANT


def _is_repeatable(message: Message) -> bool:
    made_by = message.made_by
    return _is_answer(message) and made_by is not None and not made_by.is_edited


def _is_maker_known(message: Message) -> bool:
    """Of a part of it at least."""
    made_by = message.made_by
    return made_by is not None and bool(made_by.model_name or made_by.later_parts)


_ENTRIES = (
    _Entry(
        MessageAct.EDIT_ANSWER,
        "edit",
        QT_TRANSLATE_NOOP("MessageMenu", "Edit the answer"),
        _is_answer,
    ),
    _Entry(
        MessageAct.REPEAT,
        "retry",
        QT_TRANSLATE_NOOP("MessageMenu", "Make it again exactly"),
        _is_repeatable,
    ),
    _Entry(
        MessageAct.FORK,
        "fork",
        QT_TRANSLATE_NOOP("MessageMenu", "New conversation from here"),
        lambda _: True,
    ),
    _Entry(
        MessageAct.HIDE,
        "eye-off",
        QT_TRANSLATE_NOOP("MessageMenu", "Hide from the model"),
        lambda message: not message.is_excluded,
    ),
    _Entry(
        MessageAct.SHOW,
        "eye",
        QT_TRANSLATE_NOOP("MessageMenu", "Show to the model again"),
        lambda message: message.is_excluded,
    ),
    _Entry(
        MessageAct.END_HERE,
        "end-here",
        QT_TRANSLATE_NOOP("MessageMenu", "Show up to this message only"),
        lambda _: True,
    ),
    _Entry(
        MessageAct.DETAILS,
        "info",
        QT_TRANSLATE_NOOP("MessageMenu", "How it was made"),
        _is_maker_known,
    ),
    _Entry(
        MessageAct.MAP, "branches", QT_TRANSLATE_NOOP("MessageMenu", "Branch map"), lambda _: True
    ),
    _Entry(
        MessageAct.EXPORT, "export", QT_TRANSLATE_NOOP("MessageMenu", "Export…"), lambda _: True
    ),
)


def message_menu(
    message: Message,
    act: Callable[[MessageAct], object],
    appearance: Appearance,
    parent: QWidget,
) -> QMenu:
    """The menu of ``message``, deleted when it closes; ``act`` is called with what was chosen."""
    menu = QMenu(parent)
    colour = appearance.colour(ColourRole.INK_SECOND).name()
    for entry in _ENTRIES:
        if entry.applies(message):
            shown = menu.addAction(icon(entry.icon, colour, 16), entry.text.text())
            shown.triggered.connect(lambda _=False, chosen=entry.act: act(chosen))
    menu.aboutToHide.connect(menu.deleteLater)
    return menu
