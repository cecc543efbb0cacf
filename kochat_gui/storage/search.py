"""Finding conversations: substrings of titles and messages, initial consonants of titles.

Compared in the folded form (NFC, without case), so that a two-syllable word inside a longer one
is found, and text that was typed or pasted in decomposed jamo (NFD), too.
"""

from kochat_gui.storage.rows import folded

_INITIALS = frozenset("ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ")


def condition(query: str) -> tuple[str, tuple[str, ...]]:
    """An SQL condition on ``conversations c``, with its values; true for all if blank."""
    wanted = folded(query.strip())
    if not wanted:
        return "1", ()
    places = ["instr(c.title_search, ?) > 0"]
    if any(char in _INITIALS for char in wanted):
        places.append("instr(c.title_initials, ?) > 0")
    places.append(
        "EXISTS (SELECT 1 FROM messages m JOIN message_search s ON s.message_id = m.id "
        "WHERE m.conversation_id = c.id AND instr(s.folded, ?) > 0)"
    )
    return f"({' OR '.join(places)})", (wanted,) * len(places)
