"""What a deploy is to do with the people inside, and how many people flows with ``release`` have let in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns and the table."""
    op.add_column("programs", sa.Column("options", sa.Text))
    op.add_column("programs", sa.Column("settling", sa.Text))
    op.create_table(
        "releases",
        sa.Column("flow", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("begin", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("flow", "period", "begin"),
    )
