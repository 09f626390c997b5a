"""Entries of a market's list: images and resources, checked where a curator wrote them, as found where the network did.

Pure: nothing here asks the database.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from explorer.nosana import credentials, strict_json
from explorer.nosana.errors import Malformed
from explorer.nosana.payloads import JsonObject, JsonValue
from explorer.text import visible
from markets.choices import EntryKind
from markets.curation import references, shapes
from markets.curation.errors import InvalidEntry
from markets.curation.positions import position_of

#: Longer than any resource that is real; a node reads every byte of it.
MAX_SPEC: Final = 20_000
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """An image or a resource. `identity` is the image's reference, or the digest of the resource's canonical JSON."""

    kind: str
    name: str
    identity: str
    spec: JsonObject | None = field(default=None, hash=False)  # a resource's whole entry, no credentials

    @property
    def key(self) -> Key:
        """What makes it the same entry in a market's list."""
        return self.kind, self.identity

    @property
    def type(self) -> str:
        """The resource's type as it is written; empty for an image."""
        return str((self.spec or {}).get("type", "")) if self.kind == EntryKind.RESOURCE else ""

    def as_json(self) -> JsonObject:
        """Return it as a revision keeps it."""
        return {"kind": str(self.kind), "name": self.name, "identity": self.identity, "spec": self.spec}


def from_json(row: JsonObject) -> Entry:
    """Return the entry that a revision kept."""
    spec = row["spec"]
    return Entry(str(row["kind"]), str(row["name"]), str(row["identity"]), spec if isinstance(spec, dict) else None)


def image_entry(reference: str) -> Entry:
    """Return an image that a curator wrote, without space around it; raises InvalidEntry with the position."""
    written = reference.strip()
    if wrong := references.problem(written):
        message, position = wrong
        raise InvalidEntry(message, position + len(reference) - len(reference.lstrip()))
    return image_found(written)


def resource_entry(spec: JsonValue | str) -> Entry:
    """Return a resource that a curator wrote, as JSON text or as the value itself.

    Raises InvalidEntry: for text with the position of what is wrong in it, for a value with 0. Credentials are
    refused, never stored and never part of the message.
    """
    text = spec if isinstance(spec, str) else ""
    value = decoded(spec) if isinstance(spec, str) else spec
    try:
        strict_json.clean(value)
    except Malformed as problem:
        raise InvalidEntry(f"This cannot be stored: {problem}.") from None
    if wrong := shapes.fault(value):
        raise InvalidEntry(wrong.message, position_of(text, wrong.path) if text else 0)
    if not isinstance(value, dict) or len(strict_json.write(value)) > MAX_SPEC:
        raise InvalidEntry(f"A resource has at most {MAX_SPEC:,} characters.")
    return resource_found(value)


def image_found(reference: str) -> Entry:
    """Return an image as the network wrote it, even if it cannot be parsed."""
    return Entry(EntryKind.IMAGE.value, reference, reference)


def resource_found(spec: JsonObject) -> Entry:
    """Return a resource as the network wrote it; `spec` carries no credentials any more."""
    return Entry(EntryKind.RESOURCE.value, name_of(spec), digest_of(spec), spec)


def name_of(spec: JsonObject) -> str:
    """Return what a resource is fetched by, whatever its type: URL, repository, model, or its buckets' URLs."""
    buckets = spec.get("buckets")
    urls = [str(b.get("url", "")) for b in buckets if isinstance(b, dict)] if isinstance(buckets, list) else []
    return str(spec.get("url") or spec.get("repo") or spec.get("model") or "-".join(urls))


def digest_of(spec: JsonObject) -> str:
    """Return the SHA-256 of a resource's canonical JSON: its identity."""
    canonical = json.dumps(spec, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def is_bare(spec: JsonObject | None) -> bool:
    """Say whether a resource carries no credential."""
    return spec is None or next(credentials.places(spec), None) is None


def decoded(text: str) -> JsonValue:
    """Return what a JSON text says; InvalidEntry names the character where it breaks."""
    if not text.strip():
        raise InvalidEntry("A resource is needed, as JSON.")
    if len(text) > MAX_SPEC:
        raise InvalidEntry(f"A resource has at most {MAX_SPEC:,} characters.", MAX_SPEC)
    try:
        value = strict_json.read(text)
        json.loads(text, object_pairs_hook=partial(_once, text))
    except Malformed as problem:
        raise InvalidEntry(f"This cannot be read: {problem}.", breaking(text)) from None
    return value


def _once(text: str, pairs: list[tuple[str, JsonValue]]) -> None:
    """Refuse an object that says something twice: readers differ in which of the two they take."""
    for name, count in Counter(name for name, _ in pairs).items():
        if count > 1:
            raise InvalidEntry(f"“{visible(name)[:60]}” is there twice.", max(text.rfind(json.dumps(name)), 0))


def breaking(text: str) -> int:
    """Return at which character a text stops being JSON; 0 where it is too deep to tell."""
    try:
        json.loads(text)
    except json.JSONDecodeError as broken:
        return broken.pos
    except RecursionError:
        pass
    return 0
