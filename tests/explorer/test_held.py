"""What a node holds against what a job names: the rules of nosana-cli, pair by pair."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.held import HeldImages, HeldResource, HeldResources, Status, files_of, spellings, tag_of, takers
from explorer.nosana import caching

CACHED, SAME, OTHER, DOWNLOAD = Status.CACHED, Status.SAME_IMAGE, Status.OTHER_TAG, Status.DOWNLOAD
HUB = "registry.hub.docker.com"
SHA = "sha256:" + "5" * 64
OTHER_SHA = "sha256:" + "6" * 64


@pytest.mark.parametrize(
    ("wanted", "held", "status"),
    [
        # written the same way
        ("docker.io/vllm/vllm-openai:v0.5.4", "docker.io/vllm/vllm-openai:v0.5.4", CACHED),
        (f"{HUB}/nosana/stats:v1.0.4", f"{HUB}/nosana/stats:v1.0.4", CACHED),
        ("ghcr.io/huggingface/tgi:3.3", "ghcr.io/huggingface/tgi:3.3", CACHED),
        ("ubuntu", "ubuntu", CACHED),
        # no tag means latest, on both sides
        ("ubuntu", "ubuntu:latest", CACHED),
        ("ubuntu:latest", "ubuntu", CACHED),
        ("docker.io/ollama/ollama", "docker.io/ollama/ollama:latest", CACHED),
        # the five spellings in which a node looks for a bare name
        ("vllm/vllm-openai:v0.5.4", "docker.io/vllm/vllm-openai:v0.5.4", CACHED),
        ("ubuntu:22.04", "docker.io/ubuntu:22.04", CACHED),
        ("ubuntu:22.04", "docker.io/library/ubuntu:22.04", CACHED),
        ("ubuntu", "docker.io/library/ubuntu", CACHED),
        ("ubuntu:22.04", f"{HUB}/library/ubuntu:22.04", CACHED),
        ("nosana/stats:v1.0.4", f"{HUB}//nosana/stats:v1.0.4", CACHED),
        ("ubuntu", f"{HUB}//ubuntu:latest", CACHED),
        ("library/ubuntu:22.04", "docker.io/library/ubuntu:22.04", CACHED),
        # the double slash is the node's own: with one slash it does not look
        ("nosana/stats:v1.0.4", f"{HUB}/nosana/stats:v1.0.4", SAME),
        ("ubuntu:22.04", f"{HUB}/ubuntu:22.04", SAME),
        ("docker.io/nosana/stats:v1.0.4", f"{HUB}//nosana/stats:v1.0.4", SAME),
        # a name with a registry is looked for under other registries in vain
        ("docker.io/nosana/frpc:0.1.0", f"{HUB}/nosana/frpc:0.1.0", SAME),
        (f"{HUB}/vllm/vllm-openai:v0.5.4", "docker.io/vllm/vllm-openai:v0.5.4", SAME),
        (f"{HUB}/vllm/vllm-openai:v0.5.4", "vllm/vllm-openai:v0.5.4", SAME),
        ("docker.io/library/ubuntu:22.04", "ubuntu:22.04", SAME),
        ("docker.io/ubuntu:22.04", "docker.io/library/ubuntu:22.04", SAME),
        ("docker.io/library/ubuntu", "docker.io/ubuntu", SAME),
        (f"{HUB}/library/ubuntu", "docker.io/library/ubuntu", SAME),
        # engines file index.docker.io under docker.io
        ("index.docker.io/o/x:1", "docker.io/o/x:1", SAME),
        ("index.docker.io/o/x:1", "index.docker.io/o/x:1", SAME),
        ("docker.io/o/x:1", "index.docker.io/o/x:1", CACHED),
        ("o/x:1", "index.docker.io/o/x:1", CACHED),
        # the colon of a port counts as that of a tag, so that latest is not added
        ("localhost:5000/app:1", "localhost:5000/app:1", CACHED),
        ("localhost:5000/app", "localhost:5000/app:latest", SAME),
        ("localhost:5000/app", "localhost:5000/app", SAME),
        ("registry.example:443/o/x", "registry.example:443/o/x:2", OTHER),
        # by digest nothing is ever found
        (f"o/x@{SHA}", f"o/x@{SHA}", SAME),
        (f"docker.io/o/x@{SHA}", f"{HUB}/o/x@{SHA}", SAME),
        (f"o/x@{SHA}", f"o/x@{OTHER_SHA}", OTHER),
        (f"o/x@{SHA}", "docker.io/o/x:1", OTHER),
        (f"o/x:1@{SHA}", "o/x:1", OTHER),
        ("o/x:1", f"o/x@{SHA}", OTHER),
        # another tag of one repository, under whatever name of the registry
        ("docker.io/vllm/vllm-openai:v0.5.5", "docker.io/vllm/vllm-openai:v0.5.4", OTHER),
        ("vllm/vllm-openai", "docker.io/vllm/vllm-openai:v0.5.4", OTHER),
        ("nosana/stats:v2", f"{HUB}/nosana/stats:v1.0.4", OTHER),
        ("docker.io/library/ubuntu:24.04", "ubuntu", OTHER),
        ("ubuntu:24.04", "docker.io/library/ubuntu:22.04", OTHER),
        # tags are compared letter by letter
        ("o/x:V1", "o/x:v1", OTHER),
        ("o/x:1.0", "o/x:1.0.0", OTHER),
        # something else
        ("ubuntu", "docker.io/nosana/ubuntu:latest", DOWNLOAD),
        ("ghcr.io/o/x:1", "docker.io/o/x:1", DOWNLOAD),
        ("o/x:1", "ghcr.io/o/x:1", DOWNLOAD),
        ("quay.io/o/x:1", f"{HUB}/o/x:1", DOWNLOAD),
        ("localhost:5000/o/x:1", "localhost:5001/o/x:1", DOWNLOAD),
        ("o/x-gpu:1", "o/x:1", DOWNLOAD),
        ("o/x", "o/x/y", DOWNLOAD),
        # no reference at all
        ("Ubuntu", "ubuntu", DOWNLOAD),
        ("docker pull ubuntu", "ubuntu", DOWNLOAD),
        ("https://docker.io/library/ubuntu", "docker.io/library/ubuntu", DOWNLOAD),
        ("", "ubuntu", DOWNLOAD),
        (f"{HUB}//nosana/stats:v1.0.4", f"{HUB}/nosana/stats:v1.0.4", DOWNLOAD),
    ],
)
def test_image_is_found_as_a_node_finds_it(wanted: str, held: str, status: Status) -> None:
    found = HeldImages(["docker.io/library/busybox:1.36", held, "docker.io/library/redis:7"]).match(wanted)
    assert (found.status, found.held) == (status, "" if status is DOWNLOAD else held)


@pytest.mark.parametrize(
    ("reference", "tag"),
    [
        ("ubuntu", "ubuntu:latest"),
        ("o/x:1", "o/x:1"),
        ("localhost:5000/app", "localhost:5000/app:latest"),
        ("index.docker.io/o/x", "docker.io/o/x:latest"),
        (f"o/x@{SHA}", ""),
        (f"o/x:1@{SHA}", ""),
    ],
)
def test_engines_keep_an_image_under_one_tag(reference: str, tag: str) -> None:
    assert tag_of(reference) == tag


def test_image_with_a_sign_in_is_never_cached() -> None:
    found = HeldImages(["o/x:1"]).match("o/x:1", is_private=True)
    assert found.status is DOWNLOAD
    assert found.reason == "It comes with a sign-in: nodes pull it for this op and delete it after."


def test_image_takes_the_best_of_what_is_held() -> None:
    held = HeldImages(["o/x:2", f"{HUB}/o/x:1", "docker.io/o/x:1"])
    assert held.match("o/x:1").held == "docker.io/o/x:1"
    assert held.match(f"{HUB}/o/x:3").held == "o/x:2"
    assert HeldImages([]).match("o/x:1").status is DOWNLOAD


@pytest.mark.parametrize(
    ("wanted", "held", "reason"),
    [
        ("o/x:1", "o/x:1", "Kept under this name."),
        ("o/x:1", "docker.io/o/x:1", "Kept as docker.io/o/x:1, where a node looks for it too."),
        (
            "docker.io/o/x:1",
            "o/x:1",
            "Kept as o/x:1, where a node does not look for it, so it is pulled again, its layers are there.",
        ),
        (
            "localhost:5000/app",
            "localhost:5000/app",
            "Kept as localhost:5000/app, but a node takes the colon of the port for that of a tag, so it is pulled "
            "again, its layers are there.",
        ),
        (
            f"o/x@{SHA}",
            f"o/x@{SHA}",
            f"Kept as o/x@{SHA}, but a node never finds an image by digest, so it is pulled again, its layers are "
            "there.",
        ),
        (f"o/x@{SHA}", "o/x:1", "o/x:1 is kept, but a node never finds an image by digest."),
        ("o/x:2", "o/x:1", "Another tag of it is required: o/x:1."),
        ("o/y:2", "o/x:1", "No tag of it is required."),
        ("o/X", "o/x:1", "It is not an image reference, so the pull fails."),
        (
            "index.docker.io/o/x:1",
            "docker.io/o/x:1",
            "Kept as docker.io/o/x:1; engines file index.docker.io/ under docker.io/, where a node does not look, so "
            "it is pulled again, its layers are there.",
        ),
    ],
)
def test_image_says_why(wanted: str, held: str, reason: str) -> None:
    assert HeldImages([held]).match(wanted).reason == reason


def s3(url: str | None = None, **facts: Any) -> dict[str, Any]:
    """Return an S3 resource as a job writes it."""
    return {"type": "S3", "target": "/models", **({} if url is None else {"url": url}), **facts}


def hf(repo: str, **facts: Any) -> dict[str, Any]:
    """Return a Hugging Face resource as a job writes it."""
    return {"type": "HF", "repo": repo, "target": "/models", **facts}


def ollama(model: str) -> dict[str, Any]:
    """Return an Ollama resource."""
    return {"type": "Ollama", "model": model}


MODELS = "https://models.nosana.io"
DREAM = f"{MODELS}/stable-diffusion/dreamshaper/8"
BUCKET = "s3://nos-ai-models-qllsn32u"


@pytest.mark.parametrize(
    ("wanted", "held", "status"),
    [
        # S3 by URL: target, sign-in, files and rights are not part of the name
        (s3(DREAM), s3(DREAM), CACHED),
        (s3(DREAM, target="/elsewhere"), s3(DREAM), CACHED),
        (s3(DREAM, allowWrite=True), s3(DREAM), CACHED),
        (s3(DREAM, IAM={"REGION": "eu"}), s3(DREAM), CACHED),
        (s3(DREAM, files=["a.safetensors"]), s3(DREAM), CACHED),
        (s3(DREAM), s3(DREAM, files=["a.safetensors"]), CACHED),
        (s3(DREAM, files=["a"]), s3(DREAM, files=["b"]), CACHED),
        (s3(f"{BUCKET}/stable-diffusion/dreamshaper/8"), s3(DREAM), CACHED),
        (s3(DREAM), s3(f"{BUCKET}/stable-diffusion/dreamshaper/8"), CACHED),
        (s3(DREAM, buckets=[{"url": "other"}]), s3(DREAM), CACHED),
        # letter by letter
        (s3(f"{DREAM}/"), s3(DREAM), DOWNLOAD),
        (s3(DREAM.upper()), s3(DREAM), DOWNLOAD),
        (s3(DREAM.replace("https", "http")), s3(DREAM), DOWNLOAD),
        (s3(f"{DREAM}?versionId=1"), s3(DREAM), DOWNLOAD),
        (s3(f"{DREAM}/model.safetensors"), s3(DREAM), DOWNLOAD),
        (s3(f"{MODELS}/stable-diffusion/dreamshaper"), s3(DREAM), DOWNLOAD),
        (s3(f"{MODELS}/stable-diffusion/1.5"), s3(DREAM), DOWNLOAD),
        (s3("s3://another-bucket/dreamshaper/8"), s3(DREAM), DOWNLOAD),
        # S3 by buckets: their URLs, joined in their order
        (
            s3(buckets=[{"url": "s3://a"}, {"url": "s3://b"}]),
            s3(buckets=[{"url": "s3://a"}, {"url": "s3://b"}]),
            CACHED,
        ),
        (s3(buckets=[{"url": "s3://a", "files": ["x"]}]), s3(buckets=[{"url": "s3://a"}]), CACHED),
        (s3(buckets=[{"url": "s3://a"}]), s3("s3://a"), CACHED),
        (s3("s3://a-s3://b"), s3(buckets=[{"url": "s3://a"}, {"url": "s3://b"}]), CACHED),
        (
            s3(buckets=[{"url": "s3://b"}, {"url": "s3://a"}]),
            s3(buckets=[{"url": "s3://a"}, {"url": "s3://b"}]),
            DOWNLOAD,
        ),
        (s3(buckets=[{"url": "s3://a"}]), s3(buckets=[{"url": "s3://a"}, {"url": "s3://b"}]), DOWNLOAD),
        (s3(buckets=[{"url": f"{BUCKET}/x"}]), s3(f"{MODELS}/x"), DOWNLOAD),  # only a URL is rewritten
        (s3(bucket="s3://a"), s3("s3://a"), DOWNLOAD),
        (s3(), s3("s3://a"), DOWNLOAD),
        # Hugging Face: repository, revision and files, in their order
        (hf("o/m"), hf("o/m"), CACHED),
        (hf("o/m", accessToken="secret", target="/x"), hf("o/m"), CACHED),
        (hf("o/m", revision="main"), hf("o/m", revision="main"), CACHED),
        (hf("o/m", files=["a", "b"]), hf("o/m", files=["a", "b"]), CACHED),
        (hf("o/m-v1"), hf("o/m", revision="v1"), CACHED),  # one text, whatever it was made of
        (hf("o/m", revision=""), hf("o/m"), CACHED),
        (hf("o/m", revision="main"), hf("o/m"), DOWNLOAD),
        (hf("o/m"), hf("o/m", revision="main"), DOWNLOAD),
        (hf("o/m", revision="a"), hf("o/m", revision="b"), DOWNLOAD),
        (hf("o/m", files=["b", "a"]), hf("o/m", files=["a", "b"]), DOWNLOAD),
        (hf("o/m", files=["a"]), hf("o/m"), DOWNLOAD),
        (hf("o/m", files=[]), hf("o/m"), DOWNLOAD),
        (hf("O/M"), hf("o/m"), DOWNLOAD),
        (hf("o/m"), hf("o/m2"), DOWNLOAD),
        (hf("o/m", files="a"), hf("o/m-a"), DOWNLOAD),
        # Hugging Face against an address of it
        (hf("o/m"), s3("https://huggingface.co/o/m"), DOWNLOAD),
        (s3("https://huggingface.co/o/m"), hf("o/m"), DOWNLOAD),
        (hf("o/m"), {"type": "HF", "url": "https://huggingface.co/o/m"}, DOWNLOAD),
        # Ollama
        (ollama("gemma3:4b"), ollama("gemma3:4b"), CACHED),
        ({**ollama("gemma3:4b"), "target": "/x"}, ollama("gemma3:4b"), CACHED),
        (ollama("gemma3"), ollama("gemma3:latest"), DOWNLOAD),
        (ollama("gemma3:4b-it-qat"), ollama("gemma3:4b"), DOWNLOAD),
        (ollama("Gemma3:4b"), ollama("gemma3:4b"), DOWNLOAD),
        (ollama("llama3.2:3b"), ollama("llama3:3b"), DOWNLOAD),
        # a node files all types by name only
        (ollama("o/m"), hf("o/m"), CACHED),
        # no resource a node can name
        ({"type": "IPFS", "url": DREAM}, s3(DREAM), DOWNLOAD),
        ({"type": "HF"}, hf("o/m"), DOWNLOAD),
        ({}, s3(DREAM), DOWNLOAD),
    ],
)
def test_resource_is_found_as_a_node_finds_it(wanted: dict[str, Any], held: dict[str, Any], status: Status) -> None:
    kept = [HeldResource.of(spec) for spec in (s3("s3://unrelated"), held, ollama("unrelated:1b"))]
    assert HeldResources(one for one in kept if one).match(wanted).status is status


@pytest.mark.parametrize(
    ("wanted", "held", "reason"),
    [
        (s3(DREAM), s3(DREAM), "Kept under this name."),
        (
            s3(DREAM, files=["a", "b"]),
            s3(DREAM),
            "The same volume, but not the same files (here 2, kept all): it may be synced first.",
        ),
        (
            s3(f"{BUCKET}/stable-diffusion/dreamshaper/8"),
            s3(DREAM),
            f"Kept as {DREAM}, which is how nodes write {BUCKET}.",
        ),
        (
            s3(f"{DREAM}/"),
            s3(DREAM),
            f"{DREAM} is kept, but a slash at the end or a capital letter makes it another name.",
        ),
        (
            s3(f"{DREAM}/x"),
            s3(DREAM),
            f"{DREAM}, the folder above it, is kept; it is another name, and nodes compare names as they are written.",
        ),
        (
            s3(f"{MODELS}/stable-diffusion"),
            s3(DREAM),
            f"{DREAM}, a folder in it, is kept; it is another name, and nodes compare names as they are written.",
        ),
        (
            s3(buckets=[{"url": "s3://b"}, {"url": "s3://a"}]),
            s3(buckets=[{"url": "s3://a"}, {"url": "s3://b"}]),
            "s3://a-s3://b, the same parts in another order, is kept; it is another name, and nodes compare names as "
            "they are written.",
        ),
        (
            hf("o/m", revision="main"),
            hf("o/m"),
            "o/m is kept, but revision and files, in their order, are part of the name.",
        ),
        (
            hf("o/m"),
            s3("https://huggingface.co/o/m"),
            "https://huggingface.co/o/m is kept as S3, which is never taken for HF.",
        ),
        (
            ollama("gemma3:12b"),
            ollama("gemma3:4b"),
            "gemma3:4b is kept: another tag of the model, which is another resource.",
        ),
        (
            ollama("o/m"),
            hf("o/m"),
            "A HF resource of that name is kept: it is the same volume, which may be synced first.",
        ),
        (s3(), s3(DREAM), "A node cannot name it, so the op fails before it starts."),
        (s3("s3://x"), s3(DREAM), "Nothing of that name is required."),
    ],
)
def test_resource_says_why(wanted: dict[str, Any], held: dict[str, Any], reason: str) -> None:
    kept = HeldResource.of(held)
    assert kept is not None
    assert HeldResources([kept]).match(wanted).reason == reason


def test_files_count_for_s3_with_a_url_only() -> None:
    assert files_of(s3(DREAM, files=["a", "b"])) == ("a", "b")
    assert files_of(s3(DREAM, files=[])) is None
    assert files_of(s3(DREAM, files="a")) is None
    assert files_of(s3(buckets=[{"url": "s3://a"}], files=["a"])) is None
    assert files_of(hf("o/m", files=["a"])) is None


references = st.from_regex(r"\A(docker\.io/|index\.docker\.io/|registry\.hub\.docker\.com//?|localhost:5000/)?"
                           r"(library/)?[a-z]{1,3}(/[a-z]{1,3})?(:[a-z0-9]{1,6}|:latest)?\Z")  # fmt: skip


@given(references, references)
def test_spellings_and_takers_are_the_nodes_comparison_turned_around(wanted: str, held: str) -> None:
    is_found = tag_of(held) in caching.image_names(wanted)
    assert (HeldImages([held]).match(wanted).status is CACHED) == is_found
    assert (held in spellings(wanted)) == is_found
    assert (wanted in takers(tag_of(held))) == is_found


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_can_be_asked_for(wanted: str, held: str) -> None:
    assert HeldImages([held]).match(wanted).status in Status
    assert takers(held)[:1] in ([held], [])
    kept = HeldResource.of(hf(held))
    assert kept is not None
    assert (HeldResources([kept]).match(hf(wanted)).status is CACHED) == (wanted == held)
