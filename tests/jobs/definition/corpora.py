"""Definitions to try things on: those beside this file, and those of a folder named by DEFINITIONS."""

from __future__ import annotations

import os
from pathlib import Path

OWN = sorted((Path(__file__).parent / "corpus").glob("*.json"))
GIVEN = sorted(Path(os.environ["DEFINITIONS"]).glob("*.json")) if "DEFINITIONS" in os.environ else []
PATHS = [*OWN, *GIVEN]


def name_of(path: Path) -> str:
    """Return how a test calls the definition."""
    return path.stem
