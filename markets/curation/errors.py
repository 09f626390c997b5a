"""Why a curator's wish is refused.

    CurationError
    ├── InvalidEntry   an image reference or a resource that cannot be one, and where it breaks
    ├── InvalidWish    a decision that makes no sense: no reason, twice the same entry, an unknown market
    └── Conflict       somebody, or a refresh, changed the market since the curator looked

Every message is one plain sentence for people, without any value that could be a credential. Who may not curate a
market gets Django's PermissionDenied.
"""

from __future__ import annotations

from collections.abc import Sequence

from markets.models import Revision


class CurationError(Exception):
    """Base of all."""


class InvalidEntry(CurationError):
    """What was written is no image reference, or no resource; `position` counts its characters from 0."""

    def __init__(self, message: str, position: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.position = position


class InvalidWish(CurationError):
    """The decision cannot be taken as it is."""


class Conflict(CurationError):
    """The market has revisions that the curator has not seen: `newer`, newest first. Nothing was written."""

    def __init__(self, newer: Sequence[Revision]) -> None:
        super().__init__("The list has changed since you looked; here is what changed.")
        self.newer = list(newer)
