"""Jobs side by side: what differs, and nothing else."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone

from jobs.definition.edit.fingerprint import fingerprint
from jobs.exits import exit_meaning
from jobs.models import Job
from jobs.selectors.compared import OPS, Compared, compared
from tests.jobs.factories import NOON, address, cid, make_definition, make_job, make_market, make_result
from tests.jobs.pages import dangers
from tests.markets.pages import get, plain, queries

pytestmark = pytest.mark.django_db

BODY: dict[str, Any] = {"ops": [{"type": "container/run", "id": "web", "args": {"image": "nginx:1.26", "expose": 80}}]}
CHANGED: dict[str, Any] = {
    "ops": [{"type": "container/run", "id": "web", "args": {"image": "nginx:1.27", "expose": 80}}]
}


@pytest.fixture(autouse=True)
def _in_the_afternoon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOON + timedelta(hours=4))


def op(name: str, status: str = "success", code: int | None = 0, took: int = 60, *errors: str) -> dict[str, Any]:
    return {
        "op_id": name,
        "group": None,
        "status": status,
        "started_at": NOON.isoformat(),
        "ended_at": (NOON + timedelta(seconds=took)).isoformat(),
        "exit_code": code,
        "results": {},
        "errors": list(errors),
        "diagnostics": {},
    }


def made(name: str, definition: dict[str, Any] | None = None, ops: Any = (), **facts: Any) -> Job:
    """Create a job that ran for an hour from a minute after noon, with its definition and its result."""
    start = NOON + timedelta(minutes=1)
    times = {"started_at": start, "ended_at": start + timedelta(hours=1)}
    job = make_job(name, **{"state": 2, "outcome": "success", "node": address("n1"), "price": 100, **times, **facts})
    whole = definition or BODY
    make_definition(job, whole, fingerprint=fingerprint(whole))
    if ops:
        make_result(job, {"status": "success", "started_at": None, "ended_at": None, "errors": [], "ops": list(ops)})
    return job


def facts(found: Compared, *, differing: bool = True) -> dict[str, list[str]]:
    """Return what each job says to each fact; the best marked with a star, notes in brackets."""
    return {
        fact.name: [
            f"{cell.text}{'*' if cell.is_best else ''}{f' ({cell.note})' if cell.note else ''}" for cell in fact.cells
        ]
        for section in found.sections
        for fact in section.facts
        if fact.differs or not differing
    }


def test_compared_says_every_fact() -> None:
    found = compared([made("a", ops=[op("web")]).pk])
    number = fingerprint(BODY)[:8]
    assert facts(found, differing=False) == {
        "State": ["Completed"],
        "Market": ["NVIDIA 3090"],
        "Node": [f"{address('n1')[:4]}…{address('n1')[-4:]}"],
        "Deployer": [f"{address('deployer')[:4]}…{address('deployer')[-4:]}"],
        "Definition": [f"{number}…"],
        "Image": ["docker.io/library/ubuntu:24.04"],
        "Ops": ["1"],
        "Trigger": ["cli"],
        "Listed": ["2026-08-21 12:00:00 UTC"],
        "Waited": ["1m 00s"],
        "Started": ["2026-08-21 12:01:00 UTC"],
        "Ran": ["1h 00m"],
        "Ended": ["2026-08-21 13:01:00 UTC"],
        "Timeout": ["2h 00m"],
        "NOS per hour": ["0.360000"],
        "USD per hour, when listed": ["0.0906"],
        "Paid seconds": ["3,600"],
        "Cost with fee, NOS": ["0.396000"],
        "Cost with fee, USD": ["0.0997"],
        "Op web": ["success, exit 0"],
        "Op web, ran": ["1m 00s"],
    }


def test_compared_finds_what_differs_and_what_is_least() -> None:
    one = made("a", ops=[op("web"), op("extra", "finished", None, 5)])
    failed = {"outcome": "failed", "price": 50, "ended_at": NOON + timedelta(minutes=31)}
    market = make_market("H100")
    two = made("b", CHANGED, [op("web", "failed", 137, 90)], market=market, node="", started_at=NOON, **failed)
    three = made("c", {**BODY, "meta": {"a": 1}}, [op("web", "failed", 1, 60, "no such file")], delisted_at=NOON)

    found = compared([one.pk, two.pk, three.pk])

    numbers = [f"{fingerprint(body)[:8]}…" for body in (BODY, CHANGED, BODY)]
    killed = exit_meaning(found.sides[1].ops[0])
    assert facts(found) == {
        "State": ["Completed", "Failed", "Withdrawn"],
        "Market": ["NVIDIA 3090", "H100", "NVIDIA 3090"],
        "Node": [f"{address('n1')[:4]}…{address('n1')[-4:]}", "–", f"{address('n1')[:4]}…{address('n1')[-4:]}"],
        "Definition": numbers,
        "Waited": ["1m 00s", "0s*", "1m 00s"],
        "Started": ["2026-08-21 12:01:00 UTC", "2026-08-21 12:00:00 UTC", "2026-08-21 12:01:00 UTC"],
        "Ran": ["1h 00m", "31m 00s", "1h 00m"],
        "Ended": ["2026-08-21 13:01:00 UTC", "2026-08-21 12:31:00 UTC", "2026-08-21 13:01:00 UTC"],
        "NOS per hour": ["0.360000", "0.180000*", "0.360000"],
        "Paid seconds": ["3,600", "1,860", "0"],
        "Cost with fee, NOS": ["0.396000", "0.102300*", "0.000000"],
        "Cost with fee, USD": ["0.0997", "0.0515*", "0"],
        "Op web": ["success, exit 0", f"failed, exit 137 ({killed})", "failed, exit 1 (no such file)"],
        "Op web, ran": ["1m 00s", "1m 30s", "1m 00s"],
        "Op extra": ["finished", "not reported", "not reported"],
        "Op extra, ran": ["5s", "–", "–"],
    }
    assert [pair.diff.summary if pair.diff is not None else None for pair in found.pairs] == ["1 changed", "1 added"]
    assert (found.alike, [pair.other.letter for pair in found.differing_pairs]) == ([], ["B", "C"])


def test_page_shows_differences_only_unless_asked(client: Client) -> None:
    one, two = made("a"), made("b", price=50)
    page = get(client, f"/jobs/compare/?jobs={one.pk},{two.pk}")
    table = plain(page.partition("<table")[2].partition("</table>")[0].partition(">")[2])
    assert table.partition("Price ")[2] == (
        "NOS per hour 0.360000 0.180000 , the least Cost with fee, NOS 0.396000 0.198000 , the least"
    )
    assert "2 of 19 facts differ" in page
    assert "All definitions are the same" in plain(page)
    whole = get(client, f"/jobs/compare/?jobs={one.pk},{two.pk}&all=1")
    assert plain(whole).count("NVIDIA 3090") == 2
    assert "Trigger" in whole
    assert "Trigger" not in page


def test_page_shows_how_definitions_differ(client: Client) -> None:
    page = plain(get(client, f"/jobs/compare/?jobs={made('a').pk},{made('b', CHANGED).pk}"))
    assert 'Definition, A to B 1 changed Op web changed args.image old: "nginx:1. 26 " new: "nginx:1. 27 "' in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("jobs=A&jobs=B", "A,B"),
        ("jobs=A,B&add=C", "A,B,C"),
        ("jobs=A&add=+B+C,+A", "A,B,C"),
        ("add=https://explorer.example/jobs/A/%23ops", "A"),
        ("jobs=A&add=", "A"),
    ],
)
def test_addresses_come_to_one_address_of_the_page(client: Client, query: str, expected: str) -> None:
    names = {letter: address(letter) for letter in "ABC"}
    wanted = re.sub(r"\b[ABC]\b", lambda found: names[found[0]], query)
    canonical = re.sub(r"\b[ABC]\b", lambda found: names[found[0]], expected)
    assert client.get(f"/jobs/compare/?{wanted}")["Location"] == f"/jobs/compare/?jobs={canonical}"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("jobs=" + ",".join(address(number) for number in range(5)), "At most 4 jobs stand side by side; these are 5."),
        ("jobs=nonsense", "“nonsense” is not the address of a job."),
        ("add=%3Cscript%3E", "“<script>” is not the address of a job."),
        ("jobs=" + "x" * 1001, "Ensure this value has at most 1000 characters (it has 1001)."),
    ],
)
def test_page_says_what_cannot_be_compared(client: Client, query: str, said: str) -> None:
    response = client.get(f"/jobs/compare/?{query}")
    assert (response.status_code, said in plain(response.content.decode())) == (400, True)
    answer = client.get(f"/jobs/compare.json?{query}")
    assert (answer.status_code, answer.json()) == (400, {"error": said})


def test_page_names_jobs_that_are_not_here_and_begins_empty(client: Client) -> None:
    job = made("a")
    page = plain(get(client, f"/jobs/compare/?jobs={job.pk},{address('gone')}"))
    assert f"No job with the address {address('gone')[:4]} … {address('gone')[-4:]} is known here." in page
    assert "name another one" in page
    assert "Nothing to compare yet" in get(client, "/jobs/compare/")


def test_json_does_not_say_when_a_job_was_listed_that_nobody_knows(client: Client) -> None:
    one, two = made("a"), made("b")
    Job.objects.filter(pk=two.pk).update(listed_at=None)
    told = json.loads(get(client, f"/jobs/compare.json?jobs={one.pk},{two.pk}"))
    assert [job["listed_at"] for job in told["jobs"]] == ["2026-08-21T12:00:00Z", None]


def test_json_says_every_fact_and_difference(client: Client) -> None:
    one, two = made("a"), made("b", CHANGED)
    told = json.loads(get(client, f"/jobs/compare.json?jobs={one.pk},{two.pk},{address('gone')}"))
    named = {fact["name"]: fact for fact in told.pop("facts")}
    assert told == {
        "jobs": [
            {"address": job.pk, "url": f"/jobs/{job.pk}/", "listed_at": "2026-08-21T12:00:00Z"} for job in (one, two)
        ],
        "absent": [address("gone")],
        "definitions": [
            {
                "from": one.pk,
                "to": two.pk,
                "total": 1,
                "differences": [
                    {"kind": "changed", "op": "web", "place": "args.image", "pointer": "/ops/0/args/image"}
                ],
            }
        ],
    }
    assert len(named) == 19
    assert named["Node"] == {"subject": "Job", "name": "Node", "differs": False, "values": [address("n1")] * 2}
    assert named["Ran"]["values"] == ["3,600 s", "3,600 s"]


def test_page_takes_as_many_queries_for_four_jobs_and_compares_so_many_ops(client: Client) -> None:
    jobs = [made(f"j{n}", CHANGED if n else BODY, [op(f"op {m}") for m in range(n * OPS)]) for n in range(4)]
    few = queries(client, f"/jobs/compare/?jobs={jobs[0].pk}")
    url = "/jobs/compare/?jobs=" + ",".join(job.pk for job in jobs)
    assert queries(client, url) == few
    assert f"{OPS * 2} more ops are not compared." in get(client, url)


def test_page_of_hostile_jobs_is_inert(client: Client) -> None:
    hostile = "<script>alert(1)</script>\"' onload=x \u202ejavascript:alert(1)\x07" + "A" * 3000
    market = make_market("<b>hostile\u202e</b>")
    body = {"ops": [{"id": hostile, "args": {"image": hostile, hostile: [hostile]}}]}
    jobs = [
        made("a", {"ops": [{"id": "a"}]}, image=hostile, trigger=hostile[:90], market=market),
        made("b", body, [op(hostile, hostile, 1, 1, hostile)], ipfs_job=cid("b")),
    ]
    assert dangers(get(client, f"/jobs/compare/?jobs={jobs[0].pk},{jobs[1].pk}&all=1")) == []
    assert dangers(client.get(f"/jobs/compare/?add={quote(hostile[:300])}").content.decode()) == []
