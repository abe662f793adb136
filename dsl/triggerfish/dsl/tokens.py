"""The tokens of a ``.flow`` file and the one regular expression that finds them."""

# ruff: noqa: RUF001 - the signs that look like others are the point

from __future__ import annotations

import re

from lark import Token

from triggerfish.dsl.diagnostics.model import Diagnostic
from triggerfish.dsl.span import Span

RESERVED = frozenset(
    "about and as at between by contains did else ever event every expect false first for from given if in is known "
    "last like no not now on or otherwise per set then to true unknown until when where while with within yes "
    "monday tuesday wednesday thursday friday saturday sunday".split()
)
"""The words that are never names; every other word of the language may be one."""

SPACES = " \t\f\v\x85\xa0\u1680\u2000-\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
"""A character class: what separates words, as editors, browsers and word processors write it."""

CURSOR = "zz_here_zz"
"""What an editor's completion puts in the place of the word that is being typed: its sentence is not finished."""

_QUOTES = "“”„‟"

SCAN = re.compile(
    rf"""[{SPACES}]*(?:
      (?P<opt_in>opt-in\b)
    | (?P<word>[^\W\d]\w*(?:\.[^\W\d]\w*)*)
    | (?P<newline>\r\n|\n|\r)
    | (?P<comment>\#[^\r\n]*)
    | (?P<symbol><=(?!>)|>=|<(?![>=])|=(?!=)|[-+*/>,:])
    | (?P<opening>[(\[])
    | (?P<closing>[)\]])
    | (?P<long_text>\"\"\"(?>\\.|"(?!"")|[^"\\])*+\"\"\")
    | (?P<endless>\"\"\".*\Z)
    | (?P<text>"(?>\\[^\r\n]|[^"\\\r\n])*+")
    | (?P<curly_text>[{_QUOTES}](?>\\[^\r\n]|[^{_QUOTES}\\\r\n])*+[{_QUOTES}])
    | (?P<mixed_text>"[^"”“\r\n]*+[”“]|[{_QUOTES}][^"{_QUOTES}\r\n]*+")
    | (?P<unclosed>["{_QUOTES}][^\r\n]*)
    | (?P<single_text>'[^'\r\n]*+'|‘[^’\r\n]*+’|`[^`\r\n]*+`)
    | (?P<date>[0-9]{{4}}-[0-9]{{1,2}}-[0-9]{{1,2}}(?![0-9]))
    | (?P<foreign_date>[0-9]{{1,2}}\.[0-9]{{1,2}}\.[0-9]{{4}}(?![0-9.])|[0-9]{{1,2}}/[0-9]{{1,2}}/[0-9]{{4}}(?![0-9/])
        |[0-9]{{4}}[./][0-9]{{1,2}}[./][0-9]{{1,2}}(?![0-9./]))
    | (?P<clock>[0-9]{{1,2}}:[0-9]{{1,2}}(?:[ ]?[ap]m\b)?(?![0-9:])|[0-9]{{1,2}}[ ]?[ap]m\b)
    | (?P<percent>[0-9]+(?:\.[0-9]+)?[ ]?%)
    | (?P<number>[0-9]+(?:\.[0-9]+)?)
    | (?P<foreign>==|!=|<>|&&|\|\||[≤≥≠×÷−–—!])
    | (?P<odd>.)
    | (?P<end>\Z))""",
    re.VERBOSE | re.DOTALL,
)

FOREIGN = {
    "==": "is", "!=": "is not", "<>": "is not", "≠": "is not", "&&": "and", "||": "or", "!": "not",
    "≤": "<=", "≥": ">=", "×": "*", "÷": "/", "−": "-", "–": "-", "—": "-",
}  # fmt: skip
"""Signs of programming languages and word processors, and what is written here in their place."""


class Lexeme(Token):
    """A token that knows its place.

    ``span`` is its text's range; NEWLINE and DEDENT have the empty range behind the last word before them, so that a
    node's span runs from its first token's to its last token's. ``doc`` is set on the first token of a line: the
    comment lines directly above it. ``soft`` tokens are names, or keywords that may be one. ``sink`` receives the
    mistakes that tree builders notice; it belongs to one call of the parser.
    """

    __slots__ = ("doc", "sink", "soft", "span")

    span: Span
    doc: str
    soft: bool
    sink: list[Diagnostic]

    def __reduce__(self) -> tuple[object, ...]:
        return (lexeme, (self.type, str(self), self.span, self.sink, self.doc))


def lexeme(kind: str, text: str, span: Span, sink: list[Diagnostic], doc: str = "") -> Lexeme:
    """A token with its place; much faster than Lark's own constructor."""
    token = str.__new__(Lexeme, text)
    token.type = kind
    token.value = text
    token.start_pos = token.end_pos = None
    token.line = span.line
    token.column = span.column
    token.end_line = span.end_line
    token.end_column = span.end_column
    token.span = span
    token.doc = doc
    token.soft = False
    token.sink = sink
    return token


def renamed(token: Lexeme, kind: str) -> Lexeme:
    """The same token, read as another kind."""
    other = lexeme(kind, str(token), token.span, token.sink, token.doc)
    other.soft = token.soft
    return other


def text_value(source: str) -> str:
    r"""What a text with its quotes says.

    ``\"`` is a quotation mark and ``\\`` a backslash; any other backslash stands for itself. A text in three quotes
    loses the line break after the opening quotes, the line of the closing ones, and the indentation that all its
    lines share.
    """
    if source.startswith('"""'):
        body = source[3:-3] if len(source) >= 6 and source.endswith('"""') else source[3:]
        return _unescaped(_dedented(re.sub(r"\r\n?", "\n", body)))
    return _unescaped(source[1:-1])


def _unescaped(text: str) -> str:
    return re.sub(r'\\(["“”„‟\\])', r"\1", text) if "\\" in text else text


def _dedented(text: str) -> str:
    if "\n" not in text:
        return text
    first, *rest = text.split("\n")
    indents = [len(line) - len(line.lstrip(" \t")) for line in rest if line.strip(" \t")]
    closing = rest[-1]
    if not closing.strip(" \t"):
        rest.pop()
    margin = min(indents, default=0)
    lines = [line[margin:] if line.strip(" \t") else "" for line in rest]
    if first.strip(" \t"):
        lines.insert(0, first)
    return "\n".join(lines)
