"""Lists of drafts."""

from __future__ import annotations

from collections.abc import Iterable

from jobs.builder.sources.start import KINDS
from jobs.models import Draft


def listed(drafts: Iterable[Draft]) -> list[tuple[Draft, str]]:
    """Return drafts, each with what it was made from in a word; costs the one query of the drafts."""
    return [(draft, KINDS.get(draft.source_kind, draft.source_kind)) for draft in drafts]
