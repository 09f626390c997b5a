"""Ops: a definition of any shape, and what its node reported, as the page of a job shows them."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.nosana.payloads import OpResult, ResultPayload
from jobs.arguments import Port, Resource, Some, Variable, run_line
from jobs.ops import Capture, JobFacts, OpView, is_confidential, op_views
from jobs.results import from_body, to_body

ADDRESS = "3EwUexRdXedDk2EL72py5FQd9fG2aVR9trD3EqEbGCDu"
JOB = JobFacts(ADDRESS, "VAULT", "node.k8s.prd.nos.ci")
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
        entrypoint=("/run me",),
        command=(
            "--model", "/root/models", "--served-model-name", "it's", "--port", "8000", "--max-model-len", "2048"
        ),
        run_line="'/run me' --model /root/models --served-model-name \"it's\" --port 8000 \\\n  --max-model-len 2048",
        script="",
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
        is_private=False,
        shared_url=None,
        depends_on=Some(("weights",)),
        captures=Some(
            (
                Capture("speed", "([0-9.]+) tok/s", "stdout, stderr", Some(("71.4 tok/s", "71.4"))),
                Capture("ready", "ready", "", Some()),
                Capture("extra", "", "", Some(("x",))),
            )
        ),
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


def test_op_view_carries_no_secret() -> None:
    shown = repr(replace(op_views(DEFINITION, None, JOB).rows[1], entrypoint=None, command=()))

    assert [
        secret for secret in (TOKEN, "s3cret", "AKIAIOSFODNN7EXAMPLE", "key:secret", "Signature") if secret in shown
    ] == []


@pytest.mark.parametrize(
    ("args", "defaults", "entrypoint", "line", "script"),
    [
        ({}, {}, None, "", ""),
        ({"cmd": "echo 1 && ls"}, {}, None, "/bin/sh -c", "echo 1 && ls"),
        ({"cmd": ""}, {}, None, "/bin/sh -c", ""),
        ({"cmd": []}, {}, None, "", ""),
        ({"cmd": ["nvidia-smi -L"]}, {}, None, "'nvidia-smi -L'", ""),
        ({"cmd": ["a", 1, None, {"b": 2}]}, {}, None, "a 1 '' '{\"b\": 2}'", ""),
        ({"cmd": ["x"], "entrypoint": ["bash", "-c"]}, {"entrypoint": "no"}, ("bash", "-c"), "bash -c", "x"),
        ({"cmd": ["x"], "entrypoint": ""}, {"entrypoint": "run it"}, ("run it",), "'run it' x", ""),
        ({"cmd": ["x"], "entrypoint": []}, {}, None, "x", ""),
        ({"cmd": ["login", "--token", TOKEN]}, {}, None, "login --token •••", ""),
        ({"cmd": f"echo {TOKEN}"}, {}, None, "/bin/sh -c", "echo •••"),
    ],
)
def test_run_line_follows_the_nodes_rule(
    args: object, defaults: dict[str, Any], entrypoint: object, line: str, script: str
) -> None:
    found = view(args, **defaults)

    assert (found.entrypoint, found.run_line, found.script) == (entrypoint, line, script)


def test_run_line_is_quoted_as_a_shell_would_read_it() -> None:
    assert run_line(("echo", "it's", "a $b's", "", "ok")) == """echo "it's" 'a $b'"'"'s' '' ok"""


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ({"expose": 80}, [("80", True)]),
        ({"expose": [80, 81]}, [("80", True), ("81", True)]),
        ({"expose": "8000-8010"}, [("8000-8010", False)]),
        ({"expose": ["%%ops.a.results.port%%"]}, [("%%ops.a.results.port%%", False)]),
        ({"expose": [{"__spread__": "%%x%%"}]}, [('{"__spread__": "%%x%%"}', False)]),
        ({"expose": {"port": 80}}, [("80", False)]),
        ({"expose": [-1, 70000, 70000.5]}, [("-1", False), ("70000", False), ("70000.5", False)]),
        ({"expose": [True, None]}, [("true", False), ("", False)]),
        ({"expose": [80], "private": True}, [("80", False)]),
        ({"expose": ""}, []),
        ({}, []),
    ],
)  # fmt: skip
def test_ports_have_a_url_where_the_network_makes_one(args: object, expected: list[tuple[str, bool]]) -> None:
    assert [(port.label, port.url is not None) for port in view(args).ports.rows] == expected


def test_service_urls_equal_the_networks_own() -> None:
    args = {"image": "nginx", "expose": [3000, 8080]}
    definition = {"deployment_id": "DEP", "ops": [{"id": "nginx", "args": args}]}
    found = op_views(definition, None, JOB).rows[0]

    assert [port.url for port in found.ports.rows] == [
        "https://LUyn6L6ahWz8SnBze4vC4BMwaYmYaor2zCLVt49wn1SQ.node.k8s.prd.nos.ci",
        "https://2bechSJhHxuDJExaTkP6buf9EtzDSNikLBqiEWczftdh.node.k8s.prd.nos.ci",
    ]
    assert found.shared_url == "https://MkPtiFJrqwSa5bPK3d6A6d5gLxTxEZpAnfXbRCu5FAAp.node.k8s.prd.nos.ci"
    without = op_views(definition, None, replace(JOB, domain=None)).rows[0]
    assert ([port.url for port in without.ports.rows], without.shared_url) == ([None, None], None)


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
    views = op_views(
        {"ops": [{"id": str(n), "args": {"env": {f"V{v}": "" for v in range(100)}}} for n in range(100)]}, None, JOB
    )

    assert (len(views.rows), views.more) == (60, 40)
    assert (len(views.rows[0].env.rows), views.rows[0].env.more) == (60, 41)


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
