"""The refresh of what markets require: which are due, one market's answer, and what follows a failure."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from explorer import sources
from explorer.claims import claim
from explorer.models import Source, SyncRecord
from explorer.nosana.client import Client
from explorer.nosana.errors import Malformed, NosanaError, OverBudget
from explorer.nosana.payloads import RequiredResources
from markets.choices import Change
from markets.curation import revisions
from markets.models import Market, Revision
from markets.sync.entries import write_required

#: How often a market's own list is asked for. A change in the list of markets makes it due at once.
INTERVAL: Final = timedelta(minutes=10)
#: The wait after a first failure; it doubles with each, up to the longest.
BACKOFF: Final = timedelta(seconds=30)
LONGEST_BACKOFF: Final = timedelta(hours=1)
#: Share of a wait that chance may add or take, so that markets do not come due together.
JITTER: Final = 0.1
#: A market that was handed out is due again after this long, should its worker have died.
HOLD: Final = timedelta(minutes=2)
#: How many are handed out at once.
AT_ONCE: Final = 500


def claim_due() -> list[str]:
    """Return the addresses of the listed markets that are due, and put them off by HOLD; two statements."""
    listed = Market.objects.filter(is_listed=True)
    return claim(listed, "required_due_at", limit=AT_ONCE, hold=HOLD)


def refresh_required(*, client: Client, market: str) -> Revision | None:
    """Ask one market's endpoint what it requires and write the difference; one request. Returns what changed.

    A failure changes no list: it is noted on the market, with when it is asked again, and goes on up.
    """
    try:
        required = client.required_resources(market)
        revision = store_required(market=market, required=required)
    except NosanaError as error:
        _note_failure(market, error)
        summarise_required()
        raise
    summarise_required()
    return revision


@transaction.atomic
def store_required(*, market: str, required: RequiredResources) -> Revision | None:
    """Write what a market's own endpoint answered, with one revision if it is news.

    Raises Malformed for two empty lists where anything is known, and then writes nothing.
    """
    now = timezone.now()
    locked = revisions.locked([market])[market]
    if not required.images and not required.resources and locked.has_required():
        raise Malformed("The network answered with two empty lists; what was known before is kept.")
    revision = write_required(market=market, required=required, change=Change.ENDPOINT, now=now)
    Market.objects.filter(pk=market).update(
        required_at=now,
        required_error="",
        required_error_kind="",
        required_failures=0,
        required_due_at=now + _about(INTERVAL * settings.NETWORK.pace),
    )
    return revision


def _note_failure(market: str, error: NosanaError) -> None:
    """Note why a refresh failed and when the next one is: when the host or the budget says so, else later each time."""
    now = timezone.now()
    failures = Market.objects.filter(pk=market).values_list("required_failures", flat=True).first() or 0
    wait = min(BACKOFF * 2 ** min(failures, 10), LONGEST_BACKOFF) * settings.NETWORK.pace
    if isinstance(error, OverBudget):
        wait = timedelta(seconds=error.retry_after)
    Market.objects.filter(pk=market).update(
        required_failed_at=now,
        required_error=str(error),
        required_error_kind=error.kind,
        required_failures=F("required_failures") + 1,
        required_due_at=now + _later(wait),
    )


def _about(wait: timedelta) -> timedelta:
    return wait * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - jitter


def _later(wait: timedelta) -> timedelta:
    """Return the wait or a little more: never sooner than a host asked for."""
    return wait * random.uniform(1, 1 + JITTER)  # noqa: S311 - jitter


@transaction.atomic
def summarise_required() -> None:
    """Record how the refresh of required resources stands over all listed markets; one query and the record.

    The record is locked first: of two workers, the one that writes last has also read last.
    """
    SyncRecord.objects.select_for_update().get_or_create(source=Source.REQUIRED)
    listed = Market.objects.filter(is_listed=True)
    rows = list(listed.values_list("name", "required_error", "required_error_kind", "required_at"))
    failed = [(name, error, kind) for name, error, kind, _ in rows if error]
    if not failed:
        sources.record_success(Source.REQUIRED, sources.Run(seen=sum(at is not None for *_, at in rows)))
        return
    name, error, _ = failed[0]
    said = f"{len(failed)} of {len(rows)} markets could not be refreshed. {name}: {error}"
    is_pause = all(kind == OverBudget.kind for *_, kind in failed)  # nothing is wrong but the time
    sources.record_failure(Source.REQUIRED, OverBudget(said, 0) if is_pause else Malformed(said))
