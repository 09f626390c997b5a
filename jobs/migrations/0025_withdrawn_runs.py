"""The index of withdrawn jobs has what they are filtered by: they are counted without being looked at.

Made while everything runs, before the one that it replaces is dropped; cut short, it can be begun again.
"""

from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations, models

from explorer.database.concurrently import AddIndexOnce


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("jobs", "0024_node_runs")]

    operations = [
        AddIndexOnce(
            model_name="job",
            index=models.Index(
                fields=["phase", "-order_at", "-address"],
                include=["market", "node", "deployer", "payer", "trigger", "price", "duration_key", "started_key", "ended_key"],
                name="job_withdrawn_runs",
                condition=models.Q(("delisted_at__isnull", False)),
            ),
        ),
        RemoveIndexConcurrently(model_name="job", name="job_withdrawn"),
    ]
