"""No n-gram twice: which tokens would repeat one, answered at once for any length of text."""

from collections.abc import Iterable


class RepeatedNgrams:
    """Index of the n-grams seen so far; both operations take constant time per token."""

    def __init__(self, n: int, tokens: Iterable[int] = ()) -> None:
        """``n``: 1 and more; 1 forbids every token that was seen."""
        self._context_length = n - 1
        self._followers: dict[tuple[int, ...], set[int]] = {}
        self._context: tuple[int, ...] = ()
        for token in tokens:
            self.add(token)

    def add(self, token: int) -> None:
        """``token`` now stands at the end of the text."""
        if len(self._context) == self._context_length:
            self._followers.setdefault(self._context, set()).add(token)
        if self._context_length:
            self._context = (*self._context, token)[-self._context_length :]

    def banned(self) -> frozenset[int] | set[int]:
        """Tokens that would complete an n-gram a second time."""
        return self._followers.get(self._context, frozenset())
