"""Keeps Liquid out of the way while a body is turned from MJML or Markdown into HTML.

Each ``{{ … }}`` and ``{% … %}`` becomes a placeholder that these processors carry along: a word of letters and digits, or, for a
tag that stands between elements, a comment, which even a table may hold. Afterwards they are put back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_LIQUID = re.compile(
    r"\{%-?\s*comment\b.*?\{%-?\s*endcomment\s*-?%\}"
    r"|\{%-?\s*raw\s*-?%\}.*?\{%-?\s*endraw\s*-?%\}"
    r"|\{\{.*?\}\}|\{%.*?%\}",
    re.DOTALL,
)
_COMMENT_TAG = re.compile(r"\{%-?\s*comment\b")
_HTML = re.compile(
    r"<!--.*?-->"
    r"|<(?P<raw>style|script|title|textarea|mj-style|mj-title|mj-preview)\b[^>]*>.*?</(?P=raw)\s*>"
    r"|<[a-zA-Z/!?](?:\"[^\"]*\"|'[^']*'|[^'\">])*>",
    re.DOTALL | re.IGNORECASE,
)
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'", re.DOTALL)


@dataclass(slots=True)
class Placeholders:
    """The pieces of Liquid taken out of one text. ``stem`` is a word that the text does not hold."""

    stem: str = "tfq"
    pieces: list[str] = field(default_factory=list)

    def take(self, source: str) -> str:
        """The source with a word in place of each piece of Liquid; template comments are dropped."""
        while self.stem in source.lower():
            self.stem += "q"
        return _LIQUID.sub(self._word, source)

    def _word(self, match: re.Match[str]) -> str:
        if _COMMENT_TAG.match(match[0]):
            return ""
        self.pieces.append(match[0])
        return f"{self.stem}{len(self.pieces) - 1}z"

    def words(self, text: str) -> list[re.Match[str]]:
        """The placeholders in a text; group 1 is the number of the piece."""
        return list(re.finditer(rf"{self.stem}(\d+)z", text))

    def is_tag(self, word: re.Match[str]) -> bool:
        """Whether it stands for ``{% … %}``, which writes nothing itself."""
        return self.pieces[int(word[1])].startswith("{%")

    def comments_between_elements(self, html: str) -> str:
        """HTML or MJML in which tags between elements have become comments."""
        parts: list[str] = []
        at = 0
        for match in _HTML.finditer(html):
            parts += [self._as_comments(html[at : match.start()]), match[0]]
            at = match.end()
        return "".join(parts) + self._as_comments(html[at:])

    def _as_comments(self, text: str) -> str:
        return re.sub(
            rf"{self.stem}(\d+)z", lambda word: f"<!--{word[0]}-->" if self.is_tag(word) else word[0], text
        )

    def comments_on_own_lines(self, markdown: str) -> str:
        """Markdown in which tags that fill a line have become comments: blocks of their own."""
        lines = markdown.split("\n")
        for number, line in enumerate(lines):
            words = self.words(line)
            if words and all(map(self.is_tag, words)) and not re.sub(rf"{self.stem}\d+z", "", line).strip():
                lines[number] = "".join(f"<!--{word[0]}-->" for word in words)
        return "\n".join(lines)

    def rows_in_bodies(self, html: str) -> str:
        """HTML whose table rows stand in a ``tbody``, as a parser would have it: else it puts its own inside a loop."""
        pattern = rf"(<table\b[^>]*>)((?:\s|<!--{self.stem}\d+z-->)*)(?=<tr\b)"
        return re.sub(pattern, r"\1<tbody>\2", html, flags=re.IGNORECASE)

    def tags_beside_text(self, text: str) -> str:
        """Text in which a tag that has a line of its own stands in front of the next line: it leaves no gap then."""
        pattern = rf"(?m)^[ \t]*((?:{self.stem}\d+z[ \t]*)+)\n+"

        def moved(match: re.Match[str]) -> str:
            return "".join(word[0] for word in self.words(match[1])) if all(map(self.is_tag, self.words(match[1]))) else match[0]

        return re.sub(pattern, moved, text)

    def between_attributes(self, html: str) -> str | None:
        """The first ``{% … %}`` that stands inside an element's tag but outside its attributes' quotes."""
        for match in _HTML.finditer(html):
            if match["raw"] or match[0].startswith("<!--"):
                continue
            for word in self.words(_QUOTED.sub("", match[0])):
                if self.is_tag(word):
                    return self.pieces[int(word[1])]
        return None

    def put_back(self, text: str) -> str:
        """The text with its Liquid again, however a processor has written the placeholders."""
        word = rf"{self.stem}(\d+)z"
        pattern = rf'<!--\s*{word}\s*-->|&lt;!--\s*{word}\s*--&gt;|{word}(?:="")?'
        return re.sub(pattern, lambda match: self.pieces[int(next(filter(None, match.groups())))], text, flags=re.IGNORECASE)

    def bare(self, comment: str) -> str | None:
        """The placeholder word a comment consists of."""
        match = re.fullmatch(rf"\s*({self.stem}\d+z)\s*", comment)
        return match[1] if match else None
