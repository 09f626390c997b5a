"""The jobs app."""

from __future__ import annotations

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Django's handle on the app."""

    name = "jobs"
    default_auto_field = "django.db.models.BigAutoField"
