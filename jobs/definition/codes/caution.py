"""ND160 to ND174: credentials, and what older or other software does differently."""

from __future__ import annotations

from typing import Any, Final

from jobs.definition.codes.entry import Entry
from jobs.definition.codes.examples import IMAGE, of, op, run, volume, whole
from jobs.definition.findings import Severity

_PUBLIC: Final = (
    "Definitions are pinned to IPFS under an address that is on the chain, so anyone can read them, for good. Use a "
    "credential that is short-lived and may do little, or post the job as confidential."
)
_IPFS: Final = "nosana-cli, job post: the definition is pinned as it is."
_NOT_REAL: Final = "0123456789abcdef0123456789abcdef"


def _s3(**iam: Any) -> list[dict[str, Any]]:
    key = {"REGION": "eu", "ACCESS_KEY_ID": "id"} | iam
    return [{"type": "S3", "url": "https://m.example/a", "target": "/a", "IAM": key}]


def _hf(**given: Any) -> list[dict[str, Any]]:
    return [{"type": "HF", "target": "/a", "repo": "owner/model", "revision": "fe8a4ea1"} | given]


ENTRIES: Final = (
    Entry(
        "ND160",
        Severity.WARNING,
        "A credential in the environment",
        "A variable looks like a credential, by its name or by its value.",
        _PUBLIC,
        _IPFS,
        op("/args/env/HF_TOKEN", env={"HF_TOKEN": _NOT_REAL}),
        op(env={"HF_HOME": "/models"}),
    ),
    Entry(
        "ND161",
        Severity.WARNING,
        "An S3 key",
        "IAM of a resource holds a secret key.",
        _PUBLIC,
        _IPFS,
        op("/args/resources/0/IAM/SECRET_ACCESS_KEY", resources=_s3(SECRET_ACCESS_KEY=_NOT_REAL)),
        op(resources=[{"type": "S3", "url": "https://m.example/a", "target": "/a"}]),
    ),
    Entry(
        "ND162",
        Severity.WARNING,
        "A Hugging Face token",
        "A resource holds an accessToken.",
        _PUBLIC,
        _IPFS,
        op("/args/resources/0/accessToken", resources=_hf(accessToken=_NOT_REAL)),
        op(resources=_hf()),
    ),
    Entry(
        "ND163",
        Severity.WARNING,
        "A registry password",
        "authentication holds the password of a registry.",
        _PUBLIC,
        _IPFS,
        op(
            "/args/authentication/docker/password", authentication={"docker": {"username": "me", "password": _NOT_REAL}}
        ),
        op(authentication={"docker": {"username": "me"}}),
    ),
    Entry(
        "ND164",
        Severity.WARNING,
        "A credential in a text",
        "A command, an address, a header or another text holds what looks like a credential.",
        _PUBLIC,
        _IPFS,
        op("/args/cmd/2", cmd=["curl", "-H", f"Authorization: Bearer {_NOT_REAL}"]),
        op(cmd=["curl", "-H", "Accept: text/plain"]),
    ),
    Entry(
        "ND170",
        Severity.WARNING,
        "The type does not fit the args",
        "An op that creates a volume has the args of a container, or the other way round.",
        "The network does not compare the two, but the node does what the type says, with what it finds.",
        "@nosana/types: args is a union that is not bound to type; run to see it.",
        of(whole(run(), run("data") | {"type": "container/create-volume"}), "/ops/1/type"),
        of(whole(run(), volume("data", "data"))),
    ),
    Entry(
        "ND172",
        Severity.HINT,
        "Newer than the documentation",
        "The documented 0.1 does not know this member. Reported under the profile documented only.",
        "The network takes it, but tools and nodes written after the documentation may ignore or refuse it.",
        "The published job schema 0.1.",
        of(whole(run(cmd="ls", private=True)), "/ops/0/args/private", profile="documented"),
        of(whole(run(cmd="ls")), profile="documented"),
    ),
    Entry(
        "ND173",
        Severity.HINT,
        "ssh is new",
        "The definition has ssh.",
        "It came in 2026, after types 2.1.6; nodes with older code refuse the whole job.",
        "nosana-kit 43cb47c.",
        of(whole(run(), ssh={"public_keys": []}), "/ssh"),
        of(whole(run())),
    ),
    Entry(
        "ND174",
        Severity.HINT,
        "restart_policy depends on the node",
        "An op has a restart_policy.",
        "Nodes on Docker ignore it; those on Podman, the default, take always for unless-stopped. SDK up to 0.4.69 "
        "refuses it.",
        "nosana-cli, createPodmanRunOptions.",
        of(whole(run(restart_policy="on-failure", image=IMAGE)), "/ops/0/args/restart_policy"),
        of(whole(run(image=IMAGE))),
    ),
)
