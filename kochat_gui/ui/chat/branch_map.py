"""가지 지도: the whole tree of a conversation, to find one's way in it."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QEvent, QItemSelectionModel, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QBoxLayout,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from kochat_gui.core.conversation import Message, MessageId
from kochat_gui.core.i18n import translate
from kochat_gui.ui.chat.branch_tree import BranchTree
from kochat_gui.ui.chat.branch_view import BranchView
from kochat_gui.ui.fitted_dialog import FittedDialog
from kochat_gui.ui.ime import HangulLineEdit
from kochat_gui.ui.plain_text import Paragraph, plain_label
from kochat_gui.ui.theme import Appearance

EXPANDED_UP_TO = 200
"""Messages of a tree that is shown with all its branches open."""
_SIDE = 20
"""Px left and right of everything."""
_KEYS_OF_TREE = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown})
_KEYS_OF_BRANCHES = frozenset({Qt.Key.Key_Left, Qt.Key.Key_Right})


class BranchMap(FittedDialog):
    """Typing searches, arrows move, Enter shows the branch. Open it with ``open()``.

    Signals: branch_requested(int message_id) to show a message on its branch;
    end_requested(int message_id) to show the conversation up to it.
    """

    branch_requested = Signal(int)
    end_requested = Signal(int)

    def __init__(
        self,
        messages: Sequence[Message],
        path: Sequence[MessageId],
        current: MessageId,
        appearance: Appearance,
        parent: QWidget,
    ) -> None:
        """``messages``: the whole tree, by id; ``path``: what is shown of it."""
        super().__init__(translate("BranchMap", "Branch map"), 680, 640, appearance, parent)
        self._found: list[MessageId] = []
        self._model = BranchTree(messages, path, self)
        self._search = HangulLineEdit()
        self._count = plain_label("", "caption")
        self._tree = BranchView(self._model, appearance)
        self._build()
        if len(messages) <= EXPANDED_UP_TO:
            self._tree.expandAll()
        self._select(current)
        self._search.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys that move in the tree work from the search field."""
        if watched is self._search and isinstance(event, QKeyEvent):
            key = event.key()
            is_for_tree = key in _KEYS_OF_TREE or (
                key in _KEYS_OF_BRANCHES and not self._search.text_with_preedit()
            )
            if event.type() is QEvent.Type.KeyPress and is_for_tree:
                if self._found and key in {Qt.Key.Key_Up, Qt.Key.Key_Down}:
                    self._step(1 if key == Qt.Key.Key_Down else -1)
                else:
                    QCoreApplication.sendEvent(self._tree, event)
                return True
        return super().eventFilter(watched, event)

    def _build(self) -> None:
        self._search.setObjectName("search")
        self._search.setPlaceholderText(translate("BranchMap", "Search the messages"))
        self._search.setAccessibleName(translate("BranchMap", "Search the messages"))
        self._search.content_changed.connect(self._find)
        self._search.return_committed.connect(lambda _text: self._show_branch())
        self._search.escape_pressed.connect(self._on_escape)
        self._search.installEventFilter(self)
        self._tree.setExpandsOnDoubleClick(False)
        self._tree.activated.connect(lambda _index: self._show_branch())
        self._tree.selectionModel().currentChanged.connect(self._tell_count)
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(self._search, 1)
        top.addWidget(self._count)
        column = QVBoxLayout(self)
        column.setContentsMargins(_SIDE, 18, _SIDE, 16)
        column.setSpacing(12)
        column.addLayout(top)
        column.addWidget(self._tree, 1)
        column.addLayout(self._foot())

    def _foot(self) -> QBoxLayout:
        """The hint beside the buttons, or above them where that would break it into pieces."""
        show = QPushButton(translate("BranchMap", "Show this branch"))
        show.setObjectName("primary")
        show.clicked.connect(self._show_branch)
        end = QPushButton(translate("BranchMap", "Show up to here only"))
        end.clicked.connect(self._show_end)
        hint = Paragraph(translate("BranchMap", "Arrows move, Enter shows the branch"), "caption")
        for widget in (show, end, hint):
            widget.ensurePolished()
        for button in (show, end):
            # Enter belongs to the field and the tree.
            button.setAutoDefault(False)
        gap, room = 8, self.width() - 2 * _SIDE
        wanted = show.sizeHint().width() + gap + end.sizeHint().width()
        directions = QBoxLayout.Direction
        buttons = QBoxLayout(directions.LeftToRight if wanted <= room else directions.TopToBottom)
        buttons.addStretch(1)
        buttons.addWidget(end)
        buttons.addWidget(show)
        wanted += gap + hint.fontMetrics().horizontalAdvance(hint.text())
        foot = QBoxLayout(directions.LeftToRight if wanted <= room else directions.TopToBottom)
        for layout in (buttons, foot):
            layout.setSpacing(gap)
        foot.addWidget(hint, 1)
        foot.addLayout(buttons)
        return foot

    def _find(self, words: str) -> None:
        self._found = self._model.find(words)
        if self._found:
            current = self._current()
            self._select(current if current in self._found else self._found[0])
        self._tell_count()

    def _step(self, step: int) -> None:
        current = self._current()
        position = self._found.index(current) if current in self._found else -step
        self._select(self._found[(position + step) % len(self._found)])

    def _tell_count(self) -> None:
        """Which of the messages that were found is the current one, if it is one of them."""
        current, total = self._current(), f"{len(self._found):,}"
        if not self._search.text_with_preedit().strip():
            self._count.setText("")
        elif not self._found:
            self._count.setText(translate("BranchMap", "Nothing found"))
        elif current in self._found:
            self._count.setText(f"{self._found.index(current) + 1:,}/{total}")
        else:
            self._count.setText(total)

    def _current(self) -> MessageId | None:
        message = self._model.message_at(self._tree.currentIndex())
        return message.message_id if message is not None else None

    def _select(self, message_id: MessageId) -> None:
        index = self._model.index_of(message_id)
        flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self._tree.selectionModel().setCurrentIndex(index, flag)
        self._tree.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)

    def _show_branch(self) -> None:
        current = self._current()
        if current is not None:
            self.accept()
            self.branch_requested.emit(current)

    def _show_end(self) -> None:
        current = self._current()
        if current is not None:
            self.accept()
            self.end_requested.emit(current)

    def _on_escape(self) -> None:
        if self._search.text_with_preedit():
            self._search.set_text("")
        else:
            self.reject()
