"""Marks what was looked for in the texts that are shown, without changing or selecting them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol
from weakref import WeakKeyDictionary

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from kochat_gui.ui.theme import Appearance, Role

if TYPE_CHECKING:
    from PySide6.QtGui import QTextCharFormat

TextView = QTextEdit | QPlainTextEdit
FindSpans = Callable[[str], Sequence[tuple[int, int]]]
"""Where the words are in a text: first character and the one after the last, in order, apart."""

MAX_HITS = 1_000
"""In one message: nobody tells more apart, and each of them is painted."""
_LAST_OF_ONE_UNIT = "\uffff"


class ShownMessage(Protocol):
    """A message's widget."""

    def text_views(self) -> Sequence[TextView]:
        """What shows its text, from top to bottom."""


class Hit(NamedTuple):
    """A place in a text; positions are the document's, which count UTF-16 units."""

    view: TextView
    start: int
    end: int

    def rect(self) -> QRect:
        """Where it begins, in the view's viewport."""
        cursor = QTextCursor(self.view.document())
        cursor.setPosition(self.start)
        first = self.view.cursorRect(cursor)
        cursor.setPosition(self.end)
        last = self.view.cursorRect(cursor)
        return first.united(last) if last.top() == first.top() else first

    def bring_into_line(self) -> None:
        """Scroll the view sideways, where it does not wrap its lines, until the hit is seen."""
        bar = self.view.horizontalScrollBar()
        rect, width = self.rect(), self.view.viewport().width()
        if rect.left() < 0 or rect.right() > width:
            bar.setValue(bar.value() + rect.left() - max(0, (width - rect.width()) // 2))

    def top_left_in(self, widget: QWidget) -> QPoint:
        """Where it begins, in the message's widget."""
        return self.view.viewport().mapTo(widget, self.rect().topLeft())


@dataclass
class _Searched:
    """A message in which the words were looked for."""

    views: list[TextView] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    hits: list[Hit] = field(default_factory=list)


class FoundText:
    """The words that are looked for, and where they are in the messages that have widgets.

    They are marked by extra selections: what is copied, and what a person selected, stays.
    """

    def __init__(self, appearance: Appearance) -> None:
        self._appearance = appearance
        self._query = ""
        self._find: FindSpans = lambda _text: ()
        self._current: Hit | None = None
        self._searched: WeakKeyDictionary[ShownMessage, _Searched] = WeakKeyDictionary()

    @property
    def query(self) -> str:
        """What a person typed to have it marked; empty for nothing."""
        return self._query

    @property
    def current(self) -> Hit | None:
        """The one hit that is marked more strongly."""
        return self._current

    def look_for(self, query: str, find: FindSpans, messages: Iterable[ShownMessage]) -> None:
        """Mark in these messages what ``find`` finds there, until something else is looked for."""
        self.clear()
        self._query, self._find = query, find
        for message in messages:
            self.refresh(message)

    def clear(self) -> None:
        """Take all marks away."""
        for searched in self._searched.values():
            for view in {hit.view for hit in searched.hits}:
                view.setExtraSelections([])
        self._searched.clear()
        self._query, self._current = "", None

    def refresh(self, message: ShownMessage) -> None:
        """Look anew in a message that has other text than before."""
        if not self._query:
            return
        views = list(message.text_views())
        texts = [view.toPlainText() for view in views]
        before = self._searched.get(message, _Searched())
        is_same = before.views == views and before.texts == texts
        if is_same and all(_is_marked(view, before.hits) for view in views):
            return
        found = _Searched(views, texts, _hits(views, texts, self._find))
        self._searched[message] = found
        if self._current in before.hits and self._current not in found.hits:
            self._current = None
        for view in views:
            if any(hit.view is view for hit in (*before.hits, *found.hits)):
                self._mark(view, found.hits)

    def forget(self, message: ShownMessage) -> None:
        """The message's widget is going."""
        if self._current in self.hits(message):
            self._current = None
        self._searched.pop(message, None)

    def hits(self, message: ShownMessage) -> list[Hit]:
        """All places in a message, from top to bottom."""
        return self._searched.get(message, _Searched()).hits

    def set_current(self, hit: Hit | None) -> None:
        """Mark ``hit`` more strongly than the others."""
        views = {marked.view for marked in (self._current, hit) if marked is not None}
        self._current = hit
        self._mark_all(lambda view: view in views)

    def restyle(self) -> None:
        """Take over the colours in force, also where the text was written anew for them."""
        self._mark_all(lambda _view: True)

    def _mark_all(self, is_wanted: Callable[[TextView], bool]) -> None:
        for searched in self._searched.values():
            for view in {hit.view for hit in searched.hits}:
                if is_wanted(view):
                    self._mark(view, searched.hits)

    def _mark(self, view: TextView, hits: Iterable[Hit]) -> None:
        plain = _format(self._appearance, Role.FOUND, Role.INK)
        strong = _format(self._appearance, Role.FOUND_NOW, Role.ON_FOUND_NOW)
        marks = []
        for hit in hits:
            if hit.view is view:
                mark = QTextEdit.ExtraSelection()
                cursor = QTextCursor(view.document())
                cursor.setPosition(hit.start)
                cursor.setPosition(hit.end, QTextCursor.MoveMode.KeepAnchor)
                mark.cursor = cursor
                mark.format = strong if hit == self._current else plain
                marks.append(mark)
        view.setExtraSelections(marks)


def _is_marked(view: TextView, hits: Iterable[Hit]) -> bool:
    """Whether the marks are where the hits are; those in text that was written anew are empty."""
    marks = view.extraSelections()
    spans = [(mark.cursor.selectionStart(), mark.cursor.selectionEnd()) for mark in marks]
    return spans == [(hit.start, hit.end) for hit in hits if hit.view is view]


def _hits(views: Sequence[TextView], texts: Sequence[str], find: FindSpans) -> list[Hit]:
    """Where the words are in a message; a hit does not reach from one view into the next."""
    spans = iter(find("\n".join(texts))[:MAX_HITS])
    span = next(spans, None)
    hits, begin = [], 0
    for view, text in zip(views, texts, strict=True):
        end, seen, position = begin + len(text), begin, 0
        while span is not None and span[0] < end:
            start, stop = max(span[0], begin), min(span[1], end)
            position += _units(text[seen - begin : start - begin])
            length = _units(text[start - begin : stop - begin])
            hits.append(Hit(view, position, position + length))
            seen, position = stop, position + length
            span = next(spans, None)
        begin = end + 1
    return hits


def _units(text: str) -> int:
    """How many UTF-16 units ``text`` takes."""
    return len(text) + sum(char > _LAST_OF_ONE_UNIT for char in text)


def _format(appearance: Appearance, ground: Role, ink: Role) -> QTextCharFormat:
    from PySide6.QtGui import QBrush, QTextCharFormat

    made = QTextCharFormat()
    made.setBackground(QBrush(appearance.colour(ground)))
    made.setForeground(QBrush(appearance.colour(ink)))
    return made
