"""A conversation's shown path as one HTML file that needs nothing else and does nothing.

Texts are escaped, Markdown is rendered without HTML, pictures become links, and a policy in the
file forbids a browser to load or run anything, should something slip through.
"""

import html
from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from kochat_gui.core.archive import ArchivedConversation, ArchivedMessage
from kochat_gui.core.conversation import Role
from kochat_gui.core.i18n import translate
from kochat_gui.services.exchange.formats.wording import date_of, remark_on, sender_of, title_of
from kochat_gui.services.markdown import blocks_of, korean_markdown, read_inline, top_level

MAX_BLOCK_CHARS = 20_000
"""A longer block is shown as it was written: inline rules take too long for it."""
_SCHEMES = ("http://", "https://", "mailto:")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_STYLE = """
:root { color-scheme: light dark; --back: #ffffff; --text: #1d1d1f; --soft: #6b6b70;
  --own: #f0f1f5; --code: #f5f6f8; --line: #dcdde2; --link: #2457c5; }
@media (prefers-color-scheme: dark) { :root { --back: #1b1c1f; --text: #e8e8ea; --soft: #9c9ca3;
  --own: #2a2c31; --code: #24262a; --line: #3a3c42; --link: #8ab0ff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 16px/1.65 Pretendard,
  "Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans KR", "Noto Sans CJK KR", sans-serif;
  word-break: keep-all; overflow-wrap: anywhere; }
main { max-width: 46rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 1.5rem; line-height: 1.35; margin: 0; }
.date, .sender, .remark { color: var(--soft); font-size: .875rem; margin: .25rem 0; }
.message { margin-top: 1.75rem; unicode-bidi: isolate; }
.sender { font-weight: 600; }
.own .body, .prompt .body { background: var(--own); border-radius: .75rem; padding: .75rem 1rem; }
.plain { white-space: pre-wrap; }
.body > :first-child { margin-top: 0; }
.body > :last-child { margin-bottom: 0; }
.body h1, .body h2, .body h3 { font-size: 1.125rem; margin: 1.25em 0 .5em; }
a { color: var(--link); }
pre, code { font-family: "D2Coding", Consolas, Menlo, monospace; font-size: .9375em; }
pre { background: var(--code); border-radius: .5rem; padding: .75rem 1rem; overflow-x: auto;
  white-space: pre; word-break: normal; overflow-wrap: normal; }
:not(pre) > code { background: var(--code); border-radius: .25rem; padding: .1em .3em; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border: 1px solid var(--line); padding: .35rem .7rem; }
blockquote { border-left: 3px solid var(--line); color: var(--soft); margin: 1em 0;
  padding-left: 1rem; }
hr { border: 0; border-top: 1px solid var(--line); }
@media print { body { font-size: 11pt; } main { max-width: none; padding: 0; }
  pre { white-space: pre-wrap; } }
"""


def to_html(conversation: ArchivedConversation) -> str:
    """The whole document."""
    title = html.escape(title_of(conversation))
    lines = [
        "<!DOCTYPE html>",
        '<html lang="ko">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="referrer" content="no-referrer">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title>",
        f"<style>{_STYLE}</style>",
        "</head>",
        "<body>",
        "<main>",
        f"<header><h1>{title}</h1>",
        f'<p class="date">{html.escape(date_of(conversation))}</p></header>',
    ]
    prompt = conversation.settings.system_prompt
    if prompt.strip():
        sender = translate("Exchange", "System prompt")
        lines.append(_section("prompt", sender, _plain(prompt), ""))
    parser = answer_parser()
    lines += [_message(message, parser) for message in conversation.path]
    return "\n".join([*lines, "</main>", "</body>", "</html>", ""])


def answer_parser() -> MarkdownIt:
    """The window's Markdown, with links to the web alone and no pictures."""
    parser = korean_markdown()
    parser.validateLink = _is_link  # type: ignore[method-assign]  # markdown-it's way to set it
    parser.add_render_rule("image", _image)
    parser.add_render_rule("link_open", _link)
    return parser


def answer_html(parser: MarkdownIt, text: str) -> str:
    """Markdown of an answer; blocks that are too large come as they were written."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    written = []
    for group in top_level(blocks_of(parser, text)):
        begin, end = group[0].map or (0, 0)
        source = "\n".join(lines[begin:end])
        is_code = group[0].type in {"fence", "code_block"}
        if len(source) > MAX_BLOCK_CHARS and not is_code:
            written.append(_plain(source))
        else:
            written.append(parser.renderer.render(read_inline(parser, group), parser.options, {}))
    return "".join(written)


def _message(message: ArchivedMessage, parser: MarkdownIt) -> str:
    is_answer = message.role is Role.ASSISTANT
    body = answer_html(parser, message.text) if is_answer else _plain(message.text)
    kind = "answer" if is_answer else "own" if message.role is Role.USER else "prompt"
    return _section(kind, sender_of(message), body, remark_on(message))


def _section(kind: str, sender: str, body: str, remark: str) -> str:
    end = f'<p class="remark">{html.escape(remark)}</p>' if remark else ""
    return (
        f'<section class="message {kind}"><p class="sender">{html.escape(sender)}</p>'
        f'<div class="body">{body}</div>{end}</section>'
    )


def _plain(text: str) -> str:
    return f'<div class="plain">{html.escape(text.strip(chr(10)))}</div>'


def _is_link(url: str) -> bool:
    return url.strip().casefold().startswith(_SCHEMES)


def _link(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any
) -> str:
    tokens[index].attrSet("rel", "noopener noreferrer nofollow")
    return renderer.renderToken(tokens, index, options, env)


def _image(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any
) -> str:
    """A link to where the picture is: loading it would tell its owner who reads."""
    token = tokens[index]
    address = html.escape(str(token.attrGet("src") or ""))
    label = html.escape(token.content or translate("Exchange", "Picture"))
    return f'<a href="{address}" rel="noopener noreferrer nofollow">{label}</a>'
