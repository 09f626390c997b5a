"""Names in a node's cache."""

from __future__ import annotations

import pytest

from explorer.nosana import caching
from explorer.nosana.payloads import JsonObject


@pytest.mark.parametrize(
    ("image", "tagged"),
    [
        ("ubuntu", "ubuntu:latest"),
        ("nosana/stats:1", "nosana/stats:1"),
        ("localhost:5000/app", "localhost:5000/app"),  # a colon anywhere counts as a tag
        ("org/app@sha256:00", "org/app@sha256:00"),
    ],
)
def test_image_names_are_those_the_node_looks_for(image: str, tagged: str) -> None:
    assert caching.image_names(image) == [
        tagged,
        f"docker.io/{tagged}",
        f"docker.io/library/{tagged}",
        f"registry.hub.docker.com//{tagged}",
        f"registry.hub.docker.com/library/{tagged}",
    ]


@pytest.mark.parametrize(
    ("resource", "key"),
    [
        ({"type": "S3", "url": "https://a.example/x/"}, "https://a.example/x/"),
        ({"type": "S3", "url": "s3://nos-ai-models-qllsn32u/a"}, "https://models.nosana.io/a"),
        (
            {"type": "S3", "url": "s3://nos-ai-models-qllsn32u/s3://nos-ai-models-qllsn32u"},
            "https://models.nosana.io/s3://nos-ai-models-qllsn32u",
        ),
        ({"type": "S3", "url": "u", "files": ["a"], "bucket": "b", "buckets": [{"url": "v"}]}, "u"),
        ({"type": "S3", "buckets": [{"url": "a"}, {"url": "b", "files": ["x"]}]}, "a-b"),
        ({"type": "S3", "url": "", "buckets": [{"url": "a"}]}, "a"),
        ({"type": "S3", "buckets": [{}, {"url": "b"}]}, "-b"),
        ({"type": "S3", "bucket": "b"}, None),
        ({"type": "S3"}, None),
        ({"type": "S3", "buckets": [None]}, None),
        ({"type": "HF", "repo": "o/m"}, "o/m"),
        ({"type": "HF", "repo": "o/m", "revision": "r", "files": ["a", "b"]}, "o/m-r-a-b"),
        ({"type": "HF", "repo": "o/m", "files": []}, "o/m-"),
        ({"type": "HF", "repo": "o/m", "files": "a"}, None),
        ({"type": "HF"}, None),
        ({"type": "Ollama", "model": "m:8b"}, "m:8b"),
        ({"type": "Ollama"}, None),
        ({"type": "IPFS", "url": "u"}, None),
    ],
)
def test_resource_key_is_the_nodes(resource: JsonObject, key: str | None) -> None:
    assert caching.resource_key(resource) == key


def test_resource_target_of_ollama_has_a_default() -> None:
    assert caching.resource_target({"type": "Ollama"}) == "/root/.ollama/models"
    assert caching.resource_target({"type": "Ollama", "target": "/m"}) == "/m"
    assert caching.resource_target({"type": "HF"}) is None


def test_is_writable_for_s3_only() -> None:
    assert caching.is_writable({"type": "S3", "allowWrite": True})
    assert not caching.is_writable({"type": "S3"})
    assert not caching.is_writable({"type": "HF", "allowWrite": True})
