"""A Pygments lexer for ``.flow`` files, for documentation: use it as ``triggerfish`` or ``flow``."""

from __future__ import annotations

from typing import ClassVar

from pygments.lexer import RegexLexer, bygroups, include, words
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, String, Text, Whitespace

DECLARATIONS = (
    "profile", "event", "topic", "value", "segment", "score", "model", "message", "content", "policy", "flow", "test",
)  # fmt: skip
LINES = tuple(
    "start only again per expire stop goal priority urgency exclusive about holdout status timezone release when moved send wait "
    "collect if else choose split together branch path repeat for set clear add subscribe unsubscribe join leave record do enter "
    "exit otherwise until measure decide given at after expect between fade level predict from using retrain quiet never sender "
    "postal utm conversion attribution did not in".split()
)
"""The words a line inside of a declaration may begin with."""
OPERATORS = tuple(
    "is in not and or contains contain like between starts ends does did within since where end".split()
)
CONSTANTS = tuple("yes no true false known unknown ever now everyone weekdays".split())
WEEKDAYS = tuple("monday tuesday wednesday thursday friday saturday sunday".split())
UNITS = tuple(
    "second seconds minute minutes hour hours day days week weeks month months year years".split()
)
TYPES = ("text", "number", "boolean", "date", "datetime", "duration", "timezone", "email", "phone", "url", "list", "one")
INSIDE = tuple(
    "about activity address after ago any as at average bandit before below best by changes confirmed containing contextual count "
    "each else enters every exactly expect fails falls file first for from given hand happens if known largest last late least "
    "leaves list most next of on one opt-in otherwise people per person reachable returns rises same segment sensitive set smallest "
    "subscribed subscribes sum the then time times to transactional uncapped unsubscribed unsubscribes until up wait webhook when "
    "while window with without workspace worth yearly always never replace skip run flow event hours".split()
)
"""Words of the language in the middle of lines."""

_ALONE = r"(?<![\w.])"


class FlowLexer(RegexLexer):
    """Marketing automation as text: triggers and workflows of triggerfish."""

    name = "Triggerfish flow"
    aliases: ClassVar[list[str]] = ["triggerfish", "flow"]
    filenames: ClassVar[list[str]] = ["*.flow"]
    mimetypes: ClassVar[list[str]] = ["text/x-triggerfish"]
    url = "https://pypi.org/project/triggerfish/"

    tokens: ClassVar[dict[str, list[object]]] = {
        "root": [
            (r"\n", Whitespace),
            (r"^(event)([ \t]+)(\w+)", bygroups(Keyword.Declaration, Whitespace, Name.Class)),
            (r"^(flow)([ \t]+)(\w+)", bygroups(Keyword.Declaration, Whitespace, Name.Function)),
            (
                r"^(topic|value|segment|score|model|message|content)([ \t]+)(\w+)",
                bygroups(Keyword.Declaration, Whitespace, Name.Class),
            ),
            (words(DECLARATIONS, prefix="^", suffix=r"\b"), Keyword.Declaration),
            (
                r"^([ \t]+)(?!expect\b)(\w+)([ \t]+)(list[ \t]+of[ \t]+\w+|one[ \t]+of|" + "|".join(TYPES[:-1]) + r")(?=[ \t]*(?:$|#|=|sensitive\b|\"))",
                bygroups(Whitespace, Name.Attribute, Whitespace, Keyword.Type),
            ),
            (r"^([ \t]+)(?!(?:otherwise|exit)\b)(\w+)(?=[ \t]*[\"“„])", bygroups(Whitespace, Name.Attribute)),
            (
                r"^([ \t]+)(do)([ \t]+)(\w+(?:\.\w+)*)",
                bygroups(Whitespace, Keyword, Whitespace, Name.Function),
            ),
            (
                r"^([ \t]+)(" + "|".join(LINES) + r")(?![\w.]|[ \t]*:)",
                bygroups(Whitespace, Keyword),
            ),
            include("expression"),
        ],
        "expression": [
            (r"[ \t]+", Whitespace),
            (r"#.*$", Comment.Single),
            (r'"""', String.Double, "long"),
            (r'"', String.Double, "short"),
            (r"[“”„‟]", String.Double, "curly"),
            (r"\d{4}-\d{1,2}-\d{1,2}(?!\d)", Number.Other),
            (r"\d{1,2}(?::\d{1,2}(?: ?[ap]m\b)?(?![0-9:])| ?[ap]m\b)", Number.Other),
            (r"\d+(?:\.\d+)?(?: ?%)?", Number),
            (r"(as)([ \t]+)(\w+)", bygroups(Keyword, Whitespace, Name.Variable)),
            (r"\w+(?=[ \t]*:(?!\d))", Name.Attribute),
            (_ALONE + r"(event|profile|content)(?=\.)", Name.Builtin.Pseudo),
            (r"(\.)(\w+)", bygroups(Punctuation, Name.Attribute)),
            (r"\w+(?=\()", Name.Function),
            (r"opt-in\b", Keyword),
            (words(CONSTANTS + WEEKDAYS, suffix=r"(?![\w.])"), Keyword.Constant),
            (words(OPERATORS, suffix=r"(?![\w.])"), Operator.Word),
            (words(UNITS, suffix=r"(?![\w.])"), Keyword.Type),
            (words(INSIDE, suffix=r"(?![\w.])"), Keyword),
            (r"[^\W\d]\w*", Name),
            (r"<=|>=|[-+*/<>=]", Operator),
            (r"[(),:\[\]]", Punctuation),
            (r".", Text),
        ],
        "escape": [
            (r"\\.", String.Escape),
            (r"\{\{-?", String.Interpol, "output"),
            (r"\{%-?", String.Interpol, "tag"),
        ],
        "long": [include("escape"), (r'"""', String.Double, "#pop"), (r'[^"\\{]+|["{]', String.Double)],
        "short": [
            include("escape"),
            (r'["”“]', String.Double, "#pop"),
            (r'[^"”“\\{\n]+|\{', String.Double),
            (r"\n", Whitespace, "#pop"),
        ],
        "curly": [
            include("escape"),
            (r'["“”„‟]', String.Double, "#pop"),
            (r'[^"“”„‟\\{\n]+|\{', String.Double),
            (r"\n", Whitespace, "#pop"),
        ],
        "output": [(r"-?\}\}", String.Interpol, "#pop"), include("liquid")],
        "tag": [(r"-?%\}", String.Interpol, "#pop"), include("liquid")],
        "liquid": [
            (r"\s+", Whitespace),
            (r"'[^'\n]*'", String.Single),
            (r'\\"(?:(?!\\").)*\\"', String.Single),
            (r'(?=")|(?=\n[^\S\n]*""")', Text, "#pop"),
            (r"(\|)(\s*)(\w+)", bygroups(Operator, Whitespace, Name.Function)),
            (r"\d+(?:\.\d+)?", Number),
            (r"\w+", Name.Variable),
            (r".", Punctuation),
        ],
    }

