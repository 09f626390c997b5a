"""The first fill: without indexes, and with all of them in the end, whatever happens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from explorer.locks import advisory_lock
from explorer.nosana import networks
from explorer.upsert import Written
from jobs import tasks
from jobs.models import Definition, Job, JobRollup, Result
from jobs.sync import first_fill as module
from jobs.sync.backfill import backfill_all
from jobs.sync.first_fill import KEPT, TABLES, finish, first_fill, unfinished
from jobs.sync.store import store_jobs
from jobs.sync.stream import store_batches
from tests.jobs.indexer import Indexer, started, stored
from tests.jobs.rollups.test_maintain import rebuilt, sums
from tests.payloads import address, job_payload
from tests.test_worker_killed import wait_until
from tests.worker import ROOT, environment

pytestmark = pytest.mark.django_db(transaction=True)


#: What a first fill does not do without: the keys, and some indexes.
LEFT = {*KEPT, *(f"{table}_pkey" for table in TABLES)}


def indexes() -> dict[str, str]:
    """Return the definition of every index of the tables that grow with the jobs, by name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s)", [list(TABLES)])
        return dict(cursor.fetchall())


def kept_from_autovacuum() -> set[str]:
    """Return which of these tables PostgreSQL does not look after by itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, reloptions FROM pg_class WHERE relname = ANY(%s)", [list(TABLES)])
        return {table for table, options in cursor.fetchall() if "autovacuum_enabled=off" in (options or ())}


@pytest.fixture(autouse=True)
def all_there() -> Iterator[dict[str, str]]:
    """Say which indexes there are, and leave them to the next test, whatever this one breaks."""
    before = indexes()
    named = {index.name for model in (Job, Result, Definition, JobRollup) for index in model._meta.indexes}
    assert named | LEFT == set(before)
    yield before
    finish()
    assert (indexes(), kept_from_autovacuum()) == (before, set())


@contextmanager
def other_session(statement: str) -> Iterator[None]:
    """Let somebody else have run a statement in a transaction that is still open."""
    other = connections["default"].copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute(statement)
        yield
    finally:
        # A server's process ends some time after its connection: what it holds is let go before that.
        other.rollback()
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock_all()")
        other.close()


def test_first_fill_does_without_indexes_and_has_the_same_ones_after(all_there):
    with first_fill() as is_first:
        assert (is_first, set(indexes()), kept_from_autovacuum()) == (True, LEFT, set(TABLES))
        put_off = [definition for some in unfinished().values() for definition in some]
        assert sorted(put_off) == sorted(all_there[name] for name in set(all_there) - LEFT)
        jobs = [[job_payload(f"{number} {i}") for i in range(20)] for number in range(5)]
        assert [written for _, written in store_batches(enumerate(jobs))] == [Written(20)] * 5

    assert (indexes(), unfinished(), finish()) == (all_there, {}, False)
    assert Job.objects.count() == 100
    assert sums() == rebuilt()


def test_first_fill_leaves_the_indexes_where_there_are_jobs(all_there, monkeypatch):
    monkeypatch.setattr(module, "FEW", 1)
    store_jobs(jobs=[job_payload("a")])
    with first_fill() as is_first:
        assert is_first is True
    store_jobs(jobs=[job_payload("b")])
    with first_fill() as is_first:
        assert (is_first, indexes(), unfinished()) == (False, all_there, {})


def test_first_fill_leaves_the_indexes_to_somebody_who_reads_for_long(all_there, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", timedelta(milliseconds=20))
    with other_session("SELECT COUNT(*) FROM jobs_job"), first_fill() as is_first:
        assert (is_first, indexes(), unfinished()) == (False, all_there, {})


def test_first_fill_leaves_a_table_alone_that_has_a_comment(all_there):
    with connection.cursor() as cursor:
        cursor.execute("COMMENT ON TABLE jobs_job IS 'mine'")
        with first_fill() as is_first:
            assert (is_first, indexes(), unfinished(), finish()) == (False, all_there, {}, False)
        cursor.execute("COMMENT ON TABLE jobs_job IS NULL")


@pytest.mark.parametrize("problem", [KeyboardInterrupt, ValueError])
def test_first_fill_that_is_interrupted_makes_the_indexes(all_there, problem):
    def fill() -> None:
        with first_fill():
            store_jobs(jobs=[job_payload()])
            raise problem

    with pytest.raises(problem):
        fill()

    assert (indexes(), unfinished()) == (all_there, {})


def test_first_fill_beside_the_live_sync_loses_nothing_and_counts_nothing_twice():
    def tell() -> None:
        try:
            for number in range(10):
                store_jobs(jobs=[job_payload(f"{number} 3", status="later"), job_payload(f"new {number}")])
        finally:
            connection.close()

    batches = [[job_payload(f"{number} {i}") for i in range(5)] for number in range(10)]
    with ThreadPoolExecutor(1) as beside, first_fill():
        told = beside.submit(tell)
        list(store_batches(enumerate(batches)))
    told.result()

    assert Job.objects.count() == 60
    assert sums() == rebuilt()


def test_finish_goes_on_where_an_earlier_one_was_killed(all_there):
    with first_fill(), connection.cursor() as cursor:
        for definition in unfinished()["jobs_job"][:3]:
            cursor.execute(definition)
        cursor.execute(all_there["job_rollup_time"])
        cursor.execute("ALTER TABLE jobs_jobrollup RESET (autovacuum_enabled)")
        cursor.execute("COMMENT ON TABLE jobs_jobrollup IS NULL")

    assert (indexes(), unfinished()) == (all_there, {})


@pytest.fixture
def killed(indexer: Indexer, all_there: dict[str, str]) -> None:
    """Kill `manage.py backfill` at its third page, when it has stored something of a first fill."""
    indexer.add(*started(10_100))
    command = [sys.executable, "manage.py", "backfill"]
    process = subprocess.Popen(command, env=environment(indexer.server.url_for("").rstrip("/")), cwd=ROOT)
    try:
        wait_until(lambda: Job.objects.exists())
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert set(indexes()) < set(all_there)
    wait_until(is_free)


def is_free() -> bool:
    """Say whether PostgreSQL has noticed that nobody backfills any more."""
    with advisory_lock("backfill") as held:
        return held


def test_backfill_that_was_killed_is_mended_by_the_next(indexer, all_there, killed, settings):
    with indexer.client() as client:
        assert finish() is True
        assert indexes() == all_there
        assert sums() == rebuilt()
        list(backfill_all(client=client, pages=100))

    assert len(stored()) == 10_100


def test_backfill_that_was_killed_is_mended_by_a_worker(all_there, killed, settings, indexer):
    settings.NETWORK = networks.sample(indexer.server.url_for("").rstrip("/"))
    tasks.backfill()

    assert (indexes(), unfinished()) == (all_there, {})


def test_migrate_makes_the_indexes_first_unless_a_fill_is_under_way(all_there):
    with first_fill():
        with other_session(f"SELECT pg_advisory_lock({zlib.crc32(b'backfill')})"):
            with pytest.raises(CommandError, match="Migrate when that is over"):
                call_command("migrate", verbosity=0)
            assert indexes() != all_there
        call_command("migrate", verbosity=0, stdout=StringIO())
        assert (indexes(), unfinished()) == (all_there, {})


def test_backfill_all_ends_when_its_time_is_over(indexer):
    indexer.add(*started(400))
    with indexer.client() as client:
        assert list(backfill_all(client=client, pages=2, longest=timedelta())) == []
        assert [one["offset"] for one in backfill_all(client=client, pages=8)] == [400]

    assert stored() == {address(f"job {i}") for i in range(1, 401)}
