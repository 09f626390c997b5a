"""Which definitions do the same, and the newest jobs of each.

The column is empty at first: `manage.py read_contents` fills it in, which `make run` does by itself. The indexes are
made while everything runs, and begun again where that was cut short.
"""

from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations, models

from explorer.database.concurrently import AddIndexOnce


class Migration(migrations.Migration):
    atomic = False  # the indexes are made while jobs are read and written

    dependencies = [
        ('jobs', '0008_drafts'),
        ('markets', '0008_node_sort_keys'),
    ]

    operations = [
        # Beside indexes that are made in no transaction, it may have been added by a try that was cut short.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE jobs_definition ADD COLUMN IF NOT EXISTS fingerprint varchar(64) NULL",
                    "ALTER TABLE jobs_definition DROP COLUMN IF EXISTS fingerprint",
                ),
            ],
            state_operations=[
                migrations.AddField(
                    model_name='definition',
                    name='fingerprint',
                    field=models.CharField(help_text='the same for definitions that do the same (jobs/definition/edit); null where it is not made yet', max_length=64, null=True),
                ),
            ],
        ),
        AddIndexOnce(
            model_name='definition',
            index=models.Index(fields=['fingerprint', '-fetched_at'], name='definition_fingerprint'),
        ),
        AddIndexOnce(
            model_name='job',
            index=models.Index(fields=['ipfs_job', '-order_at'], name='job_definition_newest'),
        ),
        RemoveIndexConcurrently(
            model_name='job',
            name='job_ipfs_job',
        ),
    ]
