"""How a job goes on a node, and what the node reports."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from explorer.sample import flow, plan, world
from explorer.sample.caching import NodeCache
from explorer.sample.definitions.catalogue import build
from explorer.sample.draw import rng
from explorer.sample.markets import SEED_MARKET
from explorer.sample.nodes import JOINED_CMD, YEAR_OLD, Node
from explorer.sample.report import Reporter, capture
from tests.explorer.sample.conftest import NOW
from tests.explorer.sample.networks import one_op

WORLD = world.make(1)
CURRENT = replace(WORLD.nodes_of(SEED_MARKET)[1], version="1.1.14", style=2, download=1000)


def setting(node: Node = CURRENT, *, job: str = "job", pace: float = 30.0, care: float = 0.0) -> plan.Setting:
    return plan.Setting(1, job, node, WORLD.markets[node.market], NodeCache(), NOW, pace, care)


def groups(*names: str) -> dict[str, Any]:
    def op(name: str) -> dict[str, Any]:
        args = {"image": "ubuntu", "cmd": "false" if name.startswith("bad") else "echo x"}
        return {"type": "container/run", "id": name, "args": args, "execution": {"group": name[-1]}}

    return {"ops": [op(name) for name in names]}


def test_plan_groups_run_one_after_another() -> None:
    states = plan.make(setting(), groups("a1", "b2", "c1")).flow["opStates"]
    first, second, beside = states
    assert second["startTime"] >= max(first["endTime"], beside["endTime"])
    assert beside["startTime"] < first["endTime"]
    assert [state["group"] for state in states] == ["1", "2", "1"]


def test_plan_failure_in_a_later_group_leaves_the_flow_a_success_on_current_nodes() -> None:
    made = plan.make(setting(), groups("a1", "bad2", "c3"))
    ended = flow.end(made.flow, made.ends or 0, CURRENT)
    assert ended["status"] == "success"
    assert [state["status"] for state in ended["opStates"]] == ["success", "failed", "success"]


def test_plan_failure_stops_and_fails_the_flow_on_older_nodes() -> None:
    older = replace(CURRENT, version=YEAR_OLD)
    made = plan.make(setting(older), groups("a1", "bad2", "c3"))
    ended = flow.end(made.flow, made.ends or 0, older)
    assert ended["status"] == "failed"
    assert [(state["status"], state["exitCode"]) for state in ended["opStates"]] == [
        ("success", 0),
        ("failed", 1),
        ("init", None),
    ]


def test_plan_dependent_starts_after_what_it_depends_on() -> None:
    body = build("open-webui", rng("open-webui"))
    ollama, webui = plan.make(setting(), body).flow["opStates"]
    assert webui["startTime"] > ollama["startTime"]
    assert (ollama["endTime"], webui["endTime"]) == (None, None)


def test_plan_pulls_only_what_is_not_cached() -> None:
    body = one_op("echo x", image="docker.io/nosana/other:1", resources=[{"type": "Ollama", "model": "llama3.1:8b"}])
    cold = setting(pace=1.0)
    warm = replace(cold, cache=NodeCache({"docker.io/nosana/other:1": NOW}, {"llama3.1:8b": NOW}))
    starts = [plan.make(item, body).flow["opStates"][0]["startTime"] / 1000 - NOW for item in (cold, warm)]
    assert starts[0] > 30
    assert starts[1] < 2


def test_plan_required_image_is_always_cached() -> None:
    body = one_op([], image="docker.io/vllm/vllm-openai:v0.5.4")
    assert plan.make(setting(pace=1.0), body).flow["opStates"][0]["startTime"] / 1000 - NOW < 2


def test_plan_remembers_resources_by_their_resolved_name() -> None:
    made = plan.make(setting(), build("llama3 ollama", rng("x")))
    assert made.volumes[0].startswith("llama3.")


def test_plan_documented_cmd_runs_on_old_nodes_only() -> None:
    body = build("whisper seed", rng("x"))
    old = replace(CURRENT, version=JOINED_CMD)
    codes = {
        node.version: [state["exitCode"] for state in plan.make(setting(node), body).flow["opStates"]]
        for node in (old, CURRENT)
    }
    assert codes == {JOINED_CMD: [0, 0], "1.1.14": [127, 127]}


@pytest.mark.parametrize(("cmd", "code"), [("exit 3", 3), (["sh", "-c", "echo a; exit 300"], 44), ("true", 0)])
def test_plan_op_ends_as_its_cmd_says(cmd: object, code: int) -> None:
    assert plan.make(setting(), one_op(cmd)).flow["opStates"][0]["exitCode"] == code


@pytest.mark.parametrize(
    ("args", "event"),
    [
        ({"image": "javascript:alert(1)//x y"}, "image-pull-error"),
        ({"cmd": "echo %%ops.other.results.x%%"}, "operation-error"),
        ({"cmd": ["nvidia-smi -L"]}, "container-runtime-error"),
    ],
)
def test_plan_impossible_op_fails_with_the_nodes_error(args: dict[str, Any], event: str) -> None:
    state = plan.make(setting(), one_op(**args)).flow["opStates"][0]
    assert (state["status"], state["errors"][0]["event"], state["providerId"]) == ("failed", event, None)


@pytest.mark.parametrize("body", [None, [], "x", {}, {"ops": None}, {"ops": [{"id": "x"}]}, {"ops": [7]}])
def test_plan_refused_definition_ends_within_seconds(body: object) -> None:
    made = plan.make(setting(), body)
    assert made.flow["opStates"] == []
    assert made.flow["status"] in ("failed", "validation-error")
    assert made.ends is not None
    assert NOW < made.ends < NOW + 6


def test_plan_trouble_comes_in_every_kind() -> None:
    node = replace(CURRENT, trouble=5.0)
    body = one_op("python train.py", resources=[{"type": "Ollama", "model": "m"}])
    plans = [plan.make(setting(node, job=f"job {number}", care=2.0), body) for number in range(200)]
    states = [state for made in plans for state in made.flow["opStates"]]
    found = {(state["exitCode"], state["diagnostics"].get("state", {}).get("OOMKilled")) for state in states}
    assert found == {(0, False), (1, False), (137, True), (2, None)}
    assert any(made.quits for made in plans)


def test_capture_appends_match_and_groups_of_each_line() -> None:
    lines = [("stdout", "a=1 a=2\n"), ("stderr", "a=3\n"), ("stdout", "b\n")]
    assert capture("a=(.)", lines) == ["a=1", "1", "a=3", "3"]
    assert capture({"regex": "a=(.)", "logType": ["stderr"]}, lines) == ["a=3", "3"]
    assert capture("missing", lines) == []
    assert str(capture("\\", lines)).startswith("SyntaxError: Invalid regular expression: /\\/: ")


def test_report_writes_the_same_log_every_time_and_keeps_24999_lines() -> None:
    body = one_op("seq 1 26000 | while read i; do echo step $i; done", image="docker.io/nosana/soak:0.3")
    made = plan.make(setting(), body)
    report = Reporter(1, "job", 30.0, CURRENT, body["ops"])
    ended = flow.end(made.flow, made.ends or 0, CURRENT)
    first, second = (report.with_logs(ended)["opStates"][0]["logs"] for _ in range(2))
    assert first == second
    assert (len(first), first[-1]["log"]) == (24_999, "\x1b[33mstep 26000\x1b[0m\n")
    assert {entry["type"] for entry in first} == {"stdout", "stderr"}


def test_report_logs_carry_terminal_codes_and_carriage_returns() -> None:
    texts = []
    for family in ("vllm", "training", "open-webui", "ffmpeg", "jupyter"):
        body = build(family, rng(family))
        made = plan.make(setting(job=family), body)
        ended = flow.end(made.flow, made.ends or NOW + 600, CURRENT)
        logs = Reporter(1, family, 30.0, CURRENT, body["ops"]).with_logs(ended)["opStates"]
        texts += [entry["log"] for state in logs for entry in state["logs"]]
    everything = "".join(texts)
    assert all(code in everything for code in ("\x1b[32m", "\x1b[38;5;", "\x1b[38;2;", "\r", "█"))
