"""Keeps drafts: every change makes a numbered version, undoing goes back to one, nothing is overwritten unseen.

A change says which revision it was made on (`seen`). When the draft has moved on since, Conflict is raised, and nothing
is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, Literal

from django.db import transaction
from django.utils import timezone

from explorer.text import visible
from jobs.builder.owners import Owner
from jobs.builder.sources.start import UNTITLED, Start, name_of
from jobs.definition.document import read
from jobs.definition.edit.patches import apply_patch
from jobs.definition.findings import PatchOp
from jobs.models import Draft, DraftVersion
from jobs.models.draft import LABEL_LENGTH, NAME_LENGTH

#: The longest text kept, in bytes: twice what is read as a definition, so that nothing that was pasted is lost.
LONGEST: Final = 2_000_000
#: Steps that can be taken back.
STEPS: Final = 100
#: Versions kept besides the first one and those that undo and redo lead to.
MOST_VERSIONS: Final = 200
#: Bytes of versions kept of a draft of one size; a text of a megabyte has fewer steps and versions.
MOST_BYTES: Final = 50_000_000
#: Drafts of one owner.
MOST_DRAFTS: Final = 500
#: For so long after a change, one with the same key joins it.
_JOINS: Final = timedelta(seconds=3)


class Refused(ValueError):
    """The change is not possible; the message says why, in a sentence."""


class Conflict(Exception):
    """The draft was changed elsewhere since it was seen; `draft` is as it is now."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(f"The draft was changed elsewhere: it is at revision {draft.revision}.")
        self.draft = draft


def create(*, owner: Owner, start: Start) -> Draft:
    """Keep a new draft, with its first version. Raises Refused for a text that is too long, or too many drafts."""
    body = _body(start.text)
    owner.keep()
    if owner.drafts().count() >= MOST_DRAFTS:
        raise Refused(f"You have {MOST_DRAFTS} drafts, which is as many as are kept. Delete one first.")
    name = clean_name(start.name) or UNTITLED
    with transaction.atomic():
        draft = Draft.objects.create(
            owner=owner.user,
            holder=owner.holder,
            name=name,
            source_kind=start.kind,
            source_reference=visible(start.reference),
            left_out=[[visible(left.what), visible(left.why)] for left in start.report],
        )
        DraftVersion.objects.create(draft=draft, number=1, body=body, size=len(body), label="Start")
    return draft


def find(owner: Owner, draft_id: str) -> Draft:
    """Return one of the owner's drafts; raises Draft.DoesNotExist for anybody else's. Opening it keeps it alive."""
    draft = owner.drafts().get(pk=draft_id)
    owner.renew()
    now = timezone.now()
    if now - draft.touched_at > timedelta(days=1):
        draft.touched_at = now
        draft.save(update_fields=["touched_at"])
    return draft


def version_of(draft: Draft, number: int | None = None) -> DraftVersion:
    """Return a version, the draft's own by default; raises DraftVersion.DoesNotExist where it is not kept."""
    return draft.versions.get(number=draft.number if number is None else number)


def text_of(draft: Draft) -> str:
    """Return the draft's text as it is; one query."""
    return version_of(draft).text


def save(draft: Draft, *, text: str, seen: int, label: str, key: str = "") -> Draft:
    """Keep a text as the draft's next version, or in its present one if `key` joins the last change.

    The same text is no change; a draft without a name gets that of its ops. Raises Conflict, and Refused for a text
    that is too long.
    """
    body = _body(text)
    with transaction.atomic():
        now = _locked(draft)
        current = version_of(now)
        if bytes(current.body) == body:
            return now
        _check(now, seen)
        label, key = _short(label), _short(key)
        if _joins(now, current, key):
            current.body, current.size, current.label = body, len(body), label
            current.save(update_fields=["body", "size", "label"])
        else:
            _add(now, body, label=label, key=key)
        if now.name == UNTITLED:
            now.name = clean_name(name_of(read(text).value))
        return _changed(now)


def edit(draft: Draft, *, patch: Sequence[PatchOp], seen: int, label: str, key: str = "") -> Draft:
    """Change the draft's text by a patch, and leave the rest of it alone.

    Raises EditError where that cannot be done, as for a text that cannot be read; else as `save`.
    """
    if draft.revision != seen:
        raise Conflict(draft)
    changed = apply_patch(read(text_of(draft)), patch)
    return save(draft, text=changed.text, seen=seen, label=label, key=key)


