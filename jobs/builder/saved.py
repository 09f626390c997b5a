"""Templates that people keep: their own, private until they share them with everybody who uses this explorer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone

from explorer.text import visible
from jobs.builder.newlines import typed
from jobs.builder.owners import Owner
from jobs.builder.templates import Template, template_of
from jobs.definition.masking import masked
from jobs.models import SavedTemplate

#: Longer texts are no templates: a list reads them all.
LONGEST: Final = 100_000
#: Templates of one owner, and shared ones that a list shows, the newest.
MOST: Final = 100
#: Where a template is from: the explorer itself, who looks at it, or somebody else.
SHIPPED, OWN, SHARED = "shipped", "own", "shared"


class Refused(ValueError):
    """The template cannot be kept; the message says why, in a sentence."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A template of the gallery: where it is from, and its row where somebody saved it."""

    template: Template
    origin: str = SHIPPED
    row: SavedTemplate | None = None


def entries(owner: Owner) -> list[Entry]:
    """Return the templates that somebody saved and this owner may see, their own first; one query."""
    rows = SavedTemplate.objects.filter(_own(owner) | Q(is_shared=True)).order_by("-touched_at", "token")
    found = [_entry(row, owner) for row in rows[: 2 * MOST]]
    return sorted(found, key=lambda entry: entry.origin != OWN)


def find(owner: Owner, token: str) -> Entry | None:
    """Return a saved template by its token, if this owner may see it; one query."""
    row = SavedTemplate.objects.filter(_own(owner) | Q(is_shared=True), pk=token).first()
    return _entry(row, owner) if row else None


def used(entry: Entry) -> Template:
    """Return a template to be used, and note that it was, so that it is kept; one query."""
    if entry.row:
        SavedTemplate.objects.filter(pk=entry.row.pk).update(touched_at=timezone.now())
    return entry.template


def save(owner: Owner, text: str, facts: dict[str, Any], row: SavedTemplate | None = None) -> SavedTemplate:
    """Keep a text as a template, or change one; a shared one loses its secrets. Raises Refused.

    `facts`: name, summary, category, readme, is_shared.
    """
    _check(owner, text, facts, row)
    hidden = masked(text) if facts["is_shared"] else None
    body = (hidden.text if hidden else text).encode("utf-8", "surrogatepass")
    kept = row or SavedTemplate(owner=owner.user, holder=owner.keep().holder)
    kept.name, kept.summary = visible(facts["name"])[:80], visible(facts["summary"])[:200]
    kept.readme, kept.category = visible(typed(facts["readme"])), facts["category"]
    kept.is_shared, kept.body = facts["is_shared"], body
    kept.masked = [name.replace("\0", "␀") for name in hidden.names] if hidden else kept.masked
    kept.touched_at = timezone.now()
    kept.save()
    return kept


def forget_idle() -> int:
    """Delete the templates of browsers that nobody used for 90 days; returns how many."""
    return SavedTemplate.objects.idle_at(timezone.now()).delete()[0]


def _check(owner: Owner, text: str, facts: dict[str, Any], row: SavedTemplate | None) -> None:
    if len(text.encode("utf-8", "surrogatepass")) > LONGEST:
        raise Refused(f"A template has at most {LONGEST:,} bytes; this definition is longer.")
    if facts["is_shared"] and owner.user is None:
        raise Refused("Sign in to share a template; without an account you can keep it for yourself.")
    if row is None and SavedTemplate.objects.filter(_own(owner)).count() >= MOST:
        raise Refused(f"You have {MOST} templates, which is as many as are kept. Delete one first.")


def _own(owner: Owner) -> Q:
    """Return the condition that a template is the owner's own; that of nobody's before the first draft."""
    if owner.user is not None:
        return Q(owner=owner.user)
    return Q(holder=owner.holder) if owner.holder else Q(pk__in=[])


def _entry(row: SavedTemplate, owner: Owner) -> Entry:
    facts = {
        "name": row.name,
        "summary": row.summary,
        "categories": [row.category] if row.category else [],
    }
    is_own = row.owner_id == owner.user.pk if owner.user else bool(owner.holder) and row.holder == owner.holder
    template = template_of(row.token, facts, row.text, row.readme)
    return Entry(replace(template, is_saved=True), OWN if is_own else SHARED, row)
