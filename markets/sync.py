"""From the network's answers to rows: markets, what they require, their queues, their nodes, the price of NOS."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from explorer import sources
from explorer.claims import claim
from explorer.models import Source
from explorer.nosana.client import Client
from explorer.nosana.errors import Malformed, NosanaError, NotFound, OverBudget, Unreachable
from explorer.nosana.payloads import (
    JsonObject,
    MarketAccount,
    MarketPayload,
    NodePayload,
    RequiredResources,
    Skipped,
)
from explorer.upsert import Written, upsert
from markets.choices import QueueType
from markets.models import Market, Node, NosPrice, RequiredImage, RequiredResource

Entry = TypeVar("Entry", RequiredImage, RequiredResource)
#: How long a node's answer about its machine holds, and how soon a failed one is asked again.
SPECS_HOLD = timedelta(hours=6)
SPECS_RETRY = timedelta(minutes=10)


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
    """Write the whole list of markets: those not in it are marked unlisted, unless their row was unreadable."""
    now = timezone.now()
    written = upsert(Market, [_market_row(market) for market in markets], key="address")
    listed = [market.address for market in markets]
    Market.objects.filter(address__in=listed).update(described_at=now, is_listed=True)
    Market.objects.filter(is_listed=True).exclude(Q(address__in=listed) | Q(address__in=unreadable)).update(
        is_listed=False
    )
    never_refreshed = set(Market.objects.filter(address__in=listed, required_at=None).values_list("pk", flat=True))
    for market in markets:
        if market.required and market.address in never_refreshed:
            _store_entries(market.address, market.required, now)
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


def add_markets(*, addresses: Iterable[str]) -> None:
    """Make sure that a row exists for every market that a job names; their facts come with the market list."""
    upsert(Market, [{"address": address} for address in addresses], key="address", add_only=True)


def refresh_required(*, client: Client, market: str) -> None:
    """Ask one market's endpoint what it requires and write the difference; one request."""
    now = timezone.now()
    try:
        required = client.required_resources(market)
        if not required.images and not required.resources:
            raise Malformed("The network answered with two empty lists; what was known before is kept.")
    except NosanaError as error:
        Market.objects.filter(pk=market).update(required_failed_at=now, required_error=str(error))
        summarise_required()
        raise
    store_required(market=market, required=required)
    summarise_required()


@transaction.atomic
def store_required(*, market: str, required: RequiredResources) -> int:
    """Write what a market requires from now on and return how many entries changed."""
    now = timezone.now()
    Market.objects.select_for_update().get(pk=market)
    changed = _store_entries(market, required, now)
    Market.objects.filter(pk=market).update(required_at=now, required_error="")
    return changed


def _store_entries(market: str, required: RequiredResources, now: datetime) -> int:
    images = {reference: {"reference": reference} for reference in required.images}
    resources = {(row := _resource_row(spec))["digest"]: row for spec in required.resources}
    return _store_list(RequiredImage, "reference", market, images, now) + _store_list(
        RequiredResource, "digest", market, resources, now
    )


def _store_list(
    model: type[Entry],
    identity: str,
    market: str,
    wanted: dict[str, dict[str, Any]],
    now: datetime,
) -> int:
    """Add the entries that are new and close those that are gone; the others keep their `since`."""
    current = model._default_manager.filter(market_id=market, removed_at=None)
    known = set(current.values_list(identity, flat=True))
    gone = current.exclude(**{f"{identity}__in": list(wanted)}).update(removed_at=now)
    rows = [model(market_id=market, since=now, **wanted[name]) for name in wanted if name not in known]
    # Two workers may write one market at a time; the unique constraint keeps one of their rows.
    model._default_manager.bulk_create(rows, ignore_conflicts=True)
    return gone + len(rows)


