"""The models and file sets that a node mounts for an op."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from explorer.nosana import caching, credentials
from explorer.nosana.credentials import bare_url
from jobs import secrets
from jobs.definition.explain.effective import Container
from jobs.definition.masking import MASK
from jobs.ops.cached import Cache, Held
from jobs.shapes import Some, sequence, some, text


@dataclass(frozen=True, slots=True)
class Resource:
    """A model or file set that a node mounts, without its credentials; `key` is its name in the node's cache.

    `cache` says whether the node had it; None while no node took the job.
    """

    type: str
    name: str
    target: str
    detail: str = ""
    key: str = field(default="", compare=False)
    cache: Cache | None = None


def resources(what: Container | None, held: Held | None) -> Some[Resource]:
    """Return the resources of an op as its node had them, each by the name that nodes cache it under, more or less."""
    return some(_resources(sequence(what.args.get("resources")), held)) if what else Some()


def _resources(items: list[Any], held: Held | None) -> Iterator[Resource]:
    for item in items:
        if isinstance(item, dict):
            yield _resource(item, held)
        elif item:
            yield Resource("", secrets.masked(text(item), mark=MASK), "")


def _resource(item: dict[str, Any], held: Held | None) -> Resource:
    files = sequence(item.get("files"))
    details = [f"{len(files):,} file{'' if len(files) == 1 else 's'}"] if files else []
    details += ["writable"] if caching.is_writable(item) else []
    bare = credentials.without(item)
    key = caching.resource_key(bare) if isinstance(bare, dict) else None
    return Resource(
        type=text(item.get("type")),
        name=secrets.masked(_name(item), mark=MASK),
        target=caching.resource_target(item) or "",
        detail=", ".join(details),
        key=key or "",
        cache=held.resource(bare) if held and isinstance(bare, dict) else None,
    )


def _name(item: dict[str, Any]) -> str:
    if item.get("repo"):
        revision = text(item.get("revision"))
        return text(item["repo"]) + (f"@{revision}" if revision else "")
    if item.get("model"):
        return text(item["model"])
    urls = [bucket.get("url") for bucket in sequence(item.get("buckets")) if isinstance(bucket, dict)]
    return ", ".join(bare_url(text(url)) for url in (item.get("url"), *urls, item.get("bucket")) if url)
