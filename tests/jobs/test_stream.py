from __future__ import annotations

import gc
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from explorer.nosana.payloads import Definition as DefinitionPayload
from explorer.nosana.payloads import JobPayload
from explorer.upsert import Written
from jobs.models import Definition, Job, JobKind, JobRollup, Result
from jobs.rollups.rebuild import rebuild
from jobs.sync.store import store_jobs
from jobs.sync.stream import AHEAD, RUNNING, store_batches
from tests.jobs.rollups.test_maintain import are_kept, kinds, rebuilt, sums
from tests.jobs.test_first_fill import other_session
from tests.payloads import address, job_payload
from tests.test_worker_killed import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

CID = "QmVp8m3Uq1Cm6JJ3NsuTMSGLNnqXa1mC85uV7YxBREQ78p"
WHISPER = DefinitionPayload("{}", {"ops": [{"type": "container/run", "id": "a", "args": {"image": "nosana/whisper"}}]})


def marked(*batches: Sequence[JobPayload]) -> Iterator[tuple[int, Sequence[JobPayload]]]:
    return enumerate(batches)


def test_store_batches_writes_each_in_order_and_is_not_far_ahead():
    taken: list[int] = []

    def batches() -> Iterator[tuple[int, list[JobPayload]]]:
        for number in range(12):
            taken.append(number)
            yield number, [job_payload(f"{number} {i}") for i in range(number)]  # the first has none

    seen = [(mark, written, len(taken), Job.objects.count()) for mark, written in store_batches(batches())]

    assert [one[:2] for one in seen] == [(number, Written(number)) for number in range(12)]
    assert [count >= sum(range(mark + 1)) for mark, _, _, count in seen] == [True] * 12
    assert [ahead - mark <= AHEAD + 1 for mark, _, ahead, _ in seen] == [True] * 12


def test_store_batches_goes_on_while_the_first_batch_has_to_wait():
    store_jobs(jobs=[job_payload("before")])
    taken: list[int] = []

    def batches() -> Iterator[tuple[int, list[JobPayload]]]:
        for number in range(20):
            taken.append(number)
            yield number, [job_payload(str(number))]

    with ThreadPoolExecutor(1) as thread:
        with other_session(adding(address("0"))):  # which may come to be there, or not: whoever adds it has to wait
            storing = thread.submit(stored_marks, batches())
            wait_until(lambda: Job.objects.count() == AHEAD)  # the one before, and all that are taken but the first
            assert (storing.done(), len(taken)) == (False, AHEAD + 1)
        assert storing.result() == list(range(20))

    found = kinds()
    assert sums() == rebuilt()
    assert are_kept(found, kinds())


def test_store_batches_leaves_no_connection_and_the_process_as_it_was():
    before, connected = (sys.getswitchinterval(), gc.get_threshold()), connections_open()
    list(store_batches(marked([job_payload("a")], [job_payload("b")], [])))
    with pytest.raises(Exception, match="value too long"):
        list(store_batches(marked([job_payload("bad", market="x" * 45)])))
    assert (sys.getswitchinterval(), gc.get_threshold()) == before
    wait_until(lambda: connections_open() <= connected)


def connections_open() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND backend_type = 'client backend'"
        )
        return int(cursor.fetchone()[0])


def adding(address: str) -> str:
    """Return the SQL that adds a job like any other at an address."""
    names = [str(field.column) for field in Job._meta.concrete_fields if not field.generated]
    values = {"address": f"'{address}'", "network_id": "NULL"}
    row = ", ".join(values.get(name, name) for name in names)
    return f"INSERT INTO jobs_job ({', '.join(names)}) SELECT {row} FROM jobs_job"  # noqa: S608 - names of ours


def stored_marks(batches: Iterator[tuple[int, list[JobPayload]]]) -> list[int]:
    """Store batches in a thread of its own; return their marks in the order they were yielded."""
    try:
        return [mark for mark, _ in store_batches(batches)]
    finally:
        connection.close()


def test_store_batches_completes_jobs_whose_definition_comes_with_a_later_batch():
    first = [job_payload("a", ipfs_job=CID)]
    second = [job_payload("b", ipfs_job=CID, definition=WHISPER)]

    assert [written for _, written in store_batches(marked(first, second, first))] == [
        Written(1),
        Written(1),
        Written(),
    ]

    assert set(Job.objects.values_list("pk", "image", "op_count")) == {
        (address(name), "nosana/whisper", 1) for name in "ab"
    }
    found = kinds()
    assert sums() == rebuilt()
    assert are_kept(found, kinds())


