"""Where each value stands in its text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from jobs.definition import pointers
from jobs.definition.document import Document, read
from tests.jobs.definition import corpora


def all_pointers(value: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    yield pointer, value
    if isinstance(value, dict):
        for name, member in value.items():
            yield from all_pointers(member, pointers.join(pointer, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from all_pointers(item, pointers.join(pointer, index))


def cut(document: Document, pointer: str) -> str:
    span = document.value_span(pointer)
    assert span is not None
    return document.text[span.start : span.end]


def written(path: Path, indent: int | None, separators: tuple[str, str] | None) -> str:
    return json.dumps(json.loads(path.read_text("utf-8")), indent=indent, separators=separators)


@pytest.mark.parametrize("path", corpora.OWN, ids=corpora.name_of)
@pytest.mark.parametrize(("indent", "separators"), [(2, None), (None, (",", ":")), (None, (" , ", " : "))])
def test_spans_hold_the_values_and_keys(path: Path, indent: int | None, separators: tuple[str, str] | None) -> None:
    document = read(f"\n {written(path, indent, separators)} \n")
    for pointer, value in all_pointers(document.value):
        assert json.loads(cut(document, pointer)) == value
        key = document.key_span(pointer)
        name = pointers.split(pointer)[-1:]
        if key is not None:
            assert [json.loads(document.text[key.start : key.end])] == name
        else:
            assert pointer == "" or name[0].isdigit()


def damaged(text: str, random: Random) -> str:
    """Return a text with comments and commas where they do not belong, one for each line with some luck."""
    lines = text.split("\n")
    for index, line in enumerate(lines):
        luck = random.random()
        if luck < 0.2:
            lines[index] = f"{line} // note"
        elif luck < 0.3:
            lines[index] = f"/* é🚀 */ {line}"
        elif luck < 0.4 and line.endswith(","):
            lines[index] = line[:-1]
        elif luck < 0.5 and line.endswith(("]", "}")) and line.strip() not in ("]", "}"):
            lines[index] = f"{line[:-1]} {line[-1]}"
        elif line.endswith(('"', "true", "1")) and luck < 0.7:
            lines[index] = f"{line},"
    return "\n".join(lines)


@pytest.mark.parametrize("path", corpora.OWN, ids=corpora.name_of)
def test_spans_of_a_repaired_text_hold_the_values(path: Path) -> None:
    value = json.loads(path.read_text("utf-8"))
    for seed in range(5):
        document = read(damaged(json.dumps(value, indent=1), Random(seed)))
        assert document.value == value
        for pointer, inner in all_pointers(value):
            piece = cut(document, pointer)
            assert read(piece).value == inner, piece
            place = document.position(pointer)
            line = document.text.split("\n")[place.line - 1]
            assert document.text[place.offset :].startswith(line[place.column - 1 :])


def test_position_is_that_of_the_key_then_the_value_then_what_is_around() -> None:
    document = read('{\n  "a": [\n    1,\n    2]\n}')
    for pointer, place in {"": (1, 1), "/a": (2, 3), "/a/1": (4, 5), "/a/7/x": (2, 3), "/zz": (1, 1)}.items():
        found = document.position(pointer)
        assert (found.line, found.column) == place
    assert read("{").position("/a").offset == 0


def test_position_of_a_doubled_key_is_that_of_the_last_one() -> None:
    document = read('{"a": 1,\n"a": 2}')
    assert cut(document, "/a") == "2"
    assert document.position("/a").line == 2


def test_spans_in_repaired_quotes_cover_them() -> None:
    document = read("{a: 'x', 'b' : [\"\t\" 'it\\'s'] }")
    assert [cut(document, pointer) for pointer in ("/a", "/b/0", "/b/1")] == ["'x'", '"\t"', "'it\\'s'"]
    key = document.key_span("/a")
    assert key is not None
    assert document.text[key.start : key.end] == "a"


def test_pointers_split_what_they_join() -> None:
    for parts in ([], [""], ["a/b", "c~d", "~1", "0"]):
        assert pointers.split(pointers.join("", *parts)) == parts
    with pytest.raises(ValueError, match="slash"):
        pointers.split("a")
    assert pointers.parent("/a/b") == "/a"
