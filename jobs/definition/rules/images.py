"""Image references, and whether a node can find the image in its cache (nosana-cli, repoTagsContainsImage)."""

from __future__ import annotations

from collections.abc import Iterator

from explorer import images
from jobs.definition.facts import Job, Op, members
from jobs.definition.found import Found
from jobs.definition.naming import shown

_LOCAL = ("localhost", "127.0.0.1")


def of_op(op: Op, job: Job) -> Iterator[Found]:
    """Yield what is odd about the op's image."""
    reference = op.args.get("image")
    if not isinstance(reference, str) or "%%" in reference:
        return
    image, pointer = images.parse(reference), f"{op.pointer}/args/image"
    if image is None:
        message = (
            f"{shown(reference)} is not an image reference, so nothing can be pulled; write registry/owner/name:tag."
        )
        yield Found("ND141", pointer, message, "registry/owner/name:tag")
        return
    if image.host.partition(":")[0] in _LOCAL:
        message = "This image is on your own machine, which no node can reach; push it to a registry."
        yield Found("ND142", pointer, message)
    yield from _version(reference, image, pointer)
    if members(op.args, "authentication").get("docker"):
        message = "Nodes delete an image that needs a sign-in after the op, so every run pulls it again."
        yield Found("ND145", op.at("authentication", "docker"), message)


def _version(reference: str, image: images.Image, pointer: str) -> Iterator[Found]:
    if image.digest:
        message = "Nodes never find an image by digest in their cache, so every run asks the registry; a tag is found."
        yield Found("ND144", pointer, message)
    elif image.tag in ("", "latest"):
        what = "No tag means latest, which" if not image.tag else "latest"
        yield Found("ND140", pointer, f"{what} is another image on another day; name the version that you tested.")
    if image.host == "index.docker.io":
        message = (
            "Engines file this image under docker.io, so nodes never find it in their cache; write docker.io/ instead."
        )
        yield Found("ND143", pointer, message)
    elif ":" in image.host and not image.tag and not image.digest:
        message = (
            "The colon of the port is taken for that of a tag, so the image is never found in the cache; add a tag."
        )
        yield Found("ND143", pointer, message)
