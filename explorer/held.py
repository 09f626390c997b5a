"""Whether what a job names is among what a node holds, by the node's own rules, and why or why not. Pure Python.

Rules: nosana-cli, repoTagsContainsImage and createResourceName (explorer/nosana/caching.py). A node compares names as
they are written: an image is found under five spellings of its name, a resource under exactly one. What a market
requires is taken to be kept under the name that the market writes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from explorer import images
from explorer.nosana import caching, javascript
from explorer.nosana.payloads import JsonObject

#: Engines know this name of Docker Hub by another one, so that nothing is ever kept under it.
_RENAMED: Final = "index.docker.io/"
_DOCKER_HUB: Final = "docker.io/"
#: How a node's own five spellings of a name begin, longest first.
_PREFIXES: Final = (
    "registry.hub.docker.com/library/",
    "registry.hub.docker.com//",
    "docker.io/library/",
    "docker.io/",
)
_LATEST: Final = ":latest"
#: One of the five has two slashes, so that nothing but a node would write it.
_DOUBLE: Final = "registry.hub.docker.com//"


class Status(StrEnum):
    """What a node has to do for an item before it can start."""

    CACHED = "cached"  # nothing
    SAME_IMAGE = "same_image"  # a pull that finds its layers there: the image is kept under another name
    OTHER_TAG = "other_tag"  # a pull that may find some layers there: another tag of the repository is kept
    DOWNLOAD = "download"  # everything


@dataclass(frozen=True, slots=True)
class Match:
    """What came out: the status, why in one sentence, and the held name that decided it ("" where there is none)."""

    status: Status
    reason: str
    held: str = ""


def tag_of(reference: str) -> str:
    """Return the local tag under which an engine keeps an image that was pulled by this reference; "" with a digest."""
    if "@" in reference:
        return ""
    name = _DOCKER_HUB + reference.removeprefix(_RENAMED) if reference.startswith(_RENAMED) else reference
    return name if ":" in name.rpartition("/")[2] else name + _LATEST


def spellings(reference: str) -> list[str]:
    """Return the references whose image, once pulled, a node takes for this one; [] where it never finds any."""
    if "@" in reference:
        return []
    found: list[str] = []
    for name in caching.image_names(reference):
        found += [name, name.removesuffix(_LATEST)] if name.endswith(_LATEST) else [name]
    hub = [_RENAMED + name.removeprefix(_DOCKER_HUB) for name in found if name.startswith(_DOCKER_HUB)]
    return [name for name in dict.fromkeys(found + hub) if tag_of(name) in caching.image_names(reference)]


def takers(tag: str) -> list[str]:
    """Return the references for which a node takes the image of a local tag, the tag itself first."""
    bare = [tag.removeprefix(prefix) for prefix in _PREFIXES if tag.startswith(prefix)]
    found = [form for name in (tag, *bare) for form in (name, name.removesuffix(_LATEST))]
    return [name for name in dict.fromkeys(found) if name and tag in caching.image_names(name)]


class HeldImages:
    """The images of a node or a market, ready to be asked for others; about 10 µs for each."""

    def __init__(self, references: Iterable[str]) -> None:
        self._tags: dict[str, str] = {}
        self._same: dict[tuple[str, ...], str] = {}
        self._repositories: dict[tuple[str, str], str] = {}
        for reference in references:
            if tag := tag_of(reference):
                self._tags.setdefault(tag, reference)
            if image := images.parse(reference.replace(_DOUBLE, _DOUBLE[:-1], 1)):
                self._same.setdefault(image.identity, reference)
                self._repositories.setdefault((image.registry, image.repository), reference)

    def match(self, reference: str, *, is_private: bool = False) -> Match:
        """Say what a node that holds these images has to do for one; `is_private` where a sign-in comes with it."""
        if is_private:
            return Match(Status.DOWNLOAD, "It comes with a sign-in: nodes pull it for this op and delete it after.")
        has_digest = "@" in reference
        if not has_digest:
            for name in caching.image_names(reference):
                if name in self._tags:
                    return _cached(reference, self._tags[name])
        image = images.parse(reference)
        if image is None:
            return Match(Status.DOWNLOAD, "It is not an image reference, so the pull fails.")
        if held := self._same.get(image.identity):
            return Match(Status.SAME_IMAGE, _why_not_found(reference, image, held), held)
        if held := self._repositories.get((image.registry, image.repository)):
            if has_digest:
                return Match(Status.OTHER_TAG, f"{held} is kept, but a node never finds an image by digest.", held)
            return Match(Status.OTHER_TAG, f"Another tag of it is required: {held}.", held)
        return Match(Status.DOWNLOAD, "No tag of it is required.")


def _cached(reference: str, held: str) -> Match:
    if held == reference:
        return Match(Status.CACHED, "Kept under this name.", held)
    return Match(Status.CACHED, f"Kept as {held}, where a node looks for it too.", held)


def _why_not_found(reference: str, image: images.Image, held: str) -> str:
    """Say why a node pulls an image that it holds: the pull finds every layer there."""
    ending = "so it is pulled again, its layers are there."
    if image.digest:
        return f"Kept as {held}, but a node never finds an image by digest, {ending}"
    if image.host + "/" == _RENAMED:
        return f"Kept as {held}; engines file {_RENAMED} under {_DOCKER_HUB}, where a node does not look, {ending}"
    if ":" in image.host and not image.tag:
        return f"Kept as {held}, but a node takes the colon of the port for that of a tag, {ending}"
    return f"Kept as {held}, where a node does not look for it, {ending}"


@dataclass(frozen=True, slots=True)
class HeldResource:
    """A resource that is held: its type, its name in the cache, and its files where it names some of an S3 folder."""

    type: str
    key: str
    files: tuple[str, ...] | None = None

    @classmethod
    def of(cls, spec: JsonObject) -> HeldResource | None:
        """Return what a node keeps of a resource as a market or a job writes it; None where it fails to name it."""
        key = caching.resource_key(spec)
        return None if key is None else cls(javascript.text(spec.get("type")), key, files_of(spec))


def files_of(spec: JsonObject) -> tuple[str, ...] | None:
    """Return the files that an S3 resource with a URL is limited to; None for all, and for every other resource."""
    files = spec.get("files")
    if spec.get("type") != "S3" or not spec.get("url") or not isinstance(files, list) or not files:
        return None
    return tuple(map(javascript.text, files))


class HeldResources:
    """The resources of a node or a market, ready to be asked for others."""

    def __init__(self, held: Iterable[HeldResource]) -> None:
        self._keys: dict[str, HeldResource] = {}
        self._plain: dict[str, HeldResource] = {}
        for one in held:
            self._keys.setdefault(one.key, one)
            self._plain.setdefault(plain(one.key), one)

    def match(self, spec: JsonObject) -> Match:
        """Say what a node that holds these resources has to do for one, as a job writes it."""
        wanted = HeldResource.of(spec)
        if wanted is None:
            return Match(Status.DOWNLOAD, "A node cannot name it, so the op fails before it starts.")
        held = self._keys.get(wanted.key)
        if held:
            return Match(Status.CACHED, _why_cached(spec, wanted, held), held.key)
        near = self._plain.get(plain(wanted.key)) or self._nearest(spec, wanted)
        if near is None:
            return Match(Status.DOWNLOAD, "Nothing of that name is required.")
        return Match(Status.DOWNLOAD, _why_missed(wanted, near), near.key)

    def _nearest(self, spec: JsonObject, wanted: HeldResource) -> HeldResource | None:
        """Return a held resource that a person could take for the wanted one, the nearest name first."""
        stem = _stem(spec, wanted)
        near = [one for one in self._keys.values() if _is_near(stem, wanted, one)]
        return min(near, key=lambda one: (one.type != wanted.type, len(one.key), one.key), default=None)


def plain(key: str) -> str:
    """Return a key without what people take for unimportant and nodes do not: case and a slash at the end."""
    return key.rstrip("/").lower()


def _stem(spec: JsonObject, wanted: HeldResource) -> str:
    """Return the part of a key that says what it is: the repository, the model without its tag, else all of it."""
    if wanted.type == "HF":
        return plain(javascript.text(spec.get("repo")))
    return plain(wanted.key.partition(":")[0] if wanted.type == "Ollama" else wanted.key)


def _is_near(stem: str, wanted: HeldResource, held: HeldResource) -> bool:
    other = plain(held.key)
    if wanted.type == held.type == "HF":
        return other == stem or other.startswith(f"{stem}-")
    if wanted.type == held.type == "Ollama":
        return other.partition(":")[0] == stem
    if wanted.type == held.type:
        return _is_within(stem, other) or _is_within(other, stem) or _same_parts(stem, other)
    return bool(stem) and (_is_within(other, stem, anywhere=True) or _is_within(stem, other, anywhere=True))


def _is_within(inner: str, outer: str, *, anywhere: bool = False) -> bool:
    """Say whether a path lies in another, or, `anywhere`, is the end of it."""
    return inner.startswith(f"{outer}/") or (anywhere and "/" in outer and inner.endswith(f"/{outer}"))


def _same_parts(one: str, other: str) -> bool:
    return "://" in one and sorted(one.split("-")) == sorted(other.split("-"))


def _why_cached(spec: JsonObject, wanted: HeldResource, held: HeldResource) -> str:
    if wanted.type != held.type:
        return f"A {held.type} resource of that name is kept: it is the same volume, which may be synced first."
    if wanted.files != held.files:
        return (
            f"The same volume, but not the same files (here {_files(wanted)}, kept {_files(held)}): it may be synced "
            "first."
        )
    if isinstance(spec.get("url"), str) and spec["url"] != held.key and held.type == "S3":
        return f"Kept as {held.key}, which is how nodes write {caching.BUCKET}."
    return "Kept under this name."


def _files(resource: HeldResource) -> str:
    return "all" if resource.files is None else f"{len(resource.files):,}"


def _why_missed(wanted: HeldResource, held: HeldResource) -> str:
    ending = "is another name, and nodes compare names as they are written."
    if wanted.type != held.type:
        return f"{held.key} is kept as {held.type}, which is never taken for {wanted.type}."
    if plain(wanted.key) == plain(held.key):
        return f"{held.key} is kept, but a slash at the end or a capital letter makes it another name."
    if wanted.type == "HF":
        return f"{held.key} is kept, but revision and files, in their order, are part of the name."
    if wanted.type == "Ollama":
        return f"{held.key} is kept: another tag of the model, which is another resource."
    if _is_within(plain(wanted.key), plain(held.key)):
        return f"{held.key}, the folder above it, is kept; it {ending}"
    if _is_within(plain(held.key), plain(wanted.key)):
        return f"{held.key}, a folder in it, is kept; it {ending}"
    return f"{held.key}, the same parts in another order, is kept; it {ending}"