def _resource_row(spec: JsonObject) -> dict[str, Any]:
    """Return the columns of a resource; its name is what its type is fetched by."""
    canonical = json.dumps(spec, sort_keys=True, separators=(",", ":"))
    buckets = spec.get("buckets")
    urls = [str(b.get("url", "")) for b in buckets if isinstance(b, dict)] if isinstance(buckets, list) else []
    name = spec.get("url") or spec.get("repo") or spec.get("model") or "-".join(urls)
    return {
        "type": str(spec.get("type", ""))[:40],
        "name": str(name),
        "spec": spec,
        "digest": hashlib.sha256(canonical.encode()).hexdigest(),
    }


def summarise_required() -> None:
    """Record how the refresh of required resources stands over all listed markets; one query and the record."""
    rows = list(Market.objects.filter(is_listed=True).values_list("name", "required_error", "required_at"))
    failed = [(name, error) for name, error, _ in rows if error]
    if failed:
        name, error = failed[0]
        sources.record_failure(
            Source.REQUIRED, Malformed(f"{len(failed)} of {len(rows)} markets could not be refreshed. {name}: {error}")
        )
    else:
        sources.record_success(Source.REQUIRED, sources.Run(seen=sum(at is not None for _, _, at in rows)))


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
    note_nodes(seen={node: (market, now) for market, node in waiting if market in known})
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


def note_nodes(*, seen: dict[str, tuple[str, datetime]]) -> Written:
    """Note that each node was seen at work in a market at a time; the newest sighting decides the market."""
    rows = [{"address": node, "market": market, "seen_at": at} for node, (market, at) in seen.items()]
    newest = {
        "market": "CASE WHEN new.seen_at >= old.seen_at THEN new.market_id ELSE old.market_id END",
        "seen_at": "GREATEST(new.seen_at, old.seen_at)",
    }
    return upsert(Node, rows, key="address", merge=newest)


def sync_nodes(*, client: Client, limit: int = 50) -> None:
    """Ask about the machines of the `limit` nodes whose answer is oldest; one request a node."""
    with sources.recorded(Source.NODES) as run:
        for address in claim(Node.objects.all(), "specs_due_at", limit=limit, hold=SPECS_RETRY):
            try:
                store_specs(node=client.node_specs(address))
                run.add(seen=1, changed=1)
            except (Unreachable, OverBudget):
                raise  # the others would fare no better; those claimed are asked again in a while
            except NotFound as error:
                _note_specs_error(address, error, SPECS_HOLD)
                run.add(seen=1)
            except NosanaError as error:
                _note_specs_error(address, error, SPECS_RETRY)
                run.add(seen=1, skipped=[Skipped(address, str(error))])


def store_specs(*, node: NodePayload) -> None:
    """Write what is known of a node's machine; its market follows where its jobs run, not what it says."""
    now = timezone.now()
    unlisted = {"address", "market", "cached_images", "cached_volumes", "gpus"}
    facts = {name: value for name, value in asdict(node).items() if name not in unlisted}
    texts = {name: value or "" for name, value in facts.items() if name in _NODE_TEXTS}
    memories = [gpu.memory_mb for gpu in node.gpus if gpu.memory_mb is not None]
    Node.objects.filter(pk=node.address).update(
        **{**facts, **texts},
        gpus=[asdict(gpu) for gpu in node.gpus],
        gpu_name=node.gpus[0].name if node.gpus else "",
        gpu_count=len(node.gpus),
        vram_mb=sum(memories) if memories else None,
        specs_at=now,
        specs_due_at=now + SPECS_HOLD,
        specs_error="",
    )


_NODE_TEXTS = {
    "status",
    "country",
    "cpu",
    "cuda_version",
    "driver_version",
    "node_version",
    "system_environment",
}


def _note_specs_error(address: str, error: NosanaError, wait: timedelta) -> None:
    Node.objects.filter(pk=address).update(specs_error=str(error), specs_due_at=timezone.now() + wait)


def sync_price(*, client: Client) -> None:
    """Fetch what one NOS costs now and keep it; one request."""
    with sources.recorded(Source.PRICE) as run:
        if (price := client.price()) is not None:
            NosPrice.objects.create(at=timezone.now(), usd=price)
            run.add(seen=1, changed=1)
