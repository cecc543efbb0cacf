"""가지 지도: the whole tree of a conversation, to find one's way in it."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QEvent, QItemSelectionModel, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QPushButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from kochat_gui.core.conversation import Message, MessageId
from kochat_gui.core.i18n import translate
from kochat_gui.ui.chat.branch_tree import BranchTree
from kochat_gui.ui.fitted_dialog import FittedDialog
from kochat_gui.ui.ime import HangulLineEdit
from kochat_gui.ui.plain_text import Paragraph, plain_label
from kochat_gui.ui.theme import Appearance

EXPANDED_UP_TO = 200
"""Messages of a tree that is shown with all its branches open."""
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
        self._appearance = appearance
        self._found: list[MessageId] = []
        self._model = BranchTree(messages, path, appearance, self)
        self._search = HangulLineEdit()
        self._count = plain_label("", "caption")
        self._tree = _Tree()
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
        self._build_tree()
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(self._search, 1)
        top.addWidget(self._count)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addLayout(top)
        column.addWidget(self._tree, 1)
        column.addLayout(self._foot())

    def _build_tree(self) -> None:
        self._tree.setObjectName("branches")
        self._tree.setModel(self._model)
        self._tree.setHeaderHidden(True)
        self._tree.setUniformRowHeights(True)
        self._tree.setIndentation(self._appearance.px(20))
        side = self._appearance.px(16)
        self._tree.setIconSize(QSize(side, side))
        self._tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._tree.setExpandsOnDoubleClick(False)
        self._tree.setAccessibleName(translate("BranchMap", "Branches of the conversation"))
        self._tree.activated.connect(lambda _index: self._show_branch())

    def _foot(self) -> QHBoxLayout:
        show = QPushButton(translate("BranchMap", "Show this branch"))
        show.setObjectName("primary")
        show.clicked.connect(self._show_branch)
        end = QPushButton(translate("BranchMap", "Show up to here only"))
        end.clicked.connect(self._show_end)
        for button in (show, end):
            # Enter belongs to the field and the tree.
            button.setAutoDefault(False)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        hint = translate("BranchMap", "Arrows move, Enter shows the branch")
        foot.addWidget(Paragraph(hint, "caption"), 1)
        foot.addWidget(end)
        foot.addWidget(show)
        return foot

    def _find(self, words: str) -> None:
        self._found = self._model.find(words)
        if self._found:
            current = self._current()
            self._select(current if current in self._found else self._found[0])
        self._tell_count(has_words=bool(words.strip()))

    def _step(self, step: int) -> None:
        current = self._current()
        position = self._found.index(current) if current in self._found else -step
        self._select(self._found[(position + step) % len(self._found)])
        self._tell_count(has_words=True)

    def _tell_count(self, *, has_words: bool) -> None:
        if not has_words:
            self._count.setText("")
        elif not self._found:
            self._count.setText(translate("BranchMap", "Nothing found"))
        else:
            current = self._current()
            position = self._found.index(current) + 1 if current in self._found else 1
            self._count.setText(f"{position:,}/{len(self._found):,}")

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


class _Tree(QTreeView):
    """Left leaves a branch and Right goes into it, whatever the style thinks of that."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        is_open = self.isExpanded(index) and self.model().hasChildren(index)
        if event.key() == Qt.Key.Key_Left and not is_open and index.parent().isValid():
            self.setCurrentIndex(index.parent())
        elif event.key() == Qt.Key.Key_Right and is_open:
            self.setCurrentIndex(self.model().index(0, 0, index))
        else:
            super().keyPressEvent(event)
