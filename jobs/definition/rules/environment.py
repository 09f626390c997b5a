"""What ops take from `global`, and names that nodes set themselves (nosana-cli, Provider; spec 2.2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from jobs.definition import pointers
from jobs.definition.facts import Job, Op, members
from jobs.definition.found import Found, removing
from jobs.definition.rules.command import one_word

_RELATIVE: Final = (
    "Container engines refuse a working directory that does not begin with a slash; write the whole path."
)
_OF_NODES: Final = ("NOSANA_ID", "NOSANA_GROUP_ID")


def of_job(job: Job) -> Iterator[Found]:
    """Yield what `global` says in vain."""
    given = job.globals
    if "image" in given:
        message = "global.image has no effect, because every op must name its own image; remove it."
        yield Found("ND110", "/global/image", message, None, removing("/global/image"))
    yield from one_word(given.get("entrypoint"), "/global/entrypoint")
    if _is_relative(given.get("work_dir")):
        yield Found("ND099", "/global/work_dir", _RELATIVE)
    for name in _OF_NODES:
        if name in members(given, "env"):
            yield _overwritten(pointers.join("/global/env", name), name)


def of_op(op: Op, job: Job) -> Iterator[Found]:
    """Yield what the op says in vain."""
    args, given = op.args, job.globals
    if args.get("gpu") is False and given.get("gpu") is True:
        message = "gpu: false cannot switch off gpu: true in global; set gpu in each op instead."
        yield Found("ND111", op.at("gpu"), message)
    for name in ("entrypoint", "work_dir"):
        if args.get(name) == "" and given.get(name):
            yield Found("ND112", op.at(name), f"An empty {name} does not replace the one in global; nodes use that.")
    if _is_relative(args.get("work_dir")):
        yield Found("ND099", op.at("work_dir"), _RELATIVE)
    for name in _OF_NODES:
        if name in op.env:
            yield _overwritten(op.at("env", name), name)


def _overwritten(pointer: str, name: str) -> Found:
    message = f"Nodes and the job manager set {name} themselves; use another name, or remove it."
    return Found("ND113", pointer, message, None, removing(pointer))


def _is_relative(folder: object) -> bool:
    return isinstance(folder, str) and bool(folder) and not folder.startswith(("/", "%%"))
