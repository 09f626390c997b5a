"""What is mounted where: resources and volumes (container engines; nosana-cli, createPodmanRunOptions)."""

from __future__ import annotations

from collections.abc import Iterator

from explorer.nosana.caching import resource_target
from jobs.definition import pointers
from jobs.definition.facts import CREATE_VOLUME, Job, Op, objects, text
from jobs.definition.found import Found
from jobs.definition.naming import shown


def of_job(job: Job) -> Iterator[Found]:
    """Yield volumes that no op creates, and volumes that no op mounts."""
    created = {text(op.args, "name"): op for op in job.ops if op.body.get("type") == CREATE_VOLUME}
    for op in job.ops:
        for index, volume in objects(op.args.get("volumes")):
            name = text(volume, "name")
            if name and name not in created and "%%" not in name:
                message = f"No op creates the volume {shown(name)}, so the engine makes an empty one; check the name."
                yield Found("ND156", op.at("volumes", index, "name"), message)


def of_op(op: Op, job: Job) -> Iterator[Found]:
    """Yield mounts that the engine refuses."""
    if "resources" not in op.args and "volumes" not in op.args:
        return
    taken: set[str] = set()
    for pointer, folder in _targets(op):
        if "%%" in folder:
            continue
        if not folder.startswith("/"):
            message = f"Engines mount only at whole paths; begin {shown(folder)} with a slash."
            yield Found("ND154", pointer, message, "a path that begins with /")
        plain = folder.rstrip("/")
        if plain in taken:
            message = (
                f"Something else of this op is mounted at {shown(folder)} already, which engines refuse; use another."
            )
            yield Found("ND155", pointer, message)
        taken.add(plain)


def _targets(op: Op) -> Iterator[tuple[str, str]]:
    for index, resource in objects(op.args.get("resources")):
        pointer, target = f"{op.pointer}/args/resources/{index}", resource_target(resource)
        if target is not None:
            yield (pointers.join(pointer, "target") if "target" in resource else pointer), target
    for index, volume in objects(op.args.get("volumes")):
        folder = text(volume, "dest")
        if folder is not None:
            yield op.at("volumes", index, "dest"), folder