def test_store_batches_changes_the_jobs_that_are_there_already_wherever_they_stand_in_a_batch():
    store_jobs(jobs=[job_payload("b", status="running")])
    batch = [job_payload(name, status="success") for name in "abc"]

    assert [written for _, written in store_batches(marked(batch))] == [Written(2, 1)]
    assert list(Job.objects.values_list("pk", "status").order_by("pk")) == sorted(
        (address(n), "success") for n in "abc"
    )
    assert sums() == rebuilt()


def test_store_batches_counts_jobs_that_went_where_there_was_room_in_the_table():
    old = [job_payload(f"old {number}") for number in range(4000)]
    store_jobs(jobs=old)
    Job.objects.filter(pk__in=[job.address for job in old[:500]]).delete()
    list(rebuild())
    with connection.cursor() as cursor:
        cursor.execute("VACUUM jobs_job")  # so that others may have their place, far from the end

    assert (
        sum(written.inserted for _, written in store_batches(marked([job_payload(str(n)) for n in range(200)]))) == 200
    )

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM jobs_job WHERE ctid < '(30,0)' AND NOT address = ANY(%s)",
            [[job.address for job in old]],
        )
        assert cursor.fetchone()[0] > 0
    assert sums() == rebuilt()


@pytest.mark.parametrize("paid", [{"price": 2**62}, {"usd_reward_per_hour": Decimal("999999999999.99999999")}])
def test_store_batches_counts_a_job_that_was_paid_more_than_any_ever_was(paid: dict[str, Any]):
    list(store_batches(marked([job_payload("a"), job_payload("b", **paid)])))

    assert JobRollup.objects.get(dimension="all", unit="ever").seconds == 2 * 3600
    assert sums() == rebuilt()


def test_store_batches_stops_at_a_batch_that_cannot_be_stored():
    good, bad, never = [job_payload("good")], [job_payload("bad", market="x" * 45)], [job_payload("never")]
    beside = [[job_payload(f"beside {number}")] for number in range(RUNNING - 1)]
    done = []
    with pytest.raises(Exception, match="value too long"):
        done += [mark for mark, _ in store_batches(marked(good, bad, *beside, never))]

    assert address("good") in Job.objects.values_list("pk", flat=True)
    assert address("never") not in Job.objects.values_list("pk", flat=True)
    found = kinds()
    assert sums() == rebuilt()
    assert are_kept(found, kinds())


def test_store_batches_lets_the_later_of_two_answers_count():
    batches = [[job_payload(status=status, trigger=None)] for status in ("failed", "success", "other", "success")]

    assert [written for _, written in store_batches(marked(*batches))] == [Written(1), *[Written(0, 1)] * 3]
    assert Job.objects.get().status == "success"


NAMES = [str(number) for number in range(6)]
ANSWER = st.builds(
    lambda name, state, definition: job_payload(
        name, state=state, node=address(name[0]), ipfs_job=CID, definition=WHISPER if definition else None
    ),
    st.sampled_from(NAMES),
    st.integers(0, 3),
    st.booleans(),
)


@given(st.lists(st.lists(ANSWER, max_size=4), max_size=8), st.lists(ANSWER, max_size=4))
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_store_batches_beside_another_writer_leaves_the_sums_of_a_rebuild(
    batches: list[list[JobPayload]], others: list[JobPayload]
):
    for model in (Job, Result, Definition, JobRollup, JobKind):
        model.objects.all().delete()
    with ThreadPoolExecutor(1) as beside:
        try:
            told = [beside.submit(store_jobs, jobs=[job]) for job in others]
            added = sum(written.inserted for _, written in store_batches(marked(*batches)))
            added += sum(one.result().inserted for one in told)
        finally:
            beside.submit(lambda: connection.close())
    named = {job.address for batch in (*batches, others) for job in batch}
    assert (set(Job.objects.values_list("pk", flat=True)), added) == (named, len(named))
    known = Job.objects.filter(op_count=1).exists()
    assert not known or not Job.objects.filter(op_count=None).exists()
    found = kinds()
    assert sums() == rebuilt()
    assert are_kept(found, kinds())


def test_store_batches_of_two_processes_add_each_job_once():
    batches = [[job_payload(f"{number} {i}") for i in range(3)] for number in range(12)]

    def store() -> int:
        try:
            return sum(written.inserted for _, written in store_batches(marked(*batches)))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        added = [pool.submit(store) for _ in range(2)]
        assert sum(one.result() for one in added) == 36

    found = kinds()
    assert sums() == rebuilt()
    assert are_kept(found, kinds())
