"""The index of a node's jobs has what they are sorted by: of some thousand, only the rows of a page are read.

Made while everything runs, before the one that it replaces is dropped; cut short, it can be begun again.
"""

from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations, models

from explorer.database.concurrently import AddIndexOnce


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("jobs", "0023_common_definitions")]

    operations = [
        AddIndexOnce(
            model_name="job",
            index=models.Index(
                fields=["node", "phase", "-order_at", "-address"],
                include=["price", "duration_key", "started_key", "ended_key", "delisted_at"],
                name="job_node_runs",
            ),
        ),
        RemoveIndexConcurrently(model_name="job", name="job_node_newest"),
    ]
