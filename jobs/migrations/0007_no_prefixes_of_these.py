"""Drops the second indexes that Django makes for the prefixes of text keys.

Nobody looks for a prefix of these, or as a range, which the key itself answers (jobs/selectors/search/finding.py).
"""

from django.contrib.postgres.operations import NotInTransactionMixin
from django.db import migrations


class Concurrently(NotInTransactionMixin, migrations.RunSQL):
    """A statement that PostgreSQL takes only outside of a transaction."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        self._ensure_not_in_transaction(schema_editor)
        super().database_forwards(app_label, schema_editor, from_state, to_state)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("jobs", "0006_out_of_order"),
    ]

    operations = [
        Concurrently(
            f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
            f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {table} ({column} varchar_pattern_ops)",
        )
        for name, table, column in (
            ("jobs_job_address_18b9d412_like", "jobs_job", "address"),
            ("jobs_result_job_id_17598bbc_like", "jobs_result", "job_id"),
            ("jobs_definition_key_b8304c30_like", "jobs_definition", "key"),
        )
    ]
