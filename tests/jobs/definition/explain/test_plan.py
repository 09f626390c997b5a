"""The order in which a node starts ops."""

from __future__ import annotations

from typing import Any

import pytest

from explorer.nosana.payloads import JsonObject, JsonValue
from jobs.definition.explain.plan import plan, releases_dependents


def op(name: str, group: str | None = None, after: list[str] | None = None, **args: JsonValue) -> JsonObject:
    execution: JsonObject = {"group": group} if group else {}
    execution |= {"depends_on": [*after]} if after else {}
    found: JsonObject = {"type": "container/run", "id": name, "args": {"image": "x", **args}}
    return found | ({"execution": execution} if execution else {})


CHECKED: Any = [{"port": 80, "health_checks": [{"type": "http"}]}]


def test_plan_groups_run_in_order_of_first_appearance() -> None:
    ops = [op("a"), op("b", "g"), op("c"), op("d", "g", ["b"]), op("e")]
    found = plan(ops)
    assert found.order == [["a"], ["b", "d"], ["c"], ["e"]]
    assert [(step.id, step.group, step.waits_for) for group in found.groups for step in group] == [
        ("a", "a", ()),
        ("b", "g", ()),
        ("d", "g", ("b",)),
        ("c", "c", ()),
        ("e", "e", ()),
    ]
    assert (found.never_started, found.problems) == ((), ())


def test_plan_dependents_of_a_port_without_check_never_start() -> None:
    found = plan([op("web", "g", expose=80), op("user", "g", ["web"]), op("more", "g", ["user"])])
    assert [step.id for step in found.never_started] == ["user", "more"]


def test_plan_one_dependency_that_comes_up_is_enough() -> None:
    ops = [op("web", "g", expose=80), op("db", "g", expose=CHECKED), op("user", "g", ["web", "db"])]
    assert plan(ops).never_started == ()


def test_plan_cycle_never_starts() -> None:
    ops = [op("a", "g", ["b"]), op("b", "g", ["a"]), op("c", "g")]
    assert [step.id for step in plan(ops).never_started] == ["a", "b"]
    assert plan(ops).problems == ()


def test_plan_ungrouped_dependency_has_ended_by_then() -> None:
    assert plan([op("web", expose=80), op("user", after=["web"])]).never_started == ()


@pytest.mark.parametrize(
    ("ops", "problem"),
    [
        ([op("a"), op("b"), op("a")], "Duplicate operation IDs found: a"),
        ([op("a", "g", ["a"])], "Invalid dependency: Operation 'a' cannot depend on itself."),
        ([op("a", "g", ["z"])], "Invalid dependency: Operation 'a' depends on non existent op 'z'."),
        (
            [op("a", "g"), op("b", "h", ["a"])],
            "Invalid dependency: 'b' in group 'h' depends on 'a' in group 'g'",
        ),
        (
            [op("a"), op("b", "h", ["a"])],
            "Invalid dependency: 'b' in group 'h' depends on 'a' in group 'undefined'",
        ),
    ],
)
def test_plan_problems_are_in_the_nodes_words(ops: list[JsonObject], problem: str) -> None:
    assert plan(ops).problems == (problem,)


@pytest.mark.parametrize(
    ("args", "releases"),
    [
        ({}, True),
        ({"expose": 80}, False),
        ({"expose": []}, True),
        ({"expose": {"port": 80}}, True),
        ({"expose": [{"port": 80, "health_checks": []}]}, False),
        ({"expose": [81, *CHECKED]}, True),
    ],
)
def test_releases_dependents_when_a_check_can_pass(args: JsonObject, releases: bool) -> None:
    assert releases_dependents({"type": "container/run", "id": "a", "args": args}) is releases


def test_plan_of_odd_ops() -> None:
    found = plan([{}, {"id": 7}, {"execution": "x"}, {"id": "a", "execution": {"group": None, "depends_on": "b"}}])
    assert found.order == [["7"], [""], ["a"]]
