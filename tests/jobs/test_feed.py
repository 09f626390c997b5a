"""The Atom feed of a filter."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import timedelta

import pytest
from django.test import Client

from jobs.models import Job
from tests.jobs.factories import NOON, address, make_job, make_market, make_result
from tests.markets.pages import queries

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"


def feed(client: Client, query: str = "") -> ET.Element:
    response = client.get(f"/jobs/feed.atom{query}")
    assert (response.status_code, response["Content-Type"]) == (200, "application/atom+xml; charset=utf-8")
    return ET.fromstring(response.content)  # noqa: S314 - our own


def words(entry: ET.Element, *names: str) -> list[str | None]:
    return [entry.findtext(f"{ATOM}{name}") for name in names]


def test_an_entry_says_what_the_job_is(client: Client) -> None:
    times = {"started_at": NOON + timedelta(minutes=1), "ended_at": NOON + timedelta(minutes=2)}
    make_job("job", state=2, outcome="failed", **times)

    root = feed(client)
    entry = root.find(f"{ATOM}entry")

    assert entry is not None
    assert words(entry, "title", "published", "updated", "summary", f"author/{ATOM}name") == [
        "Failed: docker.io/library/ubuntu:24.04 on NVIDIA 3090",
        "2026-08-21T12:00:00+00:00",
        "2026-08-21T12:02:00+00:00",
        f"Job {address('job')}, Deployer {address('deployer')}, Listed 2026-08-21T12:00:00Z, "
        "Started 2026-08-21T12:01:00Z, Ended 2026-08-21T12:02:00Z, Ran for 1m 00s",
        address("deployer"),
    ]
    assert [link.attrib for link in entry.findall(f"{ATOM}link")] == [
        {"href": f"http://testserver/jobs/{address('job')}/", "rel": "alternate"}
    ]
    assert words(root, "title", "updated") == ["Nosana jobs", "2026-08-21T12:02:00+00:00"]
    assert [link.attrib for link in root.findall(f"{ATOM}link")] == [
        {"rel": "alternate", "href": "http://testserver/jobs/"},
        {"rel": "self", "href": "http://testserver/jobs/feed.atom"},
    ]


def test_a_job_whose_listing_is_not_known_does_not_say_when_it_was(client: Client) -> None:
    make_job("job", state=1, listed_at=None, started_at=NOON)
    entry = feed(client).find(f"{ATOM}entry")

    assert entry is not None
    assert words(entry, "published", "summary") == [
        "2026-08-21T12:00:00+00:00",
        f"Job {address('job')}, Deployer {address('deployer')}, Started 2026-08-21T12:00:00Z",
    ]


def test_the_newest_fifty_of_the_filter_newest_first_whatever_their_state(client: Client) -> None:
    for number in range(60):
        make_job(
            number,
            state=number % 3,
            outcome="failed" if number % 3 == 2 else "",
            listed_at=NOON + timedelta(minutes=number),
        )

    titles = [entry.findtext(f"{ATOM}published") for entry in feed(client).iter(f"{ATOM}entry")]
    failed = [entry.findtext(f"{ATOM}title") for entry in feed(client, "?outcome=failed").iter(f"{ATOM}entry")]

    assert titles == [(NOON + timedelta(minutes=number)).isoformat() for number in range(59, 9, -1)]
    assert failed == ["Failed: docker.io/library/ubuntu:24.04 on NVIDIA 3090"] * 20


def test_ids_stay_while_a_job_changes_and_on_every_host(client: Client) -> None:
    job = make_job("job")
    before = feed(client)
    Job.objects.filter(pk=job.pk).update(state=1, started_at=NOON + timedelta(hours=1))
    after = ET.fromstring(client.get("/jobs/feed.atom", headers={"host": "localhost"}).content)  # noqa: S314

    ids = [[element.findtext(f"{ATOM}id") for element in (root, root.find(f"{ATOM}entry"))] for root in (before, after)]  # type: ignore[union-attr]
    assert ids[0] == ids[1]
    assert all(str(name).startswith("urn:uuid:") for name in ids[0])
    assert words(after, "updated") == ["2026-08-21T13:00:00+00:00"]


def test_the_ids_of_two_filters_differ(client: Client) -> None:
    assert words(feed(client), "id") != words(feed(client, "?outcome=failed"), "id")


def test_hostile_text_is_legal_xml(client: Client) -> None:
    evil = "]]><script>&\x01\x1b\u202e\ufffe\U0001f600"
    make_job("job", image=evil, trigger="\x02", market=make_market(evil))

    entry = feed(client).find(f"{ATOM}entry")

    assert entry is not None
    assert entry.findtext(f"{ATOM}title") == "Queued: {0} on {0}".format("]]><script>&␁␛[U+202E][U+FFFE]\U0001f600")
    assert "<" not in (entry.findtext(f"{ATOM}summary") or "")


@pytest.mark.parametrize("hours", [1, -1])  # a job may come late
def test_a_reader_that_has_it_gets_nothing_until_it_changes(client: Client, hours: int) -> None:
    make_job("job")
    first = client.get("/jobs/feed.atom")
    known = {"If-None-Match": first["ETag"]}

    again = client.get("/jobs/feed.atom", headers=known)
    make_job("another", listed_at=NOON + timedelta(hours=hours))
    changed = client.get("/jobs/feed.atom", headers=known)

    assert (again.status_code, again.content, changed.status_code) == (304, b"", 200)
    assert not first.has_header("Last-Modified")  # no time in it says when it changed


def test_an_entry_changes_when_its_result_is_read(client: Client) -> None:
    job = make_job("job", state=2, started_at=NOON, ended_at=NOON + timedelta(hours=1))
    before = words(feed(client), "updated")
    Job.objects.update(outcome="failed")
    make_result(job, {"status": "failed"}, fetched_at=NOON + timedelta(hours=3))

    assert (before, words(feed(client), "updated")) == (["2026-08-21T13:00:00+00:00"], ["2026-08-21T15:00:00+00:00"])


def test_a_feed_without_jobs_is_the_same_each_time(client: Client) -> None:
    first, again = client.get("/jobs/feed.atom"), client.get("/jobs/feed.atom")

    assert first.content == again.content
    assert words(ET.fromstring(first.content), "updated") == ["2020-01-01T00:00:00+00:00"]  # noqa: S314


def test_a_filter_that_cannot_be_used_is_refused(client: Client) -> None:
    assert client.get("/jobs/feed.atom?state=odd").status_code == 400


def test_a_feed_takes_the_same_queries_however_many_jobs(client: Client) -> None:
    make_job("job")
    few = queries(client, "/jobs/feed.atom")
    for number in range(5):
        make_job(number, market=make_market(f"M{number}"))

    assert queries(client, "/jobs/feed.atom") == few
