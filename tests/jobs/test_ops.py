"""Ops: a definition of any shape, and what its node reported, as the page of a job shows them."""

from __future__ import annotations

import copy
import shlex
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.nosana.payloads import Endpoint, OpResult, ResultPayload
from jobs.definition.explain.context import Context
from jobs.ops import Capture, OpView, Port, Resource, Runs, Variable, is_confidential, op_views
from jobs.ops.running import laid_out
from jobs.results import from_body, to_body
from jobs.shapes import Some

ADDRESS = "3EwUexRdXedDk2EL72py5FQd9fG2aVR9trD3EqEbGCDu"
JOB = Context(job=ADDRESS, node="NODE", project="VAULT", at=datetime(2026, 8, 21, 14, tzinfo=UTC).timestamp())
START, END = datetime(2026, 8, 21, 14, 4, tzinfo=UTC), datetime(2026, 8, 21, 15, 25, 45, tzinfo=UTC)
TOKEN = "hf_" + "aB3" * 12

VLLM: dict[str, Any] = {
    "type": "container/run",
    "id": "vllm",
    "args": {
        "image": "docker.io/vllm/vllm-openai:v0.5.4",
        "cmd": ["--model", "/root/models", "--served-model-name", "it's", "--port", "8000", "--max-model-len", "2048"],
        "env": {"VLLM_LOGGING_LEVEL": "INFO", "HF_TOKEN": TOKEN, "N": 1},
        "volumes": [{"name": "weights", "dest": "/scratch"}],
        "restart_policy": {"policy": "on-failure", "restart_tries": 3},
        "aliases": "llm",
        "resources": [
            {"type": "HF", "repo": "TinyLlama/TinyLlama", "revision": "main", "target": "/root/models", "files": [1]},
            {
                "type": "S3",
                "url": "https://key:secret@models.nosana.io/sd?X-Amz-Signature=1",
                "target": "/data",
                "allowWrite": True,
                "IAM": {"REGION": "eu", "ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "SECRET_ACCESS_KEY": "s3cret"},
            },
            {"type": "Ollama", "model": "gemma3:4b"},
        ],
        "expose": [
            3000,
            {
                "port": 8080,
                "type": "api",
                "health_checks": [
                    {"type": "http", "path": "/v1", "method": "GET", "expected_status": 200, "continuous": True},
                    {"type": "websocket", "expected_response": "pong", "continuous": False},
                ],
            },
        ],
    },
    "results": {"speed": {"regex": "([0-9.]+) tok/s", "logType": [2, 3]}, "ready": "ready"},
    "execution": {"group": "serve", "depends_on": ["weights"]},
}  # fmt: skip
DEFINITION: dict[str, Any] = {
    "version": "0.1",
    "type": "container",
    "meta": {"trigger": "cli"},
    "global": {"gpu": True, "env": {"HF_HUB_OFFLINE": "1", "N": "0"}, "work_dir": "/srv", "entrypoint": "/run me"},
    "ops": [{"type": "container/create-volume", "id": "weights", "args": {"name": "weights"}}, VLLM],
}
RESULT = OpResult(
    op_id="vllm",
    group="serve",
    status="success",
    started_at=START,
    ended_at=END,
    exit_code=143,
    results={"speed": ["71.4 tok/s", "71.4"], "extra": "x"},
    diagnostics={"reason": {"jobExpired": True}},
)

LINE = rf"""podman run -d --name {ADDRESS}-1 \
  --network NOSANA_GATEWAY:alias=llm --ipc private --shm-size 4294967296 --cap-add NET_ADMIN \
  --cgroups disabled --device /dev/net/tun --device nvidia.com/gpu=all \
  --add-host host.docker.internal:8.8.8.8 --add-host host.containers.internal:8.8.8.8 \
  --restart on-failure:3 -v {ADDRESS}-weights:/scratch \
  -v nosana-resource-0:/root/models:ro -v nosana-resource-1:/data \
  -v nosana-resource-2:/root/.ollama/models:ro -e HF_HUB_OFFLINE=1 -e N=1 \
  -e VLLM_LOGGING_LEVEL=INFO -e 'HF_TOKEN=***' \
  -e NOSANA_ID={ADDRESS} -w /srv --entrypoint '["/run me"]' \
  docker.io/vllm/vllm-openai:v0.5.4 --model /root/models --served-model-name 'it'"'"'s' \
  --port 8000 --max-model-len 2048"""
DOCKER = rf"""docker run -d --name {ADDRESS}-1 --network NOSANA_GATEWAY \
  --network-alias llm --gpus all --add-host host.docker.internal:8.8.8.8 \
  --add-host host.containers.internal:8.8.8.8 \
  -v {ADDRESS}-weights:/scratch \
  -v nosana-resource-0:/root/models:ro -v nosana-resource-1:/data \
  -v nosana-resource-2:/root/.ollama/models:ro -e HF_HUB_OFFLINE=1 -e N=1 \
  -e VLLM_LOGGING_LEVEL=INFO -e 'HF_TOKEN=***' \
  -e NOSANA_ID={ADDRESS} -w /srv --entrypoint '/run me' \
  docker.io/vllm/vllm-openai:v0.5.4 --model /root/models --served-model-name 'it'"'"'s' \
  --port 8000 --max-model-len 2048"""


def test_op_view_shows_the_definition_beside_the_result() -> None:
    views = op_views(DEFINITION, ResultPayload("success", START, END, (RESULT,)), JOB)

    assert views.more == 0
    assert views.rows[1] == OpView(
        index=1,
        id="vllm",
        type="container/run",
        group="serve",
        image="docker.io/vllm/vllm-openai:v0.5.4",
        volume="",
        runs=Runs(
            podman=LINE.replace(" \\\n ", ""),
            docker=DOCKER.replace(" \\\n ", ""),
            podman_shown=LINE,
            docker_shown=DOCKER,
            script="",
            has_command=True,
            has_entrypoint=True,
        ),
        env=Some(
            (
                Variable("HF_HUB_OFFLINE", "1", "global"),
                Variable("N", "1", "op"),
                Variable("VLLM_LOGGING_LEVEL", "INFO", "op"),
                Variable("HF_TOKEN", "", "op", hidden=39),
                Variable("NOSANA_ID", ADDRESS, "node"),
            )
        ),
        has_gpu=True,
        work_dir="/srv",
        restart="on-failure:3",
        aliases=Some(("llm",)),
        volumes=Some((("weights", "/scratch"),)),
        resources=Some(
            (
                Resource("HF", "TinyLlama/TinyLlama@main", "/root/models", "1 file"),
                Resource("S3", "https://models.nosana.io/sd", "/data", "writable"),
                Resource("Ollama", "gemma3:4b", "/root/.ollama/models"),
            )
        ),
        ports=Some(
            (
                Port("3000", "", "https://21gjBzndwEJD2RaAJ2dnuHMNTugCbZezoA7N2SV36yNZ.node.k8s.prd.nos.ci"),
                Port(
                    "8080",
                    "api",
                    "https://4gY6iZ7XSdJqRdDj4ru2grhTAgwSHuKtyBsxFgQbZaWq.node.k8s.prd.nos.ci",
                    ("GET /v1, 200, continuous", "websocket, answers pong"),
                ),
            )
        ),
        depends_on=Some(("weights",)),
        captures=Some(
            (
                Capture("speed", "([0-9.]+) tok/s", "stdout, stderr", Some(("71.4 tok/s", "71.4"))),
                Capture("ready", "ready", "", Some()),
                Capture("extra", "", "", Some(("x",))),
            )
        ),
        problems=(),
        pending=(),
        cache=None,
        is_defined=True,
        result=RESULT,
        exit_meaning="ended (SIGTERM) when the job's time was up",
        diagnostics=(("Job expired", "yes"),),
    )  # fmt: skip
    assert (views.rows[1].is_failed, views.rows[1].status, views.rows[1].seconds) == (False, "success", 4905.0)


def test_op_view_of_an_op_that_has_not_run() -> None:
    volume = op_views(DEFINITION, None, JOB).rows[0]

    assert (volume.id, volume.group, volume.volume, volume.image, volume.result) == (
        "weights",
        "weights",
        "weights",
        "",
        None,
    )
    assert (volume.is_failed, volume.status, volume.seconds, volume.exit_meaning) == (False, "", None, "")


def view(args: object = None, **defaults: Any) -> OpView:
    op = {"id": "a", "type": "container/run", "args": args}
    return op_views({"ops": [op], "global": defaults}, None, JOB).rows[0]


PRIVATE = "private: its address is random, and only the deployer can ask for it"
SECRETS = (TOKEN, "s3cret", "AKIAIOSFODNN7EXAMPLE", "key:secret", "Signature", "plain-words", "hunter2")


def test_op_view_carries_no_secret() -> None:
    """Neither those that stand in its arguments, nor those that literals put there."""
    op = copy.deepcopy(VLLM)
    op["args"]["cmd"] += ["--api-key", "%%global.variables.KEY%%", f"--x={TOKEN}"]
    op["args"]["env"] |= {"DB_PASSWORD": "%%global.variables.KEY%%", "URL": "x://me:hunter2@db", "NO_KEY": "none"}
    op["args"]["expose"][1]["health_checks"][0]["headers"] = {"Authorization": "plain-words"}
    views = op_views({"global": {"variables": {"KEY": "plain-words"}}, "ops": [op]}, None, JOB).rows

    assert [secret for secret in SECRETS if secret in repr(views)] == []
    assert [one for one in views[0].env.rows if one.name in {"DB_PASSWORD", "URL", "NO_KEY"}] == [
        Variable("DB_PASSWORD", "", "op", hidden=11),
        Variable("URL", "x://***@db", "op"),
        Variable("NO_KEY", "none", "op"),
    ]
    assert views[0].runs is not None
    assert views[0].runs.podman.endswith(" --api-key '***' '--x=***'")


@pytest.mark.parametrize(
    ("args", "defaults", "tail", "script"),
    [
        ({}, {}, "x", ""),
        ({"cmd": "echo 1 && ls"}, {}, "x /bin/sh -c 'echo 1 && ls'", ""),
        ({"cmd": "echo 'a b'"}, {}, """x /bin/sh -c 'echo '"'"'a b'"'"''""", "echo 'a b'"),
        ({"cmd": ""}, {}, "x /bin/sh -c ''", ""),
        ({"cmd": []}, {}, "x", ""),
        ({"cmd": ["nvidia-smi -L"]}, {}, "x 'nvidia-smi -L'", ""),
        ({"cmd": ["y"], "entrypoint": ["bash", "-c"]}, {"entrypoint": "no"}, """'["bash","-c"]' x y""", ""),
        ({"cmd": ["y"], "entrypoint": ""}, {"entrypoint": "run it"}, """'["run it"]' x y""", ""),
        ({"cmd": ["y"], "entrypoint": []}, {"entrypoint": "no"}, "'[]' x y", ""),  # an empty list counts
        ({"cmd": ["login", "--token", TOKEN]}, {}, "x login --token '***'", ""),
        ({"cmd": f"echo {TOKEN}"}, {}, "x /bin/sh -c 'echo ***'", ""),
    ],
)
def test_run_line_is_that_of_the_node(args: dict[str, Any], defaults: dict[str, Any], tail: str, script: str) -> None:
    found = view({"image": "x", **args}, **defaults).runs

    assert found is not None
    assert found.podman.startswith(f"podman run -d --name {ADDRESS}-0 --network NOSANA_GATEWAY ")
    assert found.podman.partition(f"NOSANA_ID={ADDRESS} ")[2].removeprefix("--entrypoint ") == tail
    assert shlex.split(found.podman_shown.replace("\\\n", "")) == shlex.split(found.podman)
    assert found.script == script


def test_a_line_is_broken_before_options_and_the_image() -> None:
    words = ["run", *(["--option", "a value"] * 5), "image", "--x", "y"]

    assert laid_out(words, 3).split(" \\\n  ") == [
        "run --option 'a value' --option 'a value' --option 'a value' --option 'a value'",
        "--option 'a value'",
        "image --x y",
    ]


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ({"expose": 80}, [("80", "")]),
        ({"expose": [80, 81]}, [("80", ""), ("81", "")]),
        ({"expose": "8000-8010"}, [("8000-8010", "not a number, so that nothing is opened")]),
        ({"expose": ["%%ops.a.results.port%%"]}, [("%%ops.a.results.port%%", "known when the job runs")]),
        ({"expose": [{"__spread__": "%%x%%"}]}, [("{\"__spread__\": \"%%x%%\"}", "known when the job runs")]),
        ({"expose": {"port": 80}}, [("80", "not in a list, so that nothing is opened")]),
        ({"expose": [-1, 70000, 70000.5]}, [(port, "no port has that number") for port in ("-1", "70000", "70000.5")]),
        ({"expose": [True, None]}, [("true", "not a number, so that nothing is opened")]),
        ({"expose": [80], "private": True}, [("80", PRIVATE)]),
        ({"expose": ""}, []),
        ({}, []),
    ],
)  # fmt: skip
def test_ports_have_a_url_or_say_why_not(args: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    found = [(port.label, port.note) for port in view({"image": "x", **args}).ports.rows]

    assert found == expected
    assert [port.url is None for port in view({"image": "x", **args}).ports.rows] == [bool(note) for _, note in found]


def test_service_urls_equal_the_networks_own() -> None:
    args = {"image": "nginx", "expose": [3000, 8080]}
    definition: Any = {"deployment_id": "DEP", "ops": [{"id": "nginx", "type": "container/run", "args": args}]}
    found = op_views(definition, None, JOB).rows[0]
    shared = "https://MkPtiFJrqwSa5bPK3d6A6d5gLxTxEZpAnfXbRCu5FAAp.node.k8s.prd.nos.ci"

    assert found.ports.rows == (
        Port(
            "3000",
            url="https://LUyn6L6ahWz8SnBze4vC4BMwaYmYaor2zCLVt49wn1SQ.node.k8s.prd.nos.ci",
            shared_url=shared,
        ),
        Port(
            "8080",
            url="https://2bechSJhHxuDJExaTkP6buf9EtzDSNikLBqiEWczftdh.node.k8s.prd.nos.ci",
            shared_url=shared,
        ),
    )
    private = {"deployment_id": "DEP", "ops": [{**definition["ops"][0], "args": {**args, "private": True}}]}
    assert [(port.url, port.shared_url) for port in op_views(private, None, JOB).rows[0].ports.rows] == [
        (None, shared),
        (None, shared),
    ]


@pytest.mark.parametrize(
    ("day", "url", "note"),
    [
        (datetime(2024, 3, 1, tzinfo=UTC), None, "nodes did not open ports then"),
        (datetime(2024, 7, 1, tzinfo=UTC), None, "its address followed from the run's, which is gone"),
        (datetime(2024, 12, 1, tzinfo=UTC), f"https://{ADDRESS}.node.k8s.prd.nos.ci", ""),
    ],
)
def test_service_urls_of_old_jobs_follow_the_rule_of_their_day(day: datetime, url: str | None, note: str) -> None:
    definition = {"ops": [{"id": "a", "type": "container/run", "args": {"image": "x", "expose": 80}}]}
    found = op_views(definition, None, replace(JOB, at=day.timestamp())).rows[0]

    assert found.ports.rows == (Port("80", url=url, note=note),)


def test_ports_say_how_they_were_when_last_heard_of() -> None:
    endpoints = (Endpoint("a", "80", "ONLINE"), Endpoint("b", "81", "OFFLINE"), Endpoint("a", "82", "UNKNOWN"))
    result = ResultPayload("running", START, None, (), endpoints=endpoints)
    definition = {"ops": [{"id": "a", "type": "container/run", "args": {"image": "x", "expose": [80, 81, 82]}}]}

    assert from_body(to_body(result)) == result
    assert [port.status for port in op_views(definition, result, JOB).rows[0].ports.rows] == ["ONLINE", "", "UNKNOWN"]


def test_literals_stand_for_what_earlier_ops_found() -> None:
    first = {"id": "a", "type": "container/run", "args": {"image": "x"}, "results": {"key": "(.*)"}}
    second = {
        "id": "b",
        "type": "container/run",
        "args": {"image": "y", "cmd": ["%%ops.a.results.key%%", "%%ops.z.host%%"]},
    }
    found = op_views(
        {"ops": [first, second]}, ResultPayload("", None, None, (replace(RESULT, op_id="a", results={"key": ["v"]}),)),
        replace(JOB, results={"a": {"key": ["v"]}}),
    ).rows[1]  # fmt: skip

    assert found.runs is not None
    assert found.runs.podman.endswith(" y v %%ops.z.host%%")
    assert found.problems != ()


def test_results_go_to_the_op_of_their_name_and_the_rest_follows() -> None:
    entries = [replace(RESULT, op_id=name, exit_code=code) for name, code in (("x", 1), ("b", 2), ("a", 3), ("a", 4))]
    definition = {"ops": [{"id": "a"}, {"id": "c"}, {"id": "a"}, {"id": "b"}]}
    views = op_views(definition, ResultPayload("success", None, None, tuple(entries)), JOB).rows

    assert [(op.index, op.id, op.result and op.result.exit_code, op.is_defined) for op in views] == [
        (0, "a", 3, True),
        (1, "c", None, True),
        (2, "a", 4, True),
        (3, "b", 2, True),
        (4, "x", 1, False),
    ]


def test_more_ops_than_a_page_shows_are_counted() -> None:
    args = {"image": "x", "env": {f"V{v}": "" for v in range(100)}}
    ops = [{"id": str(n), "type": "container/run", "args": args} for n in range(100)]
    views = op_views({"ops": ops}, None, JOB)

    assert (len(views.rows), views.more) == (60, 40)
    assert (len(views.rows[0].env.rows), views.rows[0].env.more) == (60, 41)
    failed = op_views({"ops": ops}, ResultPayload("", None, None, (replace(RESULT, op_id="90", status="failed"),)), JOB)
    assert ([op.id for op in failed.rows][59:], failed.more) == (["59", "90"], 39)


def test_confidential_definitions_keep_their_ops_back() -> None:
    logistics = {"send": {"type": "api-listen", "args": {}}, "receive": {"type": "api-listen", "args": {}}}

    assert is_confidential({"version": "0.1", "type": "container", "ops": [], "logistics": logistics})
    assert not is_confidential({"ops": []})
    assert not is_confidential({**DEFINITION, "logistics": logistics})


KEYS = sorted({*VLLM, *VLLM["args"], *DEFINITION, "port", "health_checks", "url", "buckets", "entrypoint", "private"})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: (
        st.lists(children, max_size=4) | st.dictionaries(st.text() | st.sampled_from(KEYS), children, max_size=5)
    ),
    max_leaves=12,
)
PATHS = [
    ("ops",), ("global",), ("global", "env"), ("ops", 1), ("ops", 1, "id"), ("ops", 1, "args"), ("ops", 1, "results"),
    ("ops", 1, "execution"), ("ops", 1, "results", "speed"), ("ops", 1, "execution", "depends_on"), ("deployment_id",),
    *[("ops", 1, "args", name) for name in (*VLLM["args"], "private", "entrypoint", "work_dir", "gpu")],
    *[("ops", 1, "args", name, 0) for name in ("cmd", "volumes", "resources", "expose")],
    *[("ops", 1, "args", "resources", n, name) for n in range(3) for name in ("type", "url", "repo", "buckets")],
    *[("ops", 1, "args", "expose", 1, name) for name in ("port", "type", "health_checks")],
    ("ops", 1, "args", "expose", 1, "health_checks", 0),
]  # fmt: skip


@given(JSON)
def test_op_views_of_any_json_never_raise(definition: Any) -> None:
    assert isinstance(op_views(definition, ResultPayload("", None, None, (RESULT,)), JOB), Some)


@given(st.lists(st.tuples(st.sampled_from(PATHS), JSON), min_size=1, max_size=3), JSON, JSON)
def test_op_views_of_a_damaged_definition_and_result_never_raise(
    damage: list[tuple[tuple[Any, ...], Any]], found: Any, diagnostics: Any
) -> None:
    definition = copy.deepcopy(DEFINITION)
    for (*above, last), value in damage:
        place: Any = definition
        for step in above:
            place = place[step] if isinstance(place, dict | list) and step in _steps(place) else {}
        if isinstance(place, dict) or (isinstance(place, list) and last in _steps(place)):
            place[last] = value
    entry = replace(
        RESULT,
        results=found if isinstance(found, dict) else {},
        diagnostics=diagnostics if isinstance(diagnostics, dict) else {},
    )
    result = from_body(to_body(ResultPayload("success", None, None, (entry,))))

    assert op_views(definition, result, JOB).more == 0


def _steps(place: dict[str, Any] | list[Any]) -> Any:
    return place if isinstance(place, dict) else range(len(place))
