"""Edits of texts, one by one: which lines change, what is refused, JSON Patch."""

from __future__ import annotations

import difflib
from collections.abc import Callable

import pytest

from explorer.nosana.payloads import JsonValue
from jobs.definition.document import Document, read
from jobs.definition.edit import patches
from jobs.definition.edit.splices import EditError
from jobs.definition.findings import PatchOp

TIDY = """{
  "version": "0.1",
  "type": "container",
  "ops": [
    {
      "id": "a",
      "args": {
        "image": "x",
        "cmd": ["ls", "-l"],
        "expose": 80.0
      }
    }
  ]
}
"""


def diff(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return [line for line in lines if line[:2] not in {"--", "++", "@@"}]


@pytest.mark.parametrize(
    ("edit", "lines"),
    [
        (lambda d: patches.set_value(d, "/version", "0.2"), ['-  "version": "0.1",', '+  "version": "0.2",']),
        (
            lambda d: patches.set_value(d, "/ops/0/args/gpu", True),
            ['-        "expose": 80.0', '+        "expose": 80.0,', '+        "gpu": true'],
        ),
        (
            lambda d: patches.insert_member(d, "/ops/0/args", "env", {"A": "b"}, after="image"),
            ['+        "env": {', '+          "A": "b"', "+        },"],
        ),
        (
            lambda d: patches.insert_item(d, "/ops/0/args/cmd/1", "-a"),
            ['-        "cmd": ["ls", "-l"],', '+        "cmd": ["ls", "-a", "-l"],'],
        ),
        (
            lambda d: patches.set_value(d, "/ops/0/args/cmd", ["df"]),
            ['-        "cmd": ["ls", "-l"],', '+        "cmd": ["df"],'],
        ),
        (lambda d: patches.remove(d, "/ops/0/args/cmd"), ['-        "cmd": ["ls", "-l"],']),
        (
            lambda d: patches.remove(d, "/ops/0/args/expose"),
            ['-        "cmd": ["ls", "-l"],', '-        "expose": 80.0', '+        "cmd": ["ls", "-l"]'],
        ),
        (
            lambda d: patches.insert_item(d, "/ops/-", {"id": "b"}),
            ["+    },", "+    {", '+      "id": "b"'],
        ),
        (
            lambda d: patches.set_value(d, "/ops/0/args/resources", []),
            ['-        "expose": 80.0', '+        "expose": 80.0,', '+        "resources": []'],
        ),
        (lambda d: patches.set_value(d, "/ops/0/args/expose", 80), []),  # the same number
    ],
)
def test_patch_changes_only_its_own_lines(edit: Callable[[Document], Document], lines: list[str]) -> None:
    assert sorted(diff(TIDY, edit(read(TIDY)).text)) == sorted(lines)
    windows = TIDY.replace("\n", "\r\n")
    assert edit(read(windows)).text == edit(read(TIDY)).text.replace("\n", "\r\n")


COMMENTED = """{
  // what it is
  "a": ["x", "y"], // a list
  /* about b */
  "b": 1.50 // the last
}
"""


@pytest.mark.parametrize(
    ("edit", "lines"),
    [
        (
            lambda d: patches.insert_member(d, "", "c", 2),
            ['-  "b": 1.50 // the last', '+  "b": 1.50, // the last', '+  "c": 2'],
        ),
        (lambda d: patches.insert_member(d, "", "c", 2, after="a"), ['+  "c": 2,']),
        (lambda d: patches.remove(d, "/a"), ['-  "a": ["x", "y"], // a list']),
        (
            lambda d: patches.remove(d, "/b"),
            ['-  "a": ["x", "y"], // a list', '-  "b": 1.50 // the last', '+  "a": ["x", "y"] // a list'],
        ),
        (lambda d: patches.rename_key(d, "/b", "c"), ['-  "b": 1.50 // the last', '+  "c": 1.50 // the last']),
    ],
)
def test_patch_keeps_comments(edit: Callable[[Document], Document], lines: list[str]) -> None:
    after = edit(read(COMMENTED))
    assert sorted(diff(COMMENTED, after.text)) == sorted(lines)


@pytest.mark.parametrize(
    ("text", "edit", "expected"),
    [
        ('{"a":[1,2],"b":{}}', lambda d: patches.insert_item(d, "/a/1", 9), '{"a":[1,9,2],"b":{}}'),
        ('{"a":[1,2],"b":{}}', lambda d: patches.set_value(d, "/b/x", {"q": [1]}), '{"a":[1,2],"b":{"x":{"q":[1]}}}'),
        ('{"a": 1, "b": 2}', lambda d: patches.remove(d, "/b"), '{"a": 1}'),
        ('{"a": 1, "b": 2}', lambda d: patches.remove(d, "/a"), '{"b": 2}'),
        ("[]", lambda d: patches.insert_item(d, "/0", "é\ud800"), '["é\\ud800"]'),
        ("[1, 2,]", lambda d: patches.insert_item(d, "/-", 3), "[1, 2, 3,]"),
        (
            '[\n\t{"a": 1},\n\t{"a": 2}\n]',
            lambda d: patches.insert_item(d, "/-", {"a": 3}),
            '[\n\t{"a": 1},\n\t{"a": 2},\n\t{"a": 3}\n]',
        ),
        ('[{\n  "a": 1\n}]', lambda d: patches.insert_item(d, "/-", {"a": 3}), '[{\n  "a": 1\n}, {\n  "a": 3\n}]'),
        ("[1e2, 1.0, 3]", lambda d: patches.move_item(d, "/0", 2), "[1.0, 3, 1e2]"),
        ('{\n  "a": {}\n}', lambda d: patches.set_value(d, "/a/b", 1), '{\n  "a": {\n    "b": 1\n  }\n}'),
        ("// only this\n[]\n", lambda d: patches.insert_item(d, "/0", 1), "// only this\n[1]\n"),
        ("[ // none\n]", lambda d: patches.insert_item(d, "/0", 1), "[ // none\n  1\n]"),
        ("7", lambda d: patches.set_value(d, "", {"a": [1]}), '{"a": [1]}'),
        ("[\n0\n,/* a */1/* b */\n]", lambda d: patches.remove(d, "/0"), "[\n/* a */1/* b */\n]"),
    ],
)
def test_patch_follows_the_style_around_it(text: str, edit: Callable[[Document], Document], expected: str) -> None:
    assert edit(read(text)).text == expected


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("{", lambda d: patches.set_value(d, "", 1)),
        ("a: 1\n", lambda d: patches.set_value(d, "/a", 2)),
        ("{}", lambda d: patches.remove(d, "")),
        ("{}", lambda d: patches.remove(d, "/a")),
        ("[1]", lambda d: patches.remove(d, "/1")),
        ("[1]", lambda d: patches.remove(d, "/01")),
        ("[1]", lambda d: patches.insert_item(d, "/2", 1)),
        ("{}", lambda d: patches.insert_item(d, "/0", 1)),
        ("[1]", lambda d: patches.move_item(d, "/0", 1)),
        ('{"a": 1}', lambda d: patches.insert_member(d, "", "a", 2)),
        ('{"a": 1}', lambda d: patches.insert_member(d, "", "b", 2, after="c")),
        ('{"a": 1, "b": 2}', lambda d: patches.rename_key(d, "/a", "b")),
        ("[1]", lambda d: patches.rename_key(d, "/0", "b")),
        ('{"a": 1}', lambda d: patches.set_value(d, "/b/c", 2)),
        ('{"a": 1, "a": 2}', lambda d: patches.remove(d, "/a")),
        ("{}", lambda d: patches.set_value(d, "/a", float("nan"))),
        ("{}", lambda d: patches.set_value(d, "/a", "x" * 1_000_000)),
    ],
)
def test_patch_refuses_what_it_cannot_do(text: str, edit: Callable[[Document], Document]) -> None:
    with pytest.raises(EditError, match=r"\.$"):
        edit(read(text))


