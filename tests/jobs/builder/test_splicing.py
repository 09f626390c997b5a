from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.builder.newlines import shown
from jobs.builder.splicing import BadSplices, splice_between, units, written

#: Letters that browsers count as two, line ends of all kinds, and what no field can show.
TEXTS = st.text(alphabet=st.sampled_from('ab"{}é🙂\U0001d11e\n\r\0'), max_size=40)


def in_browser(text: str, start: int, end: int, insert: str) -> str:
    """Replace as a browser does, which counts UTF-16 units."""
    raw = text.encode("utf-16-le")
    return (raw[: 2 * start] + insert.encode("utf-16-le") + raw[2 * end :]).decode("utf-16-le")


@given(TEXTS, TEXTS)
def test_a_splice_makes_in_the_browser_what_the_explorer_has(old: str, new: str) -> None:
    splice = splice_between(old, new)
    assert (shown(old) if splice is None else in_browser(shown(old), *splice)) == shown(new)


@given(TEXTS, st.data())
def test_what_was_typed_arrives_and_untouched_lines_keep_their_bytes(old: str, data: st.DataObject) -> None:
    before = shown(old)
    start = data.draw(st.integers(0, len(before)))
    end = data.draw(st.integers(start, len(before)))
    insert = data.draw(st.text(alphabet="xy🙂\n", max_size=5))
    typed = written(old, [(units(before[:start]), units(before[:end]), insert)])
    assert shown(typed) == before[:start] + insert + before[end:]


def test_lines_that_were_not_touched_keep_their_ends() -> None:
    assert written("a\r\nb\nc\n", [(2, 3, "x")]) == "a\r\nx\r\nc\n"


def test_several_changes_count_in_the_old_text() -> None:
    assert written("one two three", [(0, 3, "1"), (8, 13, "3")]) == "1 two 3"


@pytest.mark.parametrize("splices", [[(0, 9, "")], [(2, 1, "")], [(2, 3, ""), (1, 2, "")], [(-1, 0, "x")]])
@pytest.mark.parametrize("text", ["abc", "ab🙂"])
def test_changes_that_do_not_fit_are_refused(text: str, splices: list[tuple[int, int, str]]) -> None:
    with pytest.raises(BadSplices):
        written(text, splices)


def test_a_splice_is_as_small_as_what_changed() -> None:
    assert splice_between('{"a": 1, "b": 2}', '{"a": 15, "b": 2}') == (7, 7, "5")
    assert splice_between("🙂a", "🙂b") == (2, 3, "b")
    assert splice_between("same", "same") is None
