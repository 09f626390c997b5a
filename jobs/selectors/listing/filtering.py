"""The jobs that a filter asks for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from django.contrib.postgres.search import SearchQueryField
from django.core.cache import cache
from django.db.models import BooleanField, Exists, Expression, F, Func, OuterRef, Q, QuerySet, Value
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Cast, Coalesce, NullIf
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual

from explorer import images
from explorer.copying import array_text
from explorer.kept import kept
from jobs import columns
from jobs.choices import STATES, WITHDRAWN, JobState
from jobs.contents import query_of
from jobs.models import Definition, Job, JobQuerySet, entries
from jobs.models.job import NEVER
from jobs.models.places import among
from jobs.selectors.listing import spans
from markets.models import Image, Market, Resource

#: With no more definitions than this, the jobs are found by them; with more, each job is asked for its definition.
#: That takes longer in an order, or within a range, for which no index has the definitions of jobs (job_market_runs).
FEW_DEFINITIONS = 500
FEW_WITHOUT_RUNS = 2500
_ADDRESS = 44  # the characters of an address, at most
#: For how long it is remembered that a text is in more; seconds.
REMEMBERED = 600
_PHASES: Mapping[str, int] = {name: JobState[name.upper()].value for name, _ in STATES if name != WITHDRAWN}


class Among(Func):
    """The condition that a column has one of these texts, as `IN` says it: thousands take a tenth of Django's time."""

    template = "%(expressions)s"
    arg_joiner = " = ANY "
    output_field = BooleanField()

    def __init__(self, column: str, values: Iterable[str]) -> None:
        super().__init__(F(column), Func(Value(array_text(values)), template="(%(expressions)s::text[])"))


