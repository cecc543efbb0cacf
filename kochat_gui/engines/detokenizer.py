"""Bytes of tokens to text, a syllable at a time; and how bytes are shown that are no text.

One Hangul syllable is three bytes in UTF-8 and small vocabularies spread it over as many tokens.
"""

import codecs
import re

_ESCAPED = re.compile("[\udc80-\udcff]")
"""Bytes that are no UTF-8, as the error handler ``surrogateescape`` writes them."""


class Detokenizer:
    """Incremental UTF-8 decoder that holds back only the bytes of an unfinished character.

    Bytes that no later byte can make valid become U+FFFD, one per maximal part (Unicode 15, 3.9):
    the model did write something there. A character cut off at the end was only not finished, by
    a token limit or a stop, so it is dropped: nobody is shown half a syllable.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._holds_back = False

    def feed(self, piece: bytes) -> str:
        """Return the characters that ``piece`` completes."""
        if not self._holds_back:
            # Nearly every token is whole characters; the decoder takes several times as long.
            try:
                return piece.decode()
            except UnicodeDecodeError:
                pass
        text = self._decoder.decode(piece)
        self._holds_back = bool(self._decoder.getstate()[0])
        return text

    def flush(self) -> str:
        """End the text: drop an unfinished character and be ready for another text.

        The result is what was still readable, which is always empty: complete characters are
        never held back.
        """
        self._decoder.reset()
        self._holds_back = False
        return ""


def spelled_bytes(content: bytes) -> str:
    """``content`` as text; bytes that are none as ``<0xEC>``, as vocabularies write them."""
    text = content.decode("utf-8", "surrogateescape")
    return _ESCAPED.sub(lambda found: f"<0x{ord(found[0]) - 0xDC00:02X}>", text)
