"""The search: what an address, a part of one, a CID, a market's name or a pasted link leads to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode

from django.db.models import Model, Q, QuerySet
from django.shortcuts import resolve_url
from django.urls import reverse

from explorer.text import visible
from jobs.models import Job
from markets.models import Market, Node

#: How much of a pasted text is looked at, and how many hits of a kind are shown.
TEXT_LIMIT = 2000
SHOWN = 10
#: The shortest part of an address that is looked for: shorter ones fit too many.
SHORTEST_PART = 4
ADDRESS_LENGTH = 44

_BASE58 = "1-9A-HJ-NP-Za-km-z"
_ADDRESS = re.compile(rf"(?<![0-9A-Za-z])[{_BASE58}]{{32,44}}(?![0-9A-Za-z])")
_CID = re.compile(rf"(?<![0-9A-Za-z])(?:Qm[{_BASE58}]{{44}}|b[a-z2-7]{{58}})(?![0-9A-Za-z])")
#: The beginning of an address, or its two ends as the explorer shortens it: 3EwU…GDcu.
_PART = re.compile(rf"([{_BASE58}]{{{SHORTEST_PART},44}})(?:(?:…|\.\.\.?)([{_BASE58}]{{2,40}}))?")

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Query:
    """What a text asks for: whole addresses and CIDs in it, else a part of an address and a market's name."""

    text: str
    addresses: Sequence[str] = ()
    cids: Sequence[str] = ()
    part: str = ""
    end: str = ""

    @property
    def name(self) -> str:
        """The text as a market's name; empty when it holds an address or a CID."""
        return "" if self.addresses or self.cids else self.text


def read(text: str) -> Query:
    """Return what `text` asks for, the first three addresses and CIDs of it at most."""
    text = visible(text[:TEXT_LIMIT]).strip()
    cids = _first(_CID, text)
    addresses = _first(_ADDRESS, text)
    if addresses or cids:
        return Query(text, addresses, cids)
    match = _PART.fullmatch(text)
    return Query(text, part=match[1], end=match[2] or "") if match else Query(text)


def _first(pattern: re.Pattern[str], text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(pattern.findall(text)))[:3]


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, by kind, at most SHOWN of each."""

    query: Query
    jobs: Sequence[Job] = ()
    markets: Sequence[Market] = ()
    nodes: Sequence[Node] = ()
    deployers: Sequence[str] = ()

    @property
    def urls(self) -> list[str]:
        """The pages of all hits."""
        pages = [resolve_url(row) for row in (*self.jobs, *self.markets, *self.nodes)]
        return pages + [deployer_url(address) for address in self.deployers]

    @property
    def deployer_links(self) -> list[tuple[str, str]]:
        """Each deployer with the address of its jobs."""
        return [(address, deployer_url(address)) for address in self.deployers]


def deployer_url(address: str) -> str:
    """Return the page of a deployer's jobs."""
    return f"{reverse('jobs:list')}?{urlencode({'deployer': address})}"


def search(query: Query) -> Found:
    """Return what the query leads to; one query a kind, and one for each deployer found."""
    wanted = _wanted(query, "pk")
    return Found(
        query,
        jobs=_some(Job.objects.with_names(), wanted | _with_cid(query), "pk"),
        markets=_some(Market.objects.all(), wanted, "pk") or _markets_named(query.name),
        nodes=_some(Node.objects.all(), wanted, "pk"),
        deployers=_deployers(query),
    )


def _some(rows: QuerySet[Row], wanted: Q, key: str) -> Sequence[Row]:
    return list(rows.filter(wanted).order_by(key)[:SHOWN]) if wanted else []


def _wanted(query: Query, key: str) -> Q:
    """Return the condition that `key` is what the query asks for; empty when it asks for no address."""
    if query.addresses:
        return Q(**{f"{key}__in": query.addresses})
    if not query.part:
        return Q()
    # A range first: an index finds it under any collation, which LIKE alone is promised only under "C". No address
    # that begins with the part sorts after the part filled up with z, the last of base58's characters.
    last = query.part.ljust(ADDRESS_LENGTH, "z")
    within = Q(**{f"{key}__gte": query.part, f"{key}__lte": last, f"{key}__startswith": query.part})
    return within & Q(**{f"{key}__endswith": query.end}) if query.end else within


def _with_cid(query: Query) -> Q:
    return Q(ipfs_job__in=query.cids) | Q(ipfs_result__in=query.cids) if query.cids else Q()


def _markets_named(name: str) -> Sequence[Market]:
    """Return the markets of that slug or name, else those that have it somewhere in their name, slug or GPUs."""
    if not name:
        return []
    exact = Market.objects.filter(Q(slug__iexact=name) | Q(name__iexact=name)).by_name()[:SHOWN]
    return list(exact) or list(Market.objects.worth_showing().matching(name).by_name()[:SHOWN])


def _deployers(query: Query) -> list[str]:
    """Return the deployers asked for, each read from the index by itself: one may have a million jobs."""
    wanted = _wanted(query, "deployer")
    found: list[str] = []
    while wanted and len(found) < SHOWN:
        after = Q(deployer__gt=found[-1]) if found else Q()
        row = Job.objects.filter(wanted & after).order_by("deployer").values_list("deployer", flat=True).first()
        if row is None:
            break
        found.append(row)
    return found
