"""How fast channels may go, all workers together."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "rates",
        sa.Column("channel", sa.Text, primary_key=True),
        sa.Column("busy_until", sa.BigInteger(), nullable=False),
    )
