"""``triggerfish fmt``: files, standard input, exit codes."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from triggerfish.dsl.format.files import format_files, replace_text
from triggerfish.runtime.cli import main

UGLY = "flow   x # hello\n  start when   signed_up\n  wait 1 days\n"
TIDY = "flow x  # hello\n    start when signed_up\n\n    wait 1 day\n"
WRONG = "flow x\n    start whn signed_up\n"


def run(*words: object, given: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["fmt", *(str(word) for word in words)], input=given)


def project(folder: Path, **files: str | bytes) -> Path:
    for name, text in files.items():
        (folder / f"{name}.flow").write_bytes(text.encode() if isinstance(text, str) else text)
    return folder


def test_only_what_changes_is_written(tmp_path: Path) -> None:
    project(tmp_path, ugly=UGLY, tidy=TIDY)
    (tmp_path / "ugly.flow").chmod(0o640)
    os.utime(tmp_path / "tidy.flow", (1, 1))
    ran = run(tmp_path)
    assert ran.exit_code == 0
    assert ran.stdout == "ugly.flow\n"
    assert ran.stderr == "1 file changed, 1 left as they are\n"
    assert (tmp_path / "ugly.flow").read_text() == TIDY
    assert (tmp_path / "ugly.flow").stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "tidy.flow").stat().st_mtime == 1
    assert sorted(file.name for file in tmp_path.iterdir()) == ["tidy.flow", "ugly.flow"]
    assert run(tmp_path).stderr == "0 files changed, 2 left as they are\n"


def test_one_file(tmp_path: Path) -> None:
    project(tmp_path, a=UGLY, b=UGLY)
    assert run(tmp_path / "a.flow").exit_code == 0
    assert (tmp_path / "a.flow").read_text() == TIDY
    assert (tmp_path / "b.flow").read_text() == UGLY


def test_check_and_diff_write_nothing(tmp_path: Path) -> None:
    project(tmp_path, a=UGLY)
    checked = run(tmp_path, "--check")
    assert (checked.exit_code, checked.stdout) == (1, "a.flow\n")
    shown = run(tmp_path, "--diff")
    assert shown.exit_code == 0
    assert "--- a.flow\n+++ a.flow (formatted)\n" in shown.stdout
    assert "-  wait 1 days\n" in shown.stdout
    assert "+    wait 1 day\n" in shown.stdout
    both = run(tmp_path, "--check", "--diff")
    assert (both.exit_code, both.stdout) == (1, shown.stdout)
    assert (tmp_path / "a.flow").read_text() == UGLY
    run(tmp_path)
    assert run(tmp_path, "--check").exit_code == 0


@pytest.mark.parametrize(
    "other", [TIDY.replace("\n", "\r\n").encode(), b"\xef\xbb\xbf" + TIDY.encode(), TIDY.encode()[:-1]]
)
def test_line_ends_and_marks_of_other_systems(tmp_path: Path, other: bytes) -> None:
    project(tmp_path, a=other)
    assert run(tmp_path, "--check").exit_code == 1
    assert run(tmp_path).exit_code == 0
    assert (tmp_path / "a.flow").read_bytes() == TIDY.encode()


def test_a_file_with_a_mistake_is_left_alone_and_the_others_are_not(tmp_path: Path) -> None:
    project(tmp_path, a=WRONG, b=UGLY, c=b"flow \xff")
    ran = run(tmp_path)
    assert ran.exit_code == 1
    assert "a.flow:2:11: error[" in ran.stderr
    assert "`c.flow` is no UTF-8 text" in ran.stderr
    assert "1 file changed, 0 left as they are, 2 with mistakes, not touched" in ran.stderr
    assert (tmp_path / "a.flow").read_text() == WRONG
    assert (tmp_path / "b.flow").read_text() == TIDY
    assert (tmp_path / "c.flow").read_bytes() == b"flow \xff"


def test_json(tmp_path: Path) -> None:
    project(tmp_path, a=WRONG, b=UGLY, c=TIDY)
    ran = run(tmp_path, "--format", "json", "--check")
    document = json.loads(ran.stdout)
    assert ran.exit_code == 1
    assert (document["ok"], document["changed"], document["unchanged"]) == (False, ["b.flow"], 2)
    assert [(each["file"], each["line"]) for each in document["diagnostics"]] == [("a.flow", 2)]


def test_standard_input() -> None:
    ran = run("-", given=UGLY.replace("\n", "\r\n").encode())
    assert (ran.exit_code, ran.stdout_bytes) == (0, TIDY.encode())
    assert run("-", "--check", given=TIDY.encode()).exit_code == 0
    checked = run("-", "--check", given=UGLY.encode())
    assert (checked.exit_code, checked.stdout) == (1, "")
    assert "+    wait 1 day\n" in run("-", "--diff", given=UGLY.encode()).stdout
    document = json.loads(run("-", "--format", "json", given=UGLY.encode()).stdout)
    assert document == {"ok": True, "changed": ["<stdin>"], "unchanged": 0, "text": TIDY, "diagnostics": []}


def test_standard_input_with_a_mistake_gives_no_text() -> None:
    ran = run("-", given=WRONG.encode())
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert "<stdin>:2:11: error[" in ran.stderr
    assert run("-", given=b"\xff").exit_code == 2


def test_links_stay_links(tmp_path: Path) -> None:
    inside, outside = tmp_path / "shop", tmp_path / "elsewhere"
    inside.mkdir()
    outside.mkdir()
    project(outside, far=UGLY)
    project(inside, a=UGLY)
    (inside / "b.flow").symlink_to("a.flow")
    (inside / "c.flow").symlink_to(outside / "far.flow")
    assert "`c.flow` is outside the project folder" in run(inside).stderr
    assert (inside / "b.flow").is_symlink()
    assert (inside / "b.flow").read_text() == TIDY
    assert (outside / "far.flow").read_text() == UGLY


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project(tmp_path, a=UGLY)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        replace_text(tmp_path / "a.flow", TIDY)
    assert [file.name for file in tmp_path.iterdir()] == ["a.flow"]
    assert (tmp_path / "a.flow").read_text() == UGLY
    assert run(tmp_path).exit_code == 3


def test_nothing_to_do(tmp_path: Path) -> None:
    assert list(format_files(tmp_path)) == []
    assert run(tmp_path).exit_code == 0
    project(tmp_path, empty="")
    assert run(tmp_path, "--check").exit_code == 0
    assert run(tmp_path / "nowhere").exit_code == 2
