"""The way of every engine's answer from token bytes to text that may be shown."""

from collections.abc import Sequence

from kochat_gui.engines.detokenizer import Detokenizer
from kochat_gui.engines.stop_strings import StopStringMatcher


class TextPath:
    """Detokenizer and stop strings together; one object per answer."""

    def __init__(self, stops: Sequence[str]) -> None:
        self._detokenizer = Detokenizer()
        self._matcher = StopStringMatcher(stops)
        self.read = self._detokenizer.feed
        """The first half of :meth:`feed`: the characters that the bytes of one token complete."""
        self.show = self._matcher.feed
        """The second half: what of these characters may be shown now."""

    @property
    def stopped(self) -> bool:
        """A stop string was met: the answer is complete; call :meth:`finish` all the same."""
        return self._matcher.stopped

    def feed(self, piece: bytes) -> str:
        """Return the text that became readable with the bytes of one token; may be empty."""
        return self.show(self.read(piece))

    def finish(self) -> str:
        """Return what was held back as a possible stop string, after the last token or a cancel.

        An unfinished character is dropped.
        """
        return self._matcher.feed(self._detokenizer.flush()) + self._matcher.flush()
