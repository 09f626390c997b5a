"""The fields of the document itself and of its `global`."""

from __future__ import annotations

from typing import Final

from jobs.builder.form.fields.common import ENTRYPOINT, ENV, FACT, META_VALUE, NUMBER_OR_TEXT, WORK_DIR
from jobs.builder.form.fields.op import OPS
from jobs.builder.form.specs import (
    Choice,
    Field,
    Group,
    Json,
    Lines,
    List,
    Map,
    Number,
    Section,
    Switch,
    Text,
)

_LOGISTICS_TYPE: Final = Field(
    "type",
    "How",
    Choice((("api-listen", "api-listen: the node waits to be asked"), ("api", "api: the node calls an address"))),
    is_required=True,
    pair=True,
)
_LOGISTICS_ARGS: Final = Field(
    "args",
    "Address",
    Group(
        (
            Field(
                "endpoint",
                "Endpoint",
                Text(placeholder="https://example.com/jobs/%%global.job%%"),
                "The address the node calls; only `api` has one.",
                pair=True,
            ),
        )
    ),
    is_required=True,
)
_WAY: Final = Group((_LOGISTICS_TYPE, _LOGISTICS_ARGS))

META: Final = Map(
    META_VALUE,
    "entry",
    "note",
    named=(
        Field(
            "trigger",
            "Trigger",
            Text(suggestions="triggers", placeholder="dashboard"),
            "Who posts the job, as in `cli` or `dashboard`. Nothing acts on it.",
            pair=True,
        ),
        Field(
            "system_requirements",
            "System requirements",
            Map(
                FACT,
                "requirement",
                "required_vram",
                suggestions="requirements",
                start=8,
                named=(
                    Field(
                        "required_vram",
                        "VRAM needed",
                        Number("GB", "8"),
                        "In GB. The dashboard greys out markets with less; nodes do not look at it.",
                        pair=True,
                    ),
                    Field(
                        "vram_total_mb",
                        "VRAM needed",
                        Number("MB", "8192"),
                        "In MB, the spelling of the public templates. Advisory too.",
                        pair=True,
                    ),
                    Field(
                        "required_cuda",
                        "CUDA versions",
                        Lines("version", placeholder="12.4\n12.6"),
                        "Versions that the image runs with, one a line. Advisory.",
                    ),
                ),
            ),
            "What the job needs of a machine. Nothing schedules or refuses by it: choose the market accordingly.",
        ),
        Field(
            "system_resources",
            "System resources",
            Map(NUMBER_OR_TEXT, "value", "name", start=1),
            "The schema's own name for the same; hardly used.",
        ),
    ),
)

GLOBAL: Final = Group(
    (
        Field(
            "image",
            "Image",
            Text(suggestions="images", placeholder="docker.io/library/ubuntu:24.04"),
            "Has no effect: every op that runs has an image of its own.",
            codes=("ND110",),
        ),
        Field(
            "gpu",
            "Needs the GPU",
            Switch(),
            "Gives the GPU to every op; an op cannot switch it off again.",
            pair=True,
        ),
        WORK_DIR,
        Field(
            "entrypoint",
            "Entrypoint",
            ENTRYPOINT,
            "For every op that has none of its own. Literals are not replaced here.",
        ),
        Field(
            "env",
            "Environment",
            ENV,
            "Variables of every op; an op's own of the same name count before them. Literals are not replaced here.",
        ),
        Field(
            "variables",
            "Variables",
            Map(Text(), "variable", "NAME"),
            "Values that ops use as `%%global.variables.NAME%%`. An empty one makes the op that uses it fail.",
        ),
    )
)

DOCUMENT: Final = Group(
    (
        Field(
            "version",
            "Version",
            Choice((("0.1", "0.1"),)),
            "Always 0.1; newer features are told by their fields.",
            is_required=True,
            pair=True,
        ),
        Field(
            "type",
            "Type",
            Choice((("container", "container"),)),
            "Always container.",
            is_required=True,
            pair=True,
        ),
        Field("meta", "About the job", META, "Notes about the job. Nodes pass over them."),
        Field("global", "For all ops", GLOBAL),
        Field("ops", "Ops", List(OPS, "op", start={}), is_required=True),
        Field(
            "logistics",
            "Delivery",
            Group(
                (
                    Field(
                        "send",
                        "The result",
                        _WAY,
                        "How the result goes from the node to you, instead of being pinned to IPFS.",
                        is_required=True,
                    ),
                    Field(
                        "receive",
                        "The definition",
                        _WAY,
                        "How the real definition comes to the node, so that the public one need not hold it.",
                        is_required=True,
                    ),
                )
            ),
            "For confidential jobs: definition and result go between you and the node, and IPFS has neither.",
            start={"send": {"type": "api-listen", "args": {}}, "receive": {"type": "api-listen", "args": {}}},
        ),
        Field(
            "ssh",
            "SSH",
            Group(
                (
                    Field(
                        "public_keys",
                        "Public keys",
                        Lines("key", placeholder="ssh-ed25519 AAAA… you@home"),
                        "Keys that may sign in, one a line. New in 2026: not every node knows it yet.",
                    ),
                )
            ),
        ),
        Field(
            "deployment_id",
            "Deployment",
            Text(placeholder="set by the deployment manager"),
            "Set by the deployment manager. With it, all jobs of a deployment share one service address an op.",
            pair=True,
        ),
    )
)

#: Any value at all, for what no table knows.
ANYTHING: Final = Json()

DOCUMENT_SECTIONS: Final = (
    Section("document", "Definition", ("version", "type", "deployment_id"), is_fold=False),
    Section("meta", "About the job and what it needs", ("meta",)),
    Section("logistics", "Delivery of definition and result", ("logistics",)),
    Section("ssh", "SSH keys", ("ssh/public_keys",)),
)
GLOBAL_SECTIONS: Final = (
    Section("global", "For every op", ("gpu", "work_dir", "entrypoint", "image"), is_fold=False),
    Section("variables", "Variables for literals", ("variables",)),
    Section("env", "Environment", ("env",)),
)
