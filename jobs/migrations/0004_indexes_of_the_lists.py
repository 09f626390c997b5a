"""The indexes behind the lists; jobs/models/job.py says why each is there.

Made while everything runs, and begun again where that was cut short.
"""

import django.contrib.postgres.indexes
from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations, models

from explorer.database.concurrently import AddIndexOnce


class Migration(migrations.Migration):
    atomic = False  # the indexes are made while jobs are read and written

    dependencies = [
        ('jobs', '0003_job_rollups'),
        ('markets', '0006_refresh_and_curation'),
    ]

    operations = [
        AddIndexOnce(
            model_name='definition',
            index=django.contrib.postgres.indexes.GinIndex(fields=['words'], gin_pending_list_limit=256, name='definition_words'),
        ),
        AddIndexOnce(
            model_name='definition',
            index=models.Index(condition=models.Q(('words', None)), fields=['key'], name='definition_unread'),
        ),
        AddIndexOnce(
            model_name='job',
            index=models.Index(fields=['payer', 'phase', '-order_at', '-address'], name='job_payer_newest'),
        ),
        AddIndexOnce(
            model_name='job',
            index=models.Index(fields=['trigger', 'phase', '-order_at', '-address'], name='job_trigger_newest'),
        ),
        AddIndexOnce(
            model_name='job',
            index=models.Index(condition=models.Q(('delisted_at', None), ('outcome', 'failed')), fields=['phase', '-order_at', '-address'], name='job_failed'),
        ),
        AddIndexOnce(
            model_name='job',
            index=models.Index(condition=models.Q(('delisted_at', None), ('outcome', ''), ('phase', 2)), fields=['phase', '-order_at', '-address'], name='job_unknown'),
        ),
        AddIndexOnce(
            model_name='job',
            index=models.Index(condition=models.Q(('delisted_at', None), ('state', 3)), fields=['phase', '-order_at', '-address'], name='job_stopped'),
        ),
        AddIndexOnce(
            model_name='job',
            index=models.Index(condition=models.Q(('delisted_at__isnull', False)), fields=['phase', '-order_at', '-address'], name='job_withdrawn'),
        ),
        AddIndexOnce(
            model_name='job',
            index=models.Index(condition=models.Q(('op_types__contains', ['container/create-volume'])), fields=['phase', '-order_at', '-address'], name='job_with_volume'),
        ),
        AddIndexOnce(
            model_name='job',
            index=models.Index(fields=['order_at', 'address'], name='job_by_listing'),
        ),
        AddIndexOnce(
            model_name='job',
            index=models.Index(fields=['started_key', 'address'], name='job_by_start'),
        ),
        AddIndexOnce(
            model_name='job',
            index=models.Index(fields=['ended_key', 'address'], name='job_by_end'),
        ),
        AddIndexOnce(
            model_name='job',
            index=models.Index(fields=['duration_key', 'address'], name='job_by_duration'),
        ),
        AddIndexOnce(
            model_name='job',
            index=models.Index(fields=['price', 'address'], name='job_by_price'),
        ),
        AddIndexOnce(
            model_name='job',
            index=django.contrib.postgres.indexes.GinIndex(fields=['image_ids', 'resource_ids'], gin_pending_list_limit=256, name='job_contents'),
        ),
        RemoveIndexConcurrently(
            model_name='job',
            name='job_started',
        ),
        RemoveIndexConcurrently(
            model_name='job',
            name='job_ended',
        ),
        RemoveIndexConcurrently(
            model_name='job',
            name='job_unfinished',
        ),
    ]
