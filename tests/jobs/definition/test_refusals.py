"""Refusals name the one thing that was meant, in words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jobs.definition.check import check

OP: dict[str, Any] = {"type": "container/run", "id": "a", "args": {"image": "nginx:1.27", "gpu": True}}
S3 = {"type": "S3", "target": "/a"}
CHECK = {"type": "http", "path": "/", "method": "GET", "expected_status": 200, "continuous": True}


def errors(value: Any) -> list[tuple[str, str, str]]:
    found = [finding for finding in check(json.dumps(value)).findings if finding.severity == "error"]
    return [(finding.code, finding.pointer, finding.message) for finding in found]


def of_args(**args: Any) -> list[tuple[str, str, str]]:
    """Return the errors of an op with these args, their pointers counted from there."""
    op = OP | {"args": OP["args"] | args}
    found = errors({"version": "0.1", "type": "container", "ops": [op]})
    return [(code, pointer.removeprefix("/ops/0/args"), message) for code, pointer, message in found]


@pytest.mark.parametrize(
    ("args", "code", "pointer", "message"),
    [
        ({"cmd": [1]}, "ND024", "/cmd/0", "cmd[0] must be text, not the number 1; put it in quotes."),
        ({"cmd": True}, "ND024", "/cmd", "cmd must be text or a list of texts, not true; put it in quotes."),
        ({"cmd": {"a": 1}}, "ND020", "/cmd", "cmd must be text or a list of texts, not an object."),
        ({"env": ["A=1"]}, "ND020", "/env", "env must be an object, not a list."),
        ({"gpu": "yes"}, "ND020", "/gpu", "gpu must be true or false, not text."),
        ({"gpu": "false"}, "ND020", "/gpu", "gpu must be true or false, not text; write false without quotes."),
        (
            {"env": {"API_KEY": 12345}},
            "ND024",
            "/env/API_KEY",
            "env.API_KEY must be text, not a value; put it in quotes.",
        ),
        ({"volumes": [{"name": "a"}]}, "ND021", "/volumes/0", "dest is missing in volumes[0]; add it (text)."),
        ({"work_dir": None}, "ND029", "/work_dir", "work_dir is null, which is not absent; remove it or write text."),
        (
            {"restart_policy": "sometimes"},
            "ND023",
            "/restart_policy",
            'restart_policy must be "no", "always", "unless-stopped" or "on-failure", not "sometimes".',
        ),
        (
            {"restart_policy": {"policy": "always"}},
            "ND023",
            "/restart_policy/policy",
            'policy must be "on-failure", not "always".',
        ),
        ({"expose": "8080"}, "ND028", "/expose", "The port 8080 is text; write it as a number, without quotes."),
        (
            {"expose": {"port": "80"}},
            "ND020",
            "/expose/port",
            "port must be a number, not text; write 80 without quotes.",
        ),
        ({"expose": [{"prot": 80}]}, "ND021", "/expose/0", "port is missing in expose[0]; add it (a number)."),
        (
            {"expose": [True]},
            "ND020",
            "/expose/0",
            "expose[0] must be a number, an object or text, not true or false.",
        ),
        (
            {"expose": [{"port": 80, "type": "http"}]},
            "ND023",
            "/expose/0/type",
            'type must be "web", "api", "webapi", "websocket" or "none", not "http".',
        ),
        (
            {"expose": [{"port": 80, "health_checks": [CHECK | {"type": "tcp"}]}]},
            "ND023",
            "/expose/0/health_checks/0/type",
            'type must be "http" or "websocket", not "tcp".',
        ),
        (
            {"expose": [{"port": 80, "health_checks": [CHECK | {"expected_response": "x"}]}]},
            "ND022",
            "/expose/0/health_checks/0/expected_response",
            "expected_response is not known in health_checks[0], and the network refuses unknown keys; remove it.",
        ),
        (
            {"resources": [{"type": "HF", "target": "/a", "url": "b"}]},
            "ND021",
            "/resources/0",
            "repo is missing in resources[0]; add it (text).",
        ),
        (
            {"resources": [{"target": "/a", "url": "https://a.example"}]},
            "ND021",
            "/resources/0",
            'type is missing in resources[0]; add it ("S3").',
        ),
        (
            {"resources": [{"type": "Ollama", "Model": "a"}]},
            "ND022",
            "/resources/0/Model",
            "Model is not known in resources[0]; write model if that is meant, else remove it.",
        ),
        (
            {"resources": [S3 | {"buckets": [{"url": "a"}], "bucket": "b"}]},
            "ND035",
            "/resources/0/buckets",
            "buckets cannot stand beside bucket in an S3 resource; use one of them.",
        ),
        (
            {"resources": [S3 | {"IAM": {"ACCESS_KEY_ID": "a", "SECRET_ACCESS_KEY": "b"}}]},
            "ND021",
            "/resources/0/IAM",
            "REGION is missing in IAM; add it (text).",
        ),
        (
            {"resources": ["s3"]},
            "ND020",
            "/resources/0",
            'resources[0] must be "__remove-if-empty__" or an object, not text.',
        ),
        (
            {"work-dir": "/a"},
            "ND022",
            "/work-dir",
            "work-dir is not known in args; write work_dir if that is meant, else remove it.",
        ),
        (
            {"environment": {}},
            "ND022",
            "/environment",
            "environment is not known in args, and the network refuses unknown keys; remove it.",
        ),
    ],
)
def test_refused_args_are_explained(args: Any, code: str, pointer: str, message: str) -> None:
    assert (code, pointer, message) in of_args(**args)


def test_unions_give_one_finding_not_one_for_each_branch() -> None:
    for args in (
        {"cmd": [1]},
        {"expose": {"port": "80"}},
        {"restart_policy": {"policy": "always"}},
        {"expose": [True]},
    ):
        assert len(of_args(**args)) == 1
    assert len(of_args(resources=[{"type": "HF", "target": "/a", "url": "b"}])) == 2  # one missing, one too many


def test_args_are_explained_by_the_type_of_the_op() -> None:
    volume = {"type": "container/create-volume", "id": "v", "args": {"nmae": "data"}}
    found = errors({"version": "0.1", "type": "container", "ops": [volume]})
    assert [(code, pointer) for code, pointer, _ in found] == [("ND021", "/ops/0/args"), ("ND022", "/ops/0/args/nmae")]


def test_args_of_the_other_type_are_no_error_even_beside_one() -> None:
    volume = {"type": "container/create-volume", "id": "v", "args": {"image": "nginx:1.27"}}
    found = errors({"version": "0.2", "type": "container", "ops": [volume]})
    assert [(code, pointer) for code, pointer, _ in found] == [("ND025", "/version")]


def test_ports_and_ids_are_compared_as_javascript_does() -> None:
    def verdict(*exposed: Any) -> list[str]:
        return [code for code, _, _ in of_args(expose=[*exposed])]

    assert verdict(80, {"port": 80.0}) == ["ND031"]
    assert verdict(0, -0.0) == ["ND031"]
    assert verdict(2**53, 2**53 + 1) == ["ND031"]  # one double for both
    assert verdict({"__spread__": "%%ops.a.results.b%%"}, {"__spread__": "%%ops.a.results.b%%"}) == []
    assert verdict("%%global.variables.A%%", "%%global.variables.A%%") == []


def test_findings_of_one_kind_are_bounded() -> None:
    found = of_args(cmd=[1] * 5000)
    assert len(found) == 100
    assert found[-1][2].endswith("There are at least 900 more of this kind.")


def test_secrets_never_stand_in_messages() -> None:
    """Put a credential at every text of a definition, and wrongly typed and misplaced beside it."""
    secret = "hf_abcdefghijklmnopqrstuvwxyz"
    args = {
        "env": {"HF_TOKEN": secret, "A": [secret]}, "cmd": ["--api-key", secret], "expose": [secret],
        "image": f"user:{secret}@host/a", "resources": [{"type": secret, "repo": secret, "accessToken": secret}],
        "entrypoint": {secret: secret}, "authentication": {"docker": {"password": 1234567890}},
    }  # fmt: skip
    value = {
        "version": secret, "type": secret, "meta": {"trigger": {secret: True}}, "ops": [
            {"type": secret, "id": f"a {secret}", "args": args, "results": {"a": f"({secret}"},
             "execution": {"depends_on": [secret], "group": secret}},
            {"type": "container/run", "id": secret, "args": {"cmd": [f"%%ops.{secret}.host%%", f"%%{secret}%%"]}},
        ],
    }  # fmt: skip
    for text in (json.dumps(value), json.dumps(value)[:-1], json.dumps(value).replace(f'"{secret}"', secret)):
        for finding in check(text).findings:
            assert secret[3:12] not in finding.message, finding
            assert "1234567890" not in finding.message, finding
