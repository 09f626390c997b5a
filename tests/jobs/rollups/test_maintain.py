from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from explorer.money import paid_seconds
from explorer.nosana.payloads import COMPLETED, QUEUED, RUNNING, STOPPED, Definition, JobPayload, JsonObject
from jobs.models import Job, JobKind, JobRollup
from jobs.models.kind import COUNTS, IN_COMMON
from jobs.models.rollup import EVER_AT, FIGURES
from jobs.rollups.agreement import agree
from jobs.rollups.rebuild import rebuild
from jobs.sync.content import store_definition, store_result
from jobs.sync.store import store_jobs, store_withdrawn
from tests.payloads import AT, address, job_payload, result_payload

pytestmark = pytest.mark.django_db

CID = "QmVp8m3Uq1Cm6JJ3NsuTMSGLNnqXa1mC85uV7YxBREQ78p"
Sums = dict[tuple[str, str, str, datetime], dict[str, Any]]


def sums() -> Sums:
    """Return every row that counts anything, without its zeros."""
    rows = JobRollup.objects.values_list("dimension", "unit", "key", "at", *FIGURES)
    named = {tuple(row[:4]): dict(zip(FIGURES, row[4:], strict=True)) for row in rows}
    return {row: kept for row, figures in named.items() if (kept := {n: v for n, v in figures.items() if v})}


def rebuilt() -> Sums:
    """Return what a rebuild makes of the jobs."""
    list(rebuild())
    return sums()


#: The facts and counts of a kind, the times and the prices that its jobs are between.
Kinds = dict[bytes, tuple[dict[str, Any], tuple[datetime, datetime], tuple[int, int]]]


def kinds() -> Kinds:
    """Return every kind that counts anything, and the whole: its facts and counts without zeros, and its bounds."""
    bounds = ("first_at", "last_at", "least_price", "greatest_price")
    rows = list(JobKind.objects.values(*COUNTS, *IN_COMMON, "digest", *bounds))
    return {
        bytes(row["digest"]): (
            {name: row[name] for name in (*COUNTS, *IN_COMMON) if row[name]},
            (row["first_at"], row["last_at"]),
            (row["least_price"], row["greatest_price"]),
        )
        for row in rows
        if any(row[name] for name in COUNTS)
    }


def are_kept(found: Kinds, right: Kinds) -> bool:
    """Say whether kinds count what they should, and their bounds hold all that they are about."""
    if {key: facts for key, (facts, _, _) in found.items()} != {key: facts for key, (facts, _, _) in right.items()}:
        return False
    return all(
        found[key][1][0] <= times[0] <= times[1] <= found[key][1][1]
        and found[key][2][0] <= prices[0] <= prices[1] <= found[key][2][1]
        for key, (_, times, prices) in right.items()
    )


def test_store_jobs_counts_a_finished_job_everywhere():
    args: JsonObject = {"image": "a/b", "resources": [{"type": "HF", "repo": "a/b"}]}
    definition = Definition("{}", {"ops": [{"type": "container/run", "id": "a", "args": args}]})
    store_jobs(jobs=[job_payload(definition=definition, result=result_payload())])

    listed = {"listed": 1, "completed": 1, "succeeded": 1}
    ended = {
        "ended": 1,
        "ended_completed": 1,
        "ended_succeeded": 1,
        "seconds": 3600,
        "nos_micro": 115 * 3600,
        "usd": Decimal("0.12"),
        "wait_seconds": 3600,
        "waits": 1,
    }
    day, ever = datetime(2026, 8, 21, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)
    image = next(key for dimension, _, key, _ in sums() if dimension == "image")
    resource = next(key for dimension, _, key, _ in sums() if dimension == "resource")
    keys = [("all", ""), ("market", address("market"))]
    long = [*keys, ("node", address("node")), ("deployer", address("deployer")), ("image", image)]
    only_ever = [("payer", address("payer")), ("trigger", "cli"), ("op_type", "container/run"), ("resource", resource)]
    assert sums() == {
        **{(dimension, "hour", key, AT.replace(hour=10)): listed for dimension, key in keys},
        **{(dimension, "hour", key, AT): ended for dimension, key in keys},
        **{(dimension, "day", key, day): listed | ended for dimension, key in long},
        **{(dimension, "ever", key, ever): listed | ended for dimension, key in [*long, *only_ever]},
    }


