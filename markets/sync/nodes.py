"""Nodes: where they were seen at work, and what they say of their machines."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

from django.utils import timezone

from explorer import sources
from explorer.claims import claim
from explorer.models import Source
from explorer.nosana.client import Client
from explorer.nosana.errors import NosanaError, NotFound, OverBudget, Unreachable
from explorer.nosana.payloads import NodePayload, Skipped
from explorer.upsert import Written, upsert
from markets.models import Node

#: How long a node's answer about its machine holds, and how soon a failed one is asked again.
SPECS_HOLD = timedelta(hours=6)
SPECS_RETRY = timedelta(minutes=10)


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
