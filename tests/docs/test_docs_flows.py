"""What documents show is true: programs check, their tests pass, and no word of the language is left out."""

from __future__ import annotations

import json
import re
from pathlib import Path

from click.testing import CliRunner, Result

from triggerfish.dsl.grammar import grammar
from triggerfish.runtime.cli import main
from triggerfish.runtime.cli.commands.new import FOLDER

ROOT = Path(__file__).parents[2]
LANGUAGE = (ROOT / "docs" / "language.md").read_text()


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def blocks(text: str) -> list[str]:
    return re.findall(r"^```flow\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def accepted(project: Path) -> int:
    """How many tests passed; all of them, in a program without a mistake."""
    checked = run("check", project)
    assert checked.exit_code == 0, checked.stderr + checked.stdout
    tested = run("test", project)
    assert tested.exit_code == 0, tested.stdout
    return int(json.loads(run("test", project, "--format", "json").stdout)["passed"])


def test_the_language_reference_is_one_program(tmp_path: Path) -> None:
    (tmp_path / "language.flow").write_text("\n".join(blocks(LANGUAGE)))
    assert accepted(tmp_path) == 3


def test_the_readme_is_the_first_template(tmp_path: Path) -> None:
    [block] = blocks((ROOT / "README.md").read_text())
    flow, _, test = block.partition("\ntest ")
    project = tmp_path / "shop"
    run("new", project)
    assert flow.strip() in (FOLDER / "cart" / "cart.flow").read_text()
    (project / "readme.flow").write_text("test " + test.replace("one reminder", "one reminder (as the readme has it)"))
    assert accepted(project) == 10


def test_the_mistake_in_the_readme(tmp_path: Path) -> None:
    project = tmp_path / "shop"
    run("new", project)
    flow = project / "cart.flow"
    flow.write_text(flow.read_text().replace("when added_to_cart", "when added_to_crat"))
    checked = run("check", project)
    assert checked.exit_code == 1
    shown = re.search(r"^\$ triggerfish check shop\n(.*?)^```$", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    assert shown
    assert checked.stdout.startswith(shown[1])


def test_other_documents(tmp_path: Path) -> None:
    for document in [*ROOT.glob("docs/*.md"), *ROOT.glob("examples/cdnow/*.md")]:
        if document.name == "language.md":
            continue
        for number, block in enumerate(blocks(document.read_text())):
            project = tmp_path / document.stem / str(number)
            project.mkdir(parents=True)
            (project / "block.flow").write_text(block)
            accepted(project)


def test_every_word_of_the_language_is_in_its_reference() -> None:
    missing = [word for word in grammar().words if not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", LANGUAGE)]
    assert not missing


def test_links_between_documents_lead_somewhere() -> None:
    for document in [ROOT / "README.md", ROOT / "CHANGELOG.md", *ROOT.glob("docs/*.md"), *ROOT.glob("examples/*/README.md")]:
        text = document.read_text()
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)):
            assert (document.parent / target).exists(), f"{document}: {target}"
