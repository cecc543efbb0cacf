"""``kochat tokenize`` and ``kochat prompt``: what a model gets to see, to the token."""

import argparse
from collections.abc import Sequence

from kochat_gui.cli import output
from kochat_gui.cli.ask import question_of, text_of
from kochat_gui.cli.interruption import stopped_by_ctrl_c
from kochat_gui.cli.workshop import open_workshop
from kochat_gui.core.conversation import ConversationSettings
from kochat_gui.core.generation import RenderedPrompt, SamplingParams, TokenPiece
from kochat_gui.core.i18n import translate
from kochat_gui.services.prompt_request import build_request
from kochat_gui.services.token_service import TextSplit
from kochat_gui.storage.paths import ProfilePaths


def tokenize(args: argparse.Namespace, paths: ProfilePaths) -> int:
    """Print the tokens of a text, as it would stand in a prompt."""
    text = text_of(args.text)
    with open_workshop(paths, args.engine) as workshop, stopped_by_ctrl_c() as cancel:
        [split] = workshop.tokens.split(text, [workshop.model(args.model)], cancel)
    if split.error is not None:
        raise split.error
    if args.json:
        output.write_json(_split_to_json(split))
        return 0
    _write_pieces(split.pieces)
    counts = translate(
        "CliTokens", "{count} tokens for {characters} characters, {rate} for each character"
    )
    output.write_line(
        counts.format(
            count=split.count,
            characters=len(split.text),
            rate=f"{split.tokens_per_character:.2f}",
        )
    )
    return 0


def prompt(args: argparse.Namespace, paths: ProfilePaths) -> int:
    """Print the exact text and token ids that a question is sent as."""
    settings = ConversationSettings(system_prompt=text_of(args.system), template=args.template)
    request = build_request([], question_of(args.text), settings, SamplingParams())
    with open_workshop(paths, args.engine) as workshop, stopped_by_ctrl_c() as cancel:
        rendered = workshop.tokens.prompt(workshop.model(args.model), request, cancel)
    if args.json:
        output.write_json(_prompt_to_json(rendered))
        return 0
    output.write_line(rendered.text)
    output.write_line()
    _write_fact(translate("CliTokens", "Chat template"), rendered.template)
    _write_fact(
        translate("CliTokens", "Ends the answer"),
        " ".join(repr(stop) for stop in rendered.stops) or "-",
    )
    _write_fact(
        translate("CliTokens", "{count} tokens").format(count=len(rendered.tokens)),
        " ".join(str(piece.token_id) for piece in rendered.tokens),
    )
    return 0


def _write_fact(name: str, value: str) -> None:
    output.write_line(f"{name}: {value}")


def _write_pieces(pieces: Sequence[TokenPiece]) -> None:
    if pieces:
        output.write_rows((str(piece.token_id), piece.text) for piece in pieces)


def _split_to_json(split: TextSplit) -> dict[str, object]:
    return {
        "model": split.spec.model_id,
        "ids": [piece.token_id for piece in split.pieces],
        "pieces": [piece.text for piece in split.pieces],
        "count": split.count,
        "characters": len(split.text),
        "tokens_per_character": split.tokens_per_character,
    }


def _prompt_to_json(rendered: RenderedPrompt) -> dict[str, object]:
    return {
        "text": rendered.text,
        "ids": [piece.token_id for piece in rendered.tokens],
        "pieces": [piece.text for piece in rendered.tokens],
        "template": rendered.template,
        "stops": list(rendered.stops),
    }
