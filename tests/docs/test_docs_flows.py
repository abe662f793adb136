"""The readme and the first page show the first template, no word of the language is left out, and links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

from page_blocks import blocks
from page_runners import accepted, call

from triggerfish.dsl.grammar import grammar
from triggerfish.runtime.cli.commands.new import FOLDER

ROOT = Path(__file__).parents[2]
LANGUAGE = (ROOT / "docs" / "language.md").read_text()


def test_the_readme_is_the_first_template(tmp_path: Path) -> None:
    [block] = [each.text for each in blocks(ROOT / "README.md") if each.language == "flow"]
    flow, _, test = block.partition("\ntest ")
    project = tmp_path / "shop"
    call("new", project)
    assert flow.strip() in (FOLDER / "cart" / "cart.flow").read_text()
    (project / "readme.flow").write_text("test " + test.replace("one reminder", "one reminder (as the readme has it)"))
    assert accepted(project) == 10


def test_the_first_page_shows_the_first_template_and_its_picture(tmp_path: Path) -> None:
    [block] = [each.text for each in blocks(ROOT / "docs" / "index.md") if each.language == "flow"]
    call("new", tmp_path / "shop")
    assert block in (tmp_path / "shop" / "cart.flow").read_text()
    drawn = call("graph", "cart_recovery", tmp_path / "shop").stdout
    picture = ROOT / "docs" / "images" / "cart-recovery.svg"
    assert picture.read_text() == drawn, f"draw it again: triggerfish new shop; triggerfish graph cart_recovery shop -o {picture.relative_to(ROOT)}"


def test_every_word_of_the_language_is_in_its_reference() -> None:
    missing = [word for word in grammar().words if not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", LANGUAGE)]
    assert not missing


def test_links_between_documents_lead_somewhere() -> None:
    for document in [ROOT / "README.md", ROOT / "CHANGELOG.md", *ROOT.glob("docs/*.md"), *ROOT.glob("examples/*/README.md")]:
        text = document.read_text()
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)):
            assert (document.parent / target).exists(), f"{document}: {target}"
