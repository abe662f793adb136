"""Whom a profile was merged into; what was done to the data on somebody's order."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column, an index that finds the other names of a profile, and the table."""
    op.add_column("profiles", sa.Column("merged_into", sa.Text))
    merged = sa.text("merged_into IS NOT NULL")
    op.create_index("profiles_merged", "profiles", ["merged_into"], sqlite_where=merged, postgresql_where=merged)
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "audit",
        sa.Column("seq", number, primary_key=True, autoincrement=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
