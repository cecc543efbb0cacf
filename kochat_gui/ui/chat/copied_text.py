"""What is copied out of rich text: plain lines, with the markers of lists."""

from PySide6.QtGui import QTextBlock, QTextCursor, QTextList, QTextListFormat, QTextTable

# Qt's own characters for ends of paragraphs, of lines, and of tables, and for embedded objects.
_PLAIN = str.maketrans(
    {"\u2029": "\n", "\u2028": "\n", "\ufdd0": None, "\ufdd1": None, "\ufffc": None}
)


def copied_text(selection: QTextCursor) -> str:
    """The selected text; cells of a table row are set apart by tabs."""
    start, end = selection.selectionStart(), selection.selectionEnd()
    lines: list[str] = []
    row_before: tuple[int, int] | None = None
    block = selection.document().findBlock(start)
    while block.isValid() and block.position() <= end:
        text = _part(block, start, end)
        row = _table_row(block)
        if row is not None and row == row_before:
            lines[-1] += "\t" + text
        elif not _is_beside_table(block):
            lines.append(text)
        row_before = row
        block = block.next()
    return "\n".join(lines)


def _part(block: QTextBlock, start: int, end: int) -> str:
    cursor = QTextCursor(block)
    cursor.setPosition(max(start, block.position()))
    cursor.setPosition(
        max(cursor.position(), min(end, block.position() + block.length() - 1)),
        QTextCursor.MoveMode.KeepAnchor,
    )
    text = cursor.selectedText().translate(_PLAIN)
    is_whole = start <= block.position()
    return _marker(block) + text if is_whole else text


def _marker(block: QTextBlock) -> str:
    items: QTextList | None = block.textList()
    if items is None:
        return ""
    is_ordered = items.format().style() is QTextListFormat.Style.ListDecimal
    marker = items.itemText(block) if is_ordered else "-"
    return "  " * max(0, items.format().indent() - 1) + marker + " "


def _table_row(block: QTextBlock) -> tuple[int, int] | None:
    """Where the table of the block begins, and the block's row in it."""
    table: QTextTable | None = QTextCursor(block).currentTable()
    if table is None:
        return None
    return table.firstPosition(), table.cellAt(block.position()).row()


def _is_beside_table(block: QTextBlock) -> bool:
    """Whether it is one of the empty blocks that Qt keeps before and after a table."""
    if block.length() > 1 or _table_row(block) is not None:
        return False
    before, after = block.previous(), block.next()
    return any(other.isValid() and _table_row(other) is not None for other in (before, after))
