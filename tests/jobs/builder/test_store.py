"""Keeping drafts: versions, undo and redo, changes that join, conflicts, bounds."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from jobs.builder import store
from jobs.definition.document import read
from jobs.definition.edit.splices import EditError
from jobs.definition.findings import PatchOp
from jobs.models import Draft, DraftVersion
from tests.jobs.builder.drafts import draft_of, numbers, saved, somebody

pytestmark = pytest.mark.django_db


def state(draft: Draft) -> tuple[str, int, int, bool, bool]:
    """Return what a draft says, its revision and version, and whether it can be undone and redone."""
    draft.refresh_from_db()
    return (store.text_of(draft), draft.revision, draft.number, draft.can_undo, draft.can_redo)


def test_every_change_is_a_version_and_undoing_goes_back_to_one() -> None:
    draft = draft_of("a")
    for text in "bc":
        draft = saved(draft, text)
    assert state(draft) == ("c", 3, 3, True, False)

    draft = store.undo(draft, seen=3)
    assert state(draft) == ("b", 4, 2, True, True)
    draft = store.undo(draft, seen=4)
    assert state(draft) == ("a", 5, 1, False, True)
    with pytest.raises(store.Refused, match="^There is nothing to undo.$"):
        store.undo(draft, seen=5)
    for revision, text in ((5, "b"), (6, "c")):
        draft = store.redo(draft, seen=revision)
        assert store.text_of(draft) == text
    with pytest.raises(store.Refused, match="^There is nothing to redo.$"):
        store.redo(draft, seen=7)
    assert (state(draft), numbers(draft)) == (("c", 7, 3, True, False), [1, 2, 3])


def test_what_was_undone_stays_a_version_when_another_change_follows() -> None:
    draft = saved(saved(draft_of("a"), "b"), "c")
    draft = store.undo(store.undo(draft, seen=3), seen=4)

    draft = saved(draft, "d")

    assert state(draft) == ("d", 6, 4, True, False)
    assert [store.version_of(draft, number).text for number in numbers(draft)] == ["a", "b", "c", "d"]
    assert store.text_of(store.undo(draft, seen=6)) == "a"


def test_the_same_text_is_no_change_whatever_was_seen() -> None:
    draft = saved(draft_of("a"), "b")

    assert store.save(draft, text="b", seen=1, label="Again").revision == 2
    assert (state(draft), numbers(draft)) == (("b", 2, 2, True, False), [1, 2])


def test_typing_in_one_field_is_one_step_and_elsewhere_another() -> None:
    draft = draft_of("")
    for text in ("n", "ng", "ngi"):
        draft = saved(draft, text, key="/ops/0/args/image")
    draft = saved(draft, "ngi8", key="/ops/0/args/expose")
    assert (state(draft), numbers(draft)) == (("ngi8", 5, 3, True, False), [1, 2, 3])

    draft = store.undo(draft, seen=5)
    assert store.text_of(draft) == "ngi"
    assert store.text_of(store.undo(draft, seen=6)) == ""


@pytest.mark.parametrize("key", ["", "/a"])
def test_a_change_does_not_join_without_a_key_or_after_three_seconds(key: str) -> None:
    draft = saved(draft_of("a"), "b", key=key)
    if key:
        Draft.objects.update(changed_at=timezone.now() - timedelta(seconds=4))

    assert state(saved(draft, "c", key=key)) == ("c", 3, 3, True, False)


def test_a_change_does_not_join_what_was_undone() -> None:
    draft = saved(saved(draft_of("a"), "b", key="/a"), "c", key="/b")
    draft = store.undo(draft, seen=3)

    draft = saved(draft, "bb", key="/a")

    assert [store.version_of(draft, number).text for number in numbers(draft)] == ["a", "b", "c", "bb"]


def test_a_change_on_an_older_state_is_a_conflict_and_writes_nothing() -> None:
    draft = draft_of("{}")
    other = saved(draft, "b")

    for change in (
        lambda: store.save(draft, text="c", seen=1, label="Mine"),
        lambda: store.undo(draft, seen=1),
        lambda: store.redo(draft, seen=1),
        lambda: store.edit(draft, patch=[PatchOp("add", "/x", 1)], seen=1, label="Mine"),
        lambda: store.restore(draft, number=1, seen=3),
    ):
        with pytest.raises(store.Conflict) as conflict:
            change()
        assert (conflict.value.draft.revision, store.text_of(conflict.value.draft)) == (2, "b")
    assert (state(other), numbers(other)) == (("b", 2, 2, True, False), [1, 2])


def test_a_patch_leaves_the_rest_of_the_text_alone() -> None:
    draft = draft_of('{"a": 1.0,   "odd": [1,2]}')

    draft = store.edit(draft, patch=[PatchOp("replace", "/a", 2), PatchOp("add", "/b", "x")], seen=1, label="Two")

    assert store.text_of(draft) == '{"a": 2,   "odd": [1,2], "b": "x"}'
    assert store.version_of(draft).label == "Two"


def test_a_text_that_cannot_be_read_is_kept_and_not_patched() -> None:
    draft = draft_of("{broken")

    with pytest.raises(EditError):
        store.edit(draft, patch=[PatchOp("add", "/a", 1)], seen=1, label="Edit")
    assert state(draft) == ("{broken", 1, 1, False, False)


def test_going_back_to_a_version_makes_another_one() -> None:
    draft = saved(saved(draft_of("a"), "b"), "c")

    draft = store.restore(draft, number=1, seen=3)

    assert state(draft) == ("a", 4, 4, True, False)
    assert store.version_of(draft).label == "Version 1 restored"
    with pytest.raises(DraftVersion.DoesNotExist):
        store.restore(draft, number=9, seen=4)


def test_a_hundred_steps_can_be_undone_and_redone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MOST_VERSIONS", 120)
    draft = draft_of("0")
    for step in range(1, 131):
        draft = saved(draft, str(step))

    assert numbers(draft) == [1, *range(12, 132)]
    for step in range(129, 29, -1):
        draft = store.undo(draft, seen=draft.revision)
        assert store.text_of(draft) == str(step)
    assert not draft.can_undo
    for step in range(31, 131):
        draft = store.redo(draft, seen=draft.revision)
        assert store.text_of(draft) == str(step)


def test_long_texts_have_fewer_versions_and_the_first_one_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MOST_BYTES", 15_000)
    draft = draft_of("first")
    for step in range(20):
        draft = saved(draft, f"{step:1000}")

    assert numbers(draft) == [1, *range(6, 22)]
    assert draft.undo_numbers == [*range(6, 21)]


def test_bounds_are_said_and_nothing_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "LONGEST", 10)
    owner = somebody()
    with pytest.raises(store.Refused, match="longer than 10 bytes"):
        draft_of("ä" * 6, owner=owner)
    draft = draft_of("a" * 10, owner=owner)
    with pytest.raises(store.Refused, match="longer than 10 bytes"):
        saved(draft, "a" * 11)
    monkeypatch.setattr(store, "MOST_DRAFTS", 1)
    with pytest.raises(store.Refused, match="You have 1 drafts"):
        draft_of(owner=owner)

    assert (Draft.objects.count(), DraftVersion.objects.count()) == (1, 1)


def test_names_and_labels_of_strangers_are_made_visible_and_short() -> None:
    draft = draft_of("a", name="a\n\u202eb\0" + "x" * 300)
    draft = saved(draft, "b", label="c\0" * 300, key="k\0" * 300)

    assert draft.name == ("a [U+202E]b␀" + "x" * 300)[:100]
    assert store.version_of(draft).label == ("c␀" * 300)[:200]
    with pytest.raises(store.Refused, match="^A draft needs a name.$"):
        store.rename(draft, " \n ")
    assert store.rename(draft, " New\tname ").name == "New name"


def test_an_untitled_draft_is_called_after_its_first_ops_and_keeps_that_name() -> None:
    draft = draft_of("{}", name="Untitled job")
    names = [draft.name]
    for text in ('{"ops": 1}', '{"ops": [{"id": "a"}, {"id": "b\\u202e"}]}', '{"ops": [{"id": "c"}]}', "{"):
        draft = saved(draft, text)
        names.append(draft.name)

    assert names == ["Untitled job", "Untitled job", "a + b[U+202E]", "a + b[U+202E]", "a + b[U+202E]"]


def test_idle_drafts_go_after_ninety_days_and_opening_keeps_one() -> None:
    owner = somebody()
    now = timezone.now()
    old, opened, fresh = (draft_of(text, owner=owner) for text in "abc")
    Draft.objects.filter(pk__in=[old.pk, opened.pk]).update(touched_at=now - timedelta(days=90, hours=1))
    Draft.objects.filter(pk=fresh.pk).update(touched_at=now - timedelta(days=89))

    assert store.find(owner, opened.pk).days_left == 90
    assert store.forget_idle() == 1
    assert {*Draft.objects.values_list("pk", flat=True)} == {opened.pk, fresh.pk}
    assert DraftVersion.objects.count() == 2


class Walks(TestCase):
    """Any walk of changes, undo and redo, beside the two stacks that it is."""

    @settings(deadline=None, max_examples=40)
    @given(st.lists(st.sampled_from(["a", "b", "ab", "undo", "redo", "keyed"]), max_size=40))
    def test_a_draft_is_what_two_stacks_say(self, steps: list[str]) -> None:
        draft = draft_of("start")
        back: list[str] = []
        forth: list[str] = []
        now = "start"
        for index, step in enumerate(steps):
            if step == "undo" and back:
                forth.append(now)
                now = back.pop()
                draft = store.undo(draft, seen=draft.revision)
            elif step == "redo" and forth:
                back.append(now)
                now = forth.pop()
                draft = store.redo(draft, seen=draft.revision)
            elif step not in {"undo", "redo"} and now != step:
                text = f"{step}{index}"
                back, now, forth = [*back, now], text, []
                draft = saved(draft, text, key=f"{index}" if step == "keyed" else "")
            assert (store.text_of(draft), draft.can_undo, draft.can_redo) == (now, bool(back), bool(forth))


def test_texts_of_any_letters_come_back_as_they_were() -> None:
    text = '"\0\ud800\r\n\u2028\U0001f600"'

    assert store.text_of(draft_of(text)) == text
    assert read(text).text == text


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_at_the_same_time_one_is_made() -> None:
    draft = draft_of("a")
    together = threading.Barrier(4)

    def change(text: str) -> str:
        together.wait()
        try:
            return store.text_of(store.save(draft, text=text, seen=1, label="Race"))
        except store.Conflict:
            return "conflict"
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        ends = sorted(pool.map(change, ["B", "C", "D", "E"]))

    draft.refresh_from_db()
    assert ends == [store.text_of(draft), "conflict", "conflict", "conflict"]
    assert (draft.revision, numbers(draft)) == (2, [1, 2])
