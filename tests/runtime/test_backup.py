"""``triggerfish db backup`` and ``db restore``."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from postgresql import Databases

from triggerfish.runtime.cli import main
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.store import backup as copies
from triggerfish.runtime.store.backup import backup
from triggerfish.runtime.store.schema import metadata
from triggerfish.runtime.store.store import Store

PROJECT = "event signed_up\n"


def invoke(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(main, [str(each) for each in arguments])
    return result.exit_code, result.output


def test_what_was_copied_comes_back(project: Path, tmp_path: Path, address: str) -> None:
    copy = tmp_path / "copy"
    (project / "a.flow").write_text(PROJECT)
    assert invoke("track", "ana", "signed_up", "-C", project)[0] == 0
    assert invoke("run", project, "--once")[0] == 0
    before = contents(address)
    assert invoke("db", "backup", copy, project)[0] == 0
    assert invoke("track", "bob", "signed_up", "-C", project)[0] == 0
    assert '"events": 2' in invoke("status", project, "--format", "json")[1]
    code, output = invoke("db", "restore", copy, project, "--yes")
    assert code == 0, output
    assert "what was there is kept in" in output
    assert contents(address) == before
    assert invoke("track", "cid", "signed_up", "-C", project)[0] == 0, "numbers go on where they were"
    assert '"events": 2' in invoke("status", project, "--format", "json")[1]


def contents(address: str) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables."""
    with Store(address) as store, store.database.read() as connection:
        return {
            name: sorted((tuple(row) for row in connection.execute(table.select())), key=repr)
            for name, table in metadata.tables.items()
        }


def test_a_copy_that_is_damaged_or_of_another_kind_is_refused(project: Path, tmp_path: Path, address: str) -> None:
    (project / "a.flow").write_text(PROJECT)
    assert invoke("track", "ana", "signed_up", "-C", project)[0] == 0
    assert invoke("db", "backup", tmp_path / "copy", project)[0] == 0
    before = contents(address)
    for junk in (b"junk" * 100, (tmp_path / "copy").read_bytes()[:300]):
        (tmp_path / "junk").write_bytes(junk)
        code, output = invoke("db", "restore", tmp_path / "junk", project, "--yes")
        assert code == 2
        assert "is no copy of" in output
    assert contents(address) == before


def test_a_copy_of_postgresql_does_not_go_into_a_file(postgresql: Databases, tmp_path: Path) -> None:
    with postgresql.with_tables() as address:
        backup(address, tmp_path / "copy", lambda _done, _all: None)
    code, output = invoke("db", "restore", tmp_path / "copy", tmp_path, "--yes")
    assert code == 2
    assert "is a copy of a PostgreSQL database" in output


def test_nothing_to_copy_and_nothing_to_restore(tmp_path: Path) -> None:
    (tmp_path / "a.flow").write_text(PROJECT)
    code, output = invoke("db", "backup", tmp_path / "copy.db", tmp_path)
    assert code == 3
    assert "there is no database" in output
    (tmp_path / "junk.db").write_bytes(b"no database at all, but long enough to be looked at" * 20)
    code, output = invoke("db", "restore", tmp_path / "junk.db", tmp_path, "--yes")
    assert code == 2
    assert "no copy of a triggerfish database" in output


def test_what_each_restore_put_aside_is_kept(project: Path, tmp_path: Path, address: str) -> None:
    copy = tmp_path / "copy"
    (project / "a.flow").write_text(PROJECT)
    assert invoke("track", "ana", "signed_up", "-C", project)[0] == 0
    assert invoke("db", "backup", copy, project)[0] == 0
    if address.startswith("postgresql"):
        remove(address, "before_restore")  # of another test in this database
    names = []
    for number in range(3):
        for person in range(number):
            assert invoke("track", f"bob-{number}-{person}", "signed_up", "-C", project)[0] == 0
        code, output = invoke("db", "restore", copy, project, "--yes")
        assert code == 0, output
        names.append(output.strip().partition("what was there is kept in ")[2])
    if address.startswith("sqlite"):
        assert names == [f"{address.removeprefix('sqlite:///')}.before{ending}" for ending in ("", "-2", "-3")]
        kept = [f"sqlite:///{name}" for name in names]
        assert [len(contents(each)["events"]) for each in kept] == [1, 2, 3]
        return
    assert names == [f"the schema before_restore{ending}" for ending in ("", "_2", "_3")]
    schemas = [name.removeprefix("the schema ") for name in names]
    with Store(address) as store, store.database.write() as connection:
        assert [connection.exec_driver_sql(f"SELECT count(*) FROM {name}.events").scalar() for name in schemas] == [1, 2, 3]
    remove(address, *schemas)


def remove(address: str, *schemas: str) -> None:
    with Store(address) as store, store.database.write() as connection:
        for name in schemas:
            connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {name} CASCADE")


def test_a_copy_into_a_folder_that_is_not_there(project: Path, tmp_path: Path) -> None:
    (project / "a.flow").write_text(PROJECT)
    assert invoke("track", "ana", "signed_up", "-C", project)[0] == 0
    code, output = invoke("db", "backup", tmp_path / "none" / "copy", project)
    assert (code, output) == (2, f"triggerfish: there is no folder {tmp_path / 'none'} to put the copy in; make it first\n")


def test_a_copy_is_finished_however_much_is_written_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "PAGES", 1)
    address, left = f"sqlite:///{tmp_path / 'shop.db'}", []
    with Store(address) as store:

        def written_to(done: int, total: int) -> None:
            left.append(total - done)
            assert len(left) < 1_000, "it began anew and anew"
            store.events.append([("ana", Input("event", "x", len(left), f"m{len(left)}", {}))], 1)

        backup(address, tmp_path / "copy", written_to)
    assert left == sorted(left, reverse=True)
    with Store(f"sqlite:///{tmp_path / 'copy'}") as copy:
        assert copy.events.count() == 0  # as it was when it began
