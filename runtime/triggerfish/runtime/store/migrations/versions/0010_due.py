"""Who is due, in the order in which they are taken: many may be due at one moment, and finding the next few must not sort all of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

DUE = sa.text("due_at IS NOT NULL")


def upgrade() -> None:
    """Make the index anew, with the ids in it."""
    op.drop_index("profiles_due", "profiles")
    op.create_index("profiles_due", "profiles", ["shard", "due_at", "id"], sqlite_where=DUE, postgresql_where=DUE)
