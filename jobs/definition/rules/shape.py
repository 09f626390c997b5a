"""Definitions that are accepted, but say something else than they seem to (spec 1.2, 1.3)."""

from __future__ import annotations

from collections.abc import Iterator

from jobs.definition.facts import CREATE_VOLUME, RUN, Job, Op
from jobs.definition.found import Found


def of_job(job: Job) -> Iterator[Found]:
    """Yield what is odd about the definition as a whole."""
    if job.body.get("ops") == [] and "logistics" not in job.body:
        yield Found("ND058", "/ops", "There are no ops, so the job ends at once; add one.")
    if "ssh" in job.body:
        message = "Only the newest types know ssh; nodes of 2.1.6 and before refuse a job that has it."
        yield Found("ND173", "/ssh", message)


def of_op(op: Op, job: Job) -> Iterator[Found]:
    """Yield what does not fit the op's type, and what only some nodes do."""
    kind = op.body.get("type")
    if kind == CREATE_VOLUME and "image" in op.args:
        message = "The op creates a volume, but its args are those of a container; set type to container/run."
        yield Found("ND170", f"{op.pointer}/type", message)
    elif kind == RUN and "name" in op.args and "image" not in op.args:
        message = "The op runs a container, but its args are those of a volume; set type to container/create-volume."
        yield Found("ND170", f"{op.pointer}/type", message)
    if "restart_policy" in op.args:
        message = "Nodes on Docker ignore restart_policy, and those on Podman take always for unless-stopped."
        yield Found("ND174", op.at("restart_policy"), message)
