"""Drafts for tests, made as the builder makes them."""

from __future__ import annotations

from django.contrib.sessions.backends.db import SessionStore

from jobs.builder import store
from jobs.builder.owners import Owner
from jobs.builder.sources import Start
from jobs.models import Draft


def somebody() -> Owner:
    """Return a browser's session in which nobody signed in."""
    return Owner(None, SessionStore())


def draft_of(text: str = "{}", *, owner: Owner | None = None, name: str = "Whisper", kind: str = "paste") -> Draft:
    """Return a new draft with a text."""
    return store.create(owner=owner or somebody(), start=Start(text=text, name=name, kind=kind))


def saved(draft: Draft, text: str, *, key: str = "", label: str = "Edited") -> Draft:
    """Save a text on the draft's present revision."""
    return store.save(draft, text=text, seen=draft.revision, label=label, key=key)


def numbers(draft: Draft) -> list[int]:
    """Return the numbers of the versions that are kept, oldest first."""
    return sorted(draft.versions.values_list("number", flat=True))
