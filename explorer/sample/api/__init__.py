"""The sample network's interfaces: one module per subject, each handler from a request to an answer."""

from __future__ import annotations
