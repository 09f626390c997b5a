"""Image references: what registry, repository, tag and digest a name means. Pure; parsed by Docker's own grammar."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from docker_image.digest import InvalidDigest
from docker_image.reference import InvalidReference, Reference

#: Names of one registry, Docker Hub; the network writes all of them (job-definition, "Resource caching").
DOCKER_HUB = "docker.io"
_HUB_NAMES = {DOCKER_HUB, "index.docker.io", "registry.hub.docker.com"}
#: Where Docker Hub keeps the images that are named without an owner.
_OFFICIAL = "library/"
#: Longer than any reference that a registry takes: 255 for the name, 128 for the tag, 135 for the digest.
_MAX_LENGTH = 600


@dataclass(frozen=True, slots=True)
class Image:
    """A parsed reference. `tag` and `digest` are empty where it names none."""

    registry: str  # as one name for Docker Hub: "docker.io"
    repository: str  # within the registry, in full: "library/ubuntu", "nosana/frpc"
    tag: str
    digest: str
    host: str = field(default="", compare=False)  # the registry as it was written; empty where it went unsaid

    @property
    def name(self) -> str:
        """The repository as people write it: without "library/" on Docker Hub."""
        return self.repository.removeprefix(_OFFICIAL) if self.registry == DOCKER_HUB else self.repository

    @property
    def short(self) -> str:
        """For a narrow place: no registry where it is Docker Hub, and a digest cut to 12 digits."""
        registry = "" if self.registry == DOCKER_HUB else f"{self.registry}/"
        tag = f":{self.tag}" if self.tag else ""
        algorithm, _, digits = self.digest.partition(":")
        return f"{registry}{self.name}{tag}{f'@{algorithm}:{digits[:12]}' if digits else ''}"

    @property
    def identity(self) -> tuple[str, str, str]:
        """What two references have in common when they name one image: registry, repository, digest or tag."""
        return self.registry, self.repository, self.digest or self.tag or "latest"


@lru_cache(maxsize=4096)
def parse(reference: str) -> Image | None:
    """Return what a reference names, or None if it is not one; never raises. About 30 µs, then remembered."""
    if len(reference) > _MAX_LENGTH or not reference.isascii() or not reference.isprintable():
        return None
    try:
        found = Reference.parse_normalized_named(_on_docker_hub(reference))
    except (InvalidReference, InvalidDigest):
        return None
    registry, (first, slash, _) = found.domain(), reference.partition("/")
    host = first if slash and (first == registry or first in _HUB_NAMES) else ""
    return Image(registry, found.path(), found["tag"] or "", found["digest"] or "", host)


def identity(reference: str) -> tuple[str, ...]:
    """Return the image's identity, or the reference itself where it cannot be parsed."""
    image = parse(reference)
    return image.identity if image else (reference,)


def _on_docker_hub(reference: str) -> str:
    """Return the reference with Docker Hub under its usual name, so that "library/" is added where it belongs."""
    registry, slash, rest = reference.partition("/")
    return f"{DOCKER_HUB}/{rest}" if slash and registry in _HUB_NAMES else reference
