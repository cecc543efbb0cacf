"""Answers of the child about texts and prompts, put together from its replies.

All raise ``JobOver`` like :meth:`JobReplies.next`, and the error that the child reports.
"""

from kochat_gui.core.generation import RenderedPrompt, TokenPiece
from kochat_gui.engines.messages import Done, Failed, PromptFacts, PromptText, TokenCount, Tokens
from kochat_gui.services.engine_replies import JobReplies


def token_count(replies: JobReplies) -> int:
    """The answer to ``CountTokens``."""
    match replies.next():
        case TokenCount(count=count):
            return count
        case Failed(error=error):
            raise error
        case reply:
            raise replies.nonsense(reply)


def token_pieces(replies: JobReplies) -> list[TokenPiece]:
    """The answer to ``Tokenize``."""
    pieces: list[TokenPiece] = []
    while True:
        match replies.next():
            case Tokens(pieces=some):
                pieces.extend(some)
            case Done():
                return pieces
            case Failed(error=error):
                raise error
            case reply:
                raise replies.nonsense(reply)


def rendered_prompt(replies: JobReplies) -> RenderedPrompt:
    """The answer to ``RenderPrompt``."""
    texts: list[str] = []
    pieces: list[TokenPiece] = []
    while True:
        match replies.next():
            case PromptText(text=text):
                texts.append(text)
            case Tokens(pieces=some):
                pieces.extend(some)
            case PromptFacts(template=template, stops=stops, dropped_messages=dropped):
                return RenderedPrompt("".join(texts), tuple(pieces), template, stops, dropped)
            case Failed(error=error):
                raise error
            case reply:
                raise replies.nonsense(reply)
