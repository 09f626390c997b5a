"""The history of a job's definition: how it went elsewhere, what its deployer ran before and after."""

from __future__ import annotations

import copy
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from explorer.nosana import definitions
from jobs.definition.edit.fingerprint import fingerprint
from jobs.models import Definition, Job
from jobs.selectors import history as selectors
from jobs.selectors.history import RUNS, History, Runs
from jobs.sync.content import store_definition
from jobs.sync.store import store_jobs
from tests.jobs.factories import NOON, address, cid, make_definition, make_job, make_market
from tests.jobs.pages import dangers
from tests.markets.pages import HTMX, get, plain, queries
from tests.payloads import job_payload

pytestmark = pytest.mark.django_db

TOKEN = "hf_" + "a1B2c3D4e5F6g7H8"
BODY: dict[str, Any] = {
    "version": "0.1",
    "type": "container",
    "ops": [{"type": "container/run", "id": "train", "args": {"image": "docker.io/org/train:1.0", "cmd": ["--fast"]}}],
}


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def body(**args: Any) -> dict[str, Any]:
    """Return BODY with some args of its op replaced."""
    changed = copy.deepcopy(BODY)
    changed["ops"][0]["args"] |= args
    return changed


def define(job: Job, definition: dict[str, Any] | None = None, **facts: Any) -> Job:
    """Give a job a definition that was read, and return it."""
    whole = BODY if definition is None else definition
    if not Definition.objects.filter(pk=job.ipfs_job or job.pk).exists():
        make_definition(job, whole, **{"fingerprint": fingerprint(whole), **facts})
    return job


def ran(name: str, *, listed: float = 0, wait: float = 1, took: float = 10, **facts: Any) -> Job:
    """Create a job that ended with success, times in minutes."""
    times = {"listed_at": at(listed), "started_at": at(listed + wait), "ended_at": at(listed + wait + took)}
    row = {"state": 2, "outcome": "success", "node": address("n1"), **times, **facts}
    return make_job(name, **row)


def history_of(job: Job) -> History:
    found = selectors.history(job, Definition.objects.filter(pk=job.ipfs_job or job.pk).first())
    assert found is not None
    return found


def figures(runs: Runs) -> tuple[Any, ...]:
    return (runs.place, runs.jobs, runs.succeeded, runs.failed, runs.wait, runs.ran)


def test_history_is_that_of_all_definitions_that_do_the_same() -> None:
    other_market = make_market("NVIDIA 4090")
    job = define(ran("this"))
    again = {**BODY, "meta": {"trigger": "cli"}, "deployment_id": "x"}
    define(ran("again", listed=-60, wait=3, took=20, market=other_market, node=address("n2")), again)
    ran("same cid", listed=-50, wait=2, took=30, ipfs_job=job.ipfs_job, deployer=address("else"))
    ran("failed", listed=-40, wait=4, took=0.5, ipfs_job=job.ipfs_job, outcome="failed", node=address("n2"))
    define(make_job("own address", ipfs_job="", state=1, listed_at=at(5), started_at=at(6)))
    define(ran("another", listed=-30), body(cmd=["--slow"]))
    make_job("withdrawn", ipfs_job=job.ipfs_job, delisted_at=NOON)

    found = history_of(job)

    assert figures(found.all) == ("", 5, 3, 1, 120.0, 1200.0)
    assert [figures(runs) for runs in found.markets] == [
        (job.market_id, 4, 2, 1, 90.0, 1200.0),
        (other_market.pk, 1, 1, 0, 180.0, 1200.0),
    ]
    assert [runs.market for runs in found.markets] == [job.market, other_market]
    assert [figures(runs) for runs in found.nodes] == [
        (address("n1"), 2, 2, 0, 90.0, 1200.0),
        (address("n2"), 2, 1, 1, 210.0, 1200.0),
    ]
    assert (found.all.success, found.all.newest_at, found.all.oldest_at) == (0.75, at(5), at(-60))
    names = ("own address", "failed", "same cid", "again")
    assert [other.pk for other in found.others] == [address(name) for name in names]
    assert (found.more_nodes, found.is_capped) == (0, False)


