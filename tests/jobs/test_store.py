from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from explorer.nosana.payloads import COMPLETED, QUEUED, RUNNING, STOPPED, Definition, JobPayload
from explorer.upsert import Written
from jobs.models import Definition as StoredDefinition
from jobs.models import Job, Result
from jobs.sync.store import store_jobs
from markets.models import Market, Node
from tests.payloads import AT, address, job_payload, result_payload

pytestmark = pytest.mark.django_db

WHISPER = Definition(
    '{"ops":[{"id":"a","args":{"image":"nosana/whisper"}}]}',
    {"ops": [{"id": "a", "args": {"image": "nosana/whisper"}}]},
)
CID = "QmVp8m3Uq1Cm6JJ3NsuTMSGLNnqXa1mC85uV7YxBREQ78p"


def everything() -> list[dict[str, Any]]:
    """Return every fact of the jobs and results, but when the network last spoke of them."""
    jobs, results = Job.objects.order_by("pk").values(), Result.objects.order_by("pk").values()
    return [
        {name: fact for name, fact in row.items() if name != "checked_at"} for rows in (jobs, results) for row in rows
    ]


def test_store_jobs_writes_the_job_and_all_it_names():
    written = store_jobs(jobs=[job_payload(definition=WHISPER, result=result_payload(), ipfs_job=CID)])

    assert written == Written(inserted=1)
    job = Job.objects.get()
    assert (job.pk, job.market_id, job.node, job.state, job.outcome) == (
        address("job"),
        address("market"),
        address("node"),
        COMPLETED,
        "success",
    )
    assert (job.image, job.op_count, job.trigger, job.phase, job.order_at) == (
        "nosana/whisper",
        1,
        "cli",
        2,
        AT.replace(hour=10),
    )
    assert StoredDefinition.objects.values_list("key", "text", "is_exact").get() == (CID, WHISPER.text, False)
    assert Node.objects.values_list("pk", "market", "seen_at").get() == (address("node"), address("market"), AT)
    assert Market.objects.values_list("pk", "is_listed").get() == (address("market"), False)
    result = Result.objects.get()
    assert result.body is not None
    assert (result.job_id, result.body["ops"][0]["op_id"], result.due_at) == (address("job"), "run", None)


def test_long_words_of_one_job_cost_no_other():
    store_jobs(jobs=[job_payload("long", status="x" * 200, trigger="y" * 100), job_payload("other", status="success")])

    assert dict(Job.objects.values_list("pk", "status")) == {address("long"): "x" * 40, address("other"): "success"}


def test_store_jobs_twice_changes_nothing():
    jobs = [job_payload(f"job {i}", definition=WHISPER, result=result_payload()) for i in range(3)]
    store_jobs(jobs=jobs)
    before = everything()

    assert store_jobs(jobs=jobs) == Written()

    assert everything() == before


def test_store_jobs_never_loses_a_fact_to_an_older_answer():
    full = job_payload(definition=WHISPER, result=result_payload(), ipfs_result=CID)
    store_jobs(jobs=[full])
    older = job_payload(
        state=RUNNING, ended_at=None, usd_reward_per_hour=None, trigger=None, status=None, listed_at=None
    )

    assert store_jobs(jobs=[older]) == Written()
    assert store_jobs(jobs=[replace(older, state=QUEUED, node=None, started_at=None)]) == Written()

    job = Job.objects.get()
    assert (job.state, job.ended_at, job.started_at, job.node, job.trigger, job.outcome, job.image) == (
        COMPLETED,
        AT,
        AT.replace(hour=11),
        address("node"),
        "cli",
        "success",
        "nosana/whisper",
    )
    assert Result.objects.filter(body__ops__0__op_id="run").exists()


def test_store_jobs_lets_an_extension_through_and_a_stopped_job_be_completed():
    store_jobs(jobs=[job_payload(state=STOPPED, timeout=3600)])
    store_jobs(jobs=[job_payload(state=COMPLETED, timeout=7200)])
    store_jobs(jobs=[job_payload(state=STOPPED, timeout=3600)])

    assert Job.objects.values_list("state", "timeout").get() == (COMPLETED, 7200)


