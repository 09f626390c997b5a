"""How jobs end: by themselves, at their timeout, stopped or extended by their deployer, given up by their node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.nosana.base58 import NOBODY
from explorer.sample import draw, fate, flow
from explorer.sample.nodes import CLOJURE
from explorer.sample.record import COMPLETED, STOPPED, Job
from explorer.sample.report import Reporter

if TYPE_CHECKING:
    from explorer.sample.life import Life

STOP_SERVICE, STOP_WORK, EXTEND_SERVICE = 0.4, 0.03, 0.15  # how often deployers change their mind
COMPLETES = 0.8  # how often a node still delivers the result of a job that was stopped
COMPLETE_SECONDS = (4.0, 25.0)
UNSEEN_QUIT = 0.3  # how often only the chain's view of a job given up remains: no node, no times


def schedule(life: Life, job: Job, quits: float | None = None) -> None:
    """Schedule what comes next for a running job: the earliest of what would end or extend it."""
    deadline = job.started + job.timeout
    options = [(deadline, "expire")]
    if job.ends is not None:
        options.append((job.ends, "finish"))
    if quits is not None:
        options.append((quits, "quit"))
    options += _whims(life, job)
    due, kind = min(options)
    life.schedule(due, kind, job.address, job.version)


def _whims(life: Life, job: Job) -> list[tuple[float, str]]:
    """Return when the deployer would stop or extend the job; one that was posted is left to who posted it."""
    if job.posted:
        return []
    rng = draw.rng(life.world.seed, "whim", job.id)
    likely, length = (STOP_SERVICE, float(job.timeout)) if job.ends is None else (STOP_WORK, job.ends - job.started)
    if rng.random() < likely:
        return [(job.started + length * rng.uniform(0.15, 0.95), "stop")]
    extended = any(event[0] == "Extend" for event in job.history)
    if job.ends is None and not extended and rng.random() < EXTEND_SERVICE:
        return [(job.started + job.timeout * 0.85, "extend")]
    return []


def happen(life: Life, job: Job, kind: str, at: float) -> None:
    """Carry out what was scheduled for a job."""
    if kind == "finish":
        finish(life, job, at)
    elif kind == "expire":
        finish(life, job, at, "jobExpired")
    elif kind == "stop":
        stop(life, job, at)
    elif kind == "quit":
        quit_job(life, job, at)
    elif kind == "extend":
        extend(life, job, at, max(60, job.timeout // 2))
    elif kind == "complete":
        complete(life, job, at)


def finish(life: Life, job: Job, at: float, reason: str | None = None) -> None:
    """End a job with its result pinned and its node paid."""
    _end(life, job, at, reason)
    _publish(life, job)
    job.history.append(["Finish", int(at), job.node])
    life.forget(job)
    life.free(job, at)


def stop(life: Life, job: Job, at: float) -> None:
    """End a job for its deployer: it is completed at once, its result follows later or never."""
    _end(life, job, at, "jobStopped")
    job.history.append(["End", int(at), job.node])
    rng = draw.rng(life.world.seed, "complete", job.id)
    if rng.random() < COMPLETES:
        life.schedule(at + rng.uniform(*COMPLETE_SECONDS), "complete", job.address, job.version)
    else:
        life.forget(job)
    life.free(job, at)


def complete(life: Life, job: Job, at: float) -> None:
    """Deliver the result of a job that was stopped."""
    _publish(life, job)
    job.history.append(["Complete", int(at), job.node])
    life.changed(job)
    life.forget(job)


def extend(life: Life, job: Job, at: float, seconds: int) -> None:
    """Give a waiting or running job more time."""
    job.timeout += seconds
    job.history.append(["Extend", int(at), None])
    life.changed(job)
    if not life.waiting(job):
        job.version += 1
        schedule(life, job)


def quit_job(life: Life, job: Job, at: float) -> None:
    """Let the node give a job up: it stays stopped, without a result."""
    job.state, job.flow, job.ends = STOPPED, None, None
    job.version += 1
    job.time_end = int(at)
    job.history.append(["Quit", int(at), job.node])
    life.changed(job)
    life.forget(job)
    life.free(job, at)
    if draw.rng(life.world.seed, "quit", job.id).random() < UNSEEN_QUIT:
        job.node, job.time_start, job.time_end = NOBODY, 0, 0


def _end(life: Life, job: Job, at: float, reason: str | None) -> None:
    """Close the run: state, times, and what the node saw up to now."""
    node = life.world.nodes[job.node]
    ops = fate.ops_of(life.definition(job)) or []
    report = Reporter(life.world.seed, job.address, job.pace, node, ops)
    job.flow = report.with_results(flow.end(job.flow or flow.empty(job.started), at, node, reason))
    job.state, job.time_end, job.ends = COMPLETED, int(at), None
    job.version += 1
    life.changed(job)


def _publish(life: Life, job: Job) -> None:
    """Pin the result. Its CID is the hash of all that its text is made from, so the text behind it never changes."""
    node, report = life.world.nodes[job.node], job.flow or {}
    job.ipfs_result = draw.cid(
        draw.dumps([life.world.seed, job.address, job.node, job.pace, report]).encode("utf-8", "surrogatepass")
    )
    job.status = None if node.version == CLOJURE else report["status"]
