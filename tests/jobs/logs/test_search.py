"""Searching a log: texts and expressions, what they hit, and what ends one that would never end."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.logs import Line, pack, search
from jobs.logs.search import BadPattern, Found, Query, find, marker

TEXTS = ["INFO ready", "ERROR: out of memory", "error again", "a.b", "aXb", "Größe 5", "", "[U+202E]x"]
LOG = pack([Line(n, "a" if n % 2 else "b", "stdout", None, text) for n, text in enumerate(TEXTS, start=1)])
#: The module `regex` would try this for years.
ENDLESS = "(x+x+)+y"


@pytest.mark.parametrize(
    ("query", "lines"),
    [
        (Query("error"), (2, 3)),
        (Query("ERROR", is_exact=True), (2,)),
        (Query("a.b"), (4,)),
        (Query("a.b", is_regex=True), (4, 5)),
        (Query("GRÖSSE"), ()),
        (Query("größe"), (6,)),
        (Query("^(info|error)", is_regex=True), (1, 2, 3)),
        (Query("^error", is_regex=True, is_exact=True), (3,)),
        (Query(r"\d$", is_regex=True), (6,)),
        (Query(r"^$", is_regex=True), (7,)),
        (Query("[U+202E]"), (8,)),
        (Query(r"\u0058", is_regex=True, is_exact=True), (5,)),  # JavaScript's way to write X
    ],
)
def test_lines_that_are_hit(query: Query, lines: tuple[int, ...]) -> None:
    assert find(LOG, query) == Found(lines)


def test_a_search_keeps_to_an_op_and_a_stream() -> None:
    assert find(LOG, Query("e"), op="a") == Found((1, 3))
    assert find(LOG, Query("e"), stream="stderr") == Found(())


@pytest.mark.parametrize("pattern", ["(", "a{2,1}", "[", "*", "(?<n>a)(?<n>b)", "a{60000}{60000}"])
def test_what_is_no_expression_is_refused(pattern: str) -> None:
    with pytest.raises(BadPattern):
        find(LOG, Query(pattern, is_regex=True))
    with pytest.raises(BadPattern):
        marker(Query(pattern, is_regex=True))
    assert find(LOG, Query(pattern)).lines == tuple(n for n, text in enumerate(TEXTS, start=1) if pattern in text)


def test_an_expression_without_an_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "PATIENCE", 0.05)
    log = pack([Line(1, "a", "stdout", None, "xxy"), Line(2, "a", "stdout", None, "x" * 4000)])

    places = marker(Query(ENDLESS, is_regex=True))

    assert find(log, Query(ENDLESS, is_regex=True)) == Found((1,), is_cut=True)
    assert [list(places(text)) for text in ("xxy", "x" * 4000, "xxy")] == [[(0, 3)], [], []]


def test_a_search_ends_when_the_time_is_over() -> None:
    log = pack([Line(n, "a", "stdout", None, "x") for n in range(1, 2001)])
    found = find(log, Query("x"), budget=0)

    assert found == Found(tuple(range(1, 257)), is_cut=True)


@pytest.mark.parametrize(
    ("query", "text", "places"),
    [
        (Query("ab"), "abxAB", [(0, 2), (3, 5)]),
        (Query("ab", is_exact=True), "abxAB", [(0, 2)]),
        (Query("b*", is_regex=True), "abba", [(1, 3)]),
        (Query("."), "a.b", [(1, 2)]),
    ],
)
def test_places_of_hits(query: Query, text: str, places: list[tuple[int, int]]) -> None:
    assert list(marker(query)(text)) == places


@given(st.text(alphabet="abAB.*[(", min_size=1, max_size=4), st.text(alphabet="abAB.*[( ", max_size=30))
def test_a_text_is_found_where_it_stands(wanted: str, text: str) -> None:
    expected = [found.span() for found in re.finditer(re.escape(wanted), text, re.IGNORECASE)]

    assert list(marker(Query(wanted))(text)) == expected
    assert find(pack([Line(1, "a", "stdout", None, text)]), Query(wanted)).lines == ((1,) if expected else ())
