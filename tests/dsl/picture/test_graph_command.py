from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result

from triggerfish.runtime.cli import main

ROOT = Path(__file__).parents[3]
CDNOW = ROOT / "examples" / "cdnow"
TEMPLATES = ROOT / "runtime" / "triggerfish" / "runtime" / "templates"


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["graph", *(str(word) for word in words)])


def test_svg_is_the_usual_form():
    ran = run("win_back", CDNOW)
    assert ran.exit_code == 0
    root = ET.fromstring(ran.stdout)
    assert root.findtext("{http://www.w3.org/2000/svg}title") == "Win back"


@pytest.mark.parametrize(
    ("name", "beginning"),
    [("a.svg", "<?xml"), ("a.html", "<!DOCTYPE html>"), ("a.mmd", "%% Win back")],
)
def test_the_name_of_the_file_says_which_form(tmp_path: Path, name: str, beginning: str):
    ran = run("win_back", CDNOW, "-o", tmp_path / name)
    assert (ran.exit_code, ran.stdout) == (0, "")
    assert ran.stderr == f"{tmp_path / name} written\n"
    assert (tmp_path / name).read_text("utf-8").startswith(beginning)


def test_the_form_can_be_chosen(tmp_path: Path):
    assert run("win_back", CDNOW, "--format", "mermaid").stdout.startswith("%%")
    assert run("win_back", CDNOW, "--format", "html", "-o", tmp_path / "a.svg").exit_code == 0
    assert (tmp_path / "a.svg").read_text("utf-8").startswith("<!DOCTYPE")


def test_a_wrong_name_gets_a_suggestion():
    ran = run("win_bak", CDNOW)
    assert ran.exit_code == 1
    assert ran.stderr == 'triggerfish: there is no flow win_bak; did you mean "win_back"?\n'
    assert "there are second_purchase, " in run("xyz", CDNOW).stderr


def test_a_program_with_mistakes_is_not_drawn(tmp_path: Path):
    (tmp_path / "a.flow").write_text("event x\nflow f\n    start when y\n")
    ran = run("f", tmp_path)
    assert ran.exit_code == 1
    assert "y" in ran.stderr
    assert ran.stdout == ""


def test_the_same_flow_gives_the_same_bytes():
    assert run("win_back", CDNOW).stdout == run("win_back", CDNOW).stdout


def test_the_picture_in_the_documentation_is_what_comes_out():
    images = ROOT / "docs" / "images"
    assert run("cart", images).stdout == (images / "picture.svg").read_text("utf-8"), (
        "draw it again: triggerfish graph cart docs/images -o docs/images/picture.svg"
    )
