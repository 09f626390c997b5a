"""Resources: what makes a node fail on them, or download them anew (nosana-cli, createResourceName; spec 3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from explorer.nosana.payloads import JsonObject
from jobs.definition import pointers
from jobs.definition.facts import Job, Op, objects, text
from jobs.definition.found import Found
from jobs.definition.naming import shown

_SIGNED: Final = re.compile(r"[?&](?:X-(?:Amz|Goog)-[\w-]+|Signature|sig|token|Expires)=", re.IGNORECASE)
_PER_JOB: Final = re.compile(r"%%globals?\.(?:job|host)%%")
_REPOSITORY: Final = re.compile(r"[\w.-]+(?:/[\w.-]+)?")


def of_op(op: Op, job: Job) -> Iterator[Found]:
    """Yield what is odd about the op's resources."""
    for index, resource in objects(op.args.get("resources")):
        pointer = f"{op.pointer}/args/resources/{index}"
        kind = resource.get("type")
        if kind == "S3":
            yield from _s3(resource, pointer)
        elif kind == "HF":
            yield from _hugging_face(resource, pointer)
        yield from _never_cached(resource, pointer)


def _s3(resource: JsonObject, pointer: str) -> Iterator[Found]:
    if not resource.get("url") and "buckets" not in resource:
        also = "; bucket alone does not count" if "bucket" in resource else ""
        message = f"An S3 resource with neither url nor buckets makes the node fail{also}; add url."
        yield Found("ND150", pointer, message, "url or buckets")


def _hugging_face(resource: JsonObject, pointer: str) -> Iterator[Found]:
    revision, repo = resource.get("revision"), text(resource, "repo")
    if revision in (None, "", "main"):
        message = "Without a fixed revision this is whatever the repository holds that day; name a commit."
        yield Found("ND151", pointers.join(pointer, "revision") if "revision" in resource else pointer, message)
    if repo is not None and "%%" not in repo and not _REPOSITORY.fullmatch(repo):
        message = f"{shown(repo)} is no Hugging Face repository; write owner/name, without address or spaces."
        yield Found("ND158", pointers.join(pointer, "repo"), message, "owner/name")


def _never_cached(resource: JsonObject, pointer: str) -> Iterator[Found]:
    named = [(name, resource.get(name)) for name in ("url", "repo", "revision", "model")]
    if "buckets" in resource:
        named += [(f"buckets/{index}/url", bucket.get("url")) for index, bucket in objects(resource["buckets"])]
    for name, value in named:
        if isinstance(value, str) and ("?" in value or "%%" in value) and _is_per_job(value):
            message = (
                "Nodes file a resource under its exact name, and this one differs for each job: it is never cached."
            )
            yield Found("ND152", f"{pointer}/{name}", message)
            return


def _is_per_job(name: str) -> bool:
    return bool(_SIGNED.search(name) or _PER_JOB.search(name))