def test_apply_patch_follows_rfc_6902() -> None:
    document = read('{"a": {"x": 1}, "list": [1, 2], "old": 1.50}')
    operations = [
        PatchOp("add", "/list/1", 9),
        PatchOp("add", "/list/-", 10),
        PatchOp("add", "/a/x", 2),
        PatchOp("add", "/a/y", 3),
        PatchOp("replace", "/a/x", 4),
        PatchOp("remove", "/list/0"),
        PatchOp("move", "/new", source="/old"),
        PatchOp("move", "/list/0", source="/list/2"),
        PatchOp("move", "/a/z", source="/list/0"),
    ]
    after = patches.apply_patch(document, operations)
    assert after.text == '{"a": {"x": 4, "y": 3, "z": 10}, "list": [9, 2], "new": 1.50}'


def test_apply_patch_moves_over_a_member() -> None:
    after = patches.apply_patch(read('{"a": 1.0, "b": 2}'), [PatchOp("move", "/b", source="/a")])
    assert after.text == '{"b": 1.0}'


@pytest.mark.parametrize(
    "operation",
    [
        PatchOp("replace", "/b", 1),
        PatchOp("remove", "/b"),
        PatchOp("add", "/b/c", 1),
        PatchOp("move", "/a/x/y", source="/a"),
        PatchOp("move", "/b", source="/c"),
    ],
)
def test_apply_patch_refuses(operation: PatchOp) -> None:
    with pytest.raises(EditError):
        patches.apply_patch(read('{"a": {"x": 1}}'), [operation])


def test_set_value_tells_numbers_from_booleans() -> None:
    values: list[JsonValue] = [True, 1, False, 0]
    document = read("[1, true, 0, false]")
    for index, value in enumerate(values):
        document = patches.set_value(document, f"/{index}", value)
    assert document.text == "[true, 1, false, 0]"
