"""The index that intersects filters, and those of jobs in the books alone; jobs/models/job.py says why each is there.

Made while everything runs, and begun again where that was cut short.
"""

import django.contrib.postgres.indexes
import jobs.models.entries
from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations, models

from explorer.database.concurrently import AddIndexOnce


class Migration(migrations.Migration):
    atomic = False  # the indexes are made while jobs are read and written

    dependencies = [
        ('jobs', '0010_saved_templates'),
        ('markets', '0009_history_machines_and_figures'),
    ]

    operations = [
        # How many definitions there are to a job: the expression is that of jobs/selectors/listing/contents.py. Without
        # it a list by text asks for the definition of each job anew.
        migrations.RunSQL(
            "CREATE STATISTICS IF NOT EXISTS job_definition_key "
            "ON (COALESCE(NULLIF(ipfs_job, ''), address)) FROM jobs_job",
            "DROP STATISTICS IF EXISTS job_definition_key",
        ),
        AddIndexOnce(
            model_name='definition',
            index=django.contrib.postgres.indexes.GinIndex(fields=['image_ids', 'resource_ids'], gin_pending_list_limit=256, name='definition_contents'),
        ),
        AddIndexOnce(
            model_name='job',
            index=models.Index(condition=models.Q(('delisted_at', None)), fields=['started_key', 'address'], name='job_present_by_start'),
        ),
        AddIndexOnce(
            model_name='job',
            index=models.Index(condition=models.Q(('delisted_at', None)), fields=['ended_key', 'address'], name='job_present_by_end'),
        ),
        AddIndexOnce(
            model_name='job',
            index=models.Index(condition=models.Q(('delisted_at', None)), fields=['duration_key', 'address'], name='job_present_by_duration'),
        ),
        AddIndexOnce(
            model_name='job',
            index=models.Index(condition=models.Q(('delisted_at', None)), fields=['price', 'address'], name='job_present_by_price'),
        ),
        AddIndexOnce(
            model_name='job',
            index=django.contrib.postgres.indexes.GinIndex(jobs.models.entries.Entry('market'), jobs.models.entries.Entry('node'), jobs.models.entries.Entry('deployer'), jobs.models.entries.Entry('payer'), jobs.models.entries.Entry('trigger'), jobs.models.entries.RangeEntry('duration_key', (0, 10, 30, 60, 120, 300, 600, 900, 1200, 1800, 2700, 3600, 5400, 7200, 10800, 14400, 21600, 28800, 43200, 64800, 86400, 172800, 259200, 604800)), jobs.models.entries.RangeEntry('price', (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 100, 125, 160, 200, 250, 320, 400, 500, 640, 800, 1000, 2000, 5000, 10000, 100000, 1000000)), models.F('op_types'), models.F('image_ids'), models.F('resource_ids'), gin_pending_list_limit=256, name='job_entries'),
        ),
        AddIndexOnce(
            model_name='job',
            index=models.Index(fields=['ipfs_job', '-order_at'], include=('delisted_at',), name='job_definition_runs'),
        ),
        RemoveIndexConcurrently(
            model_name='job',
            name='job_definition_newest',
        ),
        RemoveIndexConcurrently(
            model_name='job',
            name='job_by_start',
        ),
        RemoveIndexConcurrently(
            model_name='job',
            name='job_by_end',
        ),
        RemoveIndexConcurrently(
            model_name='job',
            name='job_by_duration',
        ),
        RemoveIndexConcurrently(
            model_name='job',
            name='job_by_price',
        ),
        RemoveIndexConcurrently(
            model_name='job',
            name='job_contents',
        ),
    ]
