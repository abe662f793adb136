"""The sentences of the language reference on how flows run, and the tests that quote them.

A test quotes a sentence in lines that begin with ``>``: in the comment directly above a ``test`` block of a ``.flow`` file, or in the
docstring of a Python test. Quoted lines that follow each other are read as one text, which may hold several sentences:

    # > Windows are half-open: an event exactly D ago is outside `in last D`.
    test "…"
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
PAGE = ROOT / "docs" / "language.md"
SECTION = "How it runs"


@dataclass(frozen=True)
class Quote:
    """A sentence, the file and line of the test that quotes it, and whether that test is skipped."""

    sentence: str
    file: Path
    line: int
    skipped: bool = False

    def __str__(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.line}: {self.sentence}"


def sentences(text: str) -> list[str]:
    """A text's sentences. One ends with a full stop, or a colon at the end of the text; code does not end one."""
    return [each for each in re.split(r"(?<=[.!?])\s+(?=[A-Z0-9`])", " ".join(text.split())) if each]


def section(page: str, title: str = SECTION) -> str:
    """What stands below a heading of the second level."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def promised(page: str) -> list[str]:
    """Every sentence of the section: paragraphs and items of lists, headings and notes to the tests left out."""
    text = re.sub(r"<!--.*?-->", "", section(page), flags=re.DOTALL)
    items: list[list[str]] = [[]]
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            items.append([])
        elif line.startswith("- "):
            items.append([line[2:]])
        else:
            items[-1].append(line)
    return [sentence for item in items for sentence in sentences(" ".join(item))]


def quoted() -> Iterator[Quote]:
    """Every quote in every test that is run."""
    for path in sorted(TESTS.glob("scenarios/*/*.flow")):
        if path.parent.name != "wrong":
            yield from of_flow(path.read_text("utf-8"), path)
    for path in sorted(TESTS.glob("**/test_*.py")):
        yield from of_python(path.read_text("utf-8"), path)


def of_flow(text: str, path: Path) -> Iterator[Quote]:
    """The quotes in the comments directly above ``test`` blocks."""
    comment: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("#"):
            comment.append(line[1:])
            continue
        if line.startswith("test "):
            yield from (Quote(each, path, number) for each in _of(comment))
        comment = []


def of_python(text: str, path: Path) -> Iterator[Quote]:
    """The quotes in the docstrings of test functions; such a test must not be skipped."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            marks = " ".join(ast.unparse(each) for each in node.decorator_list)
            for each in _of((ast.get_docstring(node) or "").splitlines()):
                yield Quote(each, path, node.lineno, re.search(r"\b(skip|skipif|xfail)\b", marks) is not None)


def _of(lines: list[str]) -> list[str]:
    return sentences(" ".join(line.strip()[1:] for line in lines if line.strip().startswith("> ")))
