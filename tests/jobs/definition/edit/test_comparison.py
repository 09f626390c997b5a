"""Differences between definitions, as people are told."""

from __future__ import annotations

import copy
import time
from typing import Any

import pytest
from hypothesis import given, settings

from jobs.definition.edit.comparison import Difference, compare
from tests.jobs.definition.edit.writing import VALUES

OLD: dict[str, Any] = {
    "version": "0.1",
    "global": {"env": {"MODE": "fast"}},
    "ops": [
        {"id": "web", "type": "container/run", "args": {"image": "nginx:1", "expose": [80, {"port": 81}]}},
        {"id": "job", "type": "container/run", "args": {"image": "debian", "cmd": ["run", "--a", "1"], "gpu": True}},
    ],
}


def edited(change: str, value: Any = None) -> dict[str, Any]:
    """Return OLD with one thing different."""
    new = copy.deepcopy(OLD)
    web, job = new["ops"]
    changes: dict[str, Any] = {
        "image": lambda: web["args"].update(image=value),
        "cmd": lambda: job["args"].update(cmd=value),
        "env": lambda: new["global"].update(env=value),
        "expose": lambda: web["args"].update(expose=value),
        "id": lambda: job.update(id=value),
        "swap": lambda: new["ops"].reverse(),
        "drop": lambda: new["ops"].pop(),
        "add": lambda: new["ops"].insert(0, value),
        "meta": lambda: new.update(meta=value),
    }
    changes[change]()
    return new


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (
            edited("image", "nginx:2"),
            [
                Difference(
                    "/ops/0/args/image",
                    "changed",
                    "nginx:1",
                    "nginx:2",
                    'Op "web": image changed from "nginx:1" to "nginx:2".',
                    "/ops/0/args/image",
                )
            ],
        ),
        (
            edited("cmd", ["run", "--b", "1", "x"]),
            [
                Difference(
                    "/ops/1/args/cmd/1",
                    "changed",
                    "--a",
                    "--b",
                    'Op "job": cmd[1] changed from "--a" to "--b".',
                    "/ops/1/args/cmd/1",
                ),
                Difference("/ops/1/args/cmd/3", "added", None, "x", 'Op "job": cmd[3] was added: "x".'),
            ],
        ),
        (
            edited("cmd", ["--a", "1"]),
            [
                Difference(
                    "/ops/1/args/cmd/0",
                    "removed",
                    "run",
                    None,
                    'Op "job": cmd[0] was removed: "run".',
                    "/ops/1/args/cmd/0",
                )
            ],
        ),
        (
            edited("cmd", "run"),
            [
                Difference(
                    "/ops/1/args/cmd",
                    "changed",
                    ["run", "--a", "1"],
                    "run",
                    'Op "job": cmd changed from a list to "run".',
                    "/ops/1/args/cmd",
                )
            ],
        ),
        (
            edited("env", {"HF_TOKEN": "very secret"}),
            [
                Difference(
                    "/global/env/MODE", "removed", "fast", None, 'env.MODE was removed: "fast".', "/global/env/MODE"
                ),
                Difference("/global/env/HF_TOKEN", "added", None, "very secret", "env.HF_TOKEN was added: a value."),
            ],
        ),
        (
            edited("expose", [{"port": 81, "type": "api"}, 80]),
            [
                Difference(
                    "/ops/0/args/expose/0",
                    "moved",
                    1,
                    0,
                    'Op "web": expose[0] moved from place 2 to place 1.',
                    "/ops/0/args/expose/1",
                ),
                Difference("/ops/0/args/expose/0/type", "added", None, "api", 'Op "web": type was added: "api".'),
            ],
        ),
        (
            edited("id", "task"),
            [
                Difference(
                    "/ops/1/id", "changed", "job", "task", 'Op "job": id changed from "job" to "task".', "/ops/1/id"
                )
            ],
        ),
        (edited("swap"), [Difference("/ops/0", "moved", 1, 0, 'Op "job" moved from place 2 to place 1.', "/ops/1")]),
        (edited("drop"), [Difference("/ops/1", "removed", OLD["ops"][1], None, 'Op "job" was removed.', "/ops/1")]),
        (edited("add", {"id": "new"}), [Difference("/ops/0", "added", None, {"id": "new"}, 'Op "new" was added.')]),
        (edited("meta", {"a": 1}), [Difference("/meta", "added", None, {"a": 1}, "meta was added.")]),
        (copy.deepcopy(OLD), []),
        (7, [Difference("", "changed", OLD, 7, "the definition changed from an object to the number 7.")]),
    ],
)
def test_compare_says_what_differs(new: Any, expected: list[Difference]) -> None:
    assert compare(OLD, new) == expected


def test_compare_unlike_ops_are_not_taken_for_each_other() -> None:
    new = copy.deepcopy(OLD)
    new["ops"][1] = {"id": "other", "type": "container/create-volume", "args": {"name": "v"}}
    assert [(one.kind, one.pointer) for one in compare(OLD, new)] == [("removed", "/ops/1"), ("added", "/ops/1")]


@settings(max_examples=200, deadline=None)
@given(VALUES, VALUES)
def test_compare_is_empty_between_equals_only(old: Any, new: Any) -> None:
    assert compare(old, old) == []
    forth = compare({"ops": old}, {"ops": new})
    assert (forth == []) == (compare({"ops": new}, {"ops": old}) == [])
    assert all(one.sentence.endswith(".") for one in forth)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (list(range(30_000)), list(range(30_000))[::-1]),
        ([1] * 30_000, [1] * 29_999 + [2]),
        ({"ops": [{"id": f"a{i}"} for i in range(2000)]}, {"ops": [{"id": f"b{i}"} for i in range(2000)]}),
    ],
)
def test_compare_long_lists_in_time(old: Any, new: Any) -> None:
    started = time.monotonic()
    assert compare(old, new)
    assert time.monotonic() - started < 10


def test_compare_too_deep() -> None:
    deep: Any = 1
    for _ in range(5000):
        deep = [deep]
    assert [one.sentence for one in compare(deep, 1)] == ["The definitions are nested too deeply to be compared."]
