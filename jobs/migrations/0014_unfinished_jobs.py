"""An index of the few jobs that wait or run, made while jobs are read and written."""

from django.db import migrations, models

from explorer.database.concurrently import AddIndexOnce


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('jobs', '0013_entries_by_time'),
        ('markets', '0009_history_machines_and_figures'),
    ]

    operations = [
        AddIndexOnce(
            model_name='job',
            index=models.Index(condition=models.Q(('delisted_at', None), ('phase__lt', 2)), fields=['phase', 'market', 'node', 'order_at', 'started_at'], name='job_unfinished'),
        ),
    ]
