from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer import images
from explorer.images import Image

DIGEST = f"sha256:{'ab' * 32}"


@pytest.mark.parametrize(
    ("reference", "registry", "repository", "tag", "digest", "host", "name"),
    [
        ("ubuntu", "docker.io", "library/ubuntu", "", "", "", "ubuntu"),
        ("ubuntu:24.04", "docker.io", "library/ubuntu", "24.04", "", "", "ubuntu"),
        ("nosana/frpc:0.1.0", "docker.io", "nosana/frpc", "0.1.0", "", "", "nosana/frpc"),
        ("docker.io/nosana/frpc", "docker.io", "nosana/frpc", "", "", "docker.io", "nosana/frpc"),
        ("docker.io/ubuntu", "docker.io", "library/ubuntu", "", "", "docker.io", "ubuntu"),
        ("index.docker.io/a/b:1", "docker.io", "a/b", "1", "", "index.docker.io", "a/b"),
        (
            "registry.hub.docker.com/nosana/stats:v1.0.4",
            "docker.io",
            "nosana/stats",
            "v1.0.4",
            "",
            "registry.hub.docker.com",
            "nosana/stats",
        ),
        (
            "registry.hub.docker.com/ubuntu",
            "docker.io",
            "library/ubuntu",
            "",
            "",
            "registry.hub.docker.com",
            "ubuntu",
        ),
        ("ghcr.io/a/b/c:2", "ghcr.io", "a/b/c", "2", "", "ghcr.io", "a/b/c"),
        ("localhost:5000/x:1", "localhost:5000", "x", "1", "", "localhost:5000", "x"),
        (f"a/b@{DIGEST}", "docker.io", "a/b", "", DIGEST, "", "a/b"),
        (f"ghcr.io/a/b:1@{DIGEST}", "ghcr.io", "a/b", "1", DIGEST, "ghcr.io", "a/b"),
        ("docker.io", "docker.io", "library/docker.io", "", "", "", "docker.io"),
    ],
)
def test_parse_a_reference(
    reference: str, registry: str, repository: str, tag: str, digest: str, host: str, name: str
) -> None:
    image = images.parse(reference)

    assert image is not None
    assert (image.registry, image.repository, image.tag, image.digest) == (registry, repository, tag, digest)
    assert (image.host, image.name) == (host, name)


@pytest.mark.parametrize(
    "reference",
    [
        "",
        " ubuntu",
        "ubuntu\n",
        "ubuntu\0",
        "Ubuntu",
        "a b",
        "docker.io/",
        "registry.hub.docker.com//nosana/x",
        "f" * 64,
        "a/b:",
        "a/b:tag with space",
        f"a/b@sha256:{'z' * 64}",
        f"a/b@sha256:{'a' * 40}",
        "<script>alert(1)</script>",
        "ubun‮tu",
        "x" * 1_000_000,
        "a/" * 200_000,
        "-" * 500,
    ],
)
def test_parse_what_is_no_reference_is_none(reference: str) -> None:
    assert images.parse(reference) is None


@given(st.text(max_size=300))
def test_parse_never_raises(text: str) -> None:
    assert images.parse(text) is None or isinstance(images.parse(text), Image)


@pytest.mark.parametrize(
    ("reference", "short"),
    [
        ("docker.io/library/ubuntu:24.04", "ubuntu:24.04"),
        ("registry.hub.docker.com/nosana/frpc:0.1.0", "nosana/frpc:0.1.0"),
        ("ghcr.io/a/b", "ghcr.io/a/b"),
        (f"a/b@{DIGEST}", "a/b@sha256:abababababab"),
    ],
)
def test_short_is_the_name_for_a_narrow_place(reference: str, short: str) -> None:
    image = images.parse(reference)

    assert image is not None
    assert image.short == short


def test_identity_is_one_for_all_names_of_an_image() -> None:
    names = [
        "ubuntu",
        "ubuntu:latest",
        "docker.io/ubuntu",
        "index.docker.io/library/ubuntu",
        "docker.io/library/ubuntu",
    ]

    assert {images.identity(name) for name in names} == {("docker.io", "library/ubuntu", "latest")}
    assert images.identity("registry.hub.docker.com/ubuntu:22.04") == ("docker.io", "library/ubuntu", "22.04")
    assert images.identity("not an image") == ("not an image",)
