"""Life: order, repeatability, restarts, SIGKILL."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from explorer.sample import SampleServer
from explorer.sample.clock import Clock
from explorer.sample.life import Life
from explorer.sample.record import COMPLETED, QUEUED, RUNNING, Job
from explorer.sample.store import InUse, Store
from tests.explorer.sample.conftest import NOW
from tests.explorer.sample.networks import http_get, http_post, lived, rows

Lived = Callable[..., Life]
RUN = """
import sys, time, pathlib
from explorer.sample import SampleServer
with SampleServer(state=pathlib.Path(sys.argv[1]), speed=300, past_jobs=50) as server:
    print(server.url, flush=True)
    server.wait()
"""


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> list[Job]:
    """Every job of a past and of half an hour after it."""
    life = lived(tmp_path_factory.mktemp("life"), NOW, jobs=1500, seconds=1800)
    found = life.store.jobs("1 ORDER BY id")
    life.store.close()
    return found


def test_life_same_seed_and_clock_is_the_same_however_often_it_is_looked_at(tmp_path: Path, live: Lived) -> None:
    often = live(tmp_path / "often", seconds=600, step=5)
    seldom = live(tmp_path / "seldom", seconds=600, step=60)
    assert rows(often) == rows(seldom)
    assert sorted(often.heap) == sorted(seldom.heap)


def test_life_loaded_goes_on_as_if_never_stopped(tmp_path: Path, live: Lived) -> None:
    whole = live(tmp_path / "whole", seconds=600)
    first = live(tmp_path / "parts", seconds=300)
    second = Life(first.world, first.store, 30.0)
    assert second.load()
    second.run_until(NOW + 600)
    second.save()
    assert rows(second) == rows(whole)


def test_life_node_runs_one_job_at_a_time_of_its_own_market(jobs: list[Job]) -> None:
    by_node = defaultdict(list)
    for job in jobs:
        if job.time_start:
            by_node[job.node].append((job.started, job.time_end or NOW + 10**6, job.market))
    assert len(by_node) > 100
    for runs in by_node.values():
        runs.sort()
        assert len({market for _, _, market in runs}) == 1
        assert all(int(following[0]) >= run[1] for run, following in zip(runs, runs[1:], strict=False))


def test_life_times_are_in_order_and_jobs_end_by_their_timeout(jobs: list[Job]) -> None:
    for job in jobs:
        if job.state == QUEUED:
            assert (job.time_start, job.time_end, job.run) == (0, 0, None)
        elif job.state == RUNNING:
            assert job.listed_at <= job.time_start
            assert job.time_end == 0
        elif job.time_start:
            assert job.listed_at <= job.time_start <= job.time_end <= job.time_start + job.timeout + 1


def test_life_queue_is_first_in_first_out(jobs: list[Job]) -> None:
    waited = defaultdict(list)
    for job in jobs:
        if any(event[0] == "Work" for event in job.history):
            waited[job.market].append(job.time_start)
    assert sum(map(len, waited.values())) > 20
    assert all(starts == sorted(starts) for starts in waited.values())


def test_life_most_live_jobs_finish_within_minutes(jobs: list[Job]) -> None:
    live = sorted(job.time_end - job.time_start for job in jobs if job.pace > 1 and job.state == COMPLETED)
    assert 180 < len(live) < 600
    assert 30 < live[len(live) // 2] < 240


def test_life_outcomes_are_of_every_kind(jobs: list[Job]) -> None:
    events = {event[0] for job in jobs for event in job.history}
    assert events == {"List", "Work", "Finish", "End", "Complete", "Extend", "Quit"}
    codes = {state["exitCode"] for job in jobs if job.flow and job.state == COMPLETED for state in job.flow["opStates"]}
    assert {0, 1, 2, 127, 137, None} <= codes
    assert any(job.state == COMPLETED and job.ipfs_result is None for job in jobs)
    assert {job.state for job in jobs} == {QUEUED, RUNNING, COMPLETED, 3}


def test_life_past_follows_the_day_and_the_week(jobs: list[Job]) -> None:
    past = [job.listed_at for job in jobs if job.pace == 1]
    assert len(past) > 1400
    day = sum(10 <= at // 3600 % 24 < 20 for at in past)
    weekend = sum(int(at // 86400 + 3) % 7 >= 5 for at in past)
    assert day > 1.3 * (len(past) - day) * 10 / 14
    assert weekend < 0.26 * len(past)


def test_life_finished_jobs_never_change(tmp_path: Path, live: Lived) -> None:
    life = live(tmp_path, seconds=300)
    before = {job.id: job.row() for job in life.store.jobs("ipfs_result IS NOT NULL")}
    life.run_until(NOW + 900)
    life.save()
    after = {job.id: job.row() for job in life.store.jobs("ipfs_result IS NOT NULL")}
    assert len(after) > len(before) > 200
    assert {number: after[number] for number in before} == before


def test_server_restart_after_a_pause_ends_what_was_due_and_lists_nothing_meanwhile(tmp_path: Path) -> None:
    clock = Clock(lambda: NOW)
    clock.pause()
    with SampleServer(state=tmp_path, clock=clock, past_jobs=60) as server:
        server.advance(120)
        running = server.network.store.jobs("state = 1 AND pace > 1")
        newest = server.network.store.jobs("1 ORDER BY id DESC LIMIT 1")[0].id
    clock.advance(5 * 86_400)
    begun = time.thread_time()
    with SampleServer(state=tmp_path, clock=clock) as server:
        assert time.thread_time() - begun < 1.0
        ended = [server.network.store.job(job.address) for job in running]
        assert server.network.store.jobs("1 ORDER BY id DESC LIMIT 1")[0].id == newest
        server.advance(60)
        assert server.network.store.jobs("1 ORDER BY id DESC LIMIT 1")[0].id > newest
    assert running
    assert all(job and job.state != RUNNING and job.time_end < NOW + 86_400 for job in ended)


def test_server_clock_that_jumps_lists_nothing_in_between(own: SampleServer) -> None:
    own.advance(60)
    newest = own.network.store.jobs("1 ORDER BY id DESC LIMIT 1")[0].id
    own.clock.advance(10 * 86_400)
    own.network.look()
    assert own.network.store.jobs("1 ORDER BY id DESC LIMIT 1")[0].id == newest
    assert own.network.store.jobs("state = 1") == []


def test_server_killed_at_any_moment_loses_nothing_it_has_shown(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    shown: dict[str, tuple[int, str | None]] = {}
    for _ in range(3):
        process = subprocess.Popen([sys.executable, "-c", RUN, str(tmp_path)], stdout=subprocess.PIPE, env=environment)
        assert process.stdout
        url = process.stdout.readline().decode().strip()
        time.sleep(1.5)
        page = http_get(f"{url}/api/jobs?limit=50&offset=0").json()
        again = http_post(f"{url}/api/jobs/batch", json={"addresses": list(shown)[:100] or ["x"]}).json()
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        known = {row["address"]: (row["state"], row["ipfsResult"]) for row in again}
        lost = [name for name in list(shown)[:100] if shown[name][0] >= RUNNING and name not in known]
        assert lost == []
        assert all(known[name] == facts for name, facts in list(shown.items())[:100] if facts[1])
        shown |= {row["address"]: (row["state"], row["ipfsResult"]) for row in page["jobs"]}
    store = Store(tmp_path, 1)
    with store.reading() as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    store.close()


def test_store_second_process_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    first = Store(tmp_path, 1)
    with pytest.raises(InUse, match="already runs"):
        Store(tmp_path, 1)
    first.close()
    Store(tmp_path, 1).close()
