import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    # A generated column cannot be altered: it is made anew.

    dependencies = [
        ('markets', '0006_refresh_and_curation'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='image',
            name='image_by_name',
        ),
        migrations.RemoveField(
            model_name='image',
            name='name_key',
        ),
        migrations.AddField(
            model_name='image',
            name='name_key',
            field=models.GeneratedField(db_persist=True, expression=django.db.models.functions.text.Left(models.Case(models.When(repository='', then=models.F('reference')), default=django.db.models.functions.text.Concat(django.db.models.functions.text.Replace('repository', models.Value('library/'), output_field=models.TextField()), models.Value(' '), 'tag', models.Value(' '), 'reference', output_field=models.TextField())), 100), output_field=models.TextField()),
        ),
        migrations.AddIndex(
            model_name='image',
            index=models.Index(fields=['name_key', 'id'], name='image_by_name'),
        ),
    ]
