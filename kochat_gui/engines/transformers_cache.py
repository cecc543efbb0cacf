"""Keys and values of what a model has read, in memory that is set aside once.

``transformers``' own dynamic cache copies everything for each token, and its static one cannot
forget the end of a conversation. This one does neither: the next turn goes on after what both
turns begin with. Windowed layers keep everything, too; the attention mask leaves out what they
must not see.
"""

from typing import Any

import torch


class KeptCache:
    """What the models of ``transformers`` ask of a cache, for one sequence."""

    is_sliding: tuple[bool, ...] = ()
    """Of each layer, whether it forgets; none does."""

    def __init__(self, window: int, *, is_cleared: bool) -> None:
        """``window``: tokens that there is room for.

        ``is_cleared``: as a :class:`FixedView` needs it; otherwise the processor's memory is used
        up only as far as it is written.
        """
        self.window = window
        self._make = torch.zeros if is_cleared else torch.empty
        self.length = 0
        """Tokens that count; what comes after them is written over."""
        self._keys: list[Any] = []
        self._values: list[Any] = []
        self._added = 0

    @property
    def is_compileable(self) -> bool:
        """Only a :class:`FixedView` has shapes that stay the same."""
        return False

    def update(
        self, keys: Any, values: Any, layer: int, *_args: object, **_kwargs: object
    ) -> tuple[Any, Any]:
        """Take in what a layer made of the new tokens; returns its keys and values of all."""
        if layer == len(self._keys):
            self._keys.append(self._room_for(keys))
            self._values.append(self._room_for(values))
        self._added = keys.shape[-2]
        end = self.length + self._added
        self._keys[layer][:, :, self.length : end] = keys
        self._values[layer][:, :, self.length : end] = values
        return self._keys[layer][:, :, :end], self._values[layer][:, :, :end]

    def layers(self) -> list[tuple[Any, Any]]:
        """The memory itself: keys and values of each layer.

        Its last place, number ``window``, is for trying out: no token of a text goes there.
        """
        return list(zip(self._keys, self._values, strict=True))

    def get_seq_length(self, _layer: int = 0) -> int:
        """Tokens read before those that are being read now."""
        return self.length

    def get_query_offset(self, _layer: int = 0) -> int:
        """Place of the first token that is being read."""
        return self.length

    def get_mask_sizes(self, query_length: int, _layer: int = 0) -> tuple[int, int]:
        """How many keys there are to see, and where they begin."""
        return self.length + query_length, 0

    def get_max_length(self, _layer: int | None = None) -> int:
        """Tokens that there is room for."""
        return self.window

    def _room_for(self, like: Any) -> Any:
        shape = (*like.shape[:-2], self.window + 1, like.shape[-1])
        # A fixed step multiplies what is not yet written by zero: NaN would stay NaN.
        return self._make(shape, dtype=like.dtype, device=like.device)


class FixedView:
    """A :class:`KeptCache` with shapes and addresses that do not change from token to token.

    One token at a time goes to where ``place`` says, and the first ``span`` places are looked at,
    so that a step can be compiled or captured once and repeated.
    """

    is_sliding: tuple[bool, ...] = ()
    is_compileable = True

    def __init__(self, cache: KeptCache, span: int, position: Any, place: Any) -> None:
        """``position``: tokens before the new one. ``place``: where it goes, which is the same
        unless it is only tried out. Both are tensors of one integer on the device.
        """
        self._layers = cache.layers()
        self._span = span
        self._position = position
        self._place = place

    def update(
        self, keys: Any, values: Any, layer: int, *_args: object, **_kwargs: object
    ) -> tuple[Any, Any]:
        """As :meth:`KeptCache.update`, of one token."""
        all_keys, all_values = self._layers[layer]
        all_keys.index_copy_(2, self._place, keys)
        all_values.index_copy_(2, self._place, values)
        return all_keys[:, :, : self._span], all_values[:, :, : self._span]

    def get_seq_length(self, _layer: int = 0) -> Any:
        """A tensor, so that the graph reads it anew each time."""
        return self._position

    def get_query_offset(self, _layer: int = 0) -> Any:
        """See :meth:`get_seq_length`."""
        return self._position

    def get_mask_sizes(self, _query_length: int, _layer: int = 0) -> tuple[int, int]:
        """All places of the span; the mask hides those that are not written."""
        return self._span, 0

    def get_max_length(self, _layer: int | None = None) -> int:
        """Places of the span."""
        return self._span
