"""The index that intersects filters has the time of each job too: a page needs only the weeks it is about.

Made while everything runs, and begun again where that was cut short.
"""

import django.contrib.postgres.indexes
import jobs.models.entries
from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations, models

from explorer.database.concurrently import AddIndexOnce


class Migration(migrations.Migration):
    atomic = False  # the index is made while jobs are read and written

    dependencies = [
        ('jobs', '0012_more_sums'),
        ('markets', '0009_history_machines_and_figures'),
    ]

    operations = [
        AddIndexOnce(
            model_name='job',
            index=django.contrib.postgres.indexes.GinIndex(jobs.models.entries.Entry('market'), jobs.models.entries.Entry('node'), jobs.models.entries.Entry('deployer'), jobs.models.entries.Entry('payer'), jobs.models.entries.Entry('trigger'), jobs.models.entries.RangeEntry('duration_key', (0, 10, 30, 60, 120, 300, 600, 900, 1200, 1800, 2700, 3600, 5400, 7200, 10800, 14400, 21600, 28800, 43200, 64800, 86400, 172800, 259200, 604800)), jobs.models.entries.RangeEntry('price', (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 100, 125, 160, 200, 250, 320, 400, 500, 640, 800, 1000, 2000, 5000, 10000, 100000, 1000000)), jobs.models.entries.TimeEntry(), models.F('op_types'), models.F('image_ids'), models.F('resource_ids'), gin_pending_list_limit=256, name='job_entries_by_time'),
        ),
        RemoveIndexConcurrently(
            model_name='job',
            name='job_entries',
        ),
    ]
