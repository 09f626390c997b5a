"""Differences between definitions as a page shows them: grouped, in lines, without secrets."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from django.template.loader import render_to_string
from hypothesis import given, settings

from jobs.definition.edit.comparison import compare
from jobs.definition.edit.diff import Diff, Group, Row, diff, diff_texts
from jobs.definition.edit.diff_lines import LINES, Line, Piece, changed_lines, text_lines, value_lines
from tests.jobs.definition.edit.writing import VALUES

TOKEN = "hf_" + "a1B2c3D4e5F6g7H8"
OLD: dict[str, Any] = {
    "version": "0.1",
    "global": {"env": {"MODE": "fast", "HF_TOKEN": TOKEN}},
    "ops": [
        {"id": "web", "type": "container/run", "args": {"image": "docker.io/library/nginx:1.26", "expose": 80}},
        {"id": "job", "type": "container/run", "args": {"image": "debian", "cmd": ["run", "--a", "1"], "gpu": True}},
    ],
}


def edited(**changes: Any) -> dict[str, Any]:
    """Return OLD with members of its first op's args, of its env or of itself replaced."""
    new = copy.deepcopy(OLD)
    for name, value in changes.items():
        place = {"env": new["global"], "meta": new, "ops": new}.get(name, new["ops"][0]["args"])
        place[name] = value
    return new


def plain(sign: Any, *texts: str) -> list[Line]:
    return [Line(sign, (Piece(text),)) for text in texts]


def shown(found: Diff) -> list[tuple[str, str, str, list[str], str]]:
    """Return each row: op, kind, place, its lines with their signs, its note."""
    return [
        (
            group.op,
            row.kind,
            row.place,
            [line.sign + "".join(p.text for p in line.pieces) for line in row.lines],
            row.note,
        )
        for group in found.groups
        for row in group.rows
    ]


def test_diff_of_equals_is_nothing() -> None:
    found = diff(OLD, copy.deepcopy(OLD))
    assert (found, bool(found), found.total, found.summary) == (Diff(()), False, 0, "")


def test_diff_names_op_place_and_words() -> None:
    words = ("docker.io/library/nginx:1.", "26", "27")
    assert diff(OLD, edited(image="docker.io/library/nginx:1.27")) == Diff(
        (
            Group(
                "web",
                (
                    Row(
                        "changed",
                        "/ops/0/args/image",
                        "args.image",
                        (
                            Line("-", (Piece(f'"{words[0]}'), Piece(words[1], is_changed=True), Piece('"'))),
                            Line("+", (Piece(f'"{words[0]}'), Piece(words[2], is_changed=True), Piece('"'))),
                        ),
                    ),
                ),
            ),
        ),
        (("changed", 1),),
    )


def test_diff_of_everything_at_once() -> None:
    new = edited(env={"HF_TOKEN": TOKEN + "x", "API_KEY": "sixteen letters!", "LEVEL": 3}, expose=[80, 81])
    new["ops"].reverse()
    del new["ops"][0]["args"]["gpu"]
    new["ops"].append({"args": {"cmd": "a\nb"}})
    found = diff(OLD, new)
    assert shown(found) == [
        ("", "removed", "global.env.MODE", ['-"fast"'], ""),
        ("", "changed", "global.env.HF_TOKEN", [], "a secret, which is not shown"),
        ("", "added", "global.env.API_KEY", ['+"***"'], ""),
        ("", "added", "global.env.LEVEL", ["+3"], ""),
        ("job", "moved", "the op", [], "from place 2 to 1"),
        ("job", "removed", "args.gpu", ["-true"], ""),
        ("web", "changed", "args.expose", ["-80", "+[", "+  80,", "+  81", "+]"], ""),
        ("?", "added", "the op", ["+{", '+  "args": {', r'+    "cmd": "a\nb"', "+  }", "+}"], ""),
    ]
    assert (found.total, found.summary, found.lines) == (8, "3 added, 2 removed, 2 changed, 1 moved", 16)


def test_diff_reads_a_changed_value_where_it_stood() -> None:
    new = copy.deepcopy(OLD)
    new["ops"].reverse()
    new["ops"][0]["args"]["cmd"] = ["go", "run", "--a", "1"]
    new["ops"][0]["args"]["gpu"] = False
    assert ("job", "changed", "args.gpu", ["-true", "+false"], "") in shown(diff(OLD, new))


