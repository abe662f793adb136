"""What the template library says, in a marketer's words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

ENDS = {
    "if": "endif", "unless": "endunless", "for": "endfor", "case": "endcase", "capture": "endcapture", "comment": "endcomment",
    "tablerow": "endtablerow", "ifchanged": "endifchanged", "raw": "endraw", "doc": "enddoc",
}
MIDDLES = {"else": "if", "elsif": "if", "when": "case", "break": "for", "continue": "for"}
OTHER_WORDS = {
    "elif": "write “{% elsif … %}”",
    "elseif": "write “{% elsif … %}”",
    "end": "close each block by its own name, as in “{% endif %}”",
    "include": "a template cannot read other files: write the text here",
    "render": "a template cannot read other files: write the text here",
    "set": "write “{% assign name = … %}”",
}
_TAG = re.compile(r"\{%-?\s*(\w+)")
_KINDS = {
    "end of expression": "the end", "word": "a name", "string": "a text in quotes", "integer": "a number",
    "float": "a number", "tag": "a tag", "illegal": "a stray character", "assign": "“=”",
}


def in_words(message: str) -> str:
    """A readable form of an error of the library that has no better explanation."""
    if found := re.fullmatch(r"expected end of expression, found (.+)", message):
        kind = _kind(found[1])
        if kind == "“=”":
            return "one “=” says nothing here: compare with “==”"
        return f"{kind} is not expected here: filters follow “|”, their values “:” and further values “,”"
    if found := re.fullmatch(r"expected (.+), found (.+)", message):
        return f"{_kind(found[1])} is expected here, but there is {_kind(found[2])}"
    if found := re.fullmatch(r"unexpected (?:'(.)'|\"(.)\")", message):
        sign = found[1] or found[2]
        return "a quote is never closed" if sign in "'\"" else f"“{sign}” means nothing in a template"
    if found := re.fullmatch(r"unknown operator '(.+)'", message):
        return f"“{found[1]}” means nothing in a template"
    if message == "missing or unexpected path segment":
        return "a name is expected after “.” or inside “[ ]”"
    if message == "missing expression":
        return "this tag needs to say more: a condition, a list or a name"
    if "support" in message and "between" in message:
        return "a text and a number cannot be compared"
    return f"this is no template text: {message}"


def _kind(word: str) -> str:
    word = word.strip()
    if word.startswith("a primitive"):
        return "a name or a value"
    if word in _KINDS:
        return _KINDS[word]
    return f"“{word.strip(chr(39))}”"


def unknown_tag(name: str, known: Iterable[str]) -> str:
    """Why ``{% name %}`` cannot stand where it does."""
    if name in OTHER_WORDS:
        return f"there is no “{{% {name} %}}”: {OTHER_WORDS[name]}"
    if name in MIDDLES:
        return f"“{{% {name} %}}” belongs inside “{{% {MIDDLES[name]} %}}”"
    if name in ENDS.values():
        return f"“{{% {name} %}}” closes nothing that is open here"
    close = get_close_matches(name, [*known, *ENDS.values(), *MIDDLES], n=1)
    return f"there is no “{{% {name} %}}”" + (f": did you mean “{{% {close[0]} %}}”?" if close else "")


def unknown_filter(name: str, known: Iterable[str]) -> str:
    """That there is no such filter, and which may be meant."""
    close = get_close_matches(name, list(known), n=1)
    return f"there is no filter “{name}”" + (f": did you mean “{close[0]}”?" if close else "")


def unclosed(source: str) -> tuple[str, int] | None:
    """The first block tag that is never closed or closed by the wrong word, with its offset."""
    open_tags: list[tuple[str, int]] = []
    for match in _TAG.finditer(source):
        word, at = match[1], match.start()
        if open_tags and open_tags[-1][0] in ("comment", "raw", "doc") and word != ENDS[open_tags[-1][0]]:
            continue
        if word in ENDS:
            open_tags.append((word, at))
        elif word in ENDS.values():
            if not open_tags:
                return f"“{{% {word} %}}” closes nothing that is open here", at
            opener = open_tags.pop()[0]
            if ENDS[opener] != word:
                return f"“{{% {ENDS[opener]} %}}” must come before “{{% {word} %}}”", at
    if open_tags:
        word, at = open_tags[-1]
        return f"“{{% {word} … %}}” is never closed by “{{% {ENDS[word]} %}}”", at
    return None
