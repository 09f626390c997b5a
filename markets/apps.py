"""The markets app."""

from __future__ import annotations

from django.apps import AppConfig


class MarketsConfig(AppConfig):
    """Django's handle on the app."""

    name = "markets"
    default_auto_field = "django.db.models.BigAutoField"
