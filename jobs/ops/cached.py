"""Whether a node had an image or a resource when it took a job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from explorer.formats import day, duration
from explorer.held import HeldImages, HeldResources, Match, Status
from explorer.nosana.payloads import JsonObject

_LABELS: Final = {
    Status.CACHED: "cached, {}",
    Status.SAME_IMAGE: "same image, other name",
    Status.OTHER_TAG: "other tag",
    Status.DOWNLOAD: "downloaded",
}
_NOTHING: Final = "Not required by its market, and not used by a job of the node in the day before."


@dataclass(frozen=True, slots=True)
class Cache:
    """What a node had of an item: the status of explorer.held, in a few words, and why."""

    status: Status
    label: str
    reason: str


@dataclass(frozen=True, slots=True)
class Held:
    """What a node held when it took a job: what its market required, and what its jobs used in the day before.

    `uses` says of used images and resources, by name, when a job last did. `read_at` is the moment of the market's list
    that is meant: `at`, or a later one where the list was first read then.
    """

    at: datetime
    read_at: datetime
    required_images: HeldImages = field(default_factory=lambda: HeldImages(()))
    required_resources: HeldResources = field(default_factory=lambda: HeldResources(()))
    used_images: HeldImages = field(default_factory=lambda: HeldImages(()))
    used_resources: HeldResources = field(default_factory=lambda: HeldResources(()))
    uses: Mapping[str, datetime] = field(default_factory=dict)

    def image(self, reference: str, *, is_private: bool = False) -> Cache:
        """Say whether the node had the image; `is_private` where a sign-in comes with it."""
        required = self.required_images.match(reference, is_private=is_private)
        return self._cache(required, self.used_images.match(reference, is_private=is_private))

    def resource(self, spec: JsonObject) -> Cache:
        """Say whether the node had the resource, as the definition writes it."""
        return self._cache(self.required_resources.match(spec), self.used_resources.match(spec))

    def _cache(self, required: Match, used: Match) -> Cache:
        order = list(Status)
        is_required = order.index(required.status) <= order.index(used.status)
        best = required if is_required else used
        if best.status is Status.DOWNLOAD:
            is_told = bool(required.held) or "required" not in required.reason
            return Cache(best.status, _LABELS[best.status], required.reason if is_told else _NOTHING)
        if is_required:
            return self._required(best)
        used_at = self.uses.get(best.held)
        before = f"used {duration(self.at - used_at)} before" if used_at and used_at < self.at else "in use"
        reason = f"{best.held}: {before} by a job of this node, which keeps for 24 hours what it used."
        return Cache(best.status, _LABELS[best.status].format(before), reason)

    def _required(self, found: Match) -> Cache:
        if self.read_at > self.at:
            reason = f"On {day(self.read_at)}, when it was first read, the market's list had it. {found.reason}"
            return Cache(found.status, _LABELS[found.status].format("if required then"), reason)
        return Cache(found.status, _LABELS[found.status].format("required"), f"Its market required it. {found.reason}")
