"""Folders of ``.flow`` files, good and bad."""

from __future__ import annotations

from pathlib import Path

import pytest

from triggerfish.dsl.catalog import Catalog
from triggerfish.dsl.project import ProjectError, load

EVENT = "event signed_up\n"
FLOW = "flow welcome\n    start when signed_up\n    wait 1 day\n"


def write(folder: Path, **files: str | bytes) -> None:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_flow", ".flow").replace("_csv", ".csv").replace(
            "_html", ".html"
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


def codes(folder: Path, catalog: Catalog) -> list[tuple[str, str, int]]:
    return [(one.code, one.span.file, one.span.line) for one in load(folder, catalog).diagnostics]


def test_files_of_all_folders_are_one_program(tmp_path: Path, catalog: Catalog):
    write(tmp_path, a_flow=FLOW, deep__er__b_flow=EVENT)
    loaded = load(tmp_path, catalog)
    assert loaded.program is not None
    assert [source.path for source in loaded.program.sources] == ["a.flow", "deep/er/b.flow"]
    assert loaded.program.flows[0].file == "a.flow"
    assert loaded.sources["deep/er/b.flow"] == EVENT


def test_dot_folders_and_other_files_are_left_out(tmp_path: Path, catalog: Catalog):
    write(tmp_path, a_flow=EVENT, **{".git__b_flow": "nonsense", ".c_flow": "nonsense", "notes.txt": "nonsense"})
    assert codes(tmp_path, catalog) == []


def test_missing_folder(tmp_path: Path, catalog: Catalog):
    with pytest.raises(ProjectError, match="There is no folder"):
        load(tmp_path / "nowhere", catalog)


def test_a_file_is_no_project(tmp_path: Path, catalog: Catalog):
    write(tmp_path, a_flow=EVENT)
    with pytest.raises(ProjectError, match="is a file"):
        load(tmp_path / "a.flow", catalog)


def test_empty_project(tmp_path: Path, catalog: Catalog):
    loaded = load(tmp_path, catalog)
    assert [one.code for one in loaded.diagnostics] == ["TF705"]
    assert loaded.program is None


def test_undecodable_file_does_not_hide_mistakes_in_others(tmp_path: Path, catalog: Catalog):
    write(tmp_path, a_flow=b"event caf\xe9\n", b_flow="segment s\n    emial is known\n")
    assert codes(tmp_path, catalog) == [("TF703", "a.flow", 1), ("TF102", "b.flow", 2)]
    assert load(tmp_path, catalog).program is None


def test_undecodable_line_is_named(tmp_path: Path, catalog: Catalog):
    write(tmp_path, a_flow=EVENT.encode() + b"# \xff\n")
    assert codes(tmp_path, catalog) == [("TF703", "a.flow", 2)]


def test_unreadable_file(tmp_path: Path, catalog: Catalog):
    (tmp_path / "a.flow").mkdir()
    write(tmp_path, b_flow=EVENT)
    (tmp_path / "c.flow").symlink_to(tmp_path / "c.flow")
    found = load(tmp_path, catalog)
    assert [one.code for one in found.diagnostics] == ["TF704"]
    assert found.diagnostics[0].span.file == "c.flow"


def test_windows_files(tmp_path: Path, catalog: Catalog):
    write(tmp_path, a_flow=b"\xef\xbb\xbf" + (EVENT + FLOW).replace("\n", "\r\n").encode())
    loaded = load(tmp_path, catalog)
    assert loaded.diagnostics == ()
    assert loaded.program is not None
    assert loaded.program.flows[0].steps[0].at.text == "wait 1 day"


def test_templates_and_lists_stand_beside_the_flow_file(tmp_path: Path, catalog: Catalog):
    message = 'message m\n    email\n        subject "Hi"\n        body file "mail.html"\n\nsegment vip from "lists/vip.csv"\n'
    write(tmp_path, shop__a_flow=message, shop__mail_html="<p>Hi {{ email }}</p>", shop__lists__vip_csv="u1\n")
    loaded = load(tmp_path, catalog)
    assert loaded.program is not None
    assert loaded.program.segments[0].members == ("u1",)
    assert "shop/mail.html" in loaded.sources


def test_nothing_outside_the_project_is_read(tmp_path: Path, catalog: Catalog):
    (tmp_path / "secret.csv").write_text("u1\n")
    project = tmp_path / "project"
    write(project, a_flow='segment a from "../secret.csv"\n\nsegment b from "link.csv"\n')
    (project / "link.csv").symlink_to(tmp_path / "secret.csv")
    found = load(project, catalog)
    assert [one.code for one in found.diagnostics if one.severity == "error"] == ["TF702", "TF702"]
    assert "secret.csv" not in "".join(found.sources)


def test_undecodable_template(tmp_path: Path, catalog: Catalog):
    write(
        tmp_path,
        a_flow='message m\n    email\n        subject "Hi"\n        body file "mail.html"\n',
        mail_html=b"<p>\n\xff</p>",
    )
    assert codes(tmp_path, catalog) == [("TF703", "mail.html", 2)]


def test_diagnostics_are_in_the_order_of_files_and_lines(tmp_path: Path, catalog: Catalog):
    write(
        tmp_path, b_flow="segment s\n    emial is known\n    phnoe is known\n", a_flow="segment t\n    emial is known\n"
    )
    assert codes(tmp_path, catalog) == [("TF102", "a.flow", 2), ("TF102", "b.flow", 2), ("TF102", "b.flow", 3)]


# --- one mistake, one message -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        "evnt signed_up\n",
        'event signed_up "unclosed\n',
        'profile\n    plan one off "a"\n\nevent signed_up\n\nsegment s\n    plan is "a"\n',
        'event signed_up\n    plan tezt\n\nflow g\n    start when signed_up where plan is "x"\n    wait 1 day\n',
        "event signed_up\n\nflow g\n    strat when signed_up\n    wait 1 day\n",
        'event signed_up\n\nmessage m\n    email\n        subject Hi\n        body "x"\n',
        "event signed_up\n\ntopic t fro email\n\nsegment s\n    subscribed to t\n",
        "event signed_up\n\nsegment s\n    did signed_up evr\n\nsegment t\n    in segment s\n",
        'event signed_up\n\ntest "t"\n    at 2026-01-01 9:00\n    expct no messages\n',
    ],
)
def test_a_syntax_error_has_no_consequences(tmp_path: Path, catalog: Catalog, wrong: str):
    write(tmp_path, a_flow=wrong + "\n" + FLOW)
    found = load(tmp_path, catalog)
    assert len(found.diagnostics) == 1, found.diagnostics
    assert found.diagnostics[0].code.startswith("TF0")
    assert found.program is None


def test_other_mistakes_are_still_found(tmp_path: Path, catalog: Catalog):
    write(
        tmp_path,
        a_flow="event signed_up\n\nsegment s\n    did signed_up evr\n\n" + FLOW.replace("signed_up", "signd_up"),
    )
    assert [code for code, _, _ in codes(tmp_path, catalog)][1:] == ["TF101"]
