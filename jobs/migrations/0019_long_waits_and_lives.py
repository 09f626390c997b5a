"""Indexes of the few jobs that waited or lasted unusually long, made while jobs are read and written."""

import datetime
import django.db.models.expressions
import django.db.models.lookups
from django.db import migrations, models

from explorer.database.concurrently import AddIndexOnce


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('jobs', '0018_definition_has'),
        ('markets', '0009_history_machines_and_figures'),
    ]

    operations = [
        AddIndexOnce(
            model_name='job',
            index=models.Index(models.ExpressionWrapper(django.db.models.expressions.CombinedExpression(models.F('started_at'), '-', models.F('order_at')), models.DurationField()), condition=models.Q(django.db.models.lookups.GreaterThan(models.ExpressionWrapper(django.db.models.expressions.CombinedExpression(models.F('started_at'), '-', models.F('order_at')), models.DurationField()), models.Value(datetime.timedelta(days=2), output_field=models.DurationField()))), name='job_long_wait'),
        ),
        AddIndexOnce(
            model_name='job',
            index=models.Index(models.ExpressionWrapper(django.db.models.expressions.CombinedExpression(models.F('ended_at'), '-', models.F('order_at')), models.DurationField()), condition=models.Q(django.db.models.lookups.GreaterThan(models.ExpressionWrapper(django.db.models.expressions.CombinedExpression(models.F('ended_at'), '-', models.F('order_at')), models.DurationField()), models.Value(datetime.timedelta(days=2), output_field=models.DurationField()))), name='job_long_life'),
        ),
    ]
