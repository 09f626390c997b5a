"""What a search leads to: one query a kind at most, each bounded whatever there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Q
from django.shortcuts import resolve_url
from django.urls import reverse

from explorer.formats import thousands
from jobs.models import Definition, Job
from jobs.selectors.listing import markets
from jobs.selectors.listing.named import images_named
from jobs.selectors.search.reading import ADDRESS_LENGTH, CID_LENGTH, Query
from jobs.selectors.search.words import definitions_with
from markets.models import Image, Market, Node, Resource

#: How many hits of a kind are shown, on the page and under the field.
SHOWN, FEW = 10, 5
#: Names with fewer characters fit nearly everything.
SHORTEST_NAME: Final = 2
SHORTEST_WORD: Final = 3
#: The filter of the job list takes no longer text.
LONGEST_WORDS: Final = 200


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found: where it is, what it is called, and a word about it."""

    url: str
    name: str
    detail: str = ""
    job: Job | None = None
    is_exact: bool = False  # called just what was typed


@dataclass(frozen=True, slots=True)
class Group:
    """The hits of a kind; `icon` is that of the sprite."""

    kind: str
    title: str
    icon: str
    hits: Sequence[Hit]


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, by kind."""

    query: Query
    groups: Sequence[Group] = ()

    @property
    def hits(self) -> list[Hit]:
        """All hits."""
        return [hit for group in self.groups for hit in group.hits]

    @property
    def only(self) -> str:
        """Where to go at once: the only hit, or the only one that is called just what was typed; else empty."""
        exact = [hit.url for hit in self.hits if hit.is_exact]
        urls = exact or [hit.url for hit in self.hits]
        return urls[0] if len(urls) == 1 else ""


def search(query: Query, shown: int = SHOWN) -> Found:
    """Return what the query leads to, at most `shown` hits a kind; at most one query a kind."""
    if query.page:
        return Found(query, [Group("page", "Page", "link", [Hit(query.page, query.page)])])
    known = markets()
    kinds = (
        Group("jobs", "Jobs", "list", _jobs(query, known, shown)),
        Group("markets", "Markets", "cpu", _markets(query, known, shown)),
        Group("nodes", "Nodes", "server", _nodes(query, known, shown)),
        Group("deployers", "Deployers", "send", _deployers(query, shown)),
        Group("images", "Images", "box", _images(query, shown)),
        Group("resources", "Resources", "download", _resources(query, shown)),
        Group("words", "In definitions", "braces", _words(query)),
    )
    return Found(query, [group for group in kinds if group.hits])


def _wanted(query: Query, key: str) -> Q:
    """Return the condition that `key` is what the query asks for; empty when it asks for no address."""
    if query.addresses:
        return Q(**{f"{key}__in": query.addresses})
    return _begins(key, query.part, ADDRESS_LENGTH, query.end) if query.part else Q()


def _begins(key: str, part: str, length: int, end: str) -> Q:
    """Return the condition that `key`, of at most `length` characters, begins with `part` and ends with `end`."""
    # A range first: an index finds it under any collation, which LIKE alone is promised only under "C". No address
    # or CID that begins with the part sorts after the part filled up with z, the last character of both alphabets.
    within = Q(**{f"{key}__gte": part, f"{key}__lte": part.ljust(length, "z"), f"{key}__startswith": part})
    return within & Q(**{f"{key}__endswith": end}) if end else within


def _jobs(query: Query, known: Mapping[str, Market], shown: int) -> list[Hit]:
    """Return jobs by address, or by the CID of their definition or result. A CID may be that of a million jobs."""
    found = Job.objects.only("address", "state", "outcome", "delisted_at", "market_id", "image", "order_at")
    wanted = _wanted(query, "pk")
    parts = [found.filter(wanted).order_by("pk")[:shown]] if wanted else []
    parts += [found.filter(named).order_by()[:shown] for named in _by_cid(query, shown)]
    if not parts:
        return []
    rows = {job.pk: job for job in (parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0])}
    return [Hit(resolve_url(job), job.pk, _market(job.market_id, known), job) for job in list(rows.values())[:shown]]


def _by_cid(query: Query, shown: int) -> Sequence[Q]:
    """Return the conditions that a job's definition or result has a CID that the query asks for."""
    if query.cids:
        return Q(ipfs_job__in=query.cids), Q(ipfs_result__in=query.cids)
    if not query.cid_part:
        return ()
    # By way of the definitions, of which there is one a CID: the jobs of one may be half of all.
    definitions = Definition.objects.filter(_begins("pk", query.cid_part, CID_LENGTH, query.end)).order_by("pk")
    return (
        Q(ipfs_job__in=definitions.values("pk")[:shown]),
        _begins("ipfs_result", query.cid_part, CID_LENGTH, query.end),
    )


def _market(address: str | None, known: Mapping[str, Market]) -> str:
    return str(known[address]) if address and address in known else ""


