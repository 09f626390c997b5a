"""Whether a profile accepts a value, and if not, why, in the words of someone who wrote it."""

from __future__ import annotations
