"""One index of what definitions name, their words and where they are used: of a word in a place, few are left.

Made while everything runs, before the one that it replaces is dropped; cut short, it can be begun again.
"""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations

from explorer.database.concurrently import AddIndexOnce


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("jobs", "0021_definition_places")]

    operations = [
        AddIndexOnce(
            model_name="definition",
            index=GinIndex(
                fields=["image_ids", "resource_ids", "op_types", "words", "places"],
                gin_pending_list_limit=256,
                name="definition_has_in",
            ),
        ),
        RemoveIndexConcurrently(model_name="definition", name="definition_has"),
    ]
