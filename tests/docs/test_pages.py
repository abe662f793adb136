"""Every block of code in every document is run."""

from __future__ import annotations

from pathlib import Path

import pytest
from page_blocks import PAGES, ROOT, Block, blocks, one_program
from page_runners import RUNNERS, Session, accepted, pattern, same_shape, surrounded


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


GENERATED = [ROOT / "docs" / "errors.md"]
"""Written from the rules, whose tests run the examples: tests/dsl/lint/test_error_reference.py."""
RUN = [page for page in PAGES if page not in GENERATED]


@pytest.mark.parametrize("page", RUN, ids=name)
def test_the_blocks_of_a_page_run(page: Path, tmp_path: Path) -> None:
    session = Session(tmp_path)
    found = blocks(page)
    if one_program(page):
        (tmp_path / "page.flow").write_text("\n".join(each.text for each in found if each.language == "flow"))
        assert accepted(tmp_path)
        found = [each for each in found if each.language != "flow"]
    for block in found:
        session.run(block)


def test_a_block_that_nothing_runs_is_a_mistake(tmp_path: Path) -> None:
    for language in ("", "text", "cobol"):
        with pytest.raises(AssertionError, match="nothing runs"):
            Session(tmp_path).run(Block(ROOT / "README.md", 1, language, "", "x\n"))


def one(language: str, text: str, **said: str) -> Block:
    return Block(ROOT / "README.md", 1, language, said.pop("title", ""), text, {key.replace("_", " "): value for key, value in said.items()})


@pytest.mark.parametrize(
    ("block", "message"),
    [
        (one("flow", "flow nothing\n    start when nothing\n"), "there is no event"),
        (one("flow", 'profile\n    plan text\ntest "x"\n    at 2026-01-01 9:00\n    expect plan is "free"\n'), "plan"),
        (one("console", "$ triggerfish --version\ntriggerfish 99\n"), "instead of"),
        (one("console", "$ triggerfish check nowhere\n"), "exit code 2"),
        (one("console", "$ triggerfish --version\n", exit_code="1"), "exit code 0"),
        (one("console", "nothing\n"), "begins with"),
        (one("toml", "[databse]\nurl = 3\n"), "TF802"),
        (one("toml", "evnt = 3\n", mapping=""), "evnt"),
        (one("json", '{"a": 1}', shape_of="triggerfish plugins list"), "README"),
        (one("json", '{"a": 1}'), "which command"),
        (one("python", "x = 1\n"), "file name"),
        (one("text", "x\n", not_run="no"), "why is it not run"),
        (one("text", "x\n", run_by="tests/nowhere.py"), "there is no"),
        (one("text", "x\n", around=""), "not for this block"),
    ],
    ids=str,
)
def test_a_block_that_is_not_true_is_a_mistake(block: Block, message: str, tmp_path: Path) -> None:
    with pytest.raises(Exception, match=message):
        Session(tmp_path).run(block)


def test_dots_stand_for_what_differs() -> None:
    import re

    assert re.fullmatch(pattern("a … c\n…\nz\n"), "a b c\nb\nb\nz\n")
    assert not re.fullmatch(pattern("a … c\nz\n"), "a b\nz\n")


def test_a_fragment_stands_where_the_dots_are() -> None:
    assert surrounded("a\n  b\n", "around\nx\n    …\ny") == "x\n    a\n      b\ny\n"
    assert surrounded("a\n", "around\nx") == "x\na\n"


def test_shapes_are_compared() -> None:
    same_shape({"a": [{"b": 1}]}, {"a": [{"b": 2.5}]}, "")
    for real in ({"a": [{"b": "x"}]}, {"a": []}, {"b": []}, {"a": [{"b": 1}], "c": 1}):
        with pytest.raises(AssertionError):
            same_shape({"a": [{"b": 1}]}, real, "")


def test_every_language_has_its_runner() -> None:
    used = {block.language for page in RUN for block in blocks(page) if not block.said.keys() & {"not run", "run by"}}
    assert used <= set(RUNNERS)
