"""Which definitions do the same, and the newest jobs of each.

The column is empty at first: `manage.py read_contents` fills it in, which `make run` does by itself. The indexes are
made while everything runs; one that was cut short has to be dropped before it is made again (docs/operations.md).
"""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the indexes are made while jobs are read and written

    dependencies = [
        ('jobs', '0008_drafts'),
        ('markets', '0008_node_sort_keys'),
    ]

    operations = [
        migrations.AddField(
            model_name='definition',
            name='fingerprint',
            field=models.CharField(help_text='the same for definitions that do the same (jobs/definition/edit); null where it is not made yet', max_length=64, null=True),
        ),
        AddIndexConcurrently(
            model_name='definition',
            index=models.Index(fields=['fingerprint', '-fetched_at'], name='definition_fingerprint'),
        ),
        AddIndexConcurrently(
            model_name='job',
            index=models.Index(fields=['ipfs_job', '-order_at'], name='job_definition_newest'),
        ),
        RemoveIndexConcurrently(
            model_name='job',
            name='job_ipfs_job',
        ),
    ]
