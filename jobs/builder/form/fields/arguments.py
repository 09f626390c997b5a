"""The arguments of an op that runs a container, and of one that makes a volume."""

from __future__ import annotations

from typing import Final

from jobs.builder.form.fields import making
from jobs.builder.form.fields.common import COMMAND, ENTRYPOINT, ENV, WORK_DIR
from jobs.builder.form.fields.mounting import RESOURCES, VOLUMES
from jobs.builder.form.fields.serving import EXPOSE
from jobs.builder.form.specs import (
    Choice,
    Field,
    Group,
    Lines,
    Number,
    Shape,
    Switch,
    Text,
    Union,
    is_list,
    is_object,
    is_text,
)

_ALIASES: Final = Union(
    (
        Shape("list", "list", Lines("name", placeholder="db\ncache"), is_list, making.names, "One name a line."),
        Shape(
            "text", "string", Text(placeholder="db,cache"), is_text, making.joined, "Names with commas between them."
        ),
    ),
    "Shape of the names",
)
_POLICIES: Final = (
    ("no", "no: never"),
    ("always", "always"),
    ("unless-stopped", "unless-stopped"),
    ("on-failure", "on-failure: without limit"),
)
_RESTART: Final = Union(
    (
        Shape("word", "one word", Choice(_POLICIES), is_text, making.policy),
        Shape(
            "limited",
            "with a limit",
            Group(
                (
                    Field("policy", "Policy", Choice((("on-failure", "on-failure"),)), is_required=True, pair=True),
                    Field("restart_tries", "Tries", Number(placeholder="3"), "How often at most.", pair=True),
                )
            ),
            is_object,
            making.limited_policy,
        ),
    ),
    "Shape of the policy",
)
_REGISTRY: Final = Group(
    (
        Field(
            "docker",
            "Registry",
            Group(
                (
                    Field("username", "User", Text(), pair=True),
                    Field(
                        "password",
                        "Password or token",
                        Text(is_secret=True),
                        "Stands in the definition, which anybody can read.",
                        codes=("ND163",),
                        pair=True,
                    ),
                    Field("email", "E-mail", Text(), pair=True),
                    Field("server", "Server", Text(placeholder="ghcr.io"), "Docker Hub if nothing is said.", pair=True),
                )
            ),
        ),
    )
)
RUN_ARGS: Final = Group(
    (
        Field(
            "image",
            "Image",
            Text(suggestions="images", placeholder="docker.io/library/ubuntu:24.04"),
            "What the node pulls, unless it has it. The spelling counts: another one is another image to the cache.",
            is_required=True,
            codes=("ND140", "ND141", "ND143"),
        ),
        Field(
            "cmd",
            "Command",
            COMMAND,
            "Without one the image's own command runs.",
            codes=("ND090", "ND091", "ND092", "ND096"),
        ),
        Field(
            "entrypoint",
            "Entrypoint",
            ENTRYPOINT,
            "Takes the place of the image's own. An empty text does not: then that of `global` or the image counts.",
            codes=("ND095", "ND112"),
        ),
        Field(
            "expose",
            "Expose",
            EXPOSE,
            "Ports that get a public https address while the op runs.",
            codes=("ND120", "ND121", "ND028"),
        ),
        Field(
            "gpu",
            "Needs the GPU",
            Switch(),
            "Gives the container the node's GPUs.",
            codes=("ND111", "ND157"),
            pair=True,
        ),
        Field(
            "private",
            "Private address",
            Switch(),
            "Only you can ask for the service's address. One private op hides those of all ops of the job.",
            codes=("ND125",),
            pair=True,
        ),
        Field(
            "env",
            "Environment",
            ENV,
            "Before variables of `global` with the same name. Nodes set NOSANA_ID themselves.",
            codes=("ND160", "ND113", "ND080"),
        ),
        Field(
            "resources",
            "Resources",
            RESOURCES,
            "Models and files that the node fetches, mounts and keeps for the next job.",
            codes=("ND036", "ND152"),
        ),
        Field("volumes", "Volumes", VOLUMES, "Shared between ops of the job, and gone after it."),
        WORK_DIR,
        Field(
            "restart_policy",
            "Restart policy",
            _RESTART,
            "What happens when the command ends. Nodes that run Docker ignore it.",
            codes=("ND174",),
        ),
        Field(
            "aliases",
            "Aliases",
            _ALIASES,
            "Names under which other ops of the job reach this one. The op's id is not one by itself.",
            codes=("ND127", "ND128"),
        ),
        Field(
            "authentication",
            "Private image",
            _REGISTRY,
            "A sign-in for the image's registry. Such images are never kept by a node.",
            codes=("ND145",),
        ),
    )
)
VOLUME_ARGS: Final = Group(
    (
        Field(
            "name",
            "Volume",
            Text(placeholder="work"),
            "What ops that mount it call it.",
            is_required=True,
            pair=True,
        ),
    )
)
