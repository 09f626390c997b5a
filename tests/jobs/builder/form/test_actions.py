"""The form's buttons: ops, items and members; and what cannot be done."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jobs.builder.form.acting import act
from jobs.builder.form.keeping import Visit
from jobs.definition.document import read
from jobs.definition.edit.splices import EditError
from tests.jobs.builder.form.posts import edited, page_of, posted, pressed

TEXT = """{
  "version": "0.1",
  "type": "container",
  "ops": [
    {"type": "container/run", "id": "a", "args": {"image": "x:1", "cmd": ["one", "two"]}},
    {
      "type": "container/run", "id": "b",
      "args": {"image": "y:1", "env": {"HOST": "%%ops.a.host%%", "B": "2"}},
      "execution": {"group": "g", "depends_on": ["a"]}
    }
  ]
}
"""


def value_of(text: str) -> Any:
    return json.loads(text)


def ids(text: str) -> list[str]:
    return [op["id"] for op in value_of(text)["ops"]]


def test_a_renamed_op_is_named_anew_wherever_it_was_named():
    text = edited(TEXT, "/ops/0", **{"f:/ops/0/id": "first"})

    assert text == TEXT.replace('"a"', '"first"').replace("ops.a.", "ops.first.")


@pytest.mark.parametrize("typed", ["b", "", "with space", "dot.ted"])
def test_an_id_that_cannot_be_is_refused_and_kept_in_sight(typed):
    acted = pressed(TEXT, "/ops/0", "apply", **{"f:/ops/0/id": typed})

    assert acted.text == TEXT
    assert [(one.name, one.typed) for one in acted.refusals] == [("f:/ops/0/id", typed)]
    page = page_of(read(TEXT), "/ops/0", refusals=acted.refusals)
    assert dict(page.fields)["f:/ops/0/id"] == typed


def test_ops_are_added_duplicated_moved_and_deleted():
    added = act(read(TEXT), "add-gpu-command:/ops", posted(page_of(read(TEXT), "/ops/0")))
    copied = pressed(TEXT, "/ops/0", "duplicate:/ops/0")
    down = pressed(TEXT, "/ops/0", "down:/ops/0")
    gone = pressed(TEXT, "/ops/0", "remove:/ops/0")

    assert (ids(added.text), added.at) == (["a", "gpu-command", "b"], "/ops/1")
    assert (ids(copied.text), copied.at) == (["a", "a-2", "b"], "/ops/1")
    assert (ids(down.text), down.at) == (["b", "a"], "/ops/1")
    assert (ids(gone.text), gone.at) == (["b"], "/ops/0")
    assert gone.notes == ('"b" depends on it.', '"b" names it in env.HOST.')


def test_the_form_says_what_would_lead_nowhere():
    assert "names it in env.HOST" in " ".join(pressed(TEXT, "/ops/0", "remove:/ops/0").notes)


def test_the_first_op_of_an_empty_definition():
    acted = act(read("{}"), "add:/ops", posted(page_of(read("{}"))))

    assert ids(acted.text) == ["command"]


def test_variables_are_added_renamed_and_removed():
    env = "/ops/1/args/env"
    added = pressed(TEXT, env, f"add:{env}", **{f"+n:{env}": "NEW", f"+f:{env}": "value"})
    entered = pressed(TEXT, env, "apply", **{f"+n:{env}": "NEW", f"+f:{env}": "value"})
    blank = pressed(TEXT, env, f"add:{env}")
    renamed = edited(TEXT, env, **{f"n:{env}/HOST": "PEER", f"f:{env}/HOST": "b"})
    removed = pressed(TEXT, env, f"remove:{env}/HOST", **{f"f:{env}/B": "3"})

    assert value_of(added.text)["ops"][1]["args"]["env"] == {"HOST": "%%ops.a.host%%", "B": "2", "NEW": "value"}
    assert (added.text, added.at) == (entered.text, f"{env}/NEW")
    assert blank.at == f"{env}/NAME"
    assert renamed == TEXT.replace('"HOST": "%%ops.a.host%%"', '"PEER": "b"')
    assert removed.text == TEXT.replace('"HOST": "%%ops.a.host%%", "B": "2"', '"B": "3"')


def test_a_button_follows_a_member_that_is_renamed_with_it():
    env = "/ops/1/args/env"
    acted = pressed(TEXT, env, f"remove:{env}/HOST", **{f"n:{env}/HOST": "PEER"})

    assert value_of(acted.text)["ops"][1]["args"]["env"] == {"B": "2"}


@pytest.mark.parametrize("typed", ["B", ""])
def test_a_name_that_is_taken_or_empty_changes_nothing(typed):
    env = "/ops/1/args/env"
    acted = pressed(TEXT, env, "apply", **{f"n:{env}/HOST": typed})

    assert (acted.text, [one.name for one in acted.refusals]) == (TEXT, [f"n:{env}/HOST"])


def test_the_last_variable_takes_its_map_along():
    text = TEXT.replace(', "B": "2"', "")
    acted = pressed(text, "/ops/1/args/env", "remove:/ops/1/args/env/HOST")

    assert value_of(acted.text)["ops"][1]["args"] == {"image": "y:1"}


def test_dotenv_is_pasted_over_what_is_there():
    env = "/ops/1/args/env"
    pasted = "# comment\nexport B='two words'\nC=\"a\\nb\"\nD\n"
    acted = pressed(TEXT, env, f"paste:{env}", **{f"+t:{env}": pasted})

    assert value_of(acted.text)["ops"][1]["args"]["env"] == {"HOST": "%%ops.a.host%%", "B": "two words", "C": "a\nb"}
    assert acted.notes == ("D: It has no value here: one from your machine would be taken.",)


def test_items_are_added_moved_duplicated_and_removed():
    place = "/ops/0/args/resources"
    added = pressed(TEXT, place, f"add:{place}")
    twice = pressed(added.text, place, f"duplicate:{place}/0", **{f"f:{place}/0/repo": "a/b"})
    other = edited(twice.text, place, **{f"f:{place}/1/repo": "c/d"})
    moved = pressed(other, place, f"up:{place}/1")
    one = pressed(moved.text, place, f"remove:{place}/0")
    none = pressed(one.text, place, f"remove:{place}/0")

    def repos(text: str) -> list[str]:
        return [one["repo"] for one in value_of(text)["ops"][0]["args"].get("resources", [])]

    texts = (added.text, twice.text, other, moved.text, one.text, none.text)
    assert [repos(text) for text in texts] == [[""], ["a/b", "a/b"], ["a/b", "c/d"], ["c/d", "a/b"], ["a/b"], []]
    assert none.text == TEXT


def test_arguments_one_by_one_can_have_lines():
    kept, place = Visit({}), "/ops/0/args/cmd"
    acted = pressed(TEXT, place, f"items:{place}", kept=kept)
    kept.pick(read(acted.text), dict(acted.picks))
    lined = edited(TEXT, place, kept=kept, **{f"f:{place}/1": "a\r\nb"})

    assert acted.text == TEXT
    assert value_of(lined)["ops"][0]["args"]["cmd"] == ["one", "a\nb"]
    added = pressed(lined, place, f"add:{place}", kept=kept)
    assert value_of(added.text)["ops"][0]["args"]["cmd"] == ["one", "a\nb", ""]


def test_dependencies_are_chosen_and_unknown_ones_stay():
    place = "/ops/1/execution/depends_on"
    text = TEXT.replace('["a"]', '["ghost"]')

    assert value_of(edited(text, place, **{f"f:{place}": ["a", "ghost"]}))["ops"][1]["execution"] == {
        "group": "g",
        "depends_on": ["ghost", "a"],
    }
    assert value_of(edited(text, place, **{f"f:{place}": None}))["ops"][1]["execution"] == {"group": "g"}


def test_an_emptied_member_goes_with_the_object_it_leaves_empty():
    text = TEXT.replace('"execution": {"group": "g", "depends_on": ["a"]}', '"execution": {"group": "g"}')

    emptied = edited(text, "/ops/1/execution", **{"f:/ops/1/execution/group": ""})

    assert "execution" not in value_of(emptied)["ops"][1]


def test_delivery_is_added_as_a_whole():
    acted = pressed(TEXT, "/version", "add:/logistics")

    way = {"type": "api-listen", "args": {}}
    assert value_of(acted.text)["logistics"] == {"send": way, "receive": way}
    assert pressed(acted.text, "/logistics", "unset:/logistics").text == TEXT


def test_json_that_is_none_yet_is_refused_and_kept_in_sight():
    text = TEXT.replace('"cmd": ["one", "two"]', '"unknown": {"a": 1}')
    name = "f:/ops/0/args/unknown"
    half = pressed(text, "/ops/0", "apply", **{name: '{"a": '})
    whole = pressed(text, "/ops/0", "apply", **{name: '{"a": 2}'})

    assert (half.text, [one.name for one in half.refusals]) == (text, [name])
    assert dict(page_of(read(text), "/ops/0", refusals=half.refusals).fields)[name] == '{"a": '
    assert whole.text == text.replace('{"a": 1}', '{"a": 2}')


@pytest.mark.parametrize(
    "action",
    ["remove:/ops/9", "remove:", "remove:/ops", "add:/nowhere/at/all", "up:/ops/0", "down:/ops/1", "duplicate:/ops/x"]
    + ["rename:/version", "paste:/ops/0/args", "fly:/ops/0", "move:/ops/0", "remove:no-pointer", "duplicate:/version"],
)
def test_what_cannot_be_done_is_said(action):
    with pytest.raises(EditError):
        act(read(TEXT), action, posted(page_of(read(TEXT))))


def test_yaml_is_made_json_and_json_is_not():
    text = "version: '0.1'\ntype: container\nops: []\n"
    acted = pressed(text, "", "convert:")

    assert value_of(acted.text) == {"version": "0.1", "type": "container", "ops": []}
    with pytest.raises(EditError):
        act(read(TEXT), "convert:", posted(page_of(read(TEXT))))


def test_comments_and_spelling_survive_every_button():
    text = TEXT.replace('"version"', '// mine\n  "version"').replace('"x:1"', '"x\\u003a1"')
    for action in ("duplicate:/ops/0", "down:/ops/0", "remove:/ops/0", "add:/ops"):
        acted = act(read(text), action, posted(page_of(read(text), "/ops/0")))
        assert acted.text.startswith('{\n  // mine\n  "version": "0.1",\n  "type": "container",'), action
        if not action.startswith("remove"):
            assert '"x\\u003a1"' in acted.text
