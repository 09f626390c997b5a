"""Pages and endpoints of the builder."""

from __future__ import annotations
