"""Rules at their edges: what each code's own examples do not show."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jobs.definition.check import check
from jobs.definition.codes.examples import http_check, run, volume, whole
from jobs.definition.market import Market

SERVED = [{"port": 80, "health_checks": [http_check()]}]


def found(*ops: Any, market: Market | None = None, **extra: Any) -> list[tuple[str, str]]:
    """Return codes and pointers, without the remarks on tags and the like that are the same everywhere."""
    report = check(json.dumps(whole(*ops, **extra)), market=market)
    assert report.valid
    return [(finding.code, finding.pointer) for finding in report.findings]


def of_args(**args: Any) -> list[tuple[str, str]]:
    return [(code, pointer.removeprefix("/ops/0")) for code, pointer in found(run(**args))]


def grouped(op_id: str, *depends_on: str, **args: Any) -> Any:
    return run(op_id, execution={"group": "g", "depends_on": [*depends_on]}, **args)


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ({"cmd": ["/opt/my program"]}, ["ND090"]),
        ({"cmd": ["nvidia-smi"]}, []),
        ({"cmd": ["echo hello"], "entrypoint": ["sh", "-c"]}, []),
        ({"cmd": ["a b"], "entrypoint": ["python3"]}, []),
        ({"cmd": ["bash -c", "ls", "-l"]}, ["ND091"]),
        ({"cmd": ["sh", "-c", "echo $1", "_", "x"]}, []),
        ({"cmd": ["/bin/bash", "-lc", "a;", "b"]}, ["ND097"]),
        ({"cmd": ["a", "b"], "entrypoint": ["/bin/sh", "-c"]}, ["ND097"]),
        ({"cmd": ["echo", "$HOME"]}, ["ND096"]),
        ({"cmd": ["echo", "price: $5", "a > b"]}, []),
        ({"cmd": ["sh", "-c", "a | b"]}, []),
        ({"cmd": "  \n"}, ["ND094"]),
        ({"cmd": "ls", "entrypoint": ""}, []),
        ({"cmd": "ls", "entrypoint": ["bash", "-c"]}, ["ND092"]),
        ({"entrypoint": "/bin/sh -c"}, ["ND095"]),
        ({"image": "ghcr.io/huggingface/text-generation-inference:3.3.4", "cmd": "--port 80"}, ["ND093"]),
        ({"image": "vllm/vllm-openai:v0.10.2", "cmd": ["--model a"]}, ["ND090"]),
        ({"image": "vllm/vllm-openai:v0.10.2", "cmd": "ls", "entrypoint": "bash"}, ["ND092"]),
    ],
)
def test_commands(args: Any, expected: list[str]) -> None:
    assert [code for code, _ in of_args(**args)] == expected


def test_entrypoint_of_global_counts_where_the_op_has_none() -> None:
    given: Any = {"global": {"entrypoint": "python3 -u"}}
    assert found(run(cmd="a.py"), **given) == [("ND095", "/global/entrypoint"), ("ND092", "/ops/0/args/cmd")]


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({"A": '{"a": 1}'}, ["/args/env/A"]),
        ({"A": " [1, 2]\n"}, ["/args/env/A"]),
        ({"A": "[not json]", "B": '"text"', "C": "12", "D": "{"}, []),
        ({"__spread__": '{"a": "b"}', "__pairs__": '[{"key": "a"}]'}, []),
    ],
)
def test_texts_that_spell_json(env: Any, expected: list[str]) -> None:
    assert of_args(env=env) == [("ND080", pointer) for pointer in expected]


def test_texts_that_spell_json_are_left_alone_within_objects_of_lists() -> None:
    body = http_check(method="POST", body='{"a": 1}')
    assert of_args(expose=[{"port": 80, "health_checks": [body]}]) == []
    assert of_args(cmd=["--config", '{"a": 1}']) == [("ND080", "/args/cmd/1")]


def test_literals_of_an_op_with_a_dot_are_explained() -> None:
    report = check(json.dumps(whole(run("a.b"), run("c", cmd=["%%ops.a.b.host%%"]))))
    assert [finding.code for finding in report.findings] == ["ND079", "ND070"]
    assert "ends at the first dot" in report.findings[1].message


@pytest.mark.parametrize(
    ("literal", "expected"),
    [
        ("%%global.job%% %%globals.project%% %%global.host%% %%global.frps_address%%", []),
        ("%%ops.first.host%%:%%ops.first.endpoint.80%%", []),
        ("%%ops.first.results.who%%%%ops.first.results.who.0%%", []),
        ("%%ops.first.results%%", ["ND072"]),
        ("%%ops.second.results.own%%", ["ND071"]),
        ("%%ops.first.endpoint.81%%", ["ND078"]),
        ("%%ops.first.name%% %%global.jobs%% %%globals.user%%", ["ND076"] * 3),
        ("%%global.variables.EMPTY%%", ["ND074"]),
        ("100%% of %%date%%", ["ND076"]),
        ("100%% sure, 50%% done", []),
    ],
)
def test_literals(literal: str, expected: list[str]) -> None:
    first = run("first", expose=SERVED, results={"who": "a"})
    second = run("second", cmd=["x", literal, "%%global.variables.EMPTY%%"], results={"own": "b"})
    given: Any = {"global": {"variables": {"EMPTY": ""}}}
    codes = [code for code, _ in found(first, second, **given)]
    assert sorted(codes) == sorted(["ND074", *expected])


def test_dependencies_without_groups_are_each_in_their_own() -> None:
    alone = run("b", execution={"depends_on": ["a"]})
    assert found(run("a"), alone) == [("ND052", "/ops/1/execution/depends_on/0")]


def test_dependency_that_exposes_ports_needs_one_check_at_any_of_them() -> None:
    assert found(grouped("a", expose=[81, *SERVED]), grouped("b", "a")) == []
    assert found(grouped("a", expose={"port": 80}), grouped("b", "a")) == [("ND120", "/ops/0/args/expose")]
    literal = grouped("a", expose="%%global.variables.P%%")
    given: Any = {"global": {"variables": {"P": "80"}}}
    assert found(literal, grouped("b", "a"), **given) == []


@pytest.mark.parametrize(
    ("waits", "knots"),
    [
        ({"a": "b", "b": "c", "c": "a"}, ["a"]),
        ({"a": "b", "b": "c", "c": "b"}, ["b"]),
        ({"a": "b", "b": "", "c": "b", "d": "c"}, []),
        ({"a": "b", "b": "a", "c": "d", "d": "c", "e": "a"}, ["a", "c"]),
    ],
)
def test_circles_are_told_once_each(waits: dict[str, str], knots: list[str]) -> None:
    ops = [grouped(name, *filter(None, [other])) for name, other in waits.items()]
    pointers = [pointer for code, pointer in found(*ops) if code == "ND053"]
    assert pointers == [f"/ops/{list(waits).index(name)}/execution/depends_on" for name in knots]


def test_long_chains_are_no_circle() -> None:
    ops = [grouped("o0"), *(grouped(f"o{index}", f"o{index - 1}") for index in range(1, 3000))]
    assert found(*ops) == []


def test_confidential_jobs_may_have_no_ops() -> None:
    side = {"type": "api-listen", "args": {}}
    assert found(logistics={"send": side, "receive": side}) == []


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("docker.io/library/ubuntu:24.04", []),
        ("ubuntu:latest", ["ND140"]),
        ("localhost:5000/a", ["ND142", "ND140", "ND143"]),
        ("registry.example:5000/me/a:1", []),
        ("registry.example:5000/me/a", ["ND140", "ND143"]),
        ("", ["ND141"]),
        ("me/UPPER:1", ["ND141"]),
        ("%%ops.x", []),
        (f"ubuntu@sha256:{'a' * 64}", ["ND144"]),
    ],
)
def test_images(image: str, expected: list[str]) -> None:
    assert sorted(code for code, _ in of_args(image=image)) == sorted(expected)


def test_resources_and_volumes_share_one_file_system() -> None:
    resource = {"type": "S3", "url": "https://a.example", "target": "/data/"}
    ops = [volume("v"), run(resources=[resource], volumes=[{"name": "v", "dest": "/data"}])]
    assert found(*ops) == [("ND155", "/ops/1/args/volumes/0/dest")]


def test_market_knows_spellings() -> None:
    market = Market("m", ("docker.io/library/ubuntu:24.04",), ({"type": "Ollama", "model": "llama3:8b"},))
    near = run(image="ubuntu:24.04", resources=[{"type": "Ollama", "model": "Llama3:8b"}])
    codes = [("ND146", "/ops/0/args/image"), ("ND153", "/ops/0/args/resources/0")]
    assert found(near, market=market) == codes
    other = run(image="ubuntu:22.04", resources=[{"type": "Ollama", "model": "gemma3"}])
    assert found(other, market=market) == []


def test_gpu_of_global_is_enough() -> None:
    given: Any = {"global": {"gpu": True}}
    assert found(run(without="gpu"), **given) == []
    assert found(volume("v")) == []


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ({"env": {"OPENAI_API_KEY": "EMPTY", "MAX_TOKENS": "16", "HF_TOKEN": ""}}, []),
        ({"env": {"DB_PASSWORD": "abc"}}, ["ND160"]),
        ({"env": {"WHO": "hf_abcdefghijklmnopqrst"}}, ["ND160"]),
        ({"cmd": ["--api-key", "abcdef123456"]}, []),
        ({"cmd": "serve --api-key abcdef123456"}, ["ND164"]),
        ({"cmd": "git clone https://me:abcdefgh@host.example/a"}, ["ND164"]),
        ({"cmd": "x" * 30_000 + " with a token"}, []),
        ({"expose": [{"port": 80, "health_checks": [http_check(headers={"Authorization": "abc12345"})]}]}, ["ND164"]),
        ({"cmd": "a", "image": "docker.io/me/token-server:1"}, []),
    ],
)
def test_secrets(args: Any, expected: list[str]) -> None:
    assert [code for code, _ in of_args(**args)] == expected


def test_secrets_in_global_are_told_once() -> None:
    given: Any = {"global": {"env": {"API_KEY": "abcdefgh"}, "variables": {"TOKEN": "abcdefgh"}}}
    env = run(env={"T": "%%global.variables.TOKEN%%", "HF_TOKEN": "%%global.variables.TOKEN%%"})
    codes = [("ND160", "/global/env/API_KEY"), ("ND160", "/global/variables/TOKEN")]
    assert found(env, run("b"), **given) == codes


@pytest.mark.parametrize("port", [-1, 0, 65536, 70000.5, 80.5, 1e300])
def test_numbers_that_are_no_port(port: float) -> None:
    assert of_args(expose=[port, {"port": 8080}]) == [("ND121", "/args/expose/0")]


def test_host_names_of_ops_are_only_those_that_are_none() -> None:
    env = {"A": "http://model:80", "B": "http://llm/v1", "C": "tcp://me.example", "D": "see http://page/"}
    ops = [run("model"), run("llm", aliases="llm, other"), run("page", env=env)]
    assert found(*ops) == [("ND127", "/ops/2/args/env/A")]


def test_documented_profile_tells_what_is_newer() -> None:
    value = whole(run(cmd="ls", expose=80, private=True), volume("v"), deployment_id="a", meta={"more": "b"})
    report = check(json.dumps(value), profile="documented")
    assert [finding.pointer for finding in report.findings if finding.code == "ND172"] == [
        "/deployment_id",
        "/ops/0/args/private",
    ]


def test_findings_stand_in_the_order_of_the_text() -> None:
    text = json.dumps(whole(run("a", image="a", cmd=["b c"]), run("d", image="e")), indent=1)
    report = check(text + " // the end")
    places = [(finding.line, finding.column) for finding in report.findings]
    assert places == sorted(places)
    assert [finding.code for finding in report.findings] == ["ND140", "ND090", "ND140", "ND006"]
