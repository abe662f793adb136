
"""Alembic runs this file; the connection, in its transaction already, comes from ``migrate``."""

from __future__ import annotations

from alembic import context

from triggerfish.runtime.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=False,
)
context.run_migrations()