def test_history_looks_at_the_newest_runs_only() -> None:
    job = define(ran("this", listed=-10_000))
    market = job.market
    Job.objects.bulk_create(
        Job(
            address=address(f"run {number}"),
            market=market,
            deployer=address("d"),
            payer=address("d"),
            node=address(f"node {number % 11}"),
            state=2,
            outcome="failed" if number else "success",
            price=1,
            timeout=1,
            listed_at=at(-number),
            ipfs_job=job.ipfs_job,
        )
        for number in range(RUNS + 5)
    )

    found = history_of(job)

    assert (found.all.jobs, found.all.succeeded, found.is_capped) == (RUNS, 1, True)
    assert (found.all.newest_at, found.all.oldest_at) == (NOON, at(1 - RUNS))
    assert (len(found.nodes), found.more_nodes) == (8, 3)
    assert [other.pk for other in found.others] == [address(f"run {number}") for number in range(10)]


def test_history_of_a_definition_that_is_not_here_knows_its_cid_alone() -> None:
    job = make_job("this")
    ran("other", ipfs_job=job.ipfs_job, listed=-5)
    define(ran("before", listed=-20))
    make_definition(job, text="", fetched_at=None)

    found = history_of(job)

    assert (found.all.jobs, len(found.others), found.before, found.after) == (2, 1, None, None)


def test_before_and_after_are_the_nearest_jobs_with_another_definition() -> None:
    define(ran("long ago", listed=-500), body(cmd=["--old"]))
    define(ran("before", listed=-100), body(cmd=["--slow"]))
    define(ran("the same", listed=-50), {**BODY, "meta": {"trigger": "api"}})
    define(ran("somebody else's", listed=-20, deployer=address("else")), body(cmd=["--else"]))
    make_definition(ran("not read", listed=-10), text="", fetched_at=None)
    job = define(ran("this"))
    define(make_job("after", listed_at=at(30), state=0), body(image="docker.io/org/train:1.1"))
    define(ran("later", listed=40), body(cmd=["--new"]))

    found = history_of(job)

    assert found.before is not None
    assert found.after is not None
    assert [beside.job.pk for beside in (found.before, found.after)] == [address("before"), address("after")]
    texts = [
        [(row.place, [line.sign + "".join(p.text for p in line.pieces) for line in row.lines]) for row in group.rows]
        for beside in (found.before, found.after)
        for group in beside.diff.groups
    ]
    assert texts == [
        [("args.cmd[0]", ['-"--slow"', '+"--fast"'])],
        [("args.image", ['-"docker.io/org/train:1.0"', '+"docker.io/org/train:1.1"'])],
    ]


def test_page_says_how_it_went_and_what_changed(client: Client) -> None:
    job = define(ran("this"))
    ran("failed", listed=-40, wait=4, ipfs_job=job.ipfs_job, outcome="failed", node=address("n2"))
    define(ran("before", listed=-100), body(cmd=["--slow"], env={"HF_TOKEN": TOKEN}))

    page = plain(get(client, f"/jobs/{job.pk}/history/").partition("<main")[2].partition("</main>")[0])

    assert "Runs 2 since 21 Aug 2026, 11:20 UTC Success 50.0 % 1 of 2 judged failed" in page
    assert "Waited 2m 30s median, from listing to start Ran 10m 00s median, of those that did not fail" in page
    assert "By market Market Runs Success Waited Ran NVIDIA 3090 here 2 50.0 % 2m 30s 10m 00s By node" in page
    assert "What the deployer ran before 1 removed, 1 changed" in page
    assert 'Op train removed args.env old: { old: "HF_TOKEN": "***" old: }' in page
    assert 'changed args.cmd[0] old: "-- slow " new: "-- fast "' in page
    assert "What the deployer ran next no other definition near it" in page
    assert TOKEN not in page


def test_page_gives_htmx_the_part_that_a_jobs_page_shows(client: Client) -> None:
    job = define(ran("this"))
    part = get(client, f"/jobs/{job.pk}/history/", **HTMX)
    assert plain(part).startswith("Runs 1 this one only")
    assert "<html" not in part
    assert "By market" not in part
    assert f'hx-get="/jobs/{job.pk}/history/"' in get(client, f"/jobs/{job.pk}/")


