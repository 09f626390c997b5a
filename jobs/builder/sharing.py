"""Links to a draft for others: its text as it was when the link was made, with every secret masked."""

from __future__ import annotations

from django.utils import timezone

from jobs.builder import store
from jobs.builder.store import Refused
from jobs.definition.masking import masked
from jobs.models import Draft, SharedDraft

#: Links of one draft.
MOST_LINKS = 20


def share(draft: Draft) -> SharedDraft:
    """Make a link to the draft as it is; its secrets are not even stored with it. Raises Refused for too many links."""
    if draft.shares.count() >= MOST_LINKS:
        raise Refused(f"This draft has {MOST_LINKS} links, which is as many as there can be. Withdraw one first.")
    return _showing(SharedDraft(draft=draft), draft)


def renew(link: SharedDraft) -> SharedDraft:
    """Have a link show its draft as it is now."""
    return _showing(link, link.draft)


def _showing(link: SharedDraft, draft: Draft) -> SharedDraft:
    hidden = masked(store.text_of(draft))
    link.number, link.name = draft.number, draft.name
    link.body, link.masked = (
        hidden.text.encode("utf-8", "surrogatepass"),
        [name.replace("\0", "␀") for name in hidden.names],
    )
    link.made_at = timezone.now()
    link.save()
    return link
