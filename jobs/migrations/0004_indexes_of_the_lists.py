"""The indexes behind the lists; jobs/models/job.py says why each is there.

Made while everything runs. One that was cut short stays behind as invalid and has to be dropped before it is made again
(docs/operations.md, Upgrading).
"""

import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the indexes are made while jobs are read and written

    dependencies = [
        ('jobs', '0003_job_rollups'),
        ('markets', '0006_refresh_and_curation'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='definition',
            index=django.contrib.postgres.indexes.GinIndex(fields=['words'], gin_pending_list_limit=256, name='definition_words'),
        ),
        AddIndexConcurrently(
            model_name='definition',
            index=models.Index(condition=models.Q(('words', None)), fields=['key'], name='definition_unread'),
        ),
        AddIndexConcurrently(
            model_name='job',
            index=models.Index(fields=['payer', 'phase', '-order_at', '-address'], name='job_payer_newest'),
        ),
        AddIndexConcurrently(
            model_name='job',
            index=models.Index(fields=['trigger', 'phase', '-order_at', '-address'], name='job_trigger_newest'),
        ),
        AddIndexConcurrently(
            model_name='job',
            index=models.Index(condition=models.Q(('delisted_at', None), ('outcome', 'failed')), fields=['phase', '-order_at', '-address'], name='job_failed'),
        ),
        AddIndexConcurrently(
            model_name='job',
            index=models.Index(condition=models.Q(('delisted_at', None), ('outcome', ''), ('phase', 2)), fields=['phase', '-order_at', '-address'], name='job_unknown'),
        ),
        AddIndexConcurrently(
            model_name='job',
            index=models.Index(condition=models.Q(('delisted_at', None), ('state', 3)), fields=['phase', '-order_at', '-address'], name='job_stopped'),
        ),
        AddIndexConcurrently(
            model_name='job',
            index=models.Index(condition=models.Q(('delisted_at__isnull', False)), fields=['phase', '-order_at', '-address'], name='job_withdrawn'),
        ),
        AddIndexConcurrently(
            model_name='job',
            index=models.Index(condition=models.Q(('op_types__contains', ['container/create-volume'])), fields=['phase', '-order_at', '-address'], name='job_with_volume'),
        ),
        AddIndexConcurrently(
            model_name='job',
            index=models.Index(fields=['order_at', 'address'], name='job_by_listing'),
        ),
        AddIndexConcurrently(
            model_name='job',
            index=models.Index(fields=['started_key', 'address'], name='job_by_start'),
        ),
        AddIndexConcurrently(
            model_name='job',
            index=models.Index(fields=['ended_key', 'address'], name='job_by_end'),
        ),
        AddIndexConcurrently(
            model_name='job',
            index=models.Index(fields=['duration_key', 'address'], name='job_by_duration'),
        ),
        AddIndexConcurrently(
            model_name='job',
            index=models.Index(fields=['price', 'address'], name='job_by_price'),
        ),
        AddIndexConcurrently(
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
