"""Jobs of a list, and its pages as the selectors read them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict

from explorer.paging import Page
from jobs.forms import filter_of
from jobs.models import Definition
from jobs.selectors import listing
from jobs.selectors.listing import reading
from jobs.selectors.listing.reading import Way
from markets.models import Image
from tests.jobs.factories import NOON, cid, make_job, make_market


def add(facts: list[tuple[int, int]], start: int, apart: timedelta = timedelta(minutes=1)) -> None:
    """Create a job for each pair of state and seed; few distinct times and prices, so that ties are the rule.

    Two thirds have a definition with the word "python". A seed of 12 waits unusually long, one of 13 runs so, one of 14
    began before it was listed, one of 15 never began, and one of 16 was withdrawn from its queue.
    """
    Definition.objects.get_or_create(key=cid("python"), defaults={"text": "{}", "words": "python"})
    image, _ = Image.objects.get_or_create(reference="ubuntu", registry="docker.io", repository="library/ubuntu")
    for n, (state, seed) in enumerate(facts, start):
        listed = NOON - apart * (seed % 3)
        times: dict[str, Any] = {"listed_at": listed if seed % 5 else None}
        wait = {12: timedelta(days=5), 14: timedelta(days=-3)}.get(seed, timedelta(minutes=seed % 2))
        ran = {13: timedelta(days=9)}.get(seed, timedelta(seconds=seed % 3))
        times["started_at"] = listed + wait if state and seed < 15 else None
        times["ended_at"] = times["started_at"] + ran if times["started_at"] and state > 1 else None
        times["delisted_at"] = NOON if seed == 16 else None
        market = make_market("H100") if seed % 2 else make_market()
        times["ipfs_job"] = cid("python" if seed % 3 else "other")
        make_job(n, state=state, price=90 + seed % 4, market=market, image_ids=[image.pk] * (seed % 2), **times)


def read(query: str | None, size: int) -> Page[listing.Seen]:
    assert query is not None
    params = QueryDict(query.removeprefix("?"), mutable=True)
    form = filter_of(params)
    assert form.is_valid()
    params.pop("at", None)
    return listing.page_of(form.wanted, params, size, form.jump)


def ways_to_read(monkeypatch: pytest.MonkeyPatch, *ways: Way) -> None:
    """Have lists read in these ways, whatever is asked for."""
    for name in ("WAYS", "WAYS_OF_SEVERAL"):
        monkeypatch.setattr(reading, name, ways)


def wanted_of(query: str) -> dict[str, Any]:
    """Return what a filter asks for."""
    form = filter_of(QueryDict(query))
    assert form.is_valid()
    return form.wanted