def test_store_jobs_brings_a_withdrawn_job_back_when_it_is_heard_of():
    store_jobs(jobs=[job_payload(state=QUEUED)])
    Job.objects.update(delisted_at=AT)
    assert Job.objects.values_list("state", "phase").get() == (QUEUED, 2)

    store_jobs(jobs=[job_payload(state=RUNNING)])

    assert Job.objects.values_list("state", "phase", "delisted_at").get() == (RUNNING, 1, None)


def test_store_jobs_promises_a_result_that_only_ipfs_has():
    store_jobs(jobs=[job_payload("without"), job_payload("with", ipfs_result=CID)])

    assert list(Result.objects.values_list("job", "body")) == [(address("with"), None)]
    assert Result.objects.get().due_at is not None


def test_store_jobs_shares_a_definition_and_keeps_its_exact_text():
    store_jobs(jobs=[job_payload("one", ipfs_job=CID)])
    assert StoredDefinition.objects.values_list("text", "fetched_at").get() == ("", None)
    StoredDefinition.objects.update(text="exact", is_exact=True, fetched_at=AT)

    store_jobs(jobs=[job_payload("one", ipfs_job=CID, definition=WHISPER), job_payload("two", ipfs_job=CID)])

    assert StoredDefinition.objects.values_list("key", "text", "is_exact").get() == (CID, "exact", True)


def test_store_jobs_shows_the_image_of_a_definition_that_another_job_brought():
    store_jobs(jobs=[job_payload("one", ipfs_job=CID, definition=WHISPER)])
    store_jobs(jobs=[job_payload("two", ipfs_job=CID), job_payload("other")])

    shown = dict(Job.objects.values_list("pk", "image"))
    assert shown == {address("one"): "nosana/whisper", address("two"): "nosana/whisper", address("other"): ""}


def test_store_jobs_lets_the_newest_sighting_decide_a_nodes_market():
    store_jobs(jobs=[job_payload("new", market=address("new market"), ended_at=AT + timedelta(hours=1))])
    store_jobs(jobs=[job_payload("old", market=address("old market"))])

    assert Node.objects.values_list("market", "seen_at").get() == (address("new market"), AT + timedelta(hours=1))


def test_store_jobs_costs_the_same_for_any_number_of_jobs():
    def cost(count: int) -> int:
        jobs = [job_payload(f"{count} {i}", definition=WHISPER, result=result_payload()) for i in range(count)]
        with CaptureQueriesContext(connection) as queries:
            store_jobs(jobs=jobs)
        return len(queries)

    cost(1)  # the image is new to the catalog only once
    assert cost(2) == cost(50)


def test_store_jobs_of_none_changes_nothing():
    assert store_jobs(jobs=[]) == Written()


def life(name: str) -> list[JobPayload]:
    """Return what the network says of one job from first to last."""
    queued = job_payload(name, state=QUEUED, node=None, started_at=None, ended_at=None, status=None)
    running = replace(queued, state=RUNNING, node=address("node"), started_at=AT.replace(hour=11))
    longer = replace(running, timeout=9000)
    return [queued, running, longer, replace(longer, state=COMPLETED, ended_at=AT, status="success")]


ANSWERS = [answer for name in ("a", "b") for answer in life(name)]
BATCH = st.lists(st.sampled_from(ANSWERS), max_size=6)


@given(st.lists(BATCH, max_size=6), st.permutations(ANSWERS), BATCH)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_store_jobs_ends_in_the_same_facts_for_any_order_of_answers(batches, everything, late):
    expected = [(address(n), COMPLETED, address("node"), AT.replace(hour=11), AT, 9000, "success") for n in ("a", "b")]
    fields = ("pk", "state", "node", "started_at", "ended_at", "timeout", "status")
    with transaction.atomic():
        for batch in [*batches, *([answer] for answer in everything), late]:
            store_jobs(jobs=batch)
        facts = list(Job.objects.order_by("pk").values_list(*fields))
        transaction.set_rollback(True)
    assert facts == sorted(expected)
