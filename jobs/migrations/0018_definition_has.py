"""One index of what definitions name and of their words: whether any has a word and an image takes half the time.

Made while everything runs. One that was cut short stays behind as invalid and has to be dropped before it is made again
(docs/operations.md, Upgrading).
"""

import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('jobs', '0017_job_kinds'),
    ]

    operations = [
        AddIndexConcurrently(
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
