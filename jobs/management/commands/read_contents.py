"""`manage.py read_contents`: fill in what a database of an older release lacks."""

from __future__ import annotations

from itertools import chain
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from jobs.rollups.rebuild import rebuild
from jobs.sync.filling import is_needed, make_fingerprints, place_definitions, read_contents


class Command(BaseCommand):
    """Shows how far it is; Ctrl-C loses nothing."""

    help = (
        "After an upgrade, once no worker of the older release runs: read what stored definitions name and where they "
        "are used, so that jobs are found by it, and make the sums of jobs. Safe beside everything of this release. "
        "Stop it at any time: nothing is lost, and the next run does what is left."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the one option."""
        parser.add_argument("--if-needed", action="store_true", help="do nothing where definitions lack nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Fill in definitions, then the sums."""
        if options["if_needed"] and not is_needed():
            return
        done = 0
        for count in chain(read_contents(), make_fingerprints(), place_definitions()):
            done += count
            self.stdout.write(f"\r{done:,} definitions read ", ending="")
            self.stdout.flush()
        for until in rebuild():
            self.stdout.write(f"\rJobs up to {until:%Y-%m-%d} summed up ", ending="")
            self.stdout.flush()
        self.stdout.write("\nEverything is filled in.")
