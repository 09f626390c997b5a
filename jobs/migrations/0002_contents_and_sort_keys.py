"""What definitions name, and what lists are sorted by.

The columns come in one statement a table, so that PostgreSQL writes the jobs anew only once: stored generated columns
make it do so. Nobody can read or write jobs meanwhile, about ten seconds a million of them (docs/operations.md).
"""

import datetime
import django.contrib.postgres.fields
import django.contrib.postgres.search
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import django.db.models.functions.math
from django.db import migrations, models

_RAN = "FLOOR(EXTRACT(EPOCH FROM (ended_at - started_at)))::bigint"
_NEVER = "'1970-01-01 00:00:00+00:00'::timestamptz"
JOBS = f"""
    ALTER TABLE jobs_job
        ADD COLUMN image_ids bigint[] DEFAULT '{{}}' NOT NULL,
        ADD COLUMN resource_ids bigint[] DEFAULT '{{}}' NOT NULL,
        ADD COLUMN op_types varchar(40)[] DEFAULT '{{}}' NOT NULL,
        ADD COLUMN duration bigint GENERATED ALWAYS AS (NULLIF(GREATEST({_RAN}, -1), -1)) STORED,
        ADD COLUMN duration_key bigint GENERATED ALWAYS AS (GREATEST({_RAN}, -1)) STORED,
        ADD COLUMN started_key timestamptz GENERATED ALWAYS AS (COALESCE(started_at, {_NEVER})) STORED,
        ADD COLUMN ended_key timestamptz GENERATED ALWAYS AS (COALESCE(ended_at, {_NEVER})) STORED
"""
NO_JOBS = """
    ALTER TABLE jobs_job
        DROP COLUMN image_ids, DROP COLUMN resource_ids, DROP COLUMN op_types, DROP COLUMN duration,
        DROP COLUMN duration_key, DROP COLUMN started_key, DROP COLUMN ended_key
"""
DEFINITIONS = """
    ALTER TABLE jobs_definition
        ADD COLUMN image_ids bigint[] DEFAULT '{}' NOT NULL,
        ADD COLUMN resource_ids bigint[] DEFAULT '{}' NOT NULL,
        ADD COLUMN op_types varchar(40)[] DEFAULT '{}' NOT NULL,
        ADD COLUMN words tsvector
"""
NO_DEFINITIONS = """
    ALTER TABLE jobs_definition
        DROP COLUMN image_ids, DROP COLUMN resource_ids, DROP COLUMN op_types, DROP COLUMN words
"""


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0001_initial"),
        ("markets", "0002_catalog_caches_and_curation"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(JOBS, NO_JOBS),
                migrations.RunSQL(DEFINITIONS, NO_DEFINITIONS),
            ],
            state_operations=[
                migrations.AddField(
                    model_name="definition",
                    name="image_ids",
                    field=django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        default=list,
                        help_text="markets.Image of all ops; jobs copy it",
                        size=None,
                    ),
                ),
                migrations.AddField(
                    model_name="definition",
                    name="op_types",
                    field=django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, help_text="jobs copy it", size=None
                    ),
                ),
                migrations.AddField(
                    model_name="definition",
                    name="resource_ids",
                    field=django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        default=list,
                        help_text="markets.Resource; jobs copy it",
                        size=None,
                    ),
                ),
                migrations.AddField(
                    model_name="definition",
                    name="words",
                    field=django.contrib.postgres.search.SearchVectorField(
                        help_text="of op ids, images and commands (jobs/contents.py); null where its contents are not read yet",
                        null=True,
                    ),
                ),
                migrations.AddField(
                    model_name="job",
                    name="duration",
                    field=models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.NullIf(
                            django.db.models.functions.comparison.Greatest(
                                django.db.models.functions.comparison.Cast(
                                    django.db.models.functions.math.Floor(
                                        django.db.models.functions.datetime.Extract(
                                            models.ExpressionWrapper(
                                                django.db.models.expressions.CombinedExpression(
                                                    models.F("ended_at"), "-", models.F("started_at")
                                                ),
                                                models.DurationField(),
                                            ),
                                            "epoch",
                                            output_field=models.FloatField(),
                                        )
                                    ),
                                    models.BigIntegerField(),
                                ),
                                models.Value(-1),
                                output_field=models.BigIntegerField(),
                            ),
                            models.Value(-1),
                        ),
                        output_field=models.BigIntegerField(),
                    ),
                ),
                migrations.AddField(
                    model_name="job",
                    name="duration_key",
                    field=models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Greatest(
                            django.db.models.functions.comparison.Cast(
                                django.db.models.functions.math.Floor(
                                    django.db.models.functions.datetime.Extract(
                                        models.ExpressionWrapper(
                                            django.db.models.expressions.CombinedExpression(
                                                models.F("ended_at"), "-", models.F("started_at")
                                            ),
                                            models.DurationField(),
                                        ),
                                        "epoch",
                                        output_field=models.FloatField(),
                                    )
                                ),
                                models.BigIntegerField(),
                            ),
                            models.Value(-1),
                            output_field=models.BigIntegerField(),
                        ),
                        output_field=models.BigIntegerField(),
                    ),
                ),
                migrations.AddField(
                    model_name="job",
                    name="ended_key",
                    field=models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Coalesce(
                            "ended_at", models.Value(datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.timezone.utc))
                        ),
                        output_field=models.DateTimeField(),
                    ),
                ),
                migrations.AddField(
                    model_name="job",
                    name="image_ids",
                    field=django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        default=list,
                        help_text="markets.Image of all its ops",
                        size=None,
                    ),
                ),
                migrations.AddField(
                    model_name="job",
                    name="op_types",
                    field=django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
                migrations.AddField(
                    model_name="job",
                    name="resource_ids",
                    field=django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        default=list,
                        help_text="markets.Resource of all its ops",
                        size=None,
                    ),
                ),
                migrations.AddField(
                    model_name="job",
                    name="started_key",
                    field=models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Coalesce(
                            "started_at",
                            models.Value(datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)),
                        ),
                        output_field=models.DateTimeField(),
                    ),
                ),
            ],
        ),
    ]
