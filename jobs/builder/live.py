"""One step of the living editor: what a browser did to a draft, and what of its page is other than before.

The browser sends one step at a time with the revision that it shows. The answer has only what changed: a splice of the
text, the form if its controls are others, and the panels whose keys the browser does not have.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import BadRequest
from django.http import QueryDict

from jobs.builder import fixing, store
from jobs.builder.form.acting import Acted, attempt
from jobs.builder.form.keeping import FORGETFUL, Kept, Visit
from jobs.builder.form.posting import Refusal
from jobs.builder.newlines import as_written, shown
from jobs.builder.splicing import BadSplices, Splice, written
from jobs.definition.document import Document, read
from jobs.definition.edit.splices import EditError
from jobs.models import Draft, DraftVersion

LOOK, FORM, TEXT, FIX, UNDO, REDO = "look", "form", "text", "fix", "undo", "redo"
_CHANGES: Final = frozenset((LOOK, FORM, TEXT, FIX, UNDO, REDO))
_MOST_SPLICES: Final = 10_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What a browser did (`change`), where it looks (`at`), and the keys of the panels that it shows (`have`)."""

    change: str
    at: str
    have: Mapping[str, str]
    data: QueryDict

    @property
    def is_whole(self) -> bool:
        """Say whether the browser wants the whole text, because it shows nothing that it would lose."""
        return self.change == LOOK and "whole" in self.data

    @property
    def key(self) -> str:
        """What joins this change with one just before: the control that is typed into."""
        return self.data.get("key", "")


class Stale(Exception):
    """The draft was changed elsewhere; `mine` is the text that this browser would have made, None if none."""

    def __init__(self, draft: Draft, mine: str | None) -> None:
        super().__init__("The draft was changed elsewhere.")
        self.draft = draft
        self.mine = mine


@dataclass(frozen=True, slots=True)
class Step:
    """What a step made of the draft. `before` is the text that the browser shows, its own change in it."""

    draft: Draft
    before: str
    text: str
    at: str
    notes: tuple[str, ...] = ()
    refusals: Sequence[Refusal] = ()


def asked_of(data: QueryDict) -> Asked:
    """Return what was posted; raises BadRequest for what no page of ours sends."""
    change = data.get("change", LOOK)
    at = data.get("at", "")
    if change not in _CHANGES or (at and not at.startswith("/")):
        raise BadRequest("This is no step of the editor.")
    have = dict(pair.split("=", 1) for pair in data.get("have", "").split(",") if "=" in pair)
    return Asked(change, at, have, data)


def step(draft: Draft, asked: Asked, visit: Visit, *, seen: int, number: int) -> Step:
    """Do what was asked; raises Stale, store.Refused, and BadRequest for splices that fit no text."""
    if draft.revision != seen and not asked.is_whole:
        raise Stale(draft, _mine(draft, asked, number))
    old = store.text_of(draft)
    if asked.change == LOOK:
        return Step(draft, old, old, asked.at)
    try:
        if asked.change in (UNDO, REDO):
            moved = (store.undo if asked.change == UNDO else store.redo)(draft, seen=seen)
            return Step(moved, old, store.text_of(moved), asked.at)
        if asked.change == TEXT:
            typed = _typed(old, asked.data)
            saved = store.save(draft, text=typed, seen=seen, label="Text edited", key=asked.key)
            return Step(saved, typed, typed, asked.at)
        return _edited(draft, old, asked, visit, seen)
    except store.Conflict as conflict:
        raise Stale(conflict.draft, _mine(conflict.draft, asked, number)) from conflict


def _edited(draft: Draft, old: str, asked: Asked, visit: Visit, seen: int) -> Step:
    acted = _acted(read(old), asked, visit)
    saved = store.save(draft, text=acted.text, seen=seen, label=acted.label, key=asked.key)
    if acted.picks:
        visit.pick(read(acted.text), dict(acted.picks))
    at = acted.at if asked.data.get("action") or asked.change == FIX else asked.at
    return Step(saved, old, acted.text, at, acted.notes, acted.refusals)


def _acted(document: Document, asked: Asked, kept: Kept) -> Acted:
    if asked.change == FIX:
        try:
            fixed = fixing.fix(document, asked.data.get("fix", ""))
        except EditError as problem:
            return Acted(document.text, asked.at, "Nothing", (f"Not fixed: {problem}",))
        return Acted(fixed.document.text, asked.at, fixed.label, (fixed.said,))
    return attempt(document, asked.data.get("action", ""), asked.data, kept=kept)


def _typed(old: str, data: QueryDict) -> str:
    """Return the text that was typed, sent whole or as changes of the old one."""
    if "text" in data:
        return as_written(old, shown(data.get("text", ""))) if shown(old) != old else shown(data.get("text", ""))
    try:
        return written(old, _splices(data.get("splices", "")))
    except BadSplices as problem:
        raise BadRequest(str(problem)) from problem


def _splices(posted: str) -> Sequence[Splice]:
    try:
        listed = json.loads(posted)
        found = [(start, end, insert) for start, end, insert in listed[:_MOST_SPLICES]]
    except (ValueError, TypeError, KeyError) as problem:
        raise BadSplices("The changes cannot be read.") from problem
    if not all(type(start) is int and type(end) is int and type(insert) is str for start, end, insert in found):
        raise BadSplices("The changes cannot be read.")
    return found


def _mine(draft: Draft, asked: Asked, number: int) -> str | None:
    """Return the text that the browser's own change makes of the version that it shows, if that is kept."""
    if asked.change in (LOOK, UNDO, REDO):
        return None
    try:
        old = store.version_of(draft, number).text
    except DraftVersion.DoesNotExist:
        return asked.data.get("text")
    return _typed(old, asked.data) if asked.change == TEXT else _acted(read(old), asked, FORGETFUL).text
