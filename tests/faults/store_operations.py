"""Everything that a person can do to stored conversations."""

from collections.abc import Callable

from kochat_gui.core.conversation import ConversationSettings, Role
from kochat_gui.services.library import ConversationLibrary
from kochat_gui.storage.conversations import ConversationStore, Turn

PLAIN = ConversationSettings()


def operations(
    library: ConversationLibrary, store: ConversationStore, turn: Turn
) -> list[Callable[[], object]]:
    """Everything that a person can do to conversations, each too large for a full disk."""
    cid, text = turn.conversation_id, "나" * 100_000

    def fork() -> None:
        for _ in range(5):
            library.fork(turn.answer_id)

    return [
        lambda: store.add_turn(None, None, text, PLAIN),
        lambda: library.edit_answer(turn.answer_id, text),
        lambda: library.add_message(cid, Role.SYSTEM, text),
        lambda: library.save_draft(cid, text),
        lambda: library.save_draft(None, text),
        lambda: library.rename(cid, text),
        lambda: library.set_settings(cid, ConversationSettings(system_prompt=text)),
        fork,
        lambda: library.duplicate(cid),
        lambda: library.delete(library.duplicate(cid).conversation_id),
        lambda: library.move([cid], library.create_folder("새 폴더")),
        lambda: library.add_tag([cid], "태그"),
        lambda: library.set_pinned([cid], is_pinned=True),
        lambda: library.set_excluded(turn.user_id, is_excluded=True),
        lambda: store.add_turn(cid, turn.answer_id, text, PLAIN),
    ]
