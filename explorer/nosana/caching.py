"""The names under which a node looks for an image and for a resource in its cache.

Rules: nosana-cli, repoTagsContainsImage and createResourceName. Nothing is normalised: another spelling of the same
image or URL is another name.
"""

from __future__ import annotations

from typing import Final

from explorer.nosana import javascript
from explorer.nosana.payloads import JsonObject, JsonValue

#: The types of resources that a node can name.
TYPES: Final = ("S3", "HF", "Ollama")
#: The bucket that nodes replace by its public address.
BUCKET: Final = "s3://nos-ai-models-qllsn32u"
BUCKET_URL: Final = "https://models.nosana.io"
#: Where the models of an Ollama resource go without a target.
OLLAMA_TARGET: Final = "/root/.ollama/models"
#: The double slash is the node's.
_REGISTRIES: Final = (
    "",
    "docker.io/",
    "docker.io/library/",
    "registry.hub.docker.com//",
    "registry.hub.docker.com/library/",
)


def image_names(image: str) -> list[str]:
    """Return the local tags that count as this image; one with a digest never is among them."""
    tagged = image if ":" in image else f"{image}:latest"
    return [registry + tagged for registry in _REGISTRIES]


def resource_key(resource: JsonObject) -> str | None:
    """Return the name of a resource's cache entry; None where the node fails to make one.

    Target, IAM, access token and the files of an S3 URL are not part of it.
    """
    kind = resource.get("type")
    if kind == "S3":
        return _s3_key(resource)
    if kind == "HF":
        return _hugging_face_key(resource)
    model = resource.get("model")
    return model if kind == "Ollama" and isinstance(model, str) else None


def _s3_key(resource: JsonObject) -> str | None:
    url, buckets = resource.get("url"), resource.get("buckets")
    if isinstance(url, str) and url:
        return url.replace(BUCKET, BUCKET_URL, 1)
    if not isinstance(buckets, list) or not all(isinstance(bucket, dict) for bucket in buckets):
        return None
    urls = [bucket.get("url") for bucket in buckets if isinstance(bucket, dict)]
    return "-".join("" if url is None else javascript.text(url) for url in urls)


def _hugging_face_key(resource: JsonObject) -> str | None:
    repo, revision, files = resource.get("repo"), resource.get("revision"), resource.get("files")
    if not isinstance(repo, str) or (javascript.is_true(files) and not isinstance(files, list)):
        return None
    key = repo + (f"-{javascript.text(revision)}" if javascript.is_true(revision) else "")
    if not isinstance(files, list):
        return key
    return key + "-" + "-".join("" if name is None else javascript.text(name) for name in files)


def resource_target(resource: JsonObject) -> str | None:
    """Return the folder at which a resource is mounted; None where it has none."""
    target: JsonValue = resource.get("target")
    if target is None and resource.get("type") == "Ollama":
        return OLLAMA_TARGET
    return target if isinstance(target, str) else None


def is_writable(resource: JsonObject) -> bool:
    """Say whether the op may write into the resource: S3 with `allowWrite` only."""
    return resource.get("type") == "S3" and javascript.is_true(resource.get("allowWrite"))
