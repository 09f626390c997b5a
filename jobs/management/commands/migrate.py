"""`manage.py migrate`: Django's own, on tables that have all their indexes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate

from explorer.locks import advisory_lock
from jobs.sync import first_fill


class Command(migrate.Command):
    """A migration that names an index would fail while a first fill does without it."""

    def handle(self, *args: Any, **options: Any) -> None:
        if first_fill.unfinished():
            with advisory_lock("backfill") as held:
                if not held:
                    raise CommandError("`manage.py backfill` is making its first fill. Migrate when that is over.")
                first_fill.finish()
        super().handle(*args, **options)
