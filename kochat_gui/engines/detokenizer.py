"""Bytes of tokens to text, a syllable at a time.

One Hangul syllable is three bytes in UTF-8 and small vocabularies spread it over as many tokens.
"""

import codecs


class Detokenizer:
    """Incremental UTF-8 decoder that holds back only the bytes of an unfinished character.

    Bytes that no later byte can make valid become U+FFFD, one per maximal part (Unicode 15, 3.9):
    the model did write something there. A character cut off at the end was only not finished, by
    a token limit or a stop, so it is dropped: nobody is shown half a syllable.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def feed(self, piece: bytes) -> str:
        """Return the characters that ``piece`` completes."""
        return self._decoder.decode(piece)

    def flush(self) -> str:
        """End the text: drop an unfinished character and be ready for another text.

        The result is what was still readable, which is always empty: complete characters are
        never held back.
        """
        self._decoder.reset()
        return ""