def test_diff_after_an_option_for_a_secret_hides_its_value() -> None:
    old, new = edited(cmd=["serve", "--api-key", "abcd-1"]), edited(cmd=["serve", "--api-key", "efgh-2"])
    assert shown(diff(old, new)) == [("web", "changed", "args.cmd[2]", [], "a secret, which is not shown")]


def test_diff_counts_what_it_does_not_show() -> None:
    old, new = edited(env={}), edited(env={f"N{number}": "1" for number in range(250)})
    found = diff(old, new)
    assert (sum(len(group.rows) for group in found.groups), found.more, found.total) == (200, 50, 250)


def test_diff_too_deep_says_so() -> None:
    deep: Any = 1
    for _ in range(5000):
        deep = [deep]
    note = "The definitions are nested too deeply to be compared."
    assert shown(diff(deep, {})) == [("", "changed", "the definition", [], note)]


@settings(max_examples=150, deadline=None)
@given(VALUES, VALUES)
def test_diff_has_a_row_for_each_difference(old: Any, new: Any) -> None:
    for pair in ((old, new), ({"ops": old}, {"ops": new})):
        found = diff(*pair)
        assert sum(len(group.rows) for group in found.groups) + found.more == len(compare(*pair)) == found.total


def test_changed_lines_of_scripts_show_what_is_around() -> None:
    old = "".join(f"line {number}\n" for number in range(20))
    new = old.replace("line 9\n", "line nine\n").replace("line 15\n", "")
    assert changed_lines(old, new) == (
        *plain("…", "7 unchanged lines"),
        *plain(" ", "line 7", "line 8"),
        Line("-", (Piece("line "), Piece("9", is_changed=True))),
        Line("+", (Piece("line "), Piece("nine", is_changed=True))),
        *plain(" ", *(f"line {number}" for number in range(10, 15))),
        *plain("-", "line 15"),
        *plain(" ", "line 16", "line 17"),
        *plain("…", "2 unchanged lines"),
    )


def test_changed_lines_of_long_lines_keep_the_place_alone() -> None:
    head, tail = "word " * 100, " end" * 100
    was, now = changed_lines(f"{head}one{tail}", f"{head}two{tail}")
    begin, end = "… " + ("word " * 12), " end" * 15 + " …"
    assert was == Line("-", (Piece(begin), Piece("one", is_changed=True), Piece(end)))
    assert now == Line("+", (Piece(begin), Piece("two", is_changed=True), Piece(end)))


def test_lines_are_cut_and_counted() -> None:
    assert value_lines("x" * 1500, "+")[0].pieces[0].text == '"' + "x" * 999 + " … 502 more characters"
    lines = value_lines(list(range(500)), "-")
    assert (len(lines), lines[-1]) == (LINES + 1, plain("…", "382 more lines")[0])


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("a\nb", "a\nb", []),
        ("a\nb", "a\nb\n", ['-"a\\nb"', '+"a\\nb\\n"']),
        ("", "a\nb", ["+a", "+b"]),
    ],
)
def test_text_lines(old: str, new: str, expected: list[str]) -> None:
    assert [line.sign + "".join(piece.text for piece in line.pieces) for line in text_lines(old, new)] == expected


def test_diff_texts_sees_through_layout() -> None:
    assert diff_texts(json.dumps(OLD), json.dumps(OLD, indent=4)) == Diff(())
    assert shown(diff_texts(json.dumps(OLD), json.dumps(edited(image="x")))) == shown(diff(OLD, edited(image="x")))


def test_diff_texts_of_what_cannot_be_read_compares_lines() -> None:
    found = diff_texts('{\n "a": 1,\n', '{\n "a": 2,\n')
    assert found.is_text
    assert shown(found) == [("", "changed", "the text", [" {", '- "a": 1,', '+ "a": 2,'], "")]
    assert diff_texts("{", "{") == Diff((), is_text=True)
    secret = [f'{{"HF_TOKEN": "hf_{letter * 20}"' for letter in "ab"]
    assert shown(diff_texts(*secret)) == [("", "changed", "the text", [], "A secret changed; it is not shown.")]


def test_template_shows_hostile_text_inert() -> None:
    new = edited(cmd="<script>alert(1)</script>\u202e\x07", **{"<img src=x>": "'\""})
    html = render_to_string("components/_diff.html", {"diff": diff(OLD, new), "jump": "/build/x/"})
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;[U+202E]" in html
    assert 'href="/build/x/?at=%2Fops%2F0%2Fargs%2Fcmd"' in html


def test_template_without_differences_says_so() -> None:
    assert "Nothing differs." in render_to_string("components/_diff.html", {"diff": Diff(())})
