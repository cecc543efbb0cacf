"""What was found in files of other programs, and what became of it, in words."""

from collections.abc import Mapping, Sequence

from kochat_gui.core.i18n import translate
from kochat_gui.services.exchange.imports import Imported
from kochat_gui.services.exchange.report import FoundFile, ImportedFile, LeftOut


def found_text(found: FoundFile) -> str:
    """Program and counts of a file that was looked at."""
    text = translate(
        "ImportPage", "{program} · {conversations} conversations · {messages} messages"
    )
    return text.format(
        program=found.program,
        conversations=f"{found.conversations:,}",
        messages=f"{found.messages:,}",
    )


def taken_text(taken: ImportedFile) -> str:
    """Program and counts of a file that was taken over."""
    text: str = translate(
        "ImportPage", "{program} · {conversations} conversations and {messages} messages imported"
    ).format(
        program=taken.program,
        conversations=f"{len(taken.conversation_ids):,}",
        messages=f"{taken.messages:,}",
    )
    if taken.duplicates:
        there = translate("ImportPage", "{count} were there already")
        text += " · " + there.format(count=f"{taken.duplicates:,}")
    return text


def left_out_text(left_out: Mapping[LeftOut, int]) -> str:
    """What is not taken over; empty for nothing."""
    parts = [kind.label.text(count=f"{count:,}") for kind, count in left_out.items() if count]
    if not parts:
        return ""
    return translate("ImportPage", "Not taken over: {list}").format(list=", ".join(parts))


def imported_text(imported: Imported) -> str:
    """What was taken over altogether, and whether that was all."""
    total = total_text(imported.files)
    if not imported.is_stopped:
        return total
    return translate("ImportPage", "Stopped.") + " " + total


def total_text(files: Sequence[ImportedFile]) -> str:
    """What was taken over altogether."""
    count = sum(len(file.conversation_ids) for file in files)
    if count:
        return translate("ImportPage", "{count} conversations were imported.").format(
            count=f"{count:,}"
        )
    if any(file.duplicates for file in files):
        return translate("ImportPage", "All of these conversations were there already.")
    return translate("ImportPage", "No conversations were imported.")
