"""What each filter of the job list asks for, how its values are read, and its one canonical address."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import combinations
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from explorer.paging import Count
from jobs.contents import words_of
from jobs.forms import JobFilter, canonical_query, filter_of
from jobs.forms.values import seconds_of, span_text
from jobs.models import Definition, Job
from jobs.selectors import listing
from jobs.sync.filling import place_definitions
from markets.models import Image, Resource
from tests.jobs.factories import address, make_definition, make_job, make_market
from tests.jobs.lists import read as page_of

NOON = datetime(2026, 8, 21, 12, 0, tzinfo=UTC)


def read(query: str) -> JobFilter:
    form = filter_of(QueryDict(query))
    assert form.is_valid(), form.errors
    return form


def found(query: str) -> list[str]:
    """Return the names of the jobs that a query finds; the names are their payers' and nodes' too."""
    form = read(query)
    known = {address(name): name for name in ("a", "b", "c", "d")}
    return sorted(known[job.pk] for job in listing.matching(form.wanted))


def definition(job: Job, words: str) -> None:
    make_definition(job, {}, image=job.image)
    text = " ".join(sorted(words_of(words)))
    copied = {name: getattr(job, name) for name in ("image_ids", "resource_ids", "op_types")}
    Definition.objects.filter(pk=job.ipfs_job or job.pk).update(words=text, **copied)


@pytest.fixture
def jobs(db: None) -> None:
    """Create four jobs that differ in everything that can be filtered by."""
    ubuntu = Image.objects.create(reference="ubuntu", registry="docker.io", repository="library/ubuntu", tag="latest")
    tagged = Image.objects.create(
        reference="docker.io/library/ubuntu:24.04", registry="docker.io", repository="library/ubuntu", tag="24.04"
    )
    odd = Image.objects.create(reference="%%odd%%")
    model = Resource.objects.create(type="HF", key="meta-llama/Llama-3.1-8B")
    data = Resource.objects.create(type="S3", key="https://models.nosana.io/a:b")
    rented = make_market("A100 80GB", gpu_types=["NVIDIA A100-SXM4-80GB"])
    times: dict[str, Any] = {"listed_at": NOON, "started_at": NOON + timedelta(minutes=1)}
    make_job("a", payer=address("p"), image_ids=[ubuntu.pk, odd.pk], op_types=["container/run"], price=100)
    make_job(
        "b", state=1, node=address("n"), market=rented, image_ids=[tagged.pk], resource_ids=[model.pk], trigger="api",
        **{**times, "started_at": NOON + timedelta(hours=1)},
        price=101,
    )  # fmt: skip
    make_job(
        "c", state=2, outcome="failed", node=address("n"), resource_ids=[model.pk, data.pk], price=200,
        op_types=["container/create-volume", "container/run"], ended_at=NOON + timedelta(minutes=3), **times,
    )  # fmt: skip
    last = make_job(
        "d", state=3, deployer=address("e"), listed_at=NOON + timedelta(days=1), started_at=NOON + timedelta(days=1),
        ended_at=NOON + timedelta(days=1, hours=2), price=300, ipfs_job="",
    )  # fmt: skip
    for name in "ab":
        definition(Job.objects.get(pk=address(name)), "nginx")
    definition(Job.objects.get(pk=address("c")), "serve vllm/vllm-openai:v0.5.4 python -m serve")
    definition(last, "whisper nosana/whisper python main.py")
    list(place_definitions())


#: Queries, and the jobs that each finds.
FILTERS = [
    ("", "abcd"),
    ("state=running&state=queued", "ab"),
    ("state=completed", "c"),
    ("outcome=unknown", "d"),
    ("outcome=failed&state=stopped", ""),
    (f"market={address('A100 80GB')}", "b"),
    ("market=a100-80gb&market=nvidia-3090", "abcd"),
    ("gpu=a100", "b"),
    ("gpu=a100&market=nvidia-3090", ""),
    ("gpu=GeForce", "acd"),
    ("gpu=nothing", ""),
    (f"node={address('n')}", "bc"),
    (f"deployer={address('e')}", "d"),
    (f"payer={address('p')}", "a"),
    ("trigger=api", "b"),
    ("image=ubuntu", "ab"),
    ("image=docker.io/library/ubuntu", "ab"),
    ("image=ubuntu:latest", "a"),
    ("image=docker.io/ubuntu:24.04", "b"),
    ("image=%25%25odd%25%25", "a"),
    ("image=never/seen", ""),
    ("resource=HF:meta-llama/Llama-3.1-8B", "bc"),
    ("resource=hf:meta-llama/Llama-3.1-8B", "bc"),
    ("resource=meta-llama/Llama-3.1-8B", "bc"),
    ("resource=S3:https://models.nosana.io/a:b", "c"),
    ("resource=https://models.nosana.io/a:b", "c"),
    ("resource=S3:meta-llama/Llama-3.1-8B", ""),
    ("op_type=container/run", "ac"),
    ("op_type=container/create-volume", "c"),
    ("listed_from=2026-08-22", "d"),
    ("listed_to=2026-08-21", "abc"),
    ("listed_from=2026-08-21T12:00:01Z", "d"),
    ("listed_from=2026-08-21T14:00%2B02:00&listed_to=2026-08-21T12:00Z", ""),
    ("started_to=2026-08-21T12:30Z", "c"),
    ("started_from=2026-08-21T12:30Z&started_to=2026-08-22", "bd"),
    ("ended_from=2026-08-22", "d"),
    ("ended_to=2026-08-21", "c"),
    ("duration_min=2m", "cd"),
    ("duration_min=2m1s", "d"),
    ("duration_max=120", "c"),
    ("duration_min=0&duration_max=1h 59m", "c"),
    ("price_min=0.36", "abcd"),
    ("price_min=0.3601", "bcd"),
    ("price_min=0.3636&price_max=0.72", "bc"),
    ("price_max=0.7199", "ab"),
    ("q=python", "cd"),
    ("q=PYTHON whisper", "d"),
    ("q=vllm/vllm-openai:v0.5", "c"),
    ("q=pyth", "cd"),
    ("q=pyth main", ""),  # only the last word may go on
    ("q=%22%27%29:*%26!", ""),
    (f"q=python&node={address('n')}&state=completed&duration_max=1h", "c"),
    ("image=ubuntu&op_type=container/run", "a"),
    ("image=ubuntu&resource=meta-llama/Llama-3.1-8B", "b"),
    ("image=ubuntu&op_type=container/create-volume", ""),
    ("resource=meta-llama/Llama-3.1-8B&op_type=container/run", "c"),
    ("image=ubuntu&resource=meta-llama/Llama-3.1-8B&op_type=container/run", ""),
]


@pytest.mark.parametrize(("query", "expected"), FILTERS)
def test_filter_finds(jobs: None, query: str, expected: str) -> None:
    assert found(query) == list(expected)


def test_any_two_filters_find_the_same_in_either_way_and_count_it(jobs: None) -> None:
    """By the entries of the inverted index, and by following an order; sums and counts agree with both."""
    wrong = []
    one_each = {tuple(QueryDict(query)): (query, expected) for query, expected in FILTERS}
    for (left, first), (right, second) in combinations(one_each.values(), 2):
        if set(QueryDict(left)) & set(QueryDict(right)):
            continue
        form = filter_of(QueryDict(f"{left}&{right}"))
        if not form.is_valid():  # two ends that make no range
            continue
        both = sorted(address(name) for name in set(first) & set(second))
        ways = [sorted(job.pk for job in listing.matching(form.wanted, by_entries=by)) for by in (False, True)]
        if ways != [both, both] or listing.total(form.wanted) != Count(len(both), is_capped=False):
            wrong.append((left, right, ways, listing.total(form.wanted)))

    assert wrong == []


MANY = ["q=python", "q=python whisper", "q=nothing", *(query for query, _ in FILTERS[-5:])]


@pytest.mark.parametrize("query", MANY)
def test_contents_that_many_definitions_have_find_the_same(
    jobs: None, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = found(query)
    monkeypatch.setattr("jobs.selectors.listing.contents.FEW_DEFINITIONS", -1)
    monkeypatch.setattr("jobs.selectors.listing.contents.REMEMBERED", 0)

    assert found(query) == few


def test_two_things_that_no_definition_has_are_not_looked_for_among_jobs(jobs: None) -> None:
    with CaptureQueriesContext(connection) as queries:
        page = page_of("image=ubuntu&op_type=container/create-volume", 50)

    assert (page.rows, page.older) == ([], None)
    assert [found["sql"] for found in queries if "LIMIT 51" in found["sql"]] == []


def test_job_that_ended_long_before_its_listing_is_found(jobs: None) -> None:
    make_job("d2", state=2, listed_at=NOON, started_at=NOON - timedelta(days=9), ended_at=NOON - timedelta(days=9))

    form = read("ended_to=2026-08-14")

    assert [job.pk for job in listing.matching(form.wanted)] == [address("d2")]


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("", ""),
        ("state=stopped&state=queued&state=queued&utm_source=x", "?state=queued&state=stopped"),
        ("q=+a++&after=x&before=y&at=2026-08-21&view=embed", "?at=2026-08-21&q=a"),
        ("duration_min=90&duration_max=01h30m", "?duration_max=1h30m&duration_min=1m30s"),
        ("duration_min=0", "?duration_min=0s"),
        ("price_min=0.360&price_max=10", "?price_max=10&price_min=0.36"),
        ("listed_from=24H&listed_to=60m", "?listed_from=1d&listed_to=1h"),
        ("listed_from=2026-08-21T14:30%2B02:00", "?listed_from=2026-08-21T12%3A30Z"),
        ("listed_from=2026-08-21T12:30:05.9", "?listed_from=2026-08-21T12%3A30%3A05Z"),
        ("listed_to=2026-08-21", "?listed_to=2026-08-21"),
        ("columns=cost&columns=runs,market", "?columns=runs%2Cmarket%2Ccost"),
        ("columns=runs,market,node,deployer,listed,ran,cost", ""),
        ("sort=-ended&outcome=failed", "?outcome=failed&sort=-ended"),
    ],
)
def test_equal_filters_have_one_address(query: str, canonical: str) -> None:
    form = read(query)

    assert canonical_query(form) == canonical
    assert canonical_query(read(canonical.removeprefix("?"))) == canonical


@pytest.mark.django_db
def test_market_has_one_address_by_its_slug_and_twice() -> None:
    market = make_market("A100 80GB")

    assert canonical_query(read(f"market=a100-80gb&market={market.pk}")) == f"?market={market.pk}"


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("listed_from=yesterday", "“yesterday” is not a time: write a date such as 2026-08-21, a time such as "
         "2026-08-21T14:30Z, or how long ago, such as 24h or 7d."),
        ("started_to=2026", "“2026” is not a time: write a date such as 2026-08-21, a time such as "
         "2026-08-21T14:30Z, or how long ago, such as 24h or 7d."),
        ("ended_to=0001-01-01T00:00%2B14:00", "“0001-01-01T00:00+14:00” is not a time: write a date such as "
         "2026-08-21, a time such as 2026-08-21T14:30Z, or how long ago, such as 24h or 7d."),
        ("ended_to=9999-12-31", "“9999-12-31” is not a time: write a date such as 2026-08-21, a time such as "
         "2026-08-21T14:30Z, or how long ago, such as 24h or 7d."),
        ("duration_min=soon", "“soon” is not a duration: write it like 90s, 45m or 1h30m."),
        ("duration_min=99999999999", "“99999999999” is not a duration: write it like 90s, 45m or 1h30m."),
        ("price_min=-1", "“-1” is not a price: write NOS per hour, such as 0.36."),
        ("price_max=nan", "“nan” is not a price: write NOS per hour, such as 0.36."),
        ("price_max=1e40", "“1e40” is not a price: write NOS per hour, such as 0.36."),
        ("price_min=1e-999999", "“1e-999999” is not a price: write NOS per hour, such as 0.36."),
        ("payer=me", "“me” is not the address of a payer: those have 32 to 44 letters and digits."),
        ("sort=market", "Jobs can be sorted by listed, started, ended, duration or price, with a minus for the largest "
         "first, not by “market”."),
        ("columns=runs,secrets", "There is no column “secrets”; there are runs, market, node, deployer, payer, "
         "trigger, ops, listed, started, ended, ran, price, cost."),
        ("listed_from=2026-08-22&listed_to=2026-08-20", "The range of listing ends before it begins: 2026-08-22 to "
         "2026-08-20."),
        ("started_from=2026-08-22&started_to=2026-08-21", "The range of start ends before it begins: 2026-08-22 to "
         "2026-08-21."),
        ("ended_from=2026-08-22T00:00Z&ended_to=2026-08-21", "The range of end ends before it begins: "
         "2026-08-22T00:00Z to 2026-08-21."),
        ("duration_min=2h&duration_max=90m", "The range of duration ends before it begins: 2h to 1h30m."),
        ("sort=price&at=2026-08-21", "One can jump to a date only where the list is sorted by a time."),
        ("q=%00", "Null characters are not allowed."),
    ],
)  # fmt: skip
def test_value_that_cannot_be_used_is_named(query: str, sentence: str) -> None:
    form = filter_of(QueryDict(query))

    assert form.is_valid() is False
    assert form.sentences == [sentence]


def test_relative_time_is_counted_from_now() -> None:
    before = timezone.now()
    value = read("listed_from=24h").wanted["listed_from"]

    assert before - timedelta(hours=24) <= value <= timezone.now() - timedelta(hours=24)


def test_date_as_an_end_is_the_whole_day() -> None:
    wanted = read("listed_from=2026-08-21&listed_to=2026-08-21").wanted

    assert wanted == {
        "listed_from": datetime(2026, 8, 21, tzinfo=UTC),
        "listed_to": datetime(2026, 8, 22, tzinfo=UTC),
    }
    assert read("price_min=0.36").wanted == {"price_min": Decimal(100)}


@pytest.mark.parametrize(
    "query", ["listed_from=2026-08-21T00:00Z&listed_to=2026-08-21T00:00Z", "price_min=1&price_max=1"]
)
def test_range_of_one_value_is_no_mistake(query: str) -> None:
    assert read(query).sentences == []


@given(st.integers(0, 10**9))
def test_duration_is_read_as_it_is_written(seconds: int) -> None:
    assert seconds_of(span_text(seconds)) == seconds


@given(st.dictionaries(st.sampled_from(sorted(set(JobFilter.base_fields) - {"market"})), st.text(max_size=30)))
def test_any_text_is_read_or_refused_and_stays_what_it_is(values: dict[str, str]) -> None:
    query = QueryDict(mutable=True)
    query.update(values)
    form = filter_of(query)
    if form.is_valid():
        canonical = canonical_query(form)
        again = filter_of(QueryDict(canonical.removeprefix("?")))
        assert again.is_valid(), again.errors
        assert canonical_query(again) == canonical
    else:
        assert all(form.sentences)
