"""Where definitions are used. Nobody waits: what is there counts as used anywhere until read_contents has looked."""

import django.contrib.postgres.fields
from django.db import migrations, models

import jobs.models.places


class Migration(migrations.Migration):
    dependencies = [("jobs", "0020_place_runs")]

    operations = [
        migrations.AddField(
            model_name="definition",
            name="places",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(),
                db_default=[0],
                default=jobs.models.places.anywhere,
                help_text="numbers of the markets, deployers, payers and triggers of its jobs (jobs/models/places.py)",
                size=None,
            ),
        ),
    ]