def _markets(query: Query, known: Mapping[str, Market], shown: int) -> list[Hit]:
    """Return markets by address, name, slug or GPU, from those that are known already; no query."""
    name = query.name.casefold() if len(query.name) >= SHORTEST_NAME else ""
    hits = [
        Hit(resolve_url(market), str(market), market.pk, is_exact=bool(name) and name in _names(market))
        for market in known.values()
        if _is_wanted(query, market.pk) or (name and any(name in text for text in _texts(market)))
    ]
    return sorted(hits, key=lambda hit: not hit.is_exact)[:shown]


def _names(market: Market) -> tuple[str, str]:
    return market.name.casefold(), market.slug.casefold()


def _texts(market: Market) -> Iterator[str]:
    yield from _names(market)
    yield from (gpu.casefold() for gpu in market.gpu_types)


def _is_wanted(query: Query, address: str) -> bool:
    if query.addresses:
        return address in query.addresses
    return bool(query.part) and address.startswith(query.part) and address.endswith(query.end)


def _nodes(query: Query, known: Mapping[str, Market], shown: int) -> list[Hit]:
    wanted = _wanted(query, "pk")
    if not wanted:
        return []
    found = Node.objects.filter(wanted).order_by("pk").only("address", "gpu_name", "market_id")[:shown]
    return [Hit(resolve_url(node), node.pk, node.gpu_name or _market(node.market_id, known)) for node in found]


#: Each deployer once, by going from one to the next along the index: one of them may have a million jobs, each of which
#: would be looked at if the index were asked for the address's end as well.
_NEXT_DEPLOYERS = """
WITH RECURSIVE found (deployer) AS (
    (SELECT deployer FROM jobs_job WHERE deployer >= %(low)s AND deployer <= %(high)s ORDER BY deployer LIMIT 1)
    UNION ALL
    SELECT (SELECT deployer FROM jobs_job
            WHERE deployer > found.deployer AND deployer <= %(high)s ORDER BY deployer LIMIT 1)
    FROM found WHERE found.deployer IS NOT NULL
)
SELECT deployer, 'deployer' FROM found WHERE deployer LIKE %(like)s LIMIT %(shown)s
"""
#: Those of the addresses that deployed a job, or paid for one without having deployed any.
_THESE = """
SELECT asked, CASE WHEN deploys THEN 'deployer' ELSE 'payer' END FROM (
    SELECT asked, EXISTS (SELECT FROM jobs_job WHERE jobs_job.deployer = asked) AS deploys,
           EXISTS (SELECT FROM jobs_job WHERE jobs_job.payer = asked) AS pays
    FROM unnest(%(addresses)s::varchar[]) AS asked
) AS known WHERE deploys OR pays
"""


def _deployers(query: Query, shown: int) -> list[Hit]:
    if not query.addresses and not query.part:
        return []
    low, high = query.part, query.part.ljust(ADDRESS_LENGTH, "z")
    like = f"{low}%{query.end}"  # base58 has no character that LIKE takes for another
    with connection.cursor() as cursor:
        cursor.execute(
            _THESE if query.addresses else _NEXT_DEPLOYERS,
            {"addresses": list(query.addresses), "low": low, "high": high, "like": like, "shown": shown},
        )
        return [_who(address, role) for address, role in cursor.fetchall()]


def _who(address: str, role: str) -> Hit:
    if role == "payer":
        return Hit(_list(payer=address), address, "jobs of this payer")
    return Hit(reverse("jobs:deployer", args=[address]), address, "what it runs and spends")


def _list(**values: str) -> str:
    return f"{reverse('jobs:list')}?{urlencode(values)}"


def _images(query: Query, shown: int) -> list[Hit]:
    """Return the images that have the name somewhere in their reference, or are it otherwise written; by their jobs."""
    if len(query.name) < SHORTEST_NAME:
        return []
    named = Q(reference__icontains=query.name) | images_named(query.name)
    found = Image.objects.filter(named).order_by("-jobs", "reference")
    return [_entry(image, image.reference, query) for image in found.only("reference", "jobs")[:shown]]


def _resources(query: Query, shown: int) -> list[Hit]:
    """Return the resources that have the name somewhere in their key, those of most jobs first."""
    if len(query.name) < SHORTEST_NAME:
        return []
    found = Resource.objects.filter(key__icontains=query.name).order_by("-jobs", "key")
    return [_entry(resource, resource.key, query) for resource in found.only("type", "key", "jobs")[:shown]]


def _entry(entry: Image | Resource, name: str, query: Query) -> Hit:
    detail = f"{thousands(entry.jobs)} job{'' if entry.jobs == 1 else 's'}" if entry.jobs else ""
    return Hit(entry.get_absolute_url(), name, detail, is_exact=name.casefold() == query.name.casefold())


def _words(query: Query) -> list[Hit]:
    """Return the list of the jobs whose op ids, images or commands have all the words, if any definition does."""
    if not SHORTEST_WORD <= len(query.name) <= LONGEST_WORDS:
        return []
    found = definitions_with(query.name)
    if found is not None and not found.number:
        return []
    detail = "many definitions" if found is None else str(found)
    return [Hit(_list(q=query.name), f"Op ids, images and commands with “{query.name}”", detail)]
