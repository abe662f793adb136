"""Facts counted as they are written, and an index that finds what failed lately."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

FAILED = sa.text("status IN ('failed', 'unknown')")


def upgrade() -> None:
    """Add the table, count what there is, and add the index."""
    op.create_table(
        "tallies",
        sa.Column("shard", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("flow", sa.Text, nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("shard", "kind", "flow"),
    )
    op.execute("INSERT INTO tallies (shard, kind, flow, count) SELECT 0, kind, flow, count(*) FROM journal GROUP BY kind, flow")
    op.create_index("outbox_failed", "outbox", ["updated_at"], sqlite_where=FAILED, postgresql_where=FAILED)
