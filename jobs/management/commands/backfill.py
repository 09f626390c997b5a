"""`manage.py backfill`: read every older job of the network, from wherever the last run stopped."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from explorer.clients import open_client
from explorer.locks import advisory_lock
from explorer.nosana.client import Client
from explorer.nosana.errors import NosanaError, OverBudget
from jobs.sync import backfill
from jobs.sync.first_fill import LONGEST, finish, first_fill

BAR = 40
#: Pages that are stored together, where the network is quick enough.
PAGES = 100


class Command(BaseCommand):
    """Shows a progress bar; Ctrl-C loses nothing."""

    help = "Read every older job of the network. Stop it at any time: the next run goes on from there."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--restart", action="store_true", help="begin again at the newest job")

    def handle(self, *args: Any, **options: Any) -> None:
        with advisory_lock("backfill") as held, open_client() as client:
            if not held:
                raise CommandError("Older jobs are being read already, by a worker or by this command. Try again soon.")
            if options["restart"]:
                backfill.restart_backfill()
            if finish():
                self.stdout.write("Made the indexes of jobs that an earlier run had put off.")
            try:
                while not self._read(client):
                    pass
            except NosanaError as error:
                raise CommandError(f"{error} What was read is stored; run the command again to go on.") from error
            except KeyboardInterrupt:
                self.stdout.write("\nStopped. What was read is stored; run the command again to go on.")
            else:
                self.stdout.write("\nEvery job of the network was read.")

    def _read(self, client: Client) -> bool:
        """Read on until all is read, or until the budget is used up, and then wait; return whether all is read."""
        try:
            return self._read_some(client)
        except OverBudget as wait:
            self.stdout.write(f"\rThe request budget is used up; going on in {wait.retry_after:.0f} s. ", ending="")
            self.stdout.flush()
            time.sleep(wait.retry_after)
            return False

    def _read_some(self, client: Client) -> bool:
        """Read until all is read, where there are hardly any jobs yet without their indexes and not for long."""
        is_done = True
        with first_fill() as is_first:
            longest = LONGEST if is_first else timedelta.max
            for position in backfill.backfill_all(client=client, pages=PAGES, longest=longest):
                self._show(position["offset"], position["total"])
                is_done = position["is_done"]
        return is_done

    def _show(self, done: int, total: int | None) -> None:
        share = min(done / total, 1.0) if total else 0.0
        bar = "█" * round(BAR * share) + "·" * (BAR - round(BAR * share))
        counts = f"{min(done, total or done):,} of {total:,} jobs" if total else f"{done:,} jobs"
        self.stdout.write(f"\r{bar} {share:4.0%}  {counts} ", ending="")
        self.stdout.flush()
