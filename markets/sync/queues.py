"""Every market's account on chain: price, rules, and who waits in its queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.utils import timezone

from explorer import sources
from explorer.models import Source
from explorer.nosana.client import Client
from explorer.nosana.errors import Malformed
from explorer.nosana.payloads import MarketAccount
from explorer.upsert import Written, upsert
from markets.choices import QueueType
from markets.models import Market
from markets.sync.history import note_history
from markets.sync.nodes import note_nodes


def sync_queues(*, client: Client) -> None:
    """Read every market's account on chain: price, rules, and who waits in its queue; one request."""
    with sources.recorded(Source.QUEUES) as run:
        answer = client.market_accounts()
        if not answer.rows:
            raise Malformed("The chain shows no market account at all; what was known before is kept.")
        written = store_queues(accounts=answer.rows)
        run.add(seen=len(answer.rows), changed=written.changed, skipped=answer.skipped)


@transaction.atomic
def store_queues(*, accounts: Sequence[MarketAccount]) -> Written:
    """Write the on-chain facts of the markets that are known; accounts of unknown markets are left out."""
    now = timezone.now()
    known = set(Market.objects.values_list("address", flat=True))
    rows = [_queue_row(account) for account in accounts if account.address in known]
    written = upsert(Market, rows, key="address")
    Market.objects.filter(address__in=[row["address"] for row in rows]).update(queue_at=now)
    waiting = [(a.address, node) for a in accounts if a.queue_type == QueueType.NODES for node in a.queue]
    seen = {node: (market, now) for market, node in waiting if market in known}
    note_nodes(seen=seen)
    note_history(read=[row["address"] for row in rows], free=seen, at=now)
    return written


_QUEUE_FIELDS = (
    "authority",
    "job_price",
    "job_timeout",
    "job_expiration",
    "node_access_key",
    "node_xnos_minimum",
    "queue_type",
    "queue",
)


def _queue_row(account: MarketAccount) -> dict[str, Any]:
    facts = asdict(account)
    return {"address": account.address, **{name: facts[name] for name in _QUEUE_FIELDS}, "queue": list(account.queue)}