def test_json_says_the_same(client: Client) -> None:
    job = define(ran("this"))
    define(ran("before", listed=-100, node=""), body(cmd=["--slow"]))
    runs = {
        "jobs": 1,
        "succeeded": 1,
        "failed": 0,
        "success_share": 1.0,
        "median_wait_s": 60.0,
        "median_run_s": 600.0,
        "newest_at": "2026-08-21T12:00:00Z",
        "oldest_at": "2026-08-21T12:00:00Z",
    }
    assert json.loads(get(client, f"/jobs/{job.pk}/history.json")) == {
        "job": job.pk,
        "fingerprint": fingerprint(BODY),
        "is_capped": False,
        "all": runs,
        "markets": [{"market": job.market_id, **runs}],
        "nodes": [{"node": address("n1"), **runs}],
        "other_runs": [],
        "before": {
            "address": address("before"),
            "url": f"/jobs/{address('before')}/",
            "state": "completed",
            "outcome": "success",
            "market": job.market_id,
            "node": None,
            "listed_at": "2026-08-21T10:20:00Z",
            "run_s": 600,
            "total": 1,
            "differences": [{"kind": "changed", "op": "train", "place": "args.cmd[0]", "pointer": "/ops/0/args/cmd/0"}],
        },
        "after": None,
    }


def test_a_definition_without_ops_has_no_history(client: Client) -> None:
    job = define(ran("this", op_count=0), {"ops": [], "logistics": {}})
    define(ran("other", op_count=0, ipfs_job=job.ipfs_job))
    assert "nobody can tell whether another one runs the same" in get(client, f"/jobs/{job.pk}/history/")
    told = json.loads(get(client, f"/jobs/{job.pk}/history.json"))
    nothing = dict.fromkeys(("fingerprint", "is_capped", "all", "before", "after"))
    assert told == {"job": job.pk, **nothing, "markets": [], "nodes": [], "other_runs": []}


def test_a_definition_gets_its_fingerprint_when_it_is_read() -> None:
    again = {**BODY, "meta": {"a": 1}}
    store_jobs(
        jobs=[
            job_payload("listed", ipfs_job=cid("listed"), definition=definitions.from_text(json.dumps(BODY))),
            job_payload("later", ipfs_job=cid("later")),
        ]
    )
    assert dict(Definition.objects.values_list("key", "fingerprint")) == {
        cid("listed"): fingerprint(BODY),
        cid("later"): None,
    }
    store_definition(key=cid("later"), definition=definitions.from_text(json.dumps(again)))
    assert set(Definition.objects.values_list("fingerprint", flat=True)) == {fingerprint(BODY)}


def test_pages_of_no_job(client: Client) -> None:
    assert client.get(f"/jobs/{address('none')}/history/").status_code == 404
    response = client.get(f"/jobs/{address('none')}/history.json")
    assert (response.status_code, "No job with the address" in response.json()["error"]) == (404, True)
    assert client.get("/jobs/nonsense/history.json").status_code == 404


def test_page_takes_as_many_queries_whatever_there_is(client: Client) -> None:
    job = define(ran("this"))
    define(ran("other", listed=-4, ipfs_job=job.ipfs_job))
    define(ran("before", listed=-100), body(cmd=["--slow"]))
    few = queries(client, f"/jobs/{job.pk}/history/")
    for number in range(6):
        market = make_market(f"market {number}")
        ran(f"run {number}", listed=-1, ipfs_job=job.ipfs_job, market=market, node=address(number))
        define(ran(f"older {number}", listed=-200 - number), body(cmd=[str(number)]))
    define(ran("after", listed=100), body(cmd=["--new"]))
    assert queries(client, f"/jobs/{job.pk}/history/") == few


def test_page_of_hostile_definitions_is_inert(client: Client) -> None:
    hostile = "<script>alert(1)</script>\"' onload=x \u202ejavascript:alert(1)\x07" + "A" * 3000
    job = define(
        ran("this", ipfs_job=cid("x")), {"ops": [{"id": hostile, "args": {hostile: hostile}}], hostile: hostile}
    )
    define(ran("before", listed=-5), {"ops": [{"id": "a", "args": {"image": f"{hostile}\n{hostile}"}}]})
    assert dangers(get(client, f"/jobs/{job.pk}/history/")) == []