def order_of(wanted: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the columns that a filter's jobs are ordered by: non-null, the last one unique."""
    return columns.ORDERS[wanted.get("sort", "")]


def matching(wanted: Mapping[str, Any], *, by_entries: bool = False, in_order: bool = True) -> JobQuerySet:
    """Return the jobs that the values of JobFilter.wanted ask for.

    The same jobs in any way: `by_entries` asks such that the index of jobs/models/entries.py can intersect what is
    asked for, while else PostgreSQL can follow an order; without `in_order`, one index alone can answer that has no
    order. Costs one small query for each of image, resource, gpu and text that is among the values, and one for two of
    image, resource and op type.
    """
    states: Sequence[str] = wanted.get("state", ())
    found = Job.objects.in_states(states).that_went(wanted.get("outcome", ""))
    if states:
        phases = {min(_PHASES.get(name, JobState.COMPLETED), JobState.COMPLETED) for name in states}
        found = found.filter(phase__in=sorted(phases))
    places = _places(wanted)
    found = held_under(found, _entries_of(wanted, places)) if by_entries else found.filter(**places)
    listed = [spans.implied(wanted).condition("order_at")] if in_order else []
    return found.filter(*_contents(wanted), *_ranges(wanted, in_place=by_entries), *listed)


def _places(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return the addresses and trigger asked for, as filter() takes them."""
    places = {name: wanted[name] for name in ("node", "deployer", "payer", "trigger") if name in wanted}
    markets = markets_of(wanted)
    if markets is None:
        return places
    return {**places, "market": markets[0]} if len(markets) == 1 else {**places, "market__in": markets}


#: What jobs are held under entries by, as a filter asks for it.
_HELD = (
    {"market", "gpu"}, {"node"}, {"deployer"}, {"payer"}, {"trigger"}, {"image"}, {"resource"}, {"op_type"},
    {"duration_min", "duration_max"}, {"price_min", "price_max"},
)  # fmt: skip
#: What is known of definitions, besides their words.
_OF_DEFINITIONS = ("image", "resource", "op_type", "market", "gpu", "deployer", "payer", "trigger")
#: What makes a list be read by another index than those that have the definitions of jobs.
_WITHOUT_RUNS = {"sort", "duration_min", "duration_max", "price_min", "price_max"}


def asks_several(wanted: Mapping[str, Any]) -> bool:
    """Say whether a filter asks for several things that jobs are held under entries by, which can be intersected."""
    return sum(1 for names in _HELD if names & wanted.keys()) > 1


def markets_of(wanted: Mapping[str, Any]) -> list[str] | None:
    """Return the addresses of the markets that a filter leaves, by market and GPU; None for all. A query for a GPU."""
    markets: set[str] | None = set(wanted["market"]) if "market" in wanted else None
    if "gpu" in wanted:
        with_it = set(markets_with(wanted["gpu"]))
        markets = with_it if markets is None else markets & with_it
    return None if markets is None else sorted(markets)


def _entries_of(wanted: Mapping[str, Any], places: Mapping[str, Any]) -> dict[str, Sequence[Any]]:
    """Return the entries under which jobs of these places are held, and of the ranges that hold the wanted values."""
    held = {name.removesuffix("__in"): value if name.endswith("__in") else [value] for name, value in places.items()}
    for name, starts in entries.RANGES.items():
        first, last = ends(wanted, name)
        if first is not None or last is not None:
            held[name] = entries.ranges(starts, first, last)
    return held


def held_under(found: JobQuerySet, held: Mapping[str, Sequence[Any]]) -> JobQuerySet:
    """Return the jobs that are held under one of these entries of each name (jobs.models.entries.OF)."""
    found = found.alias(**{f"entry_{name}": entries.OF[name] for name in held})
    return found.filter(**{f"entry_{name}__overlap": values for name, values in held.items()})


def ends(wanted: Mapping[str, Any], name: str) -> tuple[int | None, int | None]:
    """Return the least and the greatest duration or price that a filter asks for, as whole numbers; None without."""
    first, last = wanted.get(f"{name}_min"), wanted.get(f"{name}_max")
    if name == "price":
        return (
            None if first is None else _whole(first, ROUND_CEILING),
            None if last is None else _whole(last, ROUND_FLOOR),
        )
    return (0 if first is None and last is not None else first), last


def asks_definitions(wanted: Mapping[str, Any]) -> bool:
    """Say whether definitions are looked for before the jobs are: that alone may take long."""
    return "q" in wanted or len({"image", "resource", "op_type"} & wanted.keys()) > 1


def _contents(wanted: Mapping[str, Any]) -> Iterator[Q | Expression | Exists]:
    """Yield what is asked of the contents of jobs, which are what their definitions have.

    Of two such things, two lists of a hundred thousand jobs would be intersected: there are far fewer definitions.
    """
    if "q" not in wanted and asks_definitions(wanted) and (keys := _few_definitions(wanted)) is not None:
        yield _with_definitions(keys)
        return
    yield from _named(wanted)
    if "q" in wanted:
        yield _with_words(wanted)


def _named(wanted: Mapping[str, Any]) -> Iterator[Q]:
    """Yield the conditions on an image, a resource and an op type: of jobs and of definitions the same."""
    if "image" in wanted:
        yield Q(image_ids__overlap=image_ids(wanted["image"]))
    if "resource" in wanted:
        yield Q(resource_ids__overlap=resource_ids(wanted["resource"]))
    if "op_type" in wanted:
        yield Q(op_types__contains=[wanted["op_type"]])


@kept
def markets_with(gpu: str) -> list[str]:
    """Return the addresses of markets with a GPU whose name holds this text; one query, kept."""
    found = Market.objects.exclude(gpu_types=[]).values_list("pk", "gpu_types")
    return [pk for pk, names in found if any(gpu.casefold() in name.casefold() for name in names)]


@kept
def image_ids(text: str) -> list[int]:
    """Return the catalog's numbers of an image, however it is written; all tags of it where none is; one query."""
    image = images.parse(text)
    if image is None:
        named = Q(reference=text)
    elif image.tag or image.digest:
        named = Q(repository=image.repository, registry=image.registry, tag=image.tag, digest=image.digest)
    else:
        named = Q(repository=image.repository, registry=image.registry)
    return list(Image.objects.filter(named).order_by("pk").values_list("pk", flat=True))


@kept
def resource_ids(text: str) -> list[int]:
    """Return the catalog's numbers of a resource by "type:key", or by its key alone; one query."""
    kind, _, key = text.partition(":")
    named = Q(key=text) | Q(type__iexact=kind, key=key)
    return list(Resource.objects.filter(named).order_by("pk").values_list("pk", flat=True))


def definitions_with(text: str) -> QuerySet[Definition]:
    """Return the definitions that have all words of a text among their op ids, images and commands."""
    query = Cast(Value(query_of(text)), SearchQueryField())
    return Definition.objects.filter(CombinedExpression(F("words"), "@@", query, output_field=BooleanField()))


def definitions_of(wanted: Mapping[str, Any]) -> QuerySet[Definition]:
    """Return the definitions that have what a filter asks of the contents of jobs, and are used where it asks for.

    Perhaps not by the same job. A small query for a GPU.
    """
    conditions = [*_named(wanted), *_used(wanted)]
    if "q" not in wanted:
        return Definition.objects.filter(*conditions).order_by()
    if not query_of(wanted["q"]):
        return Definition.objects.none()
    return definitions_with(wanted["q"]).filter(*conditions).order_by()


def _used(wanted: Mapping[str, Any]) -> Iterator[Q]:
    """Yield the conditions that definitions are used in the places asked for, as far as that is known."""
    for name, value in _places(wanted).items():
        if name != "node":
            values = value if name.endswith("__in") else [value]
            yield Q(places__overlap=among(name.removesuffix("__in"), values))


def _few_definitions(wanted: Mapping[str, Any]) -> list[str] | None:
    """Return the keys of the definitions that have what a filter asks of the contents of jobs; None for many.

    One query; none where there were many before, for finding that out reads a long list of the index.
    """
    most = FEW_WITHOUT_RUNS if "q" in wanted and wanted.keys() & _WITHOUT_RUNS else FEW_DEFINITIONS
    asked = [most, query_of(wanted.get("q", "")), *(wanted.get(name) for name in _OF_DEFINITIONS)]
    name = f"job-list-common:{hashlib.sha256(repr(asked).encode()).hexdigest()}"
    if cache.get(name):
        return None
    keys = list(definitions_of(wanted).values_list("pk", flat=True)[: most + 1])
    if len(keys) <= most:
        return keys
    cache.set(name, True, REMEMBERED)
    return None


def _with_definitions(keys: Sequence[str]) -> Q:
    """Return the condition that a job's definition is one of these; without a CID it has the job's address."""
    if not keys:
        return Q(pk__in=[])
    named = Q(Among("ipfs_job", keys))
    addresses = [key for key in keys if len(key) <= _ADDRESS]  # any CID is longer
    return named | Q(Among("address", addresses), ipfs_job="") if addresses else named


def _with_words(wanted: Mapping[str, Any]) -> Q | Exists:
    """Return the condition that a job's definition has all words of a text.

    Jobs have what their definitions have: what else is asked of their contents leaves fewer definitions to look for.
    """
    if not query_of(wanted["q"]):
        return Q(pk__in=[])
    keys = _few_definitions(wanted)
    if keys is not None:
        return _with_definitions(keys)
    # As one EXISTS, which PostgreSQL can ask of each job in the list's order. An OR of two would read all definitions.
    key_of = Coalesce(NullIf(OuterRef("ipfs_job"), Value("")), OuterRef("pk"))
    return Exists(definitions_with(wanted["q"]).filter(pk=key_of))


def _ranges(wanted: Mapping[str, Any], *, in_place: bool) -> Iterator[Q | Expression]:
    yield from _times("order_at", wanted.get("listed_from"), wanted.get("listed_to"))
    yield from _times("started_key", wanted.get("started_from"), wanted.get("started_to"))
    yield from _times("ended_key", wanted.get("ended_from"), wanted.get("ended_to"))
    for name, column in (("duration", "duration_key"), ("price", "price")):
        first, last = ends(wanted, name)
        # In place, it is asked of what is found by entries, such that no other index can be taken for it: PostgreSQL
        # would read a hundred thousand places of that to leave out some of the few hundred jobs that there are.
        value = F(column) + 0 if in_place else F(column)
        if first is not None:
            yield GreaterThanOrEqual(value, first)
        if last is not None:
            yield LessThanOrEqual(value, last)


def _times(name: str, first: datetime | None, beyond: datetime | None) -> Iterator[Q]:
    if beyond:
        yield Q(**{f"{name}__lt": beyond})
        first = first or (None if name == "order_at" else NEVER)
    if first:
        yield Q(**{f"{name}__gt" if first == NEVER else f"{name}__gte": first})


def _whole(price: Decimal, rounding: str) -> int:
    return int(price.to_integral_value(rounding))
