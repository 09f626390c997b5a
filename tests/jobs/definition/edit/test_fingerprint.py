"""What counts in a definition, and what does not."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given

from jobs.definition.edit.fingerprint import canonical, fingerprint
from tests.jobs.definition.edit.writing import VALUES

DEFINITION: dict[str, Any] = {
    "version": "0.1",
    "type": "container",
    "meta": {"trigger": "cli"},
    "deployment_id": "DEP",
    "global": {"env": {"HF_TOKEN": "one", "MODE": "fast"}},
    "ops": [
        {
            "type": "container/run",
            "id": "a",
            "args": {
                "image": "x",
                "cmd": ["serve", "--api-key=abcd1234", "--port", "80"],
                "authentication": {"docker": {"username": "me", "password": "one"}},
                "resources": [
                    {"type": "HF", "repo": "o/m", "target": "/m", "accessToken": "one"},
                    {"type": "S3", "target": "/s", "IAM": {"REGION": "eu", "SECRET_ACCESS_KEY": "one"}},
                ],
            },
            "results": {"token": "t: (.*)"},
        }
    ],
}


def test_canonical_leaves_out_meta_deployment_and_secrets() -> None:
    assert canonical(DEFINITION) == {
        "global": {"env": {"HF_TOKEN": None, "MODE": "fast"}},
        "ops": [
            {
                "args": {
                    "authentication": {"docker": {"password": None, "username": "me"}},
                    "cmd": ["serve", "--api-key=•••", "--port", "80"],
                    "image": "x",
                    "resources": [
                        {"accessToken": None, "repo": "o/m", "target": "/m", "type": "HF"},
                        {"IAM": {"REGION": "eu", "SECRET_ACCESS_KEY": None}, "target": "/s", "type": "S3"},
                    ],
                },
                "id": "a",
                "results": {"token": "t: (.*)"},
                "type": "container/run",
            }
        ],
        "type": "container",
        "version": "0.1",
    }


def changed(*path: Any, to: Any) -> dict[str, Any]:
    new = copy.deepcopy(DEFINITION)
    around: Any = new
    for part in path[:-1]:
        around = around[part]
    around[path[-1]] = to
    return new


@pytest.mark.parametrize(
    "other",
    [
        changed("meta", to={"trigger": "dashboard"}),
        changed("deployment_id", to="OTHER"),
        changed("global", "env", "HF_TOKEN", to="two"),
        changed("ops", 0, "args", "authentication", "docker", "password", to="two"),
        changed("ops", 0, "args", "resources", 0, "accessToken", to="two"),
        changed("ops", 0, "args", "cmd", 1, to="--api-key=wxyz9876"),
        dict(reversed(DEFINITION.items())),
    ],
)
def test_fingerprint_stays_the_same(other: dict[str, Any]) -> None:
    assert fingerprint(other) == fingerprint(DEFINITION)


@pytest.mark.parametrize(
    "other",
    [
        changed("global", "env", "MODE", to="slow"),
        changed("global", "env", to={"MODE": "fast"}),
        changed("ops", 0, "args", "image", to="y"),
        changed("ops", 0, "args", "cmd", 3, to="81"),
        changed("ops", 0, "results", "token", to="u: (.*)"),
        changed("ops", 0, "id", to="b"),
        changed("version", to="0.2"),
    ],
)
def test_fingerprint_changes(other: dict[str, Any]) -> None:
    assert fingerprint(other) != fingerprint(DEFINITION)


def test_fingerprint_is_stable() -> None:
    minimal: dict[str, Any] = {"version": "0.1", "type": "container", "ops": []}
    assert fingerprint(minimal) == "55e358af6b181b8a2febea4ebbfe771e565b40bf225a703bcbf866c78b40b3da"
    assert fingerprint({"ops": [80.0, "\ud800"]}) == fingerprint({"ops": [80, "\ud800"]})


@given(VALUES)
def test_fingerprint_of_anything(value: Any) -> None:
    assert len(fingerprint(value)) == (64 if isinstance(value, dict) else 0)
