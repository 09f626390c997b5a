"""What a node has cached and how long the rest takes to pull: the rules of the node's own code.

Images match by registry tag as the node compares them; resources by the name of the volume that holds them.
Either is kept for 24 hours after its last use, or always where the market requires it.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from typing import Any

from explorer.sample.draw import JsonObject

KEPT_SECONDS = 86400
DEFAULT_IMAGE_GB = 1.4
IMAGE_GB = (
    ("vllm", 9.8), ("sglang", 11.2), ("lmdeploy", 9.1), ("text-generation-inference", 7.4), ("a1111", 8.6),
    ("stable-diffusion", 7.9), ("comfyui", 8.2), ("whisper", 4.3), ("llama2", 6.1), ("jupyter", 6.8), ("pytorch", 6.4),
    ("blender", 3.1), ("open-webui", 2.3), ("ollama", 1.9), ("cuda", 3.6), ("llm_benchmark", 5.2), ("frpc", 0.02),
    ("ffmpeg", 0.4), ("stats", 0.05), ("helper", 0.15), ("resource-manager", 0.2), ("ubuntu", 0.03), ("alpine", 0.01),
    ("busybox", 0.005), ("nginx", 0.07), ("python", 0.36), ("redis", 0.05), ("node", 0.4), ("postgres", 0.15),
)  # fmt: skip
RESOURCE_GB = (
    ("70b", 39.0), ("72b", 41.0), ("32b", 19.0), ("27b", 17.0), ("20b", 13.0), ("14b", 9.0), ("13b", 7.9), ("8b", 4.9),
    ("7b", 4.7), ("4b", 3.3), ("3b", 2.2), ("1.1b", 2.2), ("1b", 1.3), ("flux", 23.0), ("sdxl", 6.9), ("large-v3", 3.1),
    ("dreamshaper", 4.3), ("1.5", 4.0),
)  # fmt: skip
DEFAULT_RESOURCE_GB = 2.0


@dataclass(slots=True)
class NodeCache:
    """When each image and volume of a node was last used, in Unix seconds."""

    images: dict[str, float] = field(default_factory=dict)
    volumes: dict[str, float] = field(default_factory=dict)

    def evict(self, now: float) -> bool:
        """Forget what was last used more than 24 hours ago; return whether there was any."""
        before = len(self.images) + len(self.volumes)
        self.images = {key: used for key, used in self.images.items() if now - used <= KEPT_SECONDS}
        self.volumes = {key: used for key, used in self.volumes.items() if now - used <= KEPT_SECONDS}
        return len(self.images) + len(self.volumes) < before


def has_image(image: str, tags: Container[str]) -> bool:
    """Return whether one of the node's tags is the image, as the node compares them (the double slash is its own)."""
    wanted = image if ":" in image else f"{image}:latest"
    names = (
        wanted,
        f"docker.io/{wanted}",
        f"docker.io/library/{wanted}",
        f"registry.hub.docker.com//{wanted}",
        f"registry.hub.docker.com/library/{wanted}",
    )
    return "@" not in image and any(name in tags for name in names)


def resource_key(resource: Any) -> str | None:
    """Return the name a node keeps a resource under, or None where the node itself cannot name it."""
    if not isinstance(resource, dict):
        return None
    if resource.get("type") == "Ollama":
        return _text(resource.get("model"))
    if resource.get("type") == "HF":
        return _hf_key(resource)
    if url := _text(resource.get("url")):
        return url.replace("s3://nos-ai-models-qllsn32u", "https://models.nosana.io")
    buckets = resource.get("buckets")
    return "-".join(str(b.get("url")) for b in buckets if isinstance(b, dict)) if isinstance(buckets, list) else None


def _hf_key(resource: JsonObject) -> str | None:
    """Return repo[-revision][-files]; the order of the files matters to the node."""
    repo = _text(resource.get("repo"))
    files = resource.get("files")
    parts = [repo, _text(resource.get("revision")), *(map(str, files) if isinstance(files, list) else ())]
    return "-".join(part for part in parts if part) if repo else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def image_gb(image: str) -> float:
    """Return the size of an image to pull, in GB; a plausible figure by its name."""
    return _size(image.lower(), IMAGE_GB, DEFAULT_IMAGE_GB)


def resource_gb(key: str) -> float:
    """Return the size of a resource to pull, in GB; a plausible figure by its name."""
    return _size(key.lower(), RESOURCE_GB, DEFAULT_RESOURCE_GB)


def _size(text: str, sizes: Iterable[tuple[str, float]], default: float) -> float:
    return next((size for word, size in sizes if word in text), default)
