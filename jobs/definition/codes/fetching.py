"""ND140 to ND158: images, resources, mounts and markets."""

from __future__ import annotations

from typing import Any, Final

from jobs.definition.codes.entry import Entry, Example
from jobs.definition.codes.examples import IMAGE, of, op, run, volume, whole
from jobs.definition.findings import Severity
from jobs.definition.market import Market

_HAS_IMAGE: Final = "nosana-cli, repoTagsContainsImage: one of five spellings must equal a local tag."
_NAME: Final = "nosana-cli, createResourceName: url, or urls joined, or repo, revision and files, or model."
_ENGINE: Final = "The container engines."
_FRPC: Final = "registry.hub.docker.com/nosana/stats:v1.0.4"
_MODEL: Final = "https://models.nosana.io/stable-diffusion/1.5"
_MARKET: Final = Market("nvidia-3060", (_FRPC,), ({"type": "S3", "url": _MODEL},))
_REVISION: Final = "fe8a4ea1ffedaf415f4da2f062534de366a451e6"


def _s3(at: str = "", market: Market | None = None, **given: Any) -> Example:
    resource = {"type": "S3", "target": "/models"} | given
    pointer = f"/ops/0/args/resources/0{at}" if at else ""
    return of(whole(run(resources=[resource])), pointer.removesuffix("/."), market=market)


def _hf(at: str = "", **given: Any) -> Example:
    resource = {"type": "HF", "target": "/models", "repo": "owner/model", "revision": _REVISION} | given
    return op(at and f"/args/resources/0/{at}", resources=[resource])


