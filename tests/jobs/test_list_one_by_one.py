"""What is said of a filter, mostly by kinds of jobs, beside what its jobs say one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from itertools import chain, product
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from explorer.paging import Count
from jobs.choices import OUTCOMES, STATES, UNKNOWN, WITHDRAWN, JobState
from jobs.models import Job
from jobs.selectors import listing
from jobs.selectors.listing import Facet, counts
from markets.models import Image, Resource
from tests.jobs.factories import NOON, address, make_definition, make_job, make_market
from tests.jobs.lists import read, wanted_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_remembered")]
Wanted = dict[str, Any]


MARKETS = ("NVIDIA 3090", "H100 8000")
IMAGES = ("ubuntu:24.04", "ubuntu:22.04", "<b>")
KIND = st.fixed_dictionaries(
    {
        "market": st.sampled_from(MARKETS),
        "deployer": st.sampled_from(["one", "two"]),
        "payer": st.sampled_from(["one", "two"]),
        "trigger": st.sampled_from(["cli", 'a,"b', ""]),
        "images": st.sets(st.sampled_from(IMAGES)),
        "resources": st.sets(st.sampled_from(["a", "b"]), max_size=1),
        "op_types": st.sets(st.sampled_from(["run", "volume"])),
    }
)
JOB = st.tuples(
    KIND,
    st.sampled_from([state for state, _ in STATES]),
    st.sampled_from(["", "success", "failed"]),
    st.sampled_from([0, 1, 9, 60]),
    st.sampled_from([100, 1111, 1112]),
)
FILTER = st.fixed_dictionaries(
    {},
    optional={
        "market": st.lists(st.sampled_from(MARKETS), min_size=1, max_size=2, unique=True),
        "gpu": st.sampled_from(["3090", "8000", "none"]),
        "deployer": st.sampled_from(["one", "two", "nobody"]),
        "payer": st.sampled_from(["one", "two"]),
        "trigger": st.sampled_from(["cli", 'a,"b', "web"]),
        "image": st.sampled_from([*IMAGES, "ubuntu", "nothing"]),
        "resource": st.sampled_from(["HF:a", "b"]),
        "op_type": st.sampled_from(["run", "volume"]),
        "state": st.lists(st.sampled_from([state for state, _ in STATES]), min_size=1, max_size=2, unique=True),
        "outcome": st.sampled_from([outcome for outcome, _ in OUTCOMES]),
        "price_min": st.sampled_from(["0.0001", "4"]),
        "price_max": st.just("4"),
        "listed_from": st.just(f"{NOON - timedelta(weeks=2):%Y-%m-%d}"),
        "listed_to": st.just(f"{NOON - timedelta(weeks=2):%Y-%m-%d}"),
    },
)
CASES = st.tuples(st.lists(JOB, max_size=10), st.lists(FILTER, min_size=1, max_size=3))


def add(name: object, kind: Mapping[str, Any], state: str, outcome: str, weeks: int, price: int = 100) -> Job:
    """Create a job and its definition, from which it has what it names."""
    images = [Image.objects.get_or_create(reference=text, defaults=_parts(text))[0].pk for text in kind["images"]]
    resources = [Resource.objects.get_or_create(type="HF", key=key)[0].pk for key in kind["resources"]]
    listed = NOON - timedelta(weeks=weeks, minutes=int(str(name)))
    times = {"started_at": listed, "ended_at": listed} if state in {"completed", "stopped"} else {}
    named: dict[str, Any] = {
        "image_ids": sorted(images),
        "resource_ids": resources,
        "op_types": sorted(kind["op_types"]),
    }
    job = make_job(
        name,
        market=make_market(kind["market"]),
        **{place: address(kind[place]) for place in ("deployer", "payer")},
        **named,
        trigger=kind["trigger"],
        state=JobState[state.upper()] if state != WITHDRAWN else 0,
        delisted_at=NOON if state == WITHDRAWN else None,
        outcome=outcome,
        price=price,
        listed_at=listed,
        **times,
    )
    make_definition(job, {}, **named)
    return job


def _parts(text: str) -> dict[str, str]:
    name, _, tag = text.partition(":")
    return {"registry": "docker.io", "repository": f"library/{name}", "tag": tag} if tag else {}


def asked(given: Mapping[str, Any]) -> tuple[str, Wanted]:
    """Return a filter as a query string and as the form reads it."""
    values = {name: value if isinstance(value, list) else [value] for name, value in given.items()}
    query = QueryDict(mutable=True)
    for name, texts in values.items():
        in_use = name in {"market", "deployer", "payer"}
        query.setlist(name, [address(text) for text in texts] if in_use else texts)
    return query.urlencode(), wanted_of(query.urlencode())


def shows(job: Job, given: Mapping[str, Any]) -> bool:
    """Say whether a filter shows a job, as the pages say what filters mean."""
    images = set(Image.objects.filter(pk__in=job.image_ids).values_list("reference", flat=True))
    resources = set(Resource.objects.filter(pk__in=job.resource_ids).values_list("key", flat=True))
    state = WITHDRAWN if job.delisted_at else JobState(job.state).name.lower()
    is_over = state not in {"queued", "running"}
    edge = (NOON - timedelta(weeks=2)).replace(hour=0)
    gpus = " ".join(job.market.gpu_types)
    tests = {
        "market": lambda value: job.market_id in map(address, value),
        "gpu": lambda value: value in gpus,
        "deployer": lambda value: job.deployer == address(value),
        "payer": lambda value: job.payer == address(value),
        "trigger": lambda value: job.trigger == value,
        "image": lambda value: any(value in {image, image.partition(":")[0]} for image in images),
        "resource": lambda value: value.removeprefix("HF:") in resources,
        "op_type": lambda value: value in job.op_types,
        "state": lambda value: state in value,
        "outcome": lambda value: (is_over and not job.outcome) if value == UNKNOWN else job.outcome == value,
        "price_min": lambda value: job.price * 3600 >= float(value) * 1_000_000,
        "price_max": lambda value: job.price * 3600 <= float(value) * 1_000_000,
        "listed_from": lambda _: job.order_at >= edge,
        "listed_to": lambda _: job.order_at < edge + timedelta(days=1),
    }
    in_books = "state" in given or state != WITHDRAWN
    return in_books and all(tests[name](value) for name, value in given.items())


def values_of(job: Job, facet: str) -> list[str]:
    if facet == "state":
        return [WITHDRAWN if job.delisted_at else JobState(job.state).name.lower()]
    if facet == "outcome":
        return [job.outcome or (UNKNOWN if job.phase == 2 else "")]
    if facet == "image":
        return list(Image.objects.filter(pk__in=job.image_ids).values_list("reference", flat=True))
    return {"market": [job.market_id], "op_type": job.op_types, "trigger": [job.trigger]}[facet]


def mistakes(jobs: list[Job], given: Mapping[str, Any]) -> list[Any]:
    """Return what is said of a filter and is not so, by a look at the jobs one by one."""
    query, wanted = asked(given)
    shown = [job for job in jobs if shows(job, given)]
    said = listing.facets(wanted, listing.markets())
    right = Count(len(shown), is_capped=False)
    found: list[Any] = [("total", number) for number in (said.total, counts.total(wanted)) if number != right]
    order = sorted(shown, key=lambda job: (-job.phase, job.order_at, job.address), reverse=True)
    listed = addresses_of(query)
    found += [("list", listed)] if listed != [job.address for job in order] else []
    return [*found, *chain.from_iterable(mistakes_of(facet, jobs, given) for facet in said.facets)]


def mistakes_of(facet: Facet, jobs: list[Job], given: Mapping[str, Any]) -> list[Any]:
    others = {name: value for name, value in given.items() if name != facet.name}
    # Withdrawn jobs are shown where they are asked for, and counted there.
    others |= {"state": [state for state, _ in STATES]} if facet.name == "state" else {}
    right = Counter(chain.from_iterable(values_of(job, facet.name) for job in jobs if shows(job, others)))
    told = {choice.value: choice.count.number for choice in facet.choices if choice.count is not None}
    found: list[Any] = [(facet.name, value, number) for value, number in told.items() if number != right[value]]
    if facet.name not in {"state", "outcome"}:
        found += [choice for choice in facet.choices if not choice.is_chosen and not told.get(choice.value)]
    if facet.name != "state" and (missing := {value for value in right if value} - told.keys()):
        found.append((facet.name, "not told", missing))
    return found


def addresses_of(query: str) -> list[str]:
    """Return the jobs of a list, read three by three."""
    page, found = read(query, 3), []
    while True:
        found += [row.address for row in page.rows]
        if not page.older:
            return found
        page = read(page.older, 3)


@given(CASES)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_all_that_is_said_of_a_filter_is_what_its_jobs_say(case: tuple[list[Any], list[Wanted]]) -> None:
    facts, filters = case
    cache.clear()
    # Undone after each example, with the locks of its savepoints: PostgreSQL has room for some thousands.
    with transaction.atomic():
        for name in MARKETS:
            make_market(name)
        for number, one in enumerate(facts):
            add(number, *one)
        jobs = list(Job.objects.select_related("market"))
        found = [wrong for one_filter in filters if (wrong := mistakes(jobs, one_filter))]
        transaction.set_rollback(True)

    assert found == []


@pytest.mark.parametrize(
    "one_filter",
    [
        {"state": ["completed"], "outcome": "success"},
        {"state": ["queued"], "outcome": "unknown"},
        {"state": ["withdrawn"], "outcome": "unknown"},
        {"outcome": "unknown", "trigger": "cli"},
        {"trigger": "cli", "op_type": "run"},
        {"gpu": "none", "trigger": "cli"},
        {"image": "ubuntu", "trigger": "cli"},
    ],
)
def test_filters_of_states_and_outcomes_show_what_they_say(one_filter: Wanted) -> None:
    kind = {"market": MARKETS[0], "deployer": "one", "payer": "two", "trigger": "cli", "images": {IMAGES[0]}}
    kind |= {"resources": set(), "op_types": {"run"}}
    for number, (state, outcome) in enumerate(product([state for state, _ in STATES], ["", "success"])):
        add(number, kind, state, outcome, 1)
    add("99", {**kind, "op_types": {"volume"}, "images": {"<b>"}}, WITHDRAWN, "", 1)

    assert mistakes(list(Job.objects.select_related("market")), one_filter) == []
