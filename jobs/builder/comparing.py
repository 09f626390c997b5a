"""A draft compared with what it is made from, a template, a job or a version of its own."""

from __future__ import annotations

from dataclasses import dataclass

from jobs.builder import browsing, store
from jobs.builder.owners import Owner
from jobs.builder.sources.network import from_job
from jobs.builder.sources.start import KINDS
from jobs.definition.edit.diff import Diff, diff_texts
from jobs.models import Draft, DraftVersion

#: Sources of drafts that can be looked up again.
_LASTING = {"job", "template"}


class NoOther(Exception):
    """There is nothing to compare with; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a draft was compared with, what that is called, and how the draft differs from it."""

    other: str
    diff: Diff


def source_of(draft: Draft) -> str:
    """Return what a draft is made from as `other` takes it: its own source where that lasts, else its first version."""
    if draft.source_kind in _LASTING and draft.source_reference:
        return f"{draft.source_kind}:{draft.source_reference}"
    return "version:1"


def compare(owner: Owner, draft: Draft, other: str) -> Comparison:
    """Return how a draft differs from `job:<address>`, `template:<slug>` or `version:<number>`; raises NoOther."""
    kind, _, reference = other.partition(":")
    if kind == "job":
        name, text = f"{KINDS['job']} {reference}", from_job(reference).text
    elif kind == "template":
        name, text = _template(owner, reference)
    elif kind == "version":
        name, text = f"Version {reference}", _version(draft, reference)
    else:
        raise NoOther("A draft is compared with a job, a template or a version of its own.")
    return Comparison(name, diff_texts(text, store.text_of(draft)))


def _template(owner: Owner, slug: str) -> tuple[str, str]:
    entry = browsing.find(owner, slug)
    if entry is None:
        raise NoOther("There is no such template any more, or it is private to somebody else.")
    return f"Template {entry.template.name}", entry.template.text


def _version(draft: Draft, number: str) -> str:
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise NoOther("A version is told by its number.")
    try:
        return store.version_of(draft, int(number)).text
    except DraftVersion.DoesNotExist:
        raise NoOther(f"Version {number} of this draft is not kept.") from None
