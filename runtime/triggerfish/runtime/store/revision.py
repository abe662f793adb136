"""Which shape the tables have, told without loading the migration tool.

``HEAD`` names the newest file in ``migrations/versions``; a test keeps it so.
"""

from __future__ import annotations

from sqlalchemy import inspect, select
from sqlalchemy.sql import column, table

from triggerfish.runtime.store.database import Database
from triggerfish.runtime.store.errors import SchemaOutdated, SchemaTooNew

HEAD = "0010"

_STAMP = table("alembic_version", column("version_num"))


def current(database: Database) -> str | None:
    """The revision of the database; None for an empty one. Raises StoreUnavailable."""
    with database.read() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        revision = connection.scalar(select(_STAMP.c.version_num))
        return None if revision is None else str(revision)


def ensure_current(database: Database, *, upgrade: bool) -> None:
    """Upgrade if allowed. Raises SchemaOutdated or SchemaTooNew otherwise."""
    revision = current(database)
    if revision == HEAD:
        return
    if revision is not None and revision > HEAD:
        raise SchemaTooNew(
            f"the database has revision {revision}, this version knows {HEAD}: install a newer triggerfish"
        )
    if not upgrade:
        found = f"revision {revision}" if revision else "no tables yet"
        raise SchemaOutdated(f"the database has {found}, {HEAD} is needed")
    from triggerfish.runtime.store.migrate import upgrade as run_upgrade  # slow to import

    run_upgrade(database)
