"""The table of kinds of jobs, empty: filled by read_contents, rebuild_rollups, or within minutes by a worker.

Each batch of jobs changes the counts of some kinds: with room on its page, a row is changed without touching indexes.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import jobs.models.entries
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0016_definition_named'),
    ]

    operations = [
        migrations.CreateModel(
            name='JobKind',
            fields=[
                ('queued_success', models.IntegerField(default=0)),
                ('queued_failed', models.IntegerField(default=0)),
                ('queued_unknown', models.IntegerField(default=0)),
                ('running_success', models.IntegerField(default=0)),
                ('running_failed', models.IntegerField(default=0)),
                ('running_unknown', models.IntegerField(default=0)),
                ('completed_success', models.IntegerField(default=0)),
                ('completed_failed', models.IntegerField(default=0)),
                ('completed_unknown', models.IntegerField(default=0)),
                ('stopped_success', models.IntegerField(default=0)),
                ('stopped_failed', models.IntegerField(default=0)),
                ('stopped_unknown', models.IntegerField(default=0)),
                ('withdrawn_success', models.IntegerField(default=0)),
                ('withdrawn_failed', models.IntegerField(default=0)),
                ('withdrawn_unknown', models.IntegerField(default=0)),
                ('first_at', models.DateTimeField(help_text='none of its jobs was listed before, by Job.order_at')),
                ('last_at', models.DateTimeField(help_text='none of its jobs was listed after it')),
                ('least_price', models.BigIntegerField(help_text='none of its jobs costs less; micro-NOS per second')),
                ('greatest_price', models.BigIntegerField(help_text='none of its jobs costs more')),
                ('digest', models.BinaryField(help_text="SHA-256 of the seven, as a row's text", max_length=32, primary_key=True, serialize=False)),
                ('market', models.CharField(max_length=44)),
                ('deployer', models.CharField(max_length=44)),
                ('payer', models.CharField(max_length=44)),
                ('trigger', models.CharField(max_length=100)),
                ('image_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('resource_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('op_types', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None)),
            ],
            options={
                'ordering': ['digest'],
                'indexes': [django.contrib.postgres.indexes.GinIndex(jobs.models.entries.Entry('market'), jobs.models.entries.Entry('deployer'), jobs.models.entries.Entry('payer'), jobs.models.entries.Entry('trigger'), models.F('image_ids'), models.F('resource_ids'), models.F('op_types'), fastupdate=False, name='job_kind_entries')],
            },
        ),
        migrations.RunSQL('ALTER TABLE jobs_jobkind SET (fillfactor = 70)', migrations.RunSQL.noop),
    ]
