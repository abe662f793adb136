"""What the server says after each change is what it would say from scratch."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from triggerfish.dsl.lint.run import reviewed
from triggerfish.dsl.project import load
from triggerfish.dsl.server.pieces import MARK, Pieces, cut
from triggerfish.dsl.server.project import Project
from triggerfish.plugins.manager import load_plugins

ROOT = Path(__file__).parents[3]
PROJECTS = sorted(
    {path.parent for path in ROOT.glob("runtime/triggerfish/runtime/templates/*/*.flow")}
    | {path.parent for path in ROOT.glob("examples/*/*.flow")}
)
CATALOG = load_plugins().catalog()

SNIPPETS = (
    "event thing_done\n    total number\n\n", "flow \n", "\n", "# a remark\n", "    wait 1 day\n", '"""\n', "(\n", "plan", "    ",
    "profile\n    plan  text\n\n", " where total > 5", 'message hello\n    sms "Hi {{ first_name }}"\n\n', "\t", "é🎉", "x" * 30,
)  # fmt: skip


def _shown(diagnostics):
    return sorted(
        (one.span, one.code, one.message, one.help, [(two.span, two.message) for two in one.related], one.fix) for one in diagnostics
    )


def _said(state):
    return _shown(one for found in state.diagnostics.values() for one in found)


def _from_scratch(folder, texts):
    for path, text in texts.items():
        (folder / path).write_text(text, encoding="utf-8", newline="")
    loaded = load(folder, CATALOG)
    return _shown(set(reviewed(loaded.program, loaded.trees, loaded.diagnostics)))


def _mutated(text, chance):
    lines = text.splitlines(keepends=True)
    place = chance.randrange(len(lines) + 1)
    match chance.randrange(6):
        case 0:
            lines.insert(place, chance.choice(SNIPPETS))
        case 1 if lines:
            del lines[min(place, len(lines) - 1)]
        case 2 if lines:
            line = lines[min(place, len(lines) - 1)]
            column = chance.randrange(len(line) + 1)
            lines[min(place, len(lines) - 1)] = line[:column] + chance.choice('aé "(#:1_\n') + line[column:]
        case 3 if lines:
            line = lines[min(place, len(lines) - 1)]
            column = chance.randrange(len(line))
            lines[min(place, len(lines) - 1)] = line[:column] + line[column + 1 :]
        case 4 if lines:
            lines.insert(place, lines[chance.randrange(len(lines))])
        case _:
            words = text.split()
            if words:
                return text.replace(chance.choice(words), chance.choice(words), 1)
    return "".join(lines)


@pytest.mark.parametrize("folder", PROJECTS, ids=lambda folder: folder.name)
def test_edits_say_what_a_fresh_start_says(folder, tmp_path):
    chance = random.Random(f"seed {folder.name}")
    place = tmp_path / "project"
    shutil.copytree(folder, place)
    project = Project(place, CATALOG)
    project.state()
    original = {path.name: path.read_text(encoding="utf-8") for path in place.glob("*.flow")}
    texts = dict(original)
    for number in range(25):
        path = chance.choice(sorted(texts))
        texts[path] = original[path] if number % 5 == 4 else _mutated(texts[path], chance)
        project.edit(path, texts[path])
        assert _said(project.review()) == _from_scratch(place, texts), f"edit {number} of {path}"


def test_a_keystroke_in_a_step_lowers_its_flow_and_what_asks_for_it(tmp_path):
    folder = tmp_path / "project"
    shutil.copytree(ROOT / "runtime/triggerfish/runtime/templates/cart", folder)
    flow = "\nflow other\n    start when added_to_cart\n    about offers\n    send sms cart_reminder\n"
    (folder / "other.flow").write_text(flow, encoding="utf-8")
    project = Project(folder, CATALOG)
    project.state()
    project.edit("other.flow", flow)
    project.state()
    project.edit("other.flow", flow + "    wait 1 day\n")
    assert project.state().diagnostics == {}
    assert project.lowered == 1


def test_what_concerns_very_much_is_looked_at_bit_by_bit(tmp_path, monkeypatch):
    monkeypatch.setattr("triggerfish.dsl.server.project.AT_ONCE", 2)
    flows = "".join(f"flow f{n}\n    start when e where total > {n}\n    wait 1 day\n\n" for n in range(9))
    project = Project(tmp_path, CATALOG)
    project.edit("a.flow", "event e\n    total  number\n\n" + flows)
    assert project.complete().diagnostics == {}
    project.edit("a.flow", "event e\n    totals  number\n\n" + flows)
    assert len(project.state().diagnostics["a.flow"]) == 2
    assert (project.lowered, project.waiting) == (2, 7)
    assert len(project.carry_on().diagnostics["a.flow"]) == 4
    project.edit("a.flow", "# a remark\n\nevent e\n    totals  number\n\n" + flows)
    assert len(project.state().diagnostics["a.flow"]) == 6
    assert len(project.complete().diagnostics["a.flow"]) == 9
    assert project.waiting == 0
    project.edit("a.flow", "event e\n    total  number\n\n" + flows)
    project.state()
    assert project.complete().diagnostics == {}


def test_a_changed_template_is_read_again(tmp_path):
    folder = tmp_path / "project"
    shutil.copytree(ROOT / "runtime/triggerfish/runtime/templates/cart", folder)
    project = Project(folder, CATALOG)
    assert project.state().diagnostics == {}
    template = folder / "messages" / "cart_discount.md"
    template.write_text("{{ first_nam }}", encoding="utf-8")
    project.look_again()
    [found] = project.state().diagnostics["messages/cart_discount.md"]
    assert (found.code, found.span.line, found.span.column) == ("TF405", 1, 4)
    project.edit("messages/cart_discount.md", "{{ first_name }}")
    assert project.state().diagnostics == {}


@pytest.mark.parametrize(
    "text",
    [
        "profile\n    a text\n# about b\n\n# about e\nevent e\n    b number\n",
        'message m\n    sms """\nflow not_one\n    """\n\nflow f\n    start when e\n',
        "event e\r\n    a number\r\nevent f\r\n",
        "flow f\n    do x.y with a: [\nevent: 5]\n",
        "   \n# only a remark",
        "",
    ],
)
def test_pieces_together_are_the_file(text):
    assert "".join(cut(text)) == text.replace("\r\n", "\n")


def test_a_long_text_is_never_cut():
    parts = list(cut('message m\n    sms """\nflow not_one\n    """\n\nflow f\n    start when e\n'))
    assert [part.split("\n")[0] for part in parts] == ["message m", "flow f"]


def test_a_piece_that_moves_stays_itself():
    pieces = Pieces()
    [one, two] = pieces.read("a.flow", "event e\n\nevent f\n")
    [_, moved_one, moved_two] = pieces.read("a.flow", "event new\n\nevent e\n\nevent f\n")
    assert moved_one.piece is one.piece
    assert moved_two.piece is two.piece
    assert (two.above, moved_two.above) == (2, 4)
    assert MARK in one.piece.path