ENTRIES: Final = (
    Entry(
        "ND140",
        Severity.HINT,
        "latest",
        "The image has no tag, or the tag latest.",
        "The same definition runs another image once its owner publishes one, and a node may have an older one cached.",
        _HAS_IMAGE,
        op("/args/image", image="docker.io/library/ubuntu"),
        op(image=IMAGE),
    ),
    Entry(
        "ND141",
        Severity.WARNING,
        "Not an image reference",
        "The image does not read as registry/owner/name:tag.",
        "The engine refuses it before anything is pulled, and the op fails. Upper case is allowed in tags only.",
        "The grammar of distribution/reference, which engines use.",
        op("/args/image", image="docker.io/Nosana/Stats:1"),
        op(image="docker.io/nosana/stats:1"),
    ),
    Entry(
        "ND142",
        Severity.WARNING,
        "An image on localhost",
        "The image is to be pulled from localhost.",
        "On a node that is the node itself, which does not have it.",
        _ENGINE,
        op("/args/image", image="localhost/server:1"),
        op(image="docker.io/me/server:1"),
    ),
    Entry(
        "ND143",
        Severity.WARNING,
        "A spelling that the cache cannot match",
        "The image is written with index.docker.io, or with the port of a registry and no tag.",
        "Engines file index.docker.io under docker.io. After the colon of a port no :latest is added. Either way the "
        "node finds no equal tag and asks the registry every time.",
        _HAS_IMAGE,
        op("/args/image", image="index.docker.io/nosana/stats:1"),
        op(image="docker.io/nosana/stats:1"),
    ),
    Entry(
        "ND144",
        Severity.HINT,
        "An image by digest",
        "The image is named by its digest.",
        "That is exact, but nodes compare tags only and never find it in their cache. The engine still shares layers, "
        "so little is downloaded.",
        _HAS_IMAGE,
        op("/args/image", image=f"{IMAGE}@sha256:{'0' * 64}"),
        op(image=IMAGE),
    ),
    Entry(
        "ND145",
        Severity.HINT,
        "An image behind a sign-in",
        "The op signs in to a registry.",
        "Nodes delete such an image after the op and do not count it as cached.",
        "nosana-cli, Provider: authenticated images.",
        op("/args/authentication/docker", authentication={"docker": {"username": "me"}}),
        op(),
    ),
    Entry(
        "ND146",
        Severity.HINT,
        "Another spelling of an image that the market has",
        "The market requires this image of its nodes, under another spelling of its registry.",
        "Nodes compare texts, so they pull an image that they have. Layers are shared, but asking takes its time.",
        _HAS_IMAGE,
        of(whole(run(image="nosana/stats:v1.0.4")), "/ops/0/args/image", market=_MARKET),
        of(whole(run(image=_FRPC)), market=_MARKET),
    ),
    Entry(
        "ND150",
        Severity.WARNING,
        "S3 without url and buckets",
        "An S3 resource has neither url nor buckets.",
        "It is accepted, but the node stops with an error as it names the resource; bucket alone is not enough.",
        "nosana-cli, createResourceName: buckets!.map.",
        _s3("/.", bucket="models"),
        _s3(url=_MODEL),
    ),
    Entry(
        "ND151",
        Severity.HINT,
        "A model without a fixed revision",
        "A Hugging Face resource has no revision, or main.",
        "Resources are brought up to date before every op, even when cached, so the model may change between two runs.",
        "nosana-cli, createHFArgs: main is the default.",
        op("/args/resources/0", resources=[{"type": "HF", "target": "/models", "repo": "owner/model"}]),
        _hf(),
    ),
    Entry(
        "ND152",
        Severity.HINT,
        "A resource that is never cached",
        "The address of a resource is signed, or holds the job's own address.",
        "Nodes file resources under their exact address, and this one is new for every job.",
        _NAME,
        _s3("/url", url=f"{_MODEL}?X-Amz-Date=20260101&X-Amz-Expires=600"),
        _s3(url=_MODEL),
    ),
    Entry(
        "ND153",
        Severity.HINT,
        "Another spelling of a resource that the market has",
        "The market requires this resource of its nodes; only slashes at the end or upper and lower case differ.",
        "Nodes compare texts, so they download it again.",
        _NAME,
        _s3("/.", market=_MARKET, url=f"{_MODEL}/"),
        _s3(market=_MARKET, url=_MODEL),
    ),
    Entry(
        "ND154",
        Severity.WARNING,
        "A mount without a slash",
        "The target of a resource, or dest of a volume, does not begin with a slash.",
        "The engine refuses to create the container.",
        _ENGINE,
        _s3("/target", url=_MODEL, target="models"),
        _s3(url=_MODEL, target="/models"),
    ),
    Entry(
        "ND155",
        Severity.WARNING,
        "Two mounts at one place",
        "Two resources or volumes of an op have the same target. Ollama's is /root/.ollama/models unless given.",
        "Every resource is a volume of its own, and the engine refuses two at one place.",
        _ENGINE,
        op(
            "/args/resources/1",
            resources=[{"type": "Ollama", "model": "llama3:8b"}, {"type": "Ollama", "model": "gemma3:4b"}],
        ),
        op(resources=[{"type": "Ollama", "model": "llama3:8b"}]),
    ),
    Entry(
        "ND156",
        Severity.HINT,
        "A volume that no op creates",
        "An op mounts a volume, and no op of type container/create-volume has that name.",
        "The engine makes an empty one, so a wrong name goes unnoticed.",
        "nosana-cli, createPodmanRunOptions; the container engines.",
        of(whole(volume("data"), run(volumes=[{"name": "date", "dest": "/data"}])), "/ops/1/args/volumes/0/name"),
        of(whole(volume("data"), run(volumes=[{"name": "data", "dest": "/data"}]))),
    ),
    Entry(
        "ND157",
        Severity.HINT,
        "No op asks for the GPU",
        "Neither an op nor global says gpu: true.",
        "Every market of the network rents out a GPU, and it is paid for in any case. Without gpu: true a container "
        "does not see it.",
        "nosana-cli, createPodmanRunOptions: --device nvidia.com/gpu=all only with gpu.",
        op("/args", without="gpu"),
        op(),
    ),
    Entry(
        "ND158",
        Severity.WARNING,
        "Not a repository",
        "repo of a Hugging Face resource is an address or holds spaces.",
        "The node asks Hugging Face for a repository of that name; it is written owner/name.",
        "nosana-cli, createHFArgs.",
        _hf("repo", repo="https://huggingface.co/owner/model"),
        _hf(),
    ),
)
