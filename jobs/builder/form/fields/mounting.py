"""What an op finds in its container: resources that nodes fetch and keep, and volumes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from explorer.nosana.payloads import JsonValue
from jobs.builder.form.fields import making
from jobs.builder.form.fields.serving import SPREAD, is_spread
from jobs.builder.form.specs import Field, Group, Lines, List, Shape, Switch, Text, Union, is_text

_TARGET: Final = Field(
    "target",
    "Mounted at",
    Text(placeholder="/models"),
    "Where the container finds the files, read-only. Not part of what the cache knows them by.",
    is_required=True,
    codes=("ND154", "ND155"),
    pair=True,
)
_FILES: Final = Field(
    "files",
    "Files",
    Lines("file", placeholder="model.safetensors"),
    "Only these, one a line; none for all.",
)
_WRITE: Final = Field(
    "allowWrite", "May be written", Switch(), "Mounts the files so that the op can change them.", pair=True
)
_IAM: Final = Field(
    "IAM",
    "Credentials",
    Group(
        (
            Field("REGION", "Region", Text(placeholder="eu-west-1"), is_required=True, pair=True),
            Field("ACCESS_KEY_ID", "Access key id", Text(), is_required=True, pair=True),
            Field(
                "SECRET_ACCESS_KEY",
                "Secret access key",
                Text(is_secret=True),
                "Stands in the definition, which anybody can read.",
                is_required=True,
                codes=("ND161",),
                pair=True,
            ),
        )
    ),
    "For a bucket that is not public. All three, or none.",
    start={"REGION": "", "ACCESS_KEY_ID": "", "SECRET_ACCESS_KEY": ""},
)
_URL: Final = Field(
    "url",
    "Address",
    Text(suggestions="s3", placeholder="https://models.example.com/llama"),
    "The cache knows the files by this address, letter by letter.",
    codes=("ND150", "ND153"),
    pair=True,
)
_BUCKET: Final = Group(
    (
        Field("url", "Address", Text(suggestions="s3"), is_required=True, pair=True),
        Field("files", "Files", Lines("file"), "Only these, one a line."),
    )
)
S3: Final = Group((_URL, _TARGET, _WRITE, _FILES, _IAM), hidden=("type",))
S3_BUCKET: Final = Group(
    (
        Field(
            "bucket",
            "Bucket",
            Text(placeholder="my-bucket"),
            "Of the server at the address; without an address the node fails.",
            is_required=True,
            pair=True,
        ),
        _URL,
        _TARGET,
        _WRITE,
        _IAM,
    ),
    hidden=("type",),
)
S3_BUCKETS: Final = Group(
    (
        _TARGET,
        _WRITE,
        _URL,
        Field("buckets", "Buckets", List(_BUCKET, "bucket", start={"url": ""}), is_required=True),
        _IAM,
    ),
    hidden=("type",),
)
HUGGING_FACE: Final = Group(
    (
        Field(
            "repo",
            "Repository",
            Text(suggestions="repositories", placeholder="TinyLlama/TinyLlama-1.1B-Chat-v1.0"),
            "Owner and name, as on huggingface.co.",
            is_required=True,
            codes=("ND158",),
            pair=True,
        ),
        _TARGET,
        Field(
            "revision",
            "Revision",
            Text(placeholder="main"),
            "Branch, tag or commit. Part of what the cache knows it by.",
            codes=("ND151",),
            pair=True,
        ),
        Field(
            "accessToken",
            "Access token",
            Text(is_secret=True),
            "For a gated model. Stands in the definition, which anybody can read.",
            codes=("ND162",),
            pair=True,
        ),
        _FILES,
    ),
    hidden=("type",),
)
OLLAMA: Final = Group(
    (
        Field(
            "model",
            "Model",
            Text(suggestions="ollama", placeholder="llama3.2:3b"),
            "As ollama calls it.",
            is_required=True,
            pair=True,
        ),
        Field(
            "target",
            "Mounted at",
            Text(placeholder="/root/.ollama/models"),
            "/root/.ollama/models if nothing is said.",
            codes=("ND154", "ND155"),
            pair=True,
        ),
    ),
    hidden=("type",),
)


def _is(kind: str, member: str = "") -> Callable[[JsonValue], bool]:
    def fits(value: JsonValue) -> bool:
        return isinstance(value, dict) and value.get("type") == kind and (not member or member in value)

    return fits


_S3_KEPT: Final = ("url", "target", "allowWrite", "IAM")

RESOURCE: Final = Union(
    (
        Shape(
            "HF", "Hugging Face", HUGGING_FACE, _is("HF"), making.with_type("HF", "target", repo="", target="/models"),
            "Files of a repository on Hugging Face, kept by the node for the next job.",
        ),
        Shape("Ollama", "Ollama", OLLAMA, _is("Ollama"), making.with_type("Ollama", model=""), "A model for ollama."),
        Shape(
            "S3-buckets", "S3, several buckets", S3_BUCKETS, _is("S3", "buckets"),
            making.with_type("S3", *_S3_KEPT, target="/models", buckets=[{"url": ""}]),
        ),
        Shape(
            "S3-bucket", "S3, one bucket", S3_BUCKET, _is("S3", "bucket"),
            making.with_type("S3", *_S3_KEPT, target="/models", bucket=""),
        ),
        Shape(
            "S3", "S3 or a web address", S3, _is("S3"),
            making.with_type("S3", *_S3_KEPT, "files", url="", target="/models"),
            "Files under an address, of S3 or any server that speaks it.",
        ),
        Shape("spread", "spread of a literal", SPREAD, is_spread, making.spread, "Resources that the node looks up."),
        Shape(
            "marker", "remove if empty", Text(), is_text, making.constant("__remove-if-empty__"),
            "`__remove-if-empty__`: nodes drop it, and the whole list if nothing else is left.",
        ),
    ),
    "Kind of resource",
    is_menu=True,
)  # fmt: skip

RESOURCES: Final = List(RESOURCE, "resource", start={"type": "HF", "repo": "", "target": "/models"})

VOLUMES: Final = List(
    Group(
        (
            Field(
                "name",
                "Volume",
                Text(suggestions="volumes", placeholder="work"),
                "As the op that makes it calls it.",
                is_required=True,
                codes=("ND156",),
                pair=True,
            ),
            Field(
                "dest", "Mounted at", Text(placeholder="/data"), is_required=True, codes=("ND154", "ND155"), pair=True
            ),
        )
    ),
    "volume",
    start={"name": "", "dest": "/data"},
)