def test_store_jobs_counts_a_job_where_it_was_listed_and_where_it_ended():
    listed = AT.replace(hour=23)
    store_jobs(jobs=[job_payload(listed_at=listed, started_at=listed, ended_at=listed + timedelta(hours=1))])

    found = {(unit, at): figures for (dimension, unit, _, at), figures in sums().items() if dimension == "node"}
    ended = {
        "ended": 1,
        "ended_completed": 1,
        "seconds": 3600,
        "nos_micro": 115 * 3600,
        "usd": Decimal("0.12"),
        "waits": 1,
    }
    counted = {"listed": 1, "completed": 1, "unknown": 1}
    assert found == {
        ("day", listed.replace(hour=0)): counted,
        ("day", listed.replace(hour=0) + timedelta(days=1)): ended,
        ("ever", EVER_AT): counted | ended,
    }


def test_store_jobs_moves_a_job_through_its_states():
    queued = job_payload(state=QUEUED, node=None, started_at=None, ended_at=None)
    running = replace(queued, state=RUNNING, node=address("node"), started_at=AT.replace(hour=11))
    seen = []
    for answer in (queued, queued, running, replace(running, state=STOPPED, ended_at=AT)):
        store_jobs(jobs=[answer])
        seen.append(sums()["all", "day", "", AT.replace(hour=0)])

    assert seen[0] == seen[1] == {"listed": 1, "queued": 1}
    assert seen[2] == {"listed": 1, "running": 1}
    assert seen[3] == {
        "listed": 1,
        "stopped": 1,
        "unknown": 1,
        "ended": 1,
        "ended_stopped": 1,
        "wait_seconds": 3600,
        "waits": 1,
    }


@pytest.mark.parametrize(
    ("facts", "seconds"),
    [
        ({}, 3600),
        ({"timeout": 60}, 60),
        ({"started_at": None}, 0),
        ({"started_at": AT + timedelta(hours=1)}, 0),
        ({"ended_at": AT + timedelta(milliseconds=999)}, 3600),
        ({"state": STOPPED}, 0),  # its node gave it up
    ],
)
def test_store_jobs_sums_up_the_seconds_that_are_paid(facts: dict[str, Any], seconds: int):
    job = job_payload(**facts)
    store_jobs(jobs=[job])

    paid = paid_seconds(started_at=job.started_at, ended_at=job.ended_at, timeout=job.timeout)
    paid = paid if job.state != STOPPED else 0
    assert [sums()["all", "ever", "", EVER_AT].get("seconds", 0), paid] == [seconds, seconds]


def life(name: str) -> list[JobPayload]:
    """Return what the network may say of a job, in its order."""
    number = int(name)
    facts = {"market": address(f"market {number % 2}"), "project": address(f"deployer {number % 3}"), "ipfs_job": CID}
    listed = AT + timedelta(hours=11 * number)
    started = listed + timedelta(minutes=5)
    queued = job_payload(
        name, **facts, state=QUEUED, node=None, listed_at=listed, started_at=None, ended_at=None, status=None
    )
    unlisted = replace(queued, listed_at=None, trigger=None)
    running = replace(queued, state=RUNNING, node=address(f"node {number}"), started_at=started)
    ended = replace(running, state=COMPLETED, ended_at=started + timedelta(hours=2, seconds=7 * number))
    whole = replace(ended, definition=WHISPER, result=result_payload("failed" if number == 2 else "success"))
    return [unlisted, queued, running, ended, replace(whole, usd_reward_per_hour=None, price=2**62), whole]


WHISPER = Definition("{}", {"ops": [{"id": "a", "args": {"image": "nosana/whisper"}}, {"args": {"image": "frpc"}}]})
NAMES = ("1", "2", "3")
Write = Callable[[], object]
STORED = st.lists(st.sampled_from([answer for name in NAMES for answer in life(name)]), max_size=4).map(
    lambda jobs: lambda: store_jobs(jobs=jobs)
)
WITHDRAWN = st.sampled_from(NAMES).map(lambda name: lambda: store_withdrawn(addresses=[address(name)]))
RESULT = st.tuples(st.sampled_from(NAMES), st.sampled_from(["success", "failed"])).map(
    lambda drawn: lambda: store_result(job=address(drawn[0]), cid=CID, result=result_payload(drawn[1]))
)
DEFINITION = st.just(lambda: store_definition(key=CID, definition=WHISPER))


@given(st.lists(st.one_of(STORED, WITHDRAWN, RESULT, DEFINITION), max_size=12))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_order_of_writes_leaves_the_sums_of_a_rebuild(writes: list[Write]):
    with transaction.atomic():
        for write in writes:
            write()
        found = kinds()
        assert agree() is Job.objects.exists()
        assert sums() == rebuilt()
        assert are_kept(found, kinds())
        transaction.set_rollback(True)
