"""A SQLite file that is locked, full, gone, read-only or damaged says so in words that help."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.store import sqlite
from triggerfish.runtime.store.errors import StoreUnavailable
from triggerfish.runtime.store.store import Store


def one(number: int) -> list[tuple[str, Input]]:
    return [("ana", Input("event", "x", 1, f"m{number}", {"pad": "x" * 2_000}))]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "shop.db"


def test_locked_by_another_program(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "PRAGMAS", ("PRAGMA journal_mode = WAL", "PRAGMA busy_timeout = 50"))
    with Store(f"sqlite:///{path}") as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="another program is writing") as caught:
            store.events.append(one(1), 1)
        assert (caught.value.trouble, caught.value.passing) == ("locked", True)
        assert store.events.count() == 0  # reading goes on
        other.execute("ROLLBACK")
        other.close()
        assert store.events.append(one(1), 1) == 1


def test_full(path: Path) -> None:
    with Store(f"sqlite:///{path}") as store:
        with store.database.read() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 3}")
        stored = 0
        with pytest.raises(StoreUnavailable, match="disk is full") as caught:  # noqa: PT012 - it fails at some point
            for number in range(100):
                stored += store.events.append(one(number), 1)
        assert caught.value.trouble == "full"
        assert store.events.count() == stored
        with store.database.read() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 100000")
        assert store.events.append(one(200), 1) == 1


@pytest.mark.parametrize("replace", [False, True])
def test_gone_or_replaced_while_in_use(path: Path, replace: bool) -> None:
    with Store(f"sqlite:///{path}") as store:
        path.rename(path.with_suffix(".away"))
        if replace:
            path.write_bytes(b"")
        with pytest.raises(StoreUnavailable, match=r"no longer there|was replaced") as caught:
            store.events.append(one(1), 1)
        assert caught.value.trouble == "gone"
        path.unlink(missing_ok=True)
        path.with_suffix(".away").rename(path)
        assert store.events.append(one(1), 1) == 1


def test_damaged(path: Path) -> None:
    path.write_bytes(b"this is a letter to my aunt, and no database" * 100)
    with pytest.raises(StoreUnavailable, match="restore a backup") as caught:
        Store(f"sqlite:///{path}")
    assert not caught.value.passing


@pytest.fixture
def somebody(tmp_path: Path) -> Iterator[tuple[Path, Callable[[], AbstractContextManager[None]]]]:
    """A folder, and how to act as somebody whom file permissions bind: root, whom nothing binds, becomes its owner."""
    if os.geteuid() != 0:
        yield tmp_path, nullcontext
        return
    nobody = 65534
    with TemporaryDirectory(prefix="triggerfish-test-") as folder:  # the folders above tmp_path are root's alone

        @contextmanager
        def acting() -> Iterator[None]:
            for each in (Path(folder), *Path(folder).iterdir()):
                os.chown(each, nobody, -1)
            os.seteuid(nobody)
            try:
                yield
            finally:
                os.seteuid(0)

        yield Path(folder), acting


def test_read_only(somebody: tuple[Path, Callable[[], AbstractContextManager[None]]]) -> None:
    folder, acting = somebody
    path = folder / "shop.db"
    Store(f"sqlite:///{path}").close()
    path.chmod(0o400)
    with acting(), Store(f"sqlite:///{path}") as store, pytest.raises(StoreUnavailable, match="may not be written"):
        store.events.append(one(1), 1)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreUnavailable, match="cannot be reached"):
        Store(f"sqlite:///{tmp_path}/file/shop.db")


def test_several_threads_write_at_once(path: Path) -> None:
    with Store(f"sqlite:///{path}") as store:

        def write(first: int) -> None:
            for number in range(first, first + 30):
                store.events.append(one(number), 1)

        threads = [threading.Thread(target=write, args=(first,)) for first in (0, 100, 200)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert store.events.count() == 90


def test_the_pragmas_are_in_force(path: Path) -> None:
    with Store(f"sqlite:///{path}") as store:
        wanted = {"journal_mode": "wal", "synchronous": 1, "wal_autocheckpoint": 50000, "foreign_keys": 0}
        with store.database.write() as connection:
            found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in wanted}
            assert found == wanted
        with store.database.write(flush=True) as connection:
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
