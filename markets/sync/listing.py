"""The list of markets: their facts, which of them are listed, and the lists of required resources that it carries.

A market's own endpoint is what its nodes ask, so its answer counts; docs/decisions/0004-two-lists-of-one-market.md
says when the lists that the list of markets carries stand in for it, and what else they are good for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from explorer import sources
from explorer.models import Source
from explorer.nosana.client import Client
from explorer.nosana.errors import Malformed
from explorer.nosana.payloads import JsonObject, MarketPayload, RequiredResources
from explorer.upsert import Written, upsert
from markets.choices import Change
from markets.models import Market
from markets.sync.entries import write_required

#: A market whose own endpoint has given no good answer for so long is read from the list of markets.
STAND_IN_AFTER: Final = timedelta(days=1)


def sync_markets(*, client: Client) -> None:
    """Fetch the market list and write it; one request."""
    with sources.recorded(Source.MARKETS) as run:
        answer = client.markets()
        if not answer.rows:
            raise Malformed("The network listed no market at all; what was known before is kept.")
        written = store_markets(markets=answer.rows, unreadable=[row.identifier for row in answer.skipped])
        run.add(seen=len(answer.rows), changed=written.changed, skipped=answer.skipped)


@transaction.atomic
def store_markets(*, markets: Sequence[MarketPayload], unreadable: Sequence[str] = ()) -> Written:
    """Write the whole list of markets: those not in it are marked unlisted, unless their row was unreadable.

    The upsert locks the rows of all of them, in order. Where nothing is news, seven queries.
    """
    now = timezone.now()
    written = upsert(Market, [_market_row(market) for market in markets], key="address")
    listed = [market.address for market in markets]
    Market.objects.filter(address__in=listed).update(described_at=now, is_listed=True)
    Market.objects.filter(is_listed=True).exclude(Q(address__in=listed) | Q(address__in=unreadable)).update(
        is_listed=False
    )
    carried = {market.address: market.required for market in markets if _says_something(market.required)}
    _note_carried({market: required for market, required in carried.items() if required}, now)
    return written


def _market_row(market: MarketPayload) -> dict[str, Any]:
    facts = asdict(market)
    for unused in ("nodes", "required", "client", "premium_community_relation"):
        del facts[unused]
    return {
        **facts,
        "gpu_types": list(market.gpu_types),
        "is_client": market.client,
        "relation": market.premium_community_relation or "",
    }


def _says_something(required: RequiredResources | None) -> bool:
    """Say whether the lists that a market's row carries are an answer; two empty ones are not."""
    return required is not None and bool(required.images or required.resources)


def _note_carried(carried: Mapping[str, RequiredResources], now: datetime) -> None:
    """Keep what each market's row carries; news makes its endpoint due at once, and stands in where that is silent."""
    for market in Market.objects.filter(pk__in=carried).order_by("pk"):
        required = carried[market.pk]
        if is_silent(market, now):
            _stand_in(market, required, now)
        if market.listing_required != (found := _as_json(required)):
            Market.objects.filter(pk=market.pk).update(listing_required=found, required_due_at=now)


def _stand_in(market: Market, required: RequiredResources, now: datetime) -> None:
    if required.images or not market.has_required():
        write_required(market=market.pk, required=required, change=Change.LISTING, now=now)


def is_silent(market: Market, now: datetime) -> bool:
    """Say whether a market's own endpoint has given no good answer, or none for a day."""
    return market.required_at is None or (bool(market.required_error) and market.required_at < now - STAND_IN_AFTER)


def _as_json(required: RequiredResources) -> JsonObject:
    return {"images": list(required.images), "resources": list(required.resources)}


def add_markets(*, addresses: Iterable[str]) -> None:
    """Make sure that a row exists for every market that a job names; their facts come with the market list."""
    upsert(Market, [{"address": address} for address in addresses], key="address", add_only=True)
