"""No foreign keys are checked for each job that is written, and rollups have room to be changed in place."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0004_indexes_of_the_lists'),
        ('markets', '0007_catalog_names_without_library'),
    ]

    operations = [
        # Rows of the rollup are changed again and again: with room beside them no index has to be told.
        migrations.RunSQL('ALTER TABLE jobs_jobrollup SET (fillfactor = 60)', 'ALTER TABLE jobs_jobrollup RESET (fillfactor)'),
        migrations.AlterField(
            model_name='job',
            name='market',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='jobs', to='markets.market'),
        ),
        migrations.AlterField(
            model_name='result',
            name='job',
            field=models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='result', serialize=False, to='jobs.job'),
        ),
    ]
