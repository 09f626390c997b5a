"""What is known about the market that a definition is meant for."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.nosana.payloads import JsonObject


@dataclass(frozen=True, slots=True)
class Market:
    """A market by its name, and what it requires its nodes to keep cached."""

    name: str
    required_images: tuple[str, ...] = ()
    required_resources: tuple[JsonObject, ...] = ()
