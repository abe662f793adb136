"""People divided into shards, so that several workers can share them: one on SQLite, 64 on PostgreSQL."""

from __future__ import annotations

import json
import zlib

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

NUMBER = sa.BigInteger()


def upgrade() -> None:
    """Add the columns, fill them, and give each shard a cursor."""
    connection = op.get_bind()
    count = 1 if connection.dialect.name == "sqlite" else 64
    for table in ("profiles", "events"):
        op.add_column(table, sa.Column("shard", sa.Integer, nullable=False, server_default="0"))
    if count > 1:
        _fill(connection, "profiles", "id", count)
        _fill(connection, "events", "person", count)
    due = sa.text("due_at IS NOT NULL")
    op.drop_index("profiles_due", "profiles")
    op.create_index("profiles_due", "profiles", ["shard", "due_at"], sqlite_where=due, postgresql_where=due)
    inputs = sa.text("origin != 'machine'")
    op.create_index("events_pending", "events", ["shard", "seq"], sqlite_where=inputs, postgresql_where=inputs)
    _cursors(connection, count)


def _fill(connection: sa.Connection, table: str, column: str, count: int) -> None:
    """Give every person's rows the shard of the id: its CRC-32 modulo the number of shards."""
    people = connection.execute(sa.text(f"SELECT DISTINCT {column} FROM {table}")).scalars().all()  # noqa: S608 - names from here
    rows = [{"person": person, "shard": zlib.crc32(person.encode("utf-8", "surrogatepass")) % count} for person in people]
    if rows:
        connection.execute(sa.text(f"UPDATE {table} SET shard = :shard WHERE {column} = :person"), rows)  # noqa: S608 - the same


def _cursors(connection: sa.Connection, count: int) -> None:
    stored = connection.execute(sa.text("SELECT position FROM cursors WHERE name = 'inputs'")).scalar()
    position = {} if stored is None else json.loads(stored)
    op.drop_table("cursors")
    names = ("seq", "top", "at", "row", "latest")
    table = op.create_table(
        "cursors",
        sa.Column("shard", sa.Integer, primary_key=True, autoincrement=False),
        *(sa.Column(name, NUMBER, nullable=False) for name in names),
    )
    values = {name: position.get(name, 0) for name in names}
    op.bulk_insert(table, [{"shard": shard, **values} for shard in range(count)])
