"""Finding stop strings in text that arrives in pieces, without looking at anything twice."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class _Node:
    """A prefix of one or more stop strings."""

    stop: int
    """Index of a stop string that begins with this prefix."""
    depth: int
    """Length of the prefix, in characters."""
    fallback: int = 0
    """Node of the longest proper suffix that is a prefix, too."""
    match: int = 0
    """Length of the longest stop string that ends here; 0 for none."""
    next: dict[str, int] = field(default_factory=dict)


class StopStringMatcher:
    """Passes text on until a stop string is complete (Aho and Corasick, 1975).

    Held back is only what may be the beginning of a stop string. The stop string that is complete
    first ends the text; of several that end at the same character the longest counts. So the
    result does not depend on how the text was cut into pieces. Empty stop strings are ignored.
    Time is linear in the text and does not depend on the number of stop strings.
    """

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = [stop for stop in stops if stop]
        self._nodes = _build(self._stops)
        self._state = 0
        self.stopped = False
        """A stop string was met; everything from its first character on is thrown away."""

    def feed(self, text: str) -> str:
        """Return the text that is safe to show now."""
        if self.stopped:
            return ""
        if not self._stops:
            return text
        nodes = self._nodes
        held = nodes[self._state]
        state = self._state
        for position, char in enumerate(text):
            while state and char not in nodes[state].next:
                state = nodes[state].fallback
            state = nodes[state].next.get(char, 0)
            if nodes[state].match:
                self.stopped = True
                return self._joined(held, text, held.depth + position + 1 - nodes[state].match)
        self._state = state
        return self._joined(held, text, held.depth + len(text) - nodes[state].depth)

    def flush(self) -> str:
        """End the text: return what was held back."""
        held = "" if self.stopped else self._prefix(self._nodes[self._state])
        self._state = 0
        return held

    def _joined(self, held: _Node, text: str, length: int) -> str:
        """First ``length`` characters of what was held back followed by ``text``."""
        if length <= held.depth:
            return self._stops[held.stop][:length] if length else ""
        return self._prefix(held) + text[: length - held.depth]

    def _prefix(self, node: _Node) -> str:
        return self._stops[node.stop][: node.depth] if node.depth else ""


def _build(stops: Sequence[str]) -> list[_Node]:
    """Make the automaton; node 0 is the empty prefix."""
    nodes = [_Node(stop=0, depth=0)]
    for index, stop in enumerate(stops):
        current = 0
        for depth, char in enumerate(stop, start=1):
            following = nodes[current].next.get(char)
            if following is None:
                following = len(nodes)
                nodes.append(_Node(stop=index, depth=depth))
                nodes[current].next[char] = following
            current = following
        nodes[current].match = len(stop)
    queue = deque(nodes[0].next.values())
    while queue:
        current = queue.popleft()
        for char, child in nodes[current].next.items():
            queue.append(child)
            fallback = nodes[current].fallback
            while fallback and char not in nodes[fallback].next:
                fallback = nodes[fallback].fallback
            nodes[child].fallback = nodes[fallback].next.get(char, 0)
            # Shorter stop strings that end here, too; a longer one has priority.
            nodes[child].match = nodes[child].match or nodes[nodes[child].fallback].match
    return nodes
