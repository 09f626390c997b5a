"""One index of what definitions name and of their words: whether any has a word and an image takes half the time.

Made while everything runs, and begun again where that was cut short.
"""

import django.contrib.postgres.indexes
from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations

from explorer.database.concurrently import AddIndexOnce


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('jobs', '0017_job_kinds'),
    ]

    operations = [
        AddIndexOnce(
            model_name='definition',
            index=django.contrib.postgres.indexes.GinIndex(fields=['image_ids', 'resource_ids', 'op_types', 'words'], gin_pending_list_limit=256, name='definition_has'),
        ),
        RemoveIndexConcurrently(
            model_name='definition',
            name='definition_named',
        ),
        RemoveIndexConcurrently(
            model_name='definition',
            name='definition_words',
        ),
    ]
