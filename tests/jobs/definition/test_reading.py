"""Reading JSON, with and without slips."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jobs.definition.document import MISSING, Document, read
from tests.jobs.definition import corpora

SEED_EXAMPLE = """{
"version": "0.1",
"type": "container",
"ops": [
{
"type": "container/run",
"id": "run-whisper",
"args": {
"cmd": [
"sh -c ",
"python openai-whisper.py -p audio.mp3;",
// additional commands omitted for brevity
],
"image": "docker.io/nosana/whisper:cuda-check",
"gpu": true
}
}
]
}
"""
SEED_SCHEMA = """{
"items": {
"type": "object",
"properties": {
"type": { "type": "string" },
"url": { "type": "string" }
"target": { "type": "string" }
},
"required": ["type", "url", "target"]
},
}"""


def notes(document: Document) -> list[tuple[str, int, int, str]]:
    return [(finding.code, finding.line, finding.column, finding.pointer) for finding in document.findings]


@pytest.mark.parametrize("path", corpora.PATHS, ids=corpora.name_of)
def test_read_json_is_what_python_reads(path: Any) -> None:
    document = read(path.read_bytes())
    assert (document.value, document.syntax) == (json.loads(path.read_text("utf-8")), "json")
    assert document.findings == ()
    assert document.text == path.read_text("utf-8")


def test_read_repairs_the_slips_of_the_documented_example() -> None:
    document = read(SEED_EXAMPLE)
    assert document.syntax == "repaired"
    assert document.get("/ops/0/args/cmd") == ["sh -c ", "python openai-whisper.py -p audio.mp3;"]
    assert notes(document) == [("ND007", 11, 41, "/ops/0/args/cmd"), ("ND006", 12, 1, "/ops/0/args/cmd")]


def test_read_repairs_the_slips_of_the_documented_schema() -> None:
    document = read(SEED_SCHEMA)
    assert document.syntax == "repaired"
    assert document.get("/items/properties/target") == {"type": "string"}
    assert notes(document) == [("ND008", 6, 28, "/items/properties"), ("ND007", 10, 2, "")]


@pytest.mark.parametrize(
    ("text", "value", "found"),
    [
        ("{'a': 'it\\'s \"b\"'}", {"a": 'it\'s "b"'}, ["ND009", "ND009"]),
        ("{a: 1, $b_2-c: [true, null]}", {"a": 1, "$b_2-c": [True, None]}, ["ND009", "ND009"]),
        ('[1 2 "a" [] {}]', [1, 2, "a", [], {}], ["ND008"] * 4),
        ('{"a": 1\n"b": 2}', {"a": 1, "b": 2}, ["ND008"]),
        ('{"a": [1,], # yes\n}', {"a": [1]}, ["ND007", "ND007", "ND006"]),
        ('/* head */ {"a": "b\tc"}', {"a": "b\tc"}, ["ND006", "ND010"]),
        ('\ufeff{"a": 1}', {"a": 1}, ["ND011"]),
        ('{"a":\u00a01}', {"a": 1}, ["ND010"]),
        ('{"a": 1, "a": 2}', {"a": 2}, ["ND005"]),
        ('{"a": "\\ud800", "b\\u0000": 1}', {"a": "\ud800", "b\0": 1}, ["ND012", "ND012"]),
    ],
)
def test_read_repairs_what_has_one_meaning(text: str, value: Any, found: list[str]) -> None:
    document = read(text)
    assert document.value == value
    assert [finding.code for finding in document.findings] == found


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("", 1, 1, "The text is empty; a definition is a JSON object."),
        ("{", 1, 1, "This { is never closed; add }."),
        (
            '{"a": [1}',
            1,
            9,
            "} stands where a comma or a closing bracket is expected; a quote within a text is written",
        ),
        ('{"a": "b"c"}', 1, 10, "A word stands where a comma or a closing bracket is expected"),
        ('{"a" 1}', 1, 6, "A number stands where a colon is expected after a key"),
        ('{"a": }', 1, 7, "} stands where a value is expected."),
        ("[1,,2]", 1, 4, ", stands where a value is expected."),
        ("[,1]", 1, 2, ", stands where a value or ] is expected."),
        ('{"a": 1} {}', 1, 10, "{ follows after the end of the definition; keep one JSON object only."),
        ('{"a": "b\n"}', 1, 7, "A text that is not closed on its line stands where a value is expected."),
        ('{"a": True}', 1, 7, "This word is not a value of JSON; write true."),
        ('{"a": hello}', 1, 7, "This word is not a value of JSON; text needs double quotes."),
        ('{"a": "\\d+"}', 1, 8, "\\d is no escape of JSON; a backslash within a text is written \\\\."),
        ('{"a": 01}', 1, 7, "A number stands where a value is expected."),
        ('{"a": 1.}', 1, 7, "A number stands where a value is expected."),
        ('{"a": /* b', 1, 7, "The character U+002F stands where a value is expected."),
    ],
)
def test_read_refuses_what_has_no_one_meaning(text: str, line: int, column: int, message: str) -> None:
    document = read(text)
    assert (document.value, document.syntax) == (None, "unreadable")
    (finding,) = document.findings
    assert (finding.code, finding.line, finding.column) == ("ND002", line, column)
    assert finding.message.startswith(message)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1E+400", "9" * 309, "9" * 5000])
def test_read_refuses_numbers_that_json_does_not_have(number: str) -> None:
    for text in (f'{{"a": {number}}}', f"[1, {number},]"):
        (finding,) = [found for found in read(text).findings if found.code != "ND007"]
        assert (finding.code, finding.column) == ("ND004", 7 if text.startswith("{") else 5)
    assert read('{"a": 1e308, "b": -0.0, "c": 123456789012345678901234567890}').findings == ()


def test_read_refuses_more_than_64_levels() -> None:
    assert read("[" * 64 + "]" * 64).syntax == "json"
    assert read("[" * 63 + "{}" + ",]" * 63).syntax == "repaired"
    for text in ("[" * 65 + "]" * 65, '{"a":' * 65 + "1" + "}" * 65, "[" * 65 + "1,]" * 65, "[" * 100_000):
        (finding,) = read(text).findings
        assert (finding.code, finding.column) == ("ND003", 65 if text.startswith("[") else 64 * 5 + 1)


def test_read_refuses_more_than_a_million_bytes() -> None:
    assert read(json.dumps("x" * 999_998)).syntax == "json"
    for text in (json.dumps("x" * 999_999), json.dumps("é" * 500_000, ensure_ascii=False), b'"' + b"x" * 10**6 + b'"'):
        assert [finding.code for finding in read(text).findings] == ["ND001"]
    assert [finding.code for finding in read("[1, 2]", limit=5).findings] == ["ND001"]


def test_read_takes_bytes_of_any_encoding_and_says_so() -> None:
    assert read('{"é": 1}'.encode()).findings == ()
    for data, value in ((b'{"a": "\xff"}', {"a": "\ufffd"}), ('{"é": 1}'.encode("utf-16"), {"é": 1})):
        document = read(data)
        assert (document.value, notes(document)) == (value, [("ND011", 1, 1, "")])


def test_read_gives_no_more_than_a_hundred_remarks_of_a_kind() -> None:
    document = read("[" + "1 " * 1000 + "]")
    assert len(document.findings) == 100
    assert document.findings[0].message.endswith("There are 899 more of this kind.")


def test_read_places_every_remark_whatever_their_order() -> None:
    document = read('{\n"a": "\\u0000",\n"b": [\n"\\u0000"]}')
    assert sorted(notes(document)) == [("ND012", 2, 1, "/a"), ("ND012", 4, 1, "/b/0")]


def test_get_follows_pointers() -> None:
    document = read('{"a/b": {"c~d": [1, {"": null}]}}')
    assert document.get("/a~1b/c~0d/0") == 1
    assert document.get("/a~1b/c~0d/1/") is None
    for pointer in ("/a", "/a~1b/c~0d/2", "/a~1b/c~0d/-", "/a~1b/c~0d/01", "/a~1b/c~0d/0/x"):
        assert document.get(pointer) is MISSING
    assert read("{").get("") is MISSING


def test_ops_keep_their_indexes_whatever_they_are() -> None:
    assert read('{"ops": [1, {"id": "a"}, null]}').ops == ({}, {"id": "a"}, {})
    for text in ('{"ops": {}}', "[]", "{", "1"):
        assert read(text).ops == ()
