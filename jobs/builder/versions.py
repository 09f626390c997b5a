"""The versions of a draft: which there are, and how two of them differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict

from jobs.builder import store
from jobs.definition.edit.diff import Diff, diff_texts
from jobs.models import Draft, DraftVersion


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions, the older one first unless asked for otherwise, and how they differ."""

    old: DraftVersion
    new: DraftVersion
    diff: Diff


def versions_of(draft: Draft) -> Sequence[DraftVersion]:
    """Return the versions that are kept, newest first, without their texts; one query."""
    return list(draft.versions.without_text().order_by("-number"))


def compare(draft: Draft, old: int, new: int) -> Comparison:
    """Return how version `new` differs from version `old`; raises DraftVersion.DoesNotExist."""
    before, after = store.version_of(draft, old), store.version_of(draft, new)
    return Comparison(before, after, diff_texts(before.text, after.text))


def asked(draft: Draft, data: QueryDict) -> tuple[int, int] | None:
    """Return the numbers in `from` and `to`; the draft's own where `to` is missing, None without a `from`."""
    old, new = data.get("from", ""), data.get("to", "") or str(draft.number)
    if not old:
        return None
    return (_number(old), _number(new))


def _number(text: str) -> int:
    """Return a version's number; 0, which no version has, for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
