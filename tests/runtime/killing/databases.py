"""Databases by the dozen, each made as a copy of another."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Protocol

from postgresql import autocommit
from sqlalchemy import make_url

from triggerfish.runtime.store.store import Store


class Databases(Protocol):
    """Makes databases of one kind."""

    kind: str

    def empty(self, name: str) -> str:
        """The address of a new one with its tables."""
        ...

    def copy(self, address: str, name: str) -> str:
        """The address of a new one that holds what another holds, which nobody uses at the moment."""
        ...

    def drop(self) -> None:
        """Remove what was made."""
        ...


class Files:
    """SQLite."""

    kind = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def empty(self, name: str) -> str:
        """The address of a new one with its tables."""
        address = f"sqlite:///{self._folder / name}.db"
        Store(address).close()
        return address

    def copy(self, address: str, name: str) -> str:
        """The address of a new one that holds what another holds, which nobody uses at the moment."""
        target = self._folder / f"{name}.db"
        shutil.copy(str(make_url(address).database), target)
        return f"sqlite:///{target}"

    def drop(self) -> None:
        """Nothing: the folder goes with its test."""


class OnServer:
    """Databases on a server of PostgreSQL, whose names begin with ``prefix``."""

    kind = "postgresql"

    def __init__(self, server: str, prefix: str) -> None:
        self.server = server
        self._prefix = prefix
        self._made: list[str] = []

    def empty(self, name: str) -> str:
        """The address of a new one with its tables."""
        address = self._create(name, "template1")
        Store(address, upgrade=True).close()
        return address

    def copy(self, address: str, name: str) -> str:
        """The address of a new one that holds what another holds, which nobody uses at the moment."""
        return self._create(name, str(make_url(address).database))

    def drop(self) -> None:
        """Remove what was made."""
        with autocommit(self.server) as engine, engine.connect() as connection:
            for name in self._made:
                connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _create(self, name: str, template: str) -> str:
        full = f"{self._prefix}_{name}"
        with autocommit(self.server) as engine, engine.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {full} WITH (FORCE)")
            connection.exec_driver_sql(f"CREATE DATABASE {full} TEMPLATE {template}")
        self._made.append(full)
        return make_url(self.server).set(database=full).render_as_string(hide_password=False)
