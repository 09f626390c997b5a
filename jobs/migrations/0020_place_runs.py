"""The indexes of a market's, payer's and trigger's jobs have what a text is looked for by, as a deployer's has.

Made while everything runs, each before the one that it replaces is dropped; cut short, it can be begun again.
"""

from collections.abc import Iterator

from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from explorer.database.concurrently import AddIndexOnce


def replaced(place: str) -> Iterator[Operation]:
    fields, include = [place, "phase", "-order_at", "-address"], ["ipfs_job", "delisted_at"]
    index = models.Index(fields=fields, include=include, name=f"job_{place}_runs")
    yield AddIndexOnce(model_name="job", index=index)
    yield RemoveIndexConcurrently(model_name="job", name=f"job_{place}_newest")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("jobs", "0019_long_waits_and_lives")]

    operations = [*replaced("market"), *replaced("payer"), *replaced("trigger")]
