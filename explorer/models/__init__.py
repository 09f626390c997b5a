"""What the explorer remembers about itself and for its people: its network, its sources, and saved views."""

from __future__ import annotations

from explorer.models.records import Installation, Source, SyncRecord
from explorer.models.saved import SavedView, SavedViewQuerySet

__all__ = ["Installation", "SavedView", "SavedViewQuerySet", "Source", "SyncRecord"]
