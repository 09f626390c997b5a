"""What a filter asks of the contents of jobs, by way of their definitions: there are a tenth as many of these."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from django.conf import settings
from django.contrib.postgres.search import SearchQueryField
from django.core.cache import cache
from django.db.models import BooleanField, Exists, Expression, F, Func, OuterRef, Q, QuerySet, Value
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Cast, Coalesce, NullIf

from explorer.copying import array_text
from jobs.contents import query_of
from jobs.models import Definition
from jobs.models.places import among
from jobs.selectors.listing import named, spans

#: With no more definitions than this, the jobs are found by them; with more, each job is asked for its definition.
#: That takes longer in an order, or within a range, for which no index has the definitions of jobs (job_market_runs).
FEW_DEFINITIONS = 500
FEW_WITHOUT_RUNS = 2500
#: So many are kept: beside what else is remembered they take no room.
VERY_FEW = 100
_ADDRESS = 44  # the characters of an address, at most
#: For how long it is remembered that a text is in more; seconds.
REMEMBERED = 600
#: What is known of definitions, besides their words.
_OF_DEFINITIONS = ("image", "resource", "op_type", "market", "gpu", "deployer", "payer", "trigger")
#: What makes a list be read by another index than those that have the definitions of jobs.
_WITHOUT_RUNS = {"sort", "duration_min", "duration_max", "price_min", "price_max"}


class Among(Func):
    """The condition that a column has one of these texts, as `IN` says it: thousands take a tenth of Django's time."""

    template = "%(expressions)s"
    arg_joiner = " = ANY "
    output_field = BooleanField()

    def __init__(self, column: str, values: Iterable[str]) -> None:
        super().__init__(F(column), Func(Value(array_text(values)), template="(%(expressions)s::text[])"))


def asks_definitions(wanted: Mapping[str, Any]) -> bool:
    """Say whether definitions are looked for before the jobs are: that alone may take long."""
    return "q" in wanted or len({"image", "resource", "op_type"} & wanted.keys()) > 1


def conditions(wanted: Mapping[str, Any]) -> Iterator[Q | Expression | Exists]:
    """Yield what is asked of the contents of jobs, which are what their definitions have.

    Of two such things, two lists of a hundred thousand jobs would be intersected: there are far fewer definitions.
    """
    if "q" not in wanted and asks_definitions(wanted) and (keys := _few_definitions(wanted)) is not None:
        yield _with_definitions(keys)
        return
    yield from named.contents(wanted)
    if "q" in wanted:
        yield _with_words(wanted)


def definitions_with(text: str) -> QuerySet[Definition]:
    """Return the definitions that have all words of a text among their op ids, images and commands."""
    query = Cast(Value(query_of(text)), SearchQueryField())
    return Definition.objects.filter(CombinedExpression(F("words"), "@@", query, output_field=BooleanField()))


def definitions_of(wanted: Mapping[str, Any]) -> QuerySet[Definition]:
    """Return the definitions that have what a filter asks of the contents of jobs, and are used where it asks for.

    Perhaps not by the same job. A small query for a GPU.
    """
    asked = [*named.contents(wanted), *_used(wanted)]
    if "q" not in wanted:
        return Definition.objects.filter(*asked).order_by()
    if not query_of(wanted["q"]):
        return Definition.objects.none()
    return definitions_with(wanted["q"]).filter(*asked).order_by()


def _used(wanted: Mapping[str, Any]) -> Iterator[Q]:
    """Yield the conditions that definitions are used in the places asked for, as far as that is known."""
    for name, value in named.places(wanted).items():
        if name != "node":
            values = value if name.endswith("__in") else [value]
            yield Q(places__overlap=among(name.removesuffix("__in"), values))


def _few_definitions(wanted: Mapping[str, Any]) -> list[str] | None:
    """Return the keys of the definitions that have what a filter asks of the contents of jobs; None for many.

    One query besides those of a GPU, image or resource, which reads long lists of the index: none where there were many
    before, and none for the moment that all is kept where they are very few and no job came since.
    """
    most = FEW_WITHOUT_RUNS if "q" in wanted and wanted.keys() & _WITHOUT_RUNS else FEW_DEFINITIONS
    asked = [most, query_of(wanted.get("q", "")), *(wanted.get(name) for name in _OF_DEFINITIONS)]
    name, newest = f"job-list-common:{hashlib.sha256(repr(asked).encode()).hexdigest()}", spans.newest()
    known: tuple[datetime, list[str]] | Literal[True] | None = cache.get(name)
    if known is True:
        return None
    if known and known[0] == newest:  # else a page would lack what it does not announce either
        return known[1]
    keys = list(definitions_of(wanted).values_list("pk", flat=True)[: most + 1])
    if len(keys) > most:
        cache.set(name, True, REMEMBERED)
        return None
    if len(keys) <= VERY_FEW:
        cache.set(name, (newest, keys), settings.KEPT_SECONDS)
    return keys


def _with_definitions(keys: Sequence[str]) -> Q:
    """Return the condition that a job's definition is one of these; without a CID it has the job's address."""
    if not keys:
        return Q(pk__in=[])
    has_it = Q(Among("ipfs_job", keys))
    addresses = [key for key in keys if len(key) <= _ADDRESS]  # any CID is longer
    return has_it | Q(Among("address", addresses), ipfs_job="") if addresses else has_it


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
