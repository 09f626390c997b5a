"""Explanations of values of any shape, and what they have in them."""

from __future__ import annotations

import json
import shlex
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.nosana.payloads import JsonObject, JsonValue
from jobs.definition.explain.context import Context
from jobs.definition.explain.report import explain
from jobs.definition.explain.text import as_text

JOB = "3EwUexRdXedDk2EL72py5FQd9fG2aVR9trD3EqEbGCDu"
NAMES = st.sampled_from(
    ["ops", "id", "type", "args", "global", "image", "cmd", "entrypoint", "env", "work_dir", "gpu", "volumes", "name"]
    + ["dest", "expose", "port", "private", "aliases", "restart_policy", "policy", "restart_tries", "resources", "url"]
    + ["target", "repo", "model", "files", "buckets", "execution", "group", "depends_on", "results", "variables"]
    + ["deployment_id", "__spread__", "__pairs__"]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from(
        ["container/run", "container/create-volume", "S3", "HF", "Ollama", "%%global.job%%", "[1]", '{"a":1}']
    )
)
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=5), max_leaves=25
)
OPS = st.fixed_dictionaries(
    {"type": st.just("container/run"), "args": st.dictionaries(NAMES, ANYTHING, max_size=6)},
    optional={"id": SCALARS, "execution": ANYTHING, "results": ANYTHING},
)
DEFINITIONS = ANYTHING | st.fixed_dictionaries(
    {"ops": st.lists(OPS | ANYTHING, max_size=3)}, optional={"global": ANYTHING, "deployment_id": SCALARS}
)
CONTEXTS = st.builds(
    Context,
    job=st.none() | st.text(max_size=5),
    project=st.none() | st.text(max_size=5),
    at=st.none() | st.floats(min_value=1.6e9, max_value=1.8e9),
)


@settings(max_examples=200, deadline=None)
@given(DEFINITIONS, CONTEXTS)
def test_explain_never_raises(definition: JsonValue, context: Context) -> None:
    explanation = explain(definition, context)
    json.dumps(explanation.as_json())
    as_text(explanation)
    for op in explanation.ops:
        for line in (op.podman, op.docker):
            assert shlex.join(shlex.split(line)) == line


def test_explain_answer_has_the_promised_shape() -> None:
    definition: JsonObject = {
        "version": "0.1",
        "type": "container",
        "ops": [
            {
                "type": "container/run",
                "id": "main",
                "args": {
                    "image": "debian:12",
                    "cmd": ["date"],
                    "env": {"A": "1"},
                    "expose": 3000,
                    "resources": [{"type": "Ollama", "model": "m"}],
                },
            }
        ],
    }
    answer = explain(definition, Context(job=JOB)).as_json()
    ops = answer["ops"]
    assert isinstance(ops, list)
    op = ops[0]
    assert isinstance(op, dict)
    lines = [op.pop("podman"), op.pop("docker")]
    assert all(isinstance(line, str) and line.endswith(" debian:12 date") for line in lines)
    assert answer == {
        "plan": [["main"]],
        "ops": [
            {
                "id": "main",
                "index": 0,
                "argv": ["date"],
                "entrypoint": None,
                "env": {"A": "1", "NOSANA_ID": JOB},
                "urls": [
                    {
                        "port": 3000,
                        "url": "https://LUyn6L6ahWz8SnBze4vC4BMwaYmYaor2zCLVt49wn1SQ.node.k8s.prd.nos.ci",
                    }
                ],
                "image": {
                    "reference": "debian:12",
                    "cache_names": [
                        "debian:12",
                        "docker.io/debian:12",
                        "docker.io/library/debian:12",
                        "registry.hub.docker.com//debian:12",
                        "registry.hub.docker.com/library/debian:12",
                    ],
                },
                "resources": [{"type": "Ollama", "key": "m", "target": "/root/.ollama/models"}],
            }
        ],
    }


def test_explain_skips_what_is_no_op_and_keeps_the_indexes() -> None:
    explanation = explain({"ops": [7, {"type": "odd", "id": "x"}, {"type": "container/run", "id": "y", "args": 3}]})
    assert [(op.index, op.id, op.problems) for op in explanation.ops] == [
        (1, "x", ("operation type 'odd' not supported",)),
        (2, "y", ("It names no image.",)),
    ]


@pytest.mark.parametrize("definition", [None, [], "x", 7, {}, {"ops": {}}, {"ops": [[]]}])
def test_explain_nothing_to_explain(definition: JsonValue) -> None:
    assert explain(definition).as_json() == {"plan": [], "ops": []}


def test_explain_refuses_depth() -> None:
    deep: JsonValue = "x"
    for _ in range(5000):
        deep = [deep]
    assert explain({"ops": [{"type": "container/run", "args": {"cmd": deep}}]}).as_json() == {"plan": [], "ops": []}


def run(**args: JsonValue) -> JsonObject:
    return {"type": "container/run", "id": "a", "args": {"image": "x", **args}}


@pytest.mark.parametrize(
    "definition",
    [
        {"ops": [run(expose=[*range(100_000)])]},
        {"ops": [run(expose=80)] * 3000},
        {"global": {"env": {"A": "'" * 300_000}}, "ops": [run()] * 3000},
        {"global": {"variables": {"A": "x" * 300_000}}, "ops": [run(cmd=["%%global.variables.A%%"] * 9000)] * 2},
        {"ops": [run(cmd="%%global." * 80_000)]},
        {"ops": [run(cmd=["[" * 60 + "]" * 60] * 4000)]},
    ],
    ids=["ports", "ops", "env", "literals", "openings", "json"],
)
def test_explain_hostile_definition_stays_small_and_quick(definition: JsonValue) -> None:
    started = time.monotonic()
    assert len(json.dumps(explain(definition, Context(job=JOB)).as_json())) < 20_000_000
    assert time.monotonic() - started < 10
