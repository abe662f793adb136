"""``triggerfish db backup`` and ``db restore``."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from triggerfish.runtime.cli import main

PROJECT = "event signed_up\n"


def invoke(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(main, [str(each) for each in arguments])
    return result.exit_code, result.output


def test_what_was_copied_comes_back(tmp_path: Path) -> None:
    shop, copy = tmp_path / "shop", tmp_path / "copy.db"
    shop.mkdir()
    (shop / "a.flow").write_text(PROJECT)
    assert invoke("track", "ana", "signed_up", "-C", shop)[0] == 0
    assert invoke("db", "backup", copy, shop)[0] == 0
    assert invoke("track", "bob", "signed_up", "-C", shop)[0] == 0
    assert '"events": 2' in invoke("status", shop, "--format", "json")[1]
    assert invoke("db", "restore", copy, shop, "--yes")[0] == 0
    assert '"events": 1' in invoke("status", shop, "--format", "json")[1]
    assert (shop / ".triggerfish" / "triggerfish.db.before").is_file()


def test_nothing_to_copy_and_nothing_to_restore(tmp_path: Path) -> None:
    (tmp_path / "a.flow").write_text(PROJECT)
    code, output = invoke("db", "backup", tmp_path / "copy.db", tmp_path)
    assert code == 3
    assert "there is no database" in output
    (tmp_path / "junk.db").write_bytes(b"no database at all, but long enough to be looked at" * 20)
    code, output = invoke("db", "restore", tmp_path / "junk.db", tmp_path, "--yes")
    assert code == 3
    assert "no copy of a triggerfish database" in output
