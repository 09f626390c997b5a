"""Definitions made from what people have already: run lines of docker and podman, compose files, `.env` files.

Each import returns a value and says what it could not carry over, and why; none raises, whatever the text.
"""

from __future__ import annotations
