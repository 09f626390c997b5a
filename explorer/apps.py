"""The explorer as a Django app: the records of the sync, template tags, commands."""

from __future__ import annotations

from django.apps import AppConfig

from explorer.celery import app as celery_app


class ExplorerConfig(AppConfig):
    """Loads the Celery application with Django, so that `shared_task` finds its broker."""

    name = "explorer"
    default_auto_field = "django.db.models.BigAutoField"
    celery = celery_app
