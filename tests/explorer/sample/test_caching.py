"""The node's rules about what it has cached."""

from __future__ import annotations

import pytest

from explorer.sample.caching import NodeCache, has_image, resource_key


@pytest.mark.parametrize(
    ("image", "tag", "cached"),
    [
        ("ubuntu", "ubuntu:latest", True),
        ("ubuntu", "docker.io/library/ubuntu:latest", True),
        ("nosana/stats:1", "docker.io/nosana/stats:1", True),
        ("nosana/stats:1", "registry.hub.docker.com/nosana/stats:1", False),
        ("nosana/stats:1", "registry.hub.docker.com//nosana/stats:1", True),
        ("docker.io/nosana/stats:1", "docker.io/nosana/stats:1", True),
        ("docker.io/nosana/stats:1", "nosana/stats:1", False),
        ("ubuntu:22.04", "ubuntu:latest", False),
        ("ubuntu@sha256:00", "ubuntu@sha256:00", False),
    ],
)
def test_has_image_follows_the_node(image: str, tag: str, *, cached: bool) -> None:
    assert has_image(image, {tag}) is cached


@pytest.mark.parametrize(
    ("resource", "key"),
    [
        ({"type": "S3", "url": "https://a.example/x", "target": "/y", "files": ["f"]}, "https://a.example/x"),
        ({"type": "S3", "url": "s3://nos-ai-models-qllsn32u/a"}, "https://models.nosana.io/a"),
        ({"type": "S3", "buckets": [{"url": "s3://a", "files": ["f"]}, {"url": "s3://b"}]}, "s3://a-s3://b"),
        ({"type": "HF", "repo": "o/m"}, "o/m"),
        ({"type": "HF", "repo": "o/m", "revision": "r", "files": ["b", "a"]}, "o/m-r-b-a"),
        ({"type": "Ollama", "model": "m:8b"}, "m:8b"),
        ({"type": "S3", "bucket": "b"}, None),
        ({"__spread__": "%%ops.a.results.b%%"}, None),
        ("__remove-if-empty__", None),
    ],
)
def test_resource_key_follows_the_node(resource: object, key: str | None) -> None:
    assert resource_key(resource) == key


def test_cache_forgets_after_24_hours_of_no_use() -> None:
    cache = NodeCache({"a": 100.0, "b": 200.0}, {"v": 100.0})
    cache.evict(100.0 + 86_400)
    assert (cache.images, cache.volumes) == ({"a": 100.0, "b": 200.0}, {"v": 100.0})
    cache.evict(100.0 + 86_401)
    assert (cache.images, cache.volumes) == ({"b": 200.0}, {})
