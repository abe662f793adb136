"""How messages speak of what the grammar calls by its own names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from triggerfish.dsl.tokens import Lexeme

SPOKEN = {
    "NAME": "a name",
    "DOTTED": "a name with a dot, such as `event.total`",
    "TEXT": "a text in quotation marks",
    "NUMBER": "a number",
    "PERCENT": "a percentage such as `50%`",
    "CLOCK": "a time such as `9:00`",
    "DATE": "a date such as `2026-12-24`",
    "NEWLINE": "the end of the line",
    "INDENT": "lines indented below",
    "DEDENT": "the end of the block",
    "CONFIRMS": "`confirms`",
    "EXPECT_MESSAGE": "`expect`",
    "EXPECTED_ACTION": "`action`",
    "BAD_LINE": "a line",
    "$END": "the end of the declaration",
}
"""The terminals that are not simply a word or a sign."""

_SILENT = frozenset({"BAD_LINE", "DEDENT", "INDENT", "$END", "EXPECT_MESSAGE"})
_VALUE = (
    "TEXT NUMBER PERCENT CLOCK DATE NAME DOTTED OPEN OPEN_LIST MINUS YES TRUE NO FALSE NOW COUNT SUM AVERAGE SMALLEST "
    "LARGEST LAST FIRST TIME"
).split()
_CONDITION = "NOT DID IN SUBSCRIBED REACHABLE".split()
_UNITS = ("SECOND SECONDS MINUTE MINUTES HOUR HOURS DAY DAYS WEEK WEEKS MONTH MONTHS YEAR YEARS").split()
_CALCULATION = "PLUS MINUS STAR SLASH".split()
_COMPARISON = (
    "IS LESS LESS_OR_EQUAL MORE MORE_OR_EQUAL IN NOT CONTAINS LIKE STARTS ENDS DOES BETWEEN WITHIN_LAST WITHIN_NEXT"
).split()
_WEEKDAYS = "MONDAY TUESDAY WEDNESDAY THURSDAY FRIDAY SATURDAY SUNDAY".split()
_GROUPS = (
    ((*_VALUE, *_CONDITION), ("NUMBER", "TEXT", "DID"), "a condition"),
    (_VALUE, ("NUMBER", "TEXT", "OPEN"), "a value"),
    (_COMPARISON, ("IS", "LESS"), "a comparison such as `is` or `>`"),
    (_CALCULATION, ("PLUS", "STAR"), "a calculation"),
    (_UNITS, ("HOURS", "DAYS"), "a unit of time such as `hours` or `days`"),
    (_WEEKDAYS, ("MONDAY", "SUNDAY"), "a day of the week"),
    (("NAME", "DOTTED"), ("NAME", "DOTTED"), "a name"),
)
MAX_LISTED = 6
_LIKELY = (
    "SEND WAIT IF START SET ELSE STOP GOAL ONLY NAME DOTTED WHEN EVERY BY FOR WHERE WITH ABOUT AS TO UNTIL UP AGAIN SPLIT CHOOSE DO "
    "TEXT NUMBER PERCENT CLOCK DATE IS AND OR THEN AT IN_LAST EVER WITHIN FROM ON PER IN NOT COMMA COLON "
    "EXPIRE EXIT ENTER RECORD SUBSCRIBE UNSUBSCRIBE JOIN LEAVE ADD CLEAR REPEAT COLLECT TOGETHER EXPECT GIVEN AFTER"
).split()
_RANK = {terminal: place for place, terminal in enumerate(_LIKELY)}
"""What programs are mostly made of comes first in a list that must end somewhere."""


def spoken(terminal: str, written: Mapping[str, str]) -> str:
    """What may stand somewhere, in the reader's words."""
    return SPOKEN.get(terminal) or f"`{written[terminal]}`"


def listed(expected: Iterable[str], written: Mapping[str, str]) -> str:
    """``a name, a number or `as```: what may stand somewhere, related things put together."""
    left = {terminal for terminal in expected if terminal not in _SILENT}
    parts: list[str] = []
    for members, needed, words in _GROUPS:
        if left.issuperset(needed):
            left.difference_update(members)
            parts.append(words)
    if parts:
        left.discard("OPEN")
    line_ends = "NEWLINE" in left
    left.discard("NEWLINE")
    order = sorted(left, key=lambda terminal: (_RANK.get(terminal, len(_RANK)), written.get(terminal, ""), terminal))
    parts += [spoken(terminal, written) for terminal in order]
    more = len(parts) > MAX_LISTED
    parts = parts[: MAX_LISTED - line_ends] if more else parts
    if line_ends:
        parts.append(SPOKEN["NEWLINE"])
    if more:
        parts.append("…")
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} or {parts[-1]}" if parts[-1] != "…" else ", ".join(parts)


def quoted(token: Lexeme) -> str:
    """How a message quotes a word of the text."""
    text = token.value
    if token.type == "TEXT":
        first = text.strip('"“”„‟').strip().split("\n")[0]
        return f'the text "{first[:20]}{"…" if len(first) > 20 else ""}"'
    if token.type == "NUMBER":
        return f"the number {text}"
    return f"`{text[:40]}`"
