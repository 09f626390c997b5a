"""Edits of texts: the value becomes what it should, and nothing else changes."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from jobs.definition.document import Document, read
from jobs.definition.edit import patches
from tests.jobs.definition.edit.writing import VALUES, pointers_of, texts

slow_draws = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def parts(pointer: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def within(value: Any, keys: list[str]) -> Any:
    for key in keys:
        value = value[int(key)] if isinstance(value, list) else value[key]
    return value


def changed(value: Any, pointer: str, change: Callable[[Any, Any], None]) -> Any:
    """Return a copy, after `change` was called with what is around the pointer and the key or index there."""
    new = copy.deepcopy(value)
    *outer, last = parts(pointer)
    around = within(new, outer)
    change(around, int(last) if isinstance(around, list) else last)
    return new


def written(document: Document, pointer: str) -> str:
    span = document.value_span(pointer)
    assert span is not None
    return document.text[span.start : span.end]


def check(before: Document, after: Document, expected: Any, at: str) -> None:
    """Check the value, that all other values are spelled as before, and that no line far from the place changed."""
    assert after.value == expected
    assert json.dumps(after.value) == json.dumps(expected)
    for pointer in pointers_of(before.value):
        if not f"{at}/".startswith(f"{pointer}/") and not pointer.startswith(f"{at.rpartition('/')[0]}/"):
            assert written(before, pointer) == written(after, pointer)
    around = before.value_span(at.rpartition("/")[0])
    assert around is not None
    tail = len(before.text) - around.end
    assert after.text[: around.start] == before.text[: around.start]
    assert after.text[len(after.text) - tail :] == before.text[around.end :]


@slow_draws
@given(texts(), VALUES, st.data())
def test_set_value_replaces(case: tuple[Any, str], new: Any, data: st.DataObject) -> None:
    value, text = case
    before = read(text)
    places = pointers_of(value)[1:]
    assume(places)
    at = data.draw(st.sampled_from(places))
    after = patches.set_value(before, at, new)

    def put(around: Any, key: Any) -> None:
        around[key] = new

    check(before, after, changed(value, at, put), at)
    span = before.value_span(at)
    assert span is not None
    assert after.text[: span.start] == before.text[: span.start]
    assert after.text.endswith(before.text[span.end :])


@slow_draws
@given(texts(), VALUES, st.data())
def test_insert_item_adds(case: tuple[Any, str], new: Any, data: st.DataObject) -> None:
    value, text = case
    before = read(text)
    lists = [place for place in pointers_of(value) if isinstance(within(value, parts(place)), list)]
    assume(lists)
    around = data.draw(st.sampled_from(lists))
    index = data.draw(st.integers(0, len(within(value, parts(around)))))
    after = patches.insert_item(before, f"{around}/{index}", new)
    expected = changed(value, f"{around}/{index}", lambda found, key: found.insert(key, new))
    check(before, after, expected, f"{around}/{index}")
    items = [written(before, f"{around}/{i}") for i in range(len(within(value, parts(around))))]
    kept = [written(after, f"{around}/{i}") for i in range(len(items) + 1) if i != index]
    assert kept == items


@slow_draws
@given(texts(), VALUES, st.data())
def test_insert_member_adds_after_a_member(case: tuple[Any, str], new: Any, data: st.DataObject) -> None:
    value, text = case
    before = read(text)
    objects = [place for place in pointers_of(value) if isinstance(within(value, parts(place)), dict)]
    assume(objects)
    around = data.draw(st.sampled_from(objects))
    members = list(within(value, parts(around)))
    name = data.draw(st.sampled_from([None, *members]))
    after = patches.insert_member(before, around, "new", new, after=name)
    index = len(members) if name is None else members.index(name) + 1

    def put(found: Any, key: Any) -> None:
        pairs = list(found.items())
        found.clear()
        found.update([*pairs[:index], (key, new), *pairs[index:]])

    expected = changed(value, f"{around}/new", put)
    assert after.value == expected
    check(before, after, expected, f"{around}/new")


@slow_draws
@given(texts(), st.data())
def test_remove_takes_out(case: tuple[Any, str], data: st.DataObject) -> None:
    value, text = case
    before = read(text)
    places = pointers_of(value)[1:]
    assume(places)
    at = data.draw(st.sampled_from(places))
    after = patches.remove(before, at)
    expected = changed(value, at, lambda around, key: around.pop(key))
    assert after.value == expected
    check(before, after, expected, at)


@slow_draws
@given(texts(), st.data())
def test_move_item_keeps_its_text(case: tuple[Any, str], data: st.DataObject) -> None:
    value, text = case
    before = read(text)
    lists = [place for place in pointers_of(value) if isinstance(within(value, parts(place)), list)]
    lists = [place for place in lists if len(within(value, parts(place))) > 1]
    assume(lists)
    around = data.draw(st.sampled_from(lists))
    count = len(within(value, parts(around)))
    start, end = data.draw(st.integers(0, count - 1)), data.draw(st.integers(0, count - 1))
    after = patches.move_item(before, f"{around}/{start}", end)
    expected = changed(value, f"{around}/{start}", lambda found, key: found.insert(end, found.pop(key)))
    check(before, after, expected, f"{around}/{end}")
    assert written(after, f"{around}/{end}") == written(before, f"{around}/{start}")


@slow_draws
@given(texts(), st.data())
def test_rename_key_changes_the_key_only(case: tuple[Any, str], data: st.DataObject) -> None:
    value, text = case
    before = read(text)
    places = [place for place in pointers_of(value) if place and before.key_span(place)]
    assume(places)
    at = data.draw(st.sampled_from(places))
    after = patches.rename_key(before, at, 'new "name"')
    span = before.key_span(at)
    assert span is not None
    assert after.text == before.text[: span.start] + '"new \\"name\\""' + before.text[span.end :]
