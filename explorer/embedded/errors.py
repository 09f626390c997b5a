"""The error of this package."""

from __future__ import annotations


class EmbeddedError(RuntimeError):
    """A server could not be started. The message says what was found, what was left alone and what to do."""
