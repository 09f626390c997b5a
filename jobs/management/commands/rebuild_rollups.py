"""`manage.py rebuild_rollups`: make the sums by hour and day anew from the jobs."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from jobs.rollups.rebuild import rebuild


class Command(BaseCommand):
    """Shows how far it is."""

    help = "Make the sums of jobs by hour and day anew. Safe while everything runs."

    def handle(self, *args: Any, **options: Any) -> None:
        for until in rebuild():
            self.stdout.write(f"\rJobs up to {until:%Y-%m-%d} ", ending="")
            self.stdout.flush()
        self.stdout.write("\nThe sums are those of the jobs.")
