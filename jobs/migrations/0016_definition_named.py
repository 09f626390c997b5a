"""The index of what definitions name has their types of ops too: few have two things, where many jobs have each.

Made while everything runs, and begun again where that was cut short.
"""

import django.contrib.postgres.indexes
from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations

from explorer.database.concurrently import AddIndexOnce


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('jobs', '0015_deployer_runs'),
    ]

    operations = [
        AddIndexOnce(
            model_name='definition',
            index=django.contrib.postgres.indexes.GinIndex(fields=['image_ids', 'resource_ids', 'op_types'], gin_pending_list_limit=256, name='definition_named'),
        ),
        RemoveIndexConcurrently(
            model_name='definition',
            name='definition_contents',
        ),
    ]
