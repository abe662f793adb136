"""The journal in partitions by time, on PostgreSQL alone."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"

PERIOD = 30 * 86_400_000
NOW = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"


def upgrade() -> None:
    """Make the table there is the first partition, up to where the next ones begin: no row is copied.

    The key of a partitioned table holds what it is partitioned by. That a person has no two facts of one number, the version
    of the profile ensures, which is written in the same transaction.
    """
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    newest = "(SELECT max(at) FROM journal)"
    first = int(
        connection.exec_driver_sql(
            f"SELECT CASE WHEN {newest} IS NULL THEN {NOW} / {PERIOD} ELSE greatest({NOW}, {newest}) / {PERIOD} + 1 END"
        ).scalar_one()
    )
    for statement in (
        "ALTER TABLE journal RENAME TO journal_first",
        "ALTER TABLE journal_first DROP CONSTRAINT journal_pkey",
        "ALTER TABLE journal_first ADD PRIMARY KEY (person, number, at)",
        "CREATE TABLE journal (LIKE journal_first, PRIMARY KEY (person, number, at)) PARTITION BY RANGE (at)",
        f"ALTER TABLE journal ATTACH PARTITION journal_first FOR VALUES FROM (MINVALUE) TO ({first * PERIOD})",
        "CREATE TABLE journal_rest PARTITION OF journal DEFAULT",
        *(
            f"CREATE TABLE journal_p{number} PARTITION OF journal FOR VALUES FROM ({number * PERIOD}) TO ({(number + 1) * PERIOD})"
            for number in range(first, first + 3)
        ),
    ):
        op.execute(statement)
