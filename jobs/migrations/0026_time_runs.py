"""The indexes by time have what else their jobs are sorted by: the dearest of a week are found without reading them.

Made while everything runs, before those that they replace are dropped; cut short, it can be begun again.
"""

from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations, models

from explorer.database.concurrently import AddIndexOnce


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("jobs", "0025_withdrawn_runs")]

    operations = [
        AddIndexOnce(
            model_name="job",
            index=models.Index(
                fields=["order_at", "address"],
                include=["price", "duration_key", "delisted_at"],
                name="job_listing_runs",
            ),
        ),
        RemoveIndexConcurrently(model_name="job", name="job_by_listing"),
        AddIndexOnce(
            model_name="job",
            index=models.Index(
                fields=["started_key", "address"],
                include=["price", "duration_key", "order_at"],
                name="job_present_started_runs",
                condition=models.Q(("delisted_at", None)),
            ),
        ),
        RemoveIndexConcurrently(model_name="job", name="job_present_by_start"),
        AddIndexOnce(
            model_name="job",
            index=models.Index(
                fields=["ended_key", "address"],
                include=["price", "duration_key", "order_at"],
                name="job_present_ended_runs",
                condition=models.Q(("delisted_at", None)),
            ),
        ),
        RemoveIndexConcurrently(model_name="job", name="job_present_by_end"),
    ]
