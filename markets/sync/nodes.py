"""Nodes: where they were seen at work, and asking the host manager about their machines."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from explorer import sources
from explorer.claims import claim
from explorer.models import Source
from explorer.nosana.client import Client
from explorer.nosana.errors import NosanaError, NotFound, OverBudget, Unreachable
from explorer.nosana.payloads import Skipped
from explorer.upsert import Written, upsert
from markets.choices import MachineSource
from markets.models import Node
from markets.sync.machines import SPECS_HOLD, SPECS_RETRY, has_gaps, note_specs_error, store_specs


def note_nodes(*, seen: dict[str, tuple[str, datetime]]) -> Written:
    """Note that each node was seen at work in a market at a time; the newest sighting decides the market."""
    rows = [{"address": node, "market": market, "seen_at": at} for node, (market, at) in seen.items()]
    newest = {
        "market": "CASE WHEN new.seen_at >= old.seen_at THEN new.market_id ELSE old.market_id END",
        "seen_at": "GREATEST(new.seen_at, old.seen_at)",
    }
    return upsert(Node, rows, key="address", merge=newest)


def sync_nodes(*, client: Client, limit: int = 50) -> None:
    """Ask about the machines of the `limit` nodes whose answer is oldest; one request a node, two where that has gaps.

    Not knowing a node is an answer too: it is asked about again as late as one that is known.
    """
    with sources.recorded(Source.NODES) as run:
        for address in claim(Node.objects.all(), "specs_due_at", limit=limit, hold=SPECS_RETRY):
            try:
                run.add(seen=1, changed=_ask(client, address))
            except (Unreachable, OverBudget):
                raise  # the others would fare no better; those claimed are asked again in a while
            except NotFound as error:
                note_specs_error(node=address, error=str(error), wait=SPECS_HOLD, at=timezone.now())
                run.add(seen=1)
            except NosanaError as error:
                note_specs_error(node=address, error=str(error), wait=SPECS_RETRY, at=timezone.now())
                run.add(seen=1, skipped=[Skipped(address, str(error))])


def _ask(client: Client, address: str) -> int:
    """Ask for a node's specs, and for its metrics where those are not known or leave something out; return 1."""
    try:
        specs = client.node_specs(address)
    except NotFound:
        store_specs(node=client.node_metrics(address), source=MachineSource.METRICS)
        return 1
    store_specs(node=specs)
    if has_gaps(specs):
        _fill_gaps(client, address)
    return 1


def _fill_gaps(client: Client, address: str) -> None:
    """Ask for a node's metrics; that there are none is no failure of a node whose specs are known."""
    try:
        metrics = client.node_metrics(address)
    except NotFound:
        return
    store_specs(node=metrics, source=MachineSource.METRICS)
