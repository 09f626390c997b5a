"""Whether a definition makes use of what it pays for: the GPU, and what nodes of its market keep cached."""

from __future__ import annotations

from collections.abc import Iterator

from explorer import images
from explorer.nosana.caching import resource_key
from jobs.definition.facts import Job, Op, objects, text
from jobs.definition.found import Found, replacing
from jobs.definition.naming import shown


def of_job(job: Job) -> Iterator[Found]:
    """Yield that no op gets the GPU, and near misses of what the market's nodes have."""
    runs = [op for op in job.ops if op.is_run]
    if runs and job.globals.get("gpu") is not True and not any(op.args.get("gpu") is True for op in runs):
        message = "No op asks for a GPU, though every market rents one out; add gpu: true where it is used."
        yield Found("ND157", runs[0].at() if runs[0].args else runs[0].pointer, message)
    if job.market is not None:
        kept = {images.identity(image): image for image in job.market.required_images}
        keys = {_plain(key): key for key in map(resource_key, job.market.required_resources) if key}
        for op in runs:
            yield from _image(op, kept, job.market.name)
            yield from _resources(op, keys, job.market.name)


def _image(op: Op, kept: dict[tuple[str, ...], str], market: str) -> Iterator[Found]:
    reference = text(op.args, "image")
    required = kept.get(images.identity(reference)) if reference else None
    if required is not None and required != reference:
        message = f"Nodes of {shown(market)} keep this image as {shown(required)}; under that name nothing is pulled."
        yield Found("ND146", op.at("image"), message, required, replacing(op.at("image"), required))


def _resources(op: Op, keys: dict[str, str], market: str) -> Iterator[Found]:
    for index, resource in objects(op.args.get("resources")):
        key = resource_key(resource)
        required = keys.get(_plain(key)) if key else None
        if required is not None and required != key:
            message = f"Nodes of {shown(market)} keep this as {shown(required)}; another spelling is downloaded anew."
            yield Found("ND153", op.at("resources", index), message, required)


def _plain(key: str) -> str:
    return key.rstrip("/").lower()
