from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from django.core.management import call_command
from django.db import connection

from explorer.nosana.payloads import QUEUED, RUNNING, Definition, JobPayload
from jobs.models import Job, JobRollup
from jobs.rollups.rebuild import STEP, rebuild
from jobs.sync.content import store_definition, store_result
from jobs.sync.store import store_jobs, store_withdrawn
from jobs.sync.stream import store_batches
from tests.jobs.rollups.test_maintain import CID, WHISPER, are_kept, kinds, rebuilt, sums
from tests.payloads import AT, address, job_payload, result_payload


@pytest.mark.django_db
def test_rebuild_mends_everything_week_by_week():
    far = datetime(9999, 12, 31, 23, tzinfo=UTC)
    store_jobs(
        jobs=[
            job_payload("old", listed_at=AT - timedelta(days=400), result=result_payload()),
            job_payload("new", ipfs_job=CID, definition=WHISPER),
            job_payload("far", listed_at=far, started_at=None, ended_at=None, state=QUEUED),
        ]
    )
    right = sums()
    JobRollup.objects.filter(unit="hour").update(listed=7, usd=1)
    JobRollup.objects.filter(dimension="node").delete()
    JobRollup.objects.create(dimension="image", unit="day", key="77", at=AT.replace(year=2020), listed=1)
    JobRollup.objects.create(dimension="market", unit="ever", key="nobody", at=AT, listed=1)

    weeks = list(rebuild())

    assert sums() == right
    assert (len(weeks), JobRollup.objects.filter(listed=0, ended=0).count()) == (4, 0)
    assert weeks[0] - STEP == AT.replace(year=2020, hour=0)


@pytest.mark.django_db
def test_rebuild_rollups_without_any_job(capsys: pytest.CaptureFixture[str]):
    call_command("rebuild_rollups")
    assert "The sums are those of the jobs." in capsys.readouterr().out
    assert not JobRollup.objects.exists()


def answers(rng: Random) -> list[JobPayload]:
    """Return what the network says of twelve jobs, some of them unfinished, with things in common."""
    found = []
    for number in range(12):
        facts = {"market": address(f"market {number % 2}"), "project": address(f"deployer {number % 3}")}
        job = job_payload(str(number), **facts, ipfs_job=CID, listed_at=AT + timedelta(days=number))
        running = replace(job, state=RUNNING, ended_at=None)
        queued = replace(running, state=QUEUED, node=None, started_at=None)
        whole = replace(job, definition=Definition("{}", WHISPER.body), result=result_payload())
        found.append(rng.choice([queued, running, job, whole, whole]))
    rng.shuffle(found)
    return found


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_and_a_rebuild_beside_them_leave_the_sums_of_a_rebuild():
    def run(work: Callable[[], object]) -> None:
        try:
            work()
        finally:
            connection.close()

    def lists(seed: int) -> None:
        rng = Random(seed)
        for _ in range(4):
            store_jobs(jobs=answers(rng))
        list(store_batches(enumerate([answers(rng) for _ in range(4)])))

    def details() -> None:
        rng = Random(9)
        for number in rng.choices(range(12), k=12):
            store_result(job=address(str(number)), cid=CID, result=result_payload(rng.choice(["success", "failed"])))
            store_definition(key=CID, definition=WHISPER)
            store_withdrawn(addresses=[address(str((number + 1) % 12))])

    store_jobs(jobs=answers(Random(0)))
    works = [lambda: lists(1), lambda: lists(2), details, lambda: [list(rebuild()) for _ in range(4)]]
    with ThreadPoolExecutor(len(works)) as pool:
        for done in [pool.submit(run, work) for work in works]:
            done.result()

    assert Job.objects.count() == 12
    found = kinds()
    assert sums() == rebuilt()
    assert are_kept(found, kinds())
