"""Writes what the network says that a market requires, with the revision of the change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from explorer.nosana.errors import Malformed
from explorer.nosana.payloads import RequiredResources
from markets.choices import Change, EntryKind
from markets.curation import revisions
from markets.curation.entries import Entry, Key, image_found, resource_found
from markets.curation.states import State, states_of
from markets.models import RequiredImage, RequiredResource, Revision

Model = TypeVar("Model", RequiredImage, RequiredResource)
#: The longest type that is stored; the whole of it stays in the entry.
_TYPE = 40


def write_required(*, market: str, required: RequiredResources, change: Change, now: datetime) -> Revision | None:
    """Write what the network requires of a market from now on; None, and no revision, where that is what it was.

    The market is locked by the caller's transaction. Raises Malformed for an answer that would empty a list of images:
    every market needs those that nodes work with, so it is a broken answer. Three queries where nothing changed.
    """
    wanted = {entry.key: entry for entry in _entries(required)}
    before = states_of([market])[market]
    _refuse_emptied(before, wanted)
    if list(wanted) == list(before.network):
        return None
    positions = {key: place for place, key in enumerate(wanted)}
    _write_list(RequiredImage, EntryKind.IMAGE, market, wanted, positions, now)
    _write_list(RequiredResource, EntryKind.RESOURCE, market, wanted, positions, now)
    draft = revisions.Draft(market, before, replace(before, network=wanted))
    numbers = revisions.numbers([market])
    return revisions.write([draft], numbers=numbers, change=change).get(market)


def _entries(required: RequiredResources) -> list[Entry]:
    return [*map(image_found, required.images), *map(resource_found, required.resources)]


def _refuse_emptied(before: State, wanted: Mapping[Key, Entry]) -> None:
    had = sum(kind == EntryKind.IMAGE for kind, _ in before.network)
    if had and not any(kind == EntryKind.IMAGE for kind, _ in wanted):
        raise Malformed(f"The network answered without any image; the {had} known before are kept.")


def _write_list(
    model: type[Model],
    kind: EntryKind,
    market: str,
    wanted: Mapping[Key, Entry],
    positions: Mapping[Key, int],
    now: datetime,
) -> None:
    """Add the entries that are new, close those that are gone, move the others; these keep their `since`."""
    current = {_identity(row): row for row in model._default_manager.filter(market_id=market, removed_at=None)}
    entries = {entry.identity: entry for entry in wanted.values() if entry.kind == kind}
    gone = [row.pk for identity, row in current.items() if identity not in entries]
    model._default_manager.filter(pk__in=gone).update(removed_at=now)
    moved = []
    for identity, row in current.items():
        place = positions.get((kind.value, identity), row.position)
        if row.position != place:
            row.position = place
            moved.append(row)
    model._default_manager.bulk_update(moved, ["position"])
    new = [
        model(market_id=market, since=now, position=positions[entry.key], **_columns(entry))
        for identity, entry in entries.items()
        if identity not in current
    ]
    model._default_manager.bulk_create(new)


def _identity(row: RequiredImage | RequiredResource) -> str:
    return row.reference if isinstance(row, RequiredImage) else row.digest


def _columns(entry: Entry) -> dict[str, object]:
    if entry.kind == EntryKind.IMAGE:
        return {"reference": entry.name}
    return {"type": entry.type[:_TYPE], "name": entry.name, "spec": entry.spec, "digest": entry.identity}
