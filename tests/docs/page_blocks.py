"""The code blocks of a document, and what the comments above them say about how they are run.

A block is run by its language (see ``page_runners``). A comment directly above a block, which readers do not see, may say more:

    <!-- around …    a program, for a fragment: a line of dots says where the fragment stands, and how deep
    <!-- before …    commands that are run first, unseen
    <!-- is now -->            the file of this title holds this text by now
    <!-- exit code: 1 -->      what the block's last command ends with
    <!-- mapping -->           this TOML is a mapping for ``ingest``, not settings
    <!-- shape of: COMMAND --> the block shows what this command prints as JSON: the same keys, the same kinds of values
    <!-- run by: tests/FILE --> another test runs it
    <!-- not run: REASON -->   nothing here can run it

The comment ``<!-- one program -->`` anywhere makes one program of all flow blocks of a page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
PAGES = sorted([
    ROOT / "README.md", ROOT / "CHANGELOG.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/*/README.md"),
])  # fmt: skip
WORDS = ("around", "before", "exit code", "mapping", "shape of", "run by", "not run", "is now", "one program")
_COMMENT = re.compile(r"<!--\s*(.*?)\s*-->", re.DOTALL)


@dataclass
class Block:
    """One block of code: where it is, its language and title, its text, and what is said about it."""

    page: Path
    line: int
    language: str
    title: str
    text: str
    said: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(page: Path) -> list[Block]:
    """The code blocks of a page, in order."""
    found: list[Block] = []
    said: dict[str, str] = {}
    for token in MarkdownIt("commonmark").parse(page.read_text("utf-8")):
        if token.type == "html_block":
            said |= _said(token.content)
            continue
        if token.type in {"fence", "code_block"}:
            language, _, rest = token.info.strip().partition(" ")
            title = re.search(r'title="([^"]*)"', rest)
            line = 0 if token.map is None else token.map[0] + 1
            found.append(Block(page, line, language, title[1] if title else "", token.content, said))
        said = {}
    return found


def one_program(page: Path) -> bool:
    """Whether all flow blocks of a page are one program."""
    return "<!-- one program -->" in page.read_text("utf-8")


def _said(html: str) -> dict[str, str]:
    said = {}
    for comment in _COMMENT.findall(html):
        for word in WORDS:
            if comment.startswith(word):
                said[word] = comment[len(word) :].removeprefix(":").strip("\n").removeprefix(" ") if word != "around" else comment
    return said
