"""An op's arguments as nodes have them; every expectation was also produced by running the node's own rules."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.nosana.payloads import JsonObject, JsonValue
from jobs.definition.explain import literals
from jobs.definition.explain.interpolation import Arguments, interpolate
from jobs.definition.explain.literals import PENDING, Globals, Ops, Resolver

GLOBALS: Globals = {
    "job": "J1",
    "host": "N1",
    "project": "",
    "frps_address": "f.example",
    "variables": {"A": "one", "LIST": "[1, 2]", "EMPTY": "", "OBJECT": '{"k": [1.0, null]}'},
}
RESULTS: JsonObject = {
    "one": ["x"],
    "two": ["x", "y z"],
    "none": [],
    "object": ['{"P":"q","N":1.50}'],
    "list": ['[{"type":"Ollama","model":"m"},[1,2]]'],
    "chunks": ['[{"a":', '1},"z"]'],
    "pairs": ['[{"key":"K","value":"v"},{"key":"L"}]'],
    "nested": [["a", ["b", None]]],
}
OPS: Ops = {"a": {"host": "J1-0", "endpoint": {"80": "h.example"}, "results": RESULTS}}


def values(args: JsonObject) -> JsonObject:
    found = interpolate(args, GLOBALS, OPS)
    assert found.failures == ()
    return found.values


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("%%global.job%%", "J1"),
        ("%%globals.host%%", "N1"),
        ("on %%global.frps_address%%.", "on f.example."),
        ("%%global.variables.A%%", "one"),
        ("%%globals.variables.A%%", "%%globals.variables.A%%"),
        ("%%global.variables.LIST%%", "1 2"),
        ("<%%global.variables.OBJECT%%>", "<[object Object]>"),
        ("%%ops.a.host%%:80", "J1-0:80"),
        ("%%ops.a.endpoint.80%%", "h.example"),
        ("%%ops.a.results.one%%", "x"),
        ("%%ops.a.results.two%%", "x y z"),
        ("%%ops.a.results.two.1%%", "y z"),
        ("%%ops.a.results.two.length%%", "2"),
        ("%%ops.a.results.none%%", ""),
        ("%%ops.a.results.nested%%", ["a", ["b", None]]),
        ("%%ops.a%%", "%%ops.a%%"),
        ("100%%", "100%%"),
        ('{"a":1}', "[object Object]"),
        ("[1,2]", "1 2"),
        ('  ["x", ["y", "[7]"]] ', "x y 7"),
        ("[]", ""),
        ("{a:1}", "{a:1}"),
    ],
)
def test_interpolate_text(written: str, expected: JsonValue) -> None:
    assert values({"image": written}) == {"image": expected}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (["--x", '{"a":1}'], ["--x", {"a": 1}]),
        (["run", "%%ops.a.results.two%%", "end"], ["run", "x", "y z", "end"]),
        (["%%ops.a.results.one%%"], ["x"]),
        (["[1,[2]]", None, True], [1, 2, True]),
        (["__remove-if-empty__", "%%ops.a.results.one%%"], ["x"]),
        ([{"__spread__": "%%ops.a.results.list%%"}, 7], [{"type": "Ollama", "model": "m"}, [1, 2], 7]),
        ([{"__spread__": "%%ops.a.results.chunks%%", "chunked": True}], [{"a": 1}, "z"]),
        (
            [{"port": 80, "health_checks": [{"body": '{"a":1}'}]}],
            [{"port": 80, "health_checks": [{"body": '{"a":1}'}]}],
        ),
    ],
)
def test_interpolate_list(written: JsonValue, expected: JsonValue) -> None:
    assert values({"cmd": written}) == {"cmd": expected}


def test_interpolate_list_with_the_marker_only_is_removed() -> None:
    assert values({"cmd": ["__remove-if-empty__", "%%ops.a.results.none%%"], "image": "x"}) == {"image": "x"}


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({"A": '{"a":1}'}, {"A": "[object Object]"}),
        ({"A": "[1,2]"}, {"A": "1 2"}),
        ({"A": "%%ops.a.results.object%%"}, {"A": '{"P":"q","N":1.5}'}),
        ({"A": 1.0, "B": True, "C": None}, {"A": "1", "B": "true", "C": ""}),
        ({"Z": "z", "__spread__": "%%ops.a.results.object%%", "P": "own"}, {"Z": "z", "P": "q", "N": "1.5"}),
        ({"__pairs__": "%%ops.a.results.pairs%%"}, {"K": "v", "L": ""}),
    ],
)
def test_interpolate_env(env: JsonValue, expected: JsonValue) -> None:
    assert values({"env": env}) == {"env": expected}


@pytest.mark.parametrize(
    ("written", "failure"),
    [
        ("%%ops.zz.host%%", 'Unresolved literal: "%%ops.zz.host%%" (opId="zz", path="host")'),
        ("a %%ops.a.results.no%%", 'Unresolved literal: "%%ops.a.results.no%%" (opId="a", path="results.no")'),
        ("%%global.nothing%%", 'Unresolved literal: "%%global.nothing%%" (key="nothing")'),
        ("%%global.project%%", 'Unresolved literal: "%%global.project%%" (key="project")'),
        ("%%global.variables.EMPTY%%", 'Unresolved literal: "%%global.variables.EMPTY%%" (key="variables.EMPTY")'),
        (
            "%%global.host%% and %%global.variables.A%%",
            'Unresolved literal: "%%global.host%% and %%global.variables.A%%" (key="host%% and %%global.variables.A")',
        ),
        ([{"__spread__": '{"a":1}'}], "__spread__ must be a JSON array"),
        ([{"__pairs__": "x"}], "__pairs__ is not valid JSON: Expecting value: line 1 column 1 (char 0)"),
    ],
)
def test_interpolate_failure_is_in_the_nodes_words(written: JsonValue, failure: str) -> None:
    found = interpolate({"cmd": written}, GLOBALS, OPS)
    assert found.failures[0] == failure


def test_interpolate_unknown_value_leaves_the_literal() -> None:
    ops: Ops = {"a": {"host": "J-0", "results": {"key": PENDING}}}
    args: JsonObject = {"cmd": ["%%ops.a.results.key%%", {"__spread__": "%%ops.a.results.key%%"}, "x"]}
    assert interpolate(args, {}, ops) == Arguments(
        {"cmd": ["%%ops.a.results.key%%", "x"]}, pending=("%%ops.a.results.key%%",)
    )


def test_interpolate_before_tasks_and_before_json_texts() -> None:
    args: JsonObject = {"cmd": ["[1]", "%%global.job%%"]}
    august_2025 = datetime(2025, 8, 20, tzinfo=UTC).timestamp()
    july_2025 = datetime(2025, 7, 1, tzinfo=UTC).timestamp()
    assert interpolate(args, GLOBALS, OPS, july_2025).values == args
    assert interpolate(args, GLOBALS, OPS, august_2025).values == {"cmd": ["[1]", "J1"]}


def test_interpolate_bounds_what_literals_become() -> None:
    long: JsonObject = {"A": "x" * 500_000}
    found = interpolate({"cmd": ["%%global.variables.A%%"] * 1000}, {"variables": long}, {})
    assert found.failures == ("The values of its literals are too long to be shown.",)
    assert len(str(found.values)) < 2 * literals.ROOM


def test_interpolate_changes_nothing_given_to_it() -> None:
    args: JsonObject = {"cmd": ["__remove-if-empty__", "[1]"], "env": {"__spread__": '{"A":"b"}'}}
    copy: JsonObject = {"cmd": ["__remove-if-empty__", "[1]"], "env": {"__spread__": '{"A":"b"}'}}
    interpolate(args, GLOBALS, OPS)
    assert args == copy


TEXTS = st.sampled_from(
    ["%%", "global", "ops", ".", "a", "[", "]", "{", "}", '"', "1", ",", ":", "__spread__", "__pairs__"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.lists(TEXTS, max_size=8).map("".join),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["cmd", "env", "image", "expose"]), JSON, max_size=4))
def test_interpolate_never_raises(args: JsonObject) -> None:
    assert isinstance(interpolate(args, GLOBALS, OPS), Arguments)


def test_resolver_finds_nothing_in_inherited_names() -> None:
    resolver = Resolver({"job": "J"}, {})
    assert resolver.replace("%%global.constructor%%") == "%%global.constructor%%"
    assert resolver.failures == ['Unresolved literal: "%%global.constructor%%" (key="constructor")']
