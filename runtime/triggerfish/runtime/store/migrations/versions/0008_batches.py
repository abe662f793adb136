"""When each batch of people was moved on, and by which version: for whoever replays them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

TOOK, DUE, SETTLE = (sa.text(condition) for condition in ("last IS NOT NULL", "kind = 'due'", "kind = 'settle'"))


def upgrade() -> None:
    """Add the table and the column. When what was handled before was handled is not known, and noted as such."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("events", sa.Column("batch", sa.BigInteger()))
    op.create_table(
        "batches",
        sa.Column("seq", number, primary_key=True, autoincrement=True),
        sa.Column("batch", sa.BigInteger()),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("program", sa.Integer),
        sa.Column("cuts", sa.Text),
        sa.Column("shard", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("now", sa.BigInteger()),
        sa.Column("live", sa.Boolean, nullable=False),
        sa.Column("last", sa.BigInteger()),
        sa.Column("after", sa.BigInteger()),
        sa.Column("moment", sa.BigInteger()),
        sa.Column("person", sa.Text),
        sqlite_autoincrement=True,
    )
    for name, columns, which in (
        ("batches_took", ["shard", "last", "moment"], TOOK),
        ("batches_due", ["shard", "seq", "now"], DUE),
        ("batches_settle", ["program", "seq"], SETTLE),
    ):
        op.create_index(name, "batches", columns, sqlite_where=which, postgresql_where=which)
    op.execute(
        "INSERT INTO batches (shard, kind, at, live, last, after)"
        " SELECT shard, 'before', (SELECT coalesce(max(received), 0) FROM events), false, seq, 0 FROM cursors WHERE seq > 0"
    )
