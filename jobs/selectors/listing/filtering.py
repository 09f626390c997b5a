"""The jobs that a filter asks for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from django.contrib.postgres.search import SearchQueryField
from django.core.cache import cache
from django.db.models import BooleanField, Exists, Expression, F, OuterRef, Q, QuerySet, Value
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Cast, Coalesce, NullIf

from explorer import images
from jobs import columns
from jobs.choices import STATES, WITHDRAWN, JobState
from jobs.contents import query_of
from jobs.models import Definition, Job, JobQuerySet
from jobs.models.job import NEVER, SLACK
from markets.models import Image, Market, Resource

#: With no more definitions than this, the jobs are found by them; with more, each job is asked for its definition.
FEW_DEFINITIONS = 500
#: For how long it is remembered that a text is in more; seconds.
REMEMBERED = 600
_PHASES: Mapping[str, int] = {name: JobState[name.upper()].value for name, _ in STATES if name != WITHDRAWN}


def order_of(wanted: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the columns that a filter's jobs are ordered by: non-null, the last one unique."""
    return columns.ORDERS[wanted.get("sort", "")]


def matching(wanted: Mapping[str, Any]) -> JobQuerySet:
    """Return the jobs that the values of JobFilter.wanted ask for.

    Costs one small query for each of image, resource, gpu and text that is among them.
    """
    states: Sequence[str] = wanted.get("state", ())
    found = Job.objects.in_states(states).that_went(wanted.get("outcome", ""))
    if states:
        phases = {min(_PHASES.get(name, JobState.COMPLETED), JobState.COMPLETED) for name in states}
        found = found.filter(phase__in=sorted(phases))
    conditions = [*_places(wanted), *_contents(wanted), *_ranges(wanted)]
    return found.filter(*conditions)


def _places(wanted: Mapping[str, Any]) -> Iterator[Q]:
    for name in ("node", "deployer", "payer", "trigger"):
        if name in wanted:
            yield Q(**{name: wanted[name]})
    markets: set[str] | None = set(wanted["market"]) if "market" in wanted else None
    if "gpu" in wanted:
        with_it = set(markets_with(wanted["gpu"]))
        markets = with_it if markets is None else markets & with_it
    if markets is not None:
        yield Q(market=next(iter(markets))) if len(markets) == 1 else Q(market__in=sorted(markets))


def _contents(wanted: Mapping[str, Any]) -> Iterator[Q | Expression | Exists]:
    if "image" in wanted:
        yield Q(image_ids__overlap=image_ids(wanted["image"]))
    if "resource" in wanted:
        yield Q(resource_ids__overlap=resource_ids(wanted["resource"]))
    if "op_type" in wanted:
        yield Q(op_types__contains=[wanted["op_type"]])
    if "q" in wanted:
        yield _with_words(wanted["q"])


def markets_with(gpu: str) -> list[str]:
    """Return the addresses of markets with a GPU whose name holds this text; one query."""
    found = Market.objects.exclude(gpu_types=[]).values_list("pk", "gpu_types")
    return [pk for pk, names in found if any(gpu.casefold() in name.casefold() for name in names)]


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


def resource_ids(text: str) -> list[int]:
    """Return the catalog's numbers of a resource by "type:key", or by its key alone; one query."""
    kind, _, key = text.partition(":")
    named = Q(key=text) | Q(type__iexact=kind, key=key)
    return list(Resource.objects.filter(named).order_by("pk").values_list("pk", flat=True))


def definitions_with(text: str) -> QuerySet[Definition]:
    """Return the definitions that have all words of a text among their op ids, images and commands."""
    query = Cast(Value(query_of(text)), SearchQueryField())
    return Definition.objects.filter(CombinedExpression(F("words"), "@@", query, output_field=BooleanField()))


def _with_words(text: str) -> Q | Exists:
    if not query_of(text):
        return Q(pk__in=[])
    found = definitions_with(text)
    name = f"job-list-common:{hashlib.sha256(query_of(text).encode()).hexdigest()}"
    if not cache.get(name):
        keys = list(found.order_by().values_list("pk", flat=True)[: FEW_DEFINITIONS + 1])
        if len(keys) <= FEW_DEFINITIONS:
            return Q(ipfs_job__in=keys) | Q(pk__in=keys)
        cache.set(name, True, REMEMBERED)  # finding that out reads a long list of the index
    # As one EXISTS, which PostgreSQL can ask of each job in the list's order. An OR of two would read all definitions.
    return Exists(found.filter(pk=Coalesce(NullIf(OuterRef("ipfs_job"), Value("")), OuterRef("pk"))))


def _ranges(wanted: Mapping[str, Any]) -> Iterator[Q]:
    yield from _times("order_at", wanted.get("listed_from"), wanted.get("listed_to"))
    yield from _times("started_key", wanted.get("started_from"), wanted.get("started_to"))
    yield from _times("ended_key", wanted.get("ended_from"), wanted.get("ended_to"))
    if beyond := min((wanted[name] for name in ("started_to", "ended_to") if name in wanted), default=None):
        # What ended before some day was listed before it: the list begins there, not at its newest job.
        yield Q(order_at__lt=beyond + SLACK) if Job.objects.are_in_order() else Q()
    if "duration_min" in wanted or "duration_max" in wanted:
        yield Q(duration_key__gte=wanted.get("duration_min", 0))
    if "duration_max" in wanted:
        yield Q(duration_key__lte=wanted["duration_max"])
    if "price_min" in wanted:
        yield Q(price__gte=_whole(wanted["price_min"], ROUND_CEILING))
    if "price_max" in wanted:
        yield Q(price__lte=_whole(wanted["price_max"], ROUND_FLOOR))


def _times(name: str, first: datetime | None, beyond: datetime | None) -> Iterator[Q]:
    if beyond:
        yield Q(**{f"{name}__lt": beyond})
        first = first or (None if name == "order_at" else NEVER)
    if first:
        yield Q(**{f"{name}__gt" if first == NEVER else f"{name}__gte": first})


def _whole(price: Decimal, rounding: str) -> int:
    return int(price.to_integral_value(rounding))
