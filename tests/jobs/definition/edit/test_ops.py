"""Renaming and copying ops."""

from __future__ import annotations

import json

import pytest

from jobs.definition.document import read
from jobs.definition.edit.ops import Change, duplicate_op, rename_op
from jobs.definition.edit.splices import EditError

TEXT = """{
  "ops": [
    {"id": "web", "type": "container/run", "args": {"image": "x"}},
    {
      "id": "user", // the second
      "args": {
        "cmd": ["%%ops.web.host%%:80", "\\u0025%ops.web.host%% \\u00e9", "ops.web.host"],
        "env": {
          "A": "%%ops.web.results.x%% and %%ops.webs.host%% %%ops.web.%%",
          "__spread__": "%%ops.web.results.y%%"
        }
      },
      "execution": {"depends_on": ["db", "web"]}
    },
    {"id": "db", "args": {"cmd": "%%global.host%%"}, "results": {"web": "%%ops.web.host%%"}}
  ]
}
"""


def test_rename_op_rewrites_what_refers_to_it() -> None:
    renamed = rename_op(read(TEXT), 0, "front")
    assert renamed.changes == (
        Change("/ops/0/id", "web", "front"),
        Change("/ops/1/execution/depends_on/1", "web", "front"),
        Change("/ops/1/args/cmd/0", "%%ops.web.host%%:80", "%%ops.front.host%%:80"),
        Change("/ops/1/args/cmd/1", "%%ops.web.host%% é", "%%ops.front.host%% é"),
        Change(
            "/ops/1/args/env/A",
            "%%ops.web.results.x%% and %%ops.webs.host%% %%ops.web.%%",
            "%%ops.front.results.x%% and %%ops.webs.host%% %%ops.web.%%",
        ),
        Change("/ops/1/args/env/__spread__", "%%ops.web.results.y%%", "%%ops.front.results.y%%"),
    )
    expected = TEXT.replace('"id": "web"', '"id": "front"').replace('"db", "web"]', '"db", "front"]')
    expected = expected.replace('"%%ops.web.host%%:80"', '"%%ops.front.host%%:80"')
    expected = expected.replace('"\\u0025%ops.web.host%% \\u00e9"', '"%%ops.front.host%% é"')
    expected = expected.replace("%%ops.web.results", "%%ops.front.results")
    assert renamed.document.text == expected


def test_rename_op_with_a_doubled_id_changes_the_id_only() -> None:
    text = '{"ops": [{"id": "a"}, {"id": "a"}, {"id": "b", "execution": {"depends_on": ["a"]}}]}'
    renamed = rename_op(read(text), 1, "c")
    assert renamed.document.text == text.replace('{"id": "a"}, {"id": "b"', '{"id": "c"}, {"id": "b"')


def test_rename_op_without_an_id_gives_it_one() -> None:
    assert rename_op(read('{"ops": [{"type": "x"}]}'), 0, "a").document.text == '{"ops": [{"type": "x", "id": "a"}]}'


def test_rename_op_to_its_own_id_changes_nothing() -> None:
    document = read(TEXT)
    assert rename_op(document, 0, "web").document is document


@pytest.mark.parametrize("new", ["", "a b", "a.b", "a%b", "db"])
def test_rename_op_refuses_ids_that_cannot_be(new: str) -> None:
    with pytest.raises(EditError):
        rename_op(read(TEXT), 0, new)


@pytest.mark.parametrize(("text", "index"), [(TEXT, 3), (TEXT, -1), ('{"ops": [7]}', 0), ("{}", 0), ("{", 0)])
def test_rename_op_refuses_what_is_no_op(text: str, index: int) -> None:
    with pytest.raises(EditError):
        rename_op(read(text), index, "new")


def test_duplicate_op_copies_its_text() -> None:
    after = duplicate_op(read(TEXT), 1)
    assert [op["id"] for op in after.ops] == ["web", "user", "user-2", "db"]
    start, end = TEXT.index('    {\n      "id": "user"'), TEXT.index('    {"id": "db"')
    copied = TEXT[start:end]
    assert after.text == TEXT[:end] + copied.replace('"id": "user"', '"id": "user-2"') + TEXT[end:]


def test_duplicate_op_finds_a_free_id() -> None:
    text = '{"ops": [{"id": "a"}, {"id": "a-2"}]}'
    assert json.loads(duplicate_op(read(text), 0).text) == {"ops": [{"id": "a"}, {"id": "a-3"}, {"id": "a-2"}]}
    assert json.loads(duplicate_op(read(text), 1, "z").text) == {"ops": [{"id": "a"}, {"id": "a-2"}, {"id": "z"}]}
    with pytest.raises(EditError, match='There is an op "a" already.'):
        duplicate_op(read(text), 1, "a")