def undo(draft: Draft, *, seen: int) -> Draft:
    """Go back a step; raises Refused where there is none, and Conflict."""
    return _stepped(draft, seen, "undo")


def redo(draft: Draft, *, seen: int) -> Draft:
    """Take the step that was undone last again; raises Refused where there is none, and Conflict."""
    return _stepped(draft, seen, "redo")


def restore(draft: Draft, *, number: int, seen: int) -> Draft:
    """Make an earlier version's text the draft's next version; raises as `save` and DraftVersion.DoesNotExist."""
    version = version_of(draft, number)
    return save(draft, text=version.text, seen=seen, label=f"Version {number} restored")


def rename(draft: Draft, name: str) -> Draft:
    """Give a draft another name, which is not part of its text; raises Refused for an empty one."""
    cleaned = clean_name(name)
    if not cleaned:
        raise Refused("A draft needs a name.")
    draft.name = cleaned
    draft.save(update_fields=["name"])
    return draft


def forget_left_out(draft: Draft) -> Draft:
    """Drop the report of what could not be imported, once it was read."""
    draft.left_out = []
    draft.save(update_fields=["left_out"])
    return draft


def forget_idle() -> int:
    """Delete the drafts that nobody opened for 90 days, with versions and links; returns how many drafts."""
    _, deleted = Draft.objects.idle_at(timezone.now()).delete()
    return deleted.get(Draft._meta.label, 0)


def clean_name(name: str) -> str:
    """Return a name on one line, visible and not too long; empty if nothing is left of it."""
    return " ".join(visible(name).split())[:NAME_LENGTH]


def _body(text: str) -> bytes:
    body = text.encode("utf-8", "surrogatepass")
    if len(body) > LONGEST:
        raise Refused(f"The text is longer than {LONGEST:,} bytes, the longest that is kept. Nothing was changed.")
    return body


def _short(label: str) -> str:
    return visible(label)[:LABEL_LENGTH]


def _locked(draft: Draft) -> Draft:
    """Return the draft as it is now, and keep others from changing it until the transaction ends."""
    return Draft.objects.select_for_update().get(pk=draft.pk)


def _check(draft: Draft, seen: int) -> None:
    if draft.revision != seen:
        raise Conflict(draft)


def _joins(draft: Draft, current: DraftVersion, key: str) -> bool:
    """Say whether a change with this key belongs to the last one: soon after it, with nothing undone in between."""
    is_newest = draft.number == draft.last_number and not draft.redo_numbers
    return bool(key) and is_newest and current.key == key and timezone.now() - draft.changed_at <= _JOINS


def _add(draft: Draft, body: bytes, *, label: str, key: str) -> None:
    """Write the draft's next version, and forget what is more than is kept."""
    kept = min(MOST_VERSIONS, max(MOST_BYTES // max(len(body), 1), 10))
    draft.undo_numbers = [*draft.undo_numbers, draft.number][-min(STEPS, kept) :]
    draft.redo_numbers = []
    draft.last_number += 1
    draft.number = draft.last_number
    DraftVersion.objects.create(draft=draft, number=draft.number, body=body, size=len(body), label=label, key=key)
    old = draft.versions.filter(number__gt=1, number__lte=draft.number - kept)
    old.exclude(number__in=draft.undo_numbers).delete()


def _stepped(draft: Draft, seen: int, way: Literal["undo", "redo"]) -> Draft:
    """Go to the last version of one of the two stacks; the present one goes onto the other."""
    with transaction.atomic():
        now = _locked(draft)
        _check(now, seen)
        stacks = now.undo_numbers, now.redo_numbers
        source, other = stacks if way == "undo" else stacks[::-1]
        if not source:
            raise Refused(f"There is nothing to {way}.")
        left, grown = source[:-1], [*other, now.number]
        now.number = source[-1]
        now.undo_numbers, now.redo_numbers = (left, grown) if way == "undo" else (grown, left)
        return _changed(now)


def _changed(draft: Draft) -> Draft:
    """Write the draft with its next revision."""
    draft.revision += 1
    draft.changed_at = draft.touched_at = timezone.now()
    draft.save()
    return draft
