"""How texts split into tokens, by any models' tokenizers, without disturbing the chat's engine."""

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.generation import GenerationRequest, RenderedPrompt, TokenPiece
from kochat_gui.core.models import ModelSpec
from kochat_gui.services.engine_host import EngineHost
from kochat_gui.services.model_choice import ModelChooser
from kochat_gui.services.model_levels import ModelLevels

_log = logging.getLogger(__name__)
IDLE_S = 60.0
MAX_TOKENIZERS = 3
"""Processes at a time, each of about 60 MB and the vocabulary."""
CLOSE_TIMEOUT_S = 5.0


@dataclass(frozen=True)
class TextSplit:
    """How one model's tokenizer splits a text."""

    spec: ModelSpec
    text: str
    pieces: tuple[TokenPiece, ...] = ()
    error: UserFacingError | None = None
    """Why the model's tokenizer could not be used; there are no pieces then."""

    @property
    def count(self) -> int:
        """Tokens of the text, without those that stand for none (``<s>``)."""
        return sum(not piece.is_special for piece in self.pieces)

    @property
    def tokens_per_character(self) -> float:
        """:attr:`count` by characters (Unicode code points); 0 for an empty text."""
        return self.count / len(self.text) if self.text else 0.0


class TokenService:
    """Thread-safe. Loads vocabularies only, in processes of its own that end when idle."""

    def __init__(
        self,
        levels: ModelLevels,
        chooser: ModelChooser,
        engine: str | None = None,
        idle_s: float = IDLE_S,
    ) -> None:
        """``engine``: use this one for every model; ``idle_s``: seconds until a process ends."""
        self._levels = levels
        self._chooser = chooser
        self._engine = engine
        self._idle_s = idle_s
        # Held while a tokenizer is used, so that none is ended meanwhile.
        self._one_use = threading.Lock()
        self._hosts: dict[ModelSpec, EngineHost] = {}
        self._closing = CancelToken()
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def split(
        self, text: str, specs: Sequence[ModelSpec], cancel: CancelToken | None = None
    ) -> list[TextSplit]:
        """Split ``text`` by each model; blocks (a second or so for a model seen first).

        A model whose tokenizer cannot be used has its ``error`` instead of pieces. Raises
        ``Cancelled``.
        """
        return [self._split(text, spec, cancel or CancelToken()) for spec in specs]

    def prompt(
        self, spec: ModelSpec, request: GenerationRequest, cancel: CancelToken | None = None
    ) -> RenderedPrompt:
        """What ``request`` sends to ``spec``, which need not be loaded.

        Raises ``Cancelled`` and what :meth:`EngineHost.render_prompt` raises.
        """
        try:
            with self._one_use:
                return self._host(spec, cancel or CancelToken()).render_prompt(request)
        finally:
            self._close_later()

    def close(self) -> None:
        """End the processes; nothing is split afterwards."""
        self._closing.cancel()
        with self._lock:
            timer = self._timer
        # What is running ends with its process; a moment later nobody uses any.
        is_free = self._one_use.acquire(timeout=CLOSE_TIMEOUT_S)
        while self._hosts:
            self._hosts.popitem()[1].close()
        if is_free:
            self._one_use.release()
        if timer is not None:
            timer.cancel()
            timer.join(CLOSE_TIMEOUT_S)

    def _split(self, text: str, spec: ModelSpec, cancel: CancelToken) -> TextSplit:
        try:
            with self._one_use:
                return TextSplit(spec, text, tuple(self._host(spec, cancel).tokenize(text)))
        except UserFacingError as error:
            _log.info("a tokenizer cannot be used: %s", error)
            return TextSplit(spec, text, error=error)
        finally:
            self._close_later()

    def _host(self, spec: ModelSpec, cancel: CancelToken) -> EngineHost:
        """A process with the vocabulary of ``spec``, the most recently used one last."""
        self._closing.raise_if_cancelled()
        known = self._hosts.pop(spec, None)
        if known is not None and known.loaded is not None:
            self._hosts[spec] = known
            return known
        if known is not None:
            known.close()
        while len(self._hosts) >= MAX_TOKENIZERS:
            self._hosts.pop(next(iter(self._hosts))).close()
        stop = CancelToken()
        unhook = [token.on_cancel(stop.cancel) for token in (cancel, self._closing)]
        try:
            self._hosts[spec] = host = self._loaded(spec, stop)
        finally:
            for forget in unhook:
                forget()
        return host

    def _loaded(self, spec: ModelSpec, cancel: CancelToken) -> EngineHost:
        choice = self._chooser.choice(self._levels.vocabulary(spec, cancel), None)
        options = replace(choice.options, vocab_only=True)
        host = EngineHost(self._engine)
        try:
            host.load(choice.spec, options, lambda _: None, cancel, choice.engine)
        except BaseException:
            host.close()
            raise
        return host

    def _close_later(self) -> None:
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            if self._closing.is_cancelled:
                return
            self._timer = threading.Timer(self._idle_s, self._close_idle)
            self._timer.daemon = True
            self._timer.start()

    def _close_idle(self) -> None:
        with self._one_use:
            while self._hosts:
                self._hosts.popitem()[1].close()
