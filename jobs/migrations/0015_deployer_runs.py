"""The index of a deployer's jobs has what a text is looked for by: the jobs themselves need not be read for it.

Made while everything runs, and begun again where that was cut short.
"""

from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations, models

from explorer.database.concurrently import AddIndexOnce


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('jobs', '0014_unfinished_jobs'),
        ('markets', '0009_history_machines_and_figures'),
    ]

    operations = [
        AddIndexOnce(
            model_name='job',
            index=models.Index(fields=['deployer', 'phase', '-order_at', '-address'], include=['ipfs_job', 'delisted_at'], name='job_deployer_runs'),
        ),
        RemoveIndexConcurrently(
            model_name='job',
            name='job_deployer_newest',
        ),
    ]
