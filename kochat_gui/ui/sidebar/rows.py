"""What the conversation list consists of, and the rows it becomes."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from kochat_gui.core.conversation import Conversation, ConversationOrder, Folder, FolderId
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, TextKey, translate
from kochat_gui.ui.unmarked import unmarked

_GROUPS: tuple[tuple[int, TextKey], ...] = (
    (0, QT_TRANSLATE_NOOP("Sidebar", "Today")),
    (1, QT_TRANSLATE_NOOP("Sidebar", "Yesterday")),
    (7, QT_TRANSLATE_NOOP("Sidebar", "Last 7 days")),
    (30, QT_TRANSLATE_NOOP("Sidebar", "Last 30 days")),
)
_OLDER = QT_TRANSLATE_NOOP("Sidebar", "Older")
_BY_TITLE = QT_TRANSLATE_NOOP("Sidebar", "By name")
PINNED = QT_TRANSLATE_NOOP("Sidebar", "Pinned")
INCOGNITO = QT_TRANSLATE_NOOP("Sidebar", "Not recorded")
FOLDERS = QT_TRANSLATE_NOOP("Sidebar", "Folders")


@dataclass(frozen=True)
class Heading:
    """A row that only says what the rows below it have in common."""

    group: TextKey


@dataclass(frozen=True)
class FolderRow:
    """A folder's heading, which opens and closes it."""

    folder: Folder
    is_open: bool
    has_current: bool = False
    """The conversation beside the list is in it, and cannot be seen because it is closed."""


@dataclass(frozen=True)
class EmptyFolder:
    """Says how conversations come into a folder that has none, or where those of it are."""

    folder_id: FolderId
    has_pinned: bool
    """What is pinned is listed at the top instead."""


@dataclass(frozen=True)
class More:
    """Stands for conversations that are read once this row is looked at."""

    section: "Section"


NO_LIMIT = 1 << 40
"""More conversations than there are, where all are to be listed."""
Section = FolderId | TextKey
"""A folder, or the heading of another part of the list."""
LOOSE = TextKey("", "loose")
"""The section of conversations in no folder."""

Row = Heading | FolderRow | EmptyFolder | More | Conversation


class Part(NamedTuple):
    """Conversations of one section, as far as they are read."""

    conversations: Sequence[Conversation] = ()
    has_more: bool = False


class FolderPart(NamedTuple):
    """A folder and what is in it; nothing while it is closed."""

    folder: Folder
    is_open: bool
    part: Part = Part()


class Listing(NamedTuple):
    """All that the list shows."""

    loose: Part
    pinned: Part = Part()
    incognito: Part = Part()
    folders: Sequence[FolderPart] = ()
    order: ConversationOrder = ConversationOrder.RECENT
    tag: str = ""
    """Only what has this tag; empty: everything."""

    @property
    def is_empty(self) -> bool:
        """There is not even a folder."""
        parts = (self.loose, self.pinned, self.incognito)
        return not self.folders and not any(part.conversations for part in parts)


def rows_of(listing: Listing, today: date, current: Conversation | None = None) -> list[Row]:
    """The rows from top to bottom; ``today`` is the local date, ``current`` the open one."""
    rows: list[Row] = []
    for key, part in ((INCOGNITO, listing.incognito), (PINNED, listing.pinned)):
        if part.conversations:
            rows += [Heading(key), *part.conversations]
            rows += _more(key, part)
    if listing.folders:
        rows.append(Heading(FOLDERS))
    for shown in listing.folders:
        rows += _folder_rows(shown, current)
    rows += _grouped(listing.loose.conversations, today, listing.order)
    rows += _more(LOOSE, listing.loose)
    return rows


def key_of(row: Row) -> Hashable:
    """What stays the same while a row changes."""
    if isinstance(row, Conversation):
        return row.conversation_id
    return folder_key(row.folder.folder_id) if isinstance(row, FolderRow) else row


def folder_key(folder_id: FolderId) -> Hashable:
    """:func:`key_of` a folder's row."""
    return "folder", folder_id


def group_of(when: datetime, today: date) -> TextKey:
    """The heading for a conversation of ``when``, by local calendar days."""
    return next(key for began, key in _boundaries(today) if when >= began)


def shown_title(conversation: Conversation) -> str:
    """The title, or what stands for one before the first message."""
    return conversation.title or translate("Sidebar", "New conversation")


def shown_words(conversation: Conversation) -> str:
    """The last words without the marks of Markdown."""
    words = unmarked(conversation.last_words)[0].strip()
    if not words and conversation.is_incognito:
        return translate("Sidebar", "Gone when KoChat is closed")
    return words


def _folder_rows(shown: FolderPart, current: Conversation | None) -> list[Row]:
    folder_id = shown.folder.folder_id
    holds_current = current is not None and current.folder_id == folder_id and not current.is_pinned
    row = FolderRow(shown.folder, shown.is_open, has_current=holds_current and not shown.is_open)
    if not shown.is_open:
        return [row]
    empty = EmptyFolder(folder_id, has_pinned=shown.folder.count > 0)
    inside: Sequence[Row] = shown.part.conversations or [empty]
    return [row, *inside, *_more(folder_id, shown.part)]


def _more(section: Section, part: Part) -> list[Row]:
    return [More(section)] if part.has_more else []


def _grouped(
    conversations: Iterable[Conversation], today: date, order: ConversationOrder
) -> list[Row]:
    """``conversations`` under a heading per group, in their own order within it."""
    groups: dict[TextKey, list[Row]] = {key: [] for _, key in _GROUPS}
    groups[_OLDER] = []
    boundaries = _boundaries(today)
    by_creation = order is ConversationOrder.CREATED
    if order is ConversationOrder.TITLE:
        groups[_BY_TITLE] = list(conversations)
        conversations = ()
    for conversation in conversations:
        when = conversation.created_at if by_creation else conversation.updated_at
        for began, key in boundaries:
            if when >= began:
                groups[key].append(conversation)
                break
    rows: list[Row] = []
    for key, group in groups.items():
        if group:
            rows.append(Heading(key))
            rows.extend(group)
    return rows


def _boundaries(today: date) -> list[tuple[datetime, TextKey]]:
    """When each group's first day began by the local clock, the newest group first."""
    days = [
        (datetime.combine(today - timedelta(days=days), time.min).astimezone(UTC), key)
        for days, key in _GROUPS
    ]
    return [*days, (datetime.min.replace(tzinfo=UTC), _OLDER)]
