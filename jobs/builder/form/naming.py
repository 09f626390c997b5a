"""The ids of controls in a page."""

from __future__ import annotations

import hashlib
import re
from typing import Final

_ODD: Final = re.compile(r"[^A-Za-z0-9/-]")
_LONGEST: Final = 200


def control_id(pointer: str, kind: str = "c") -> str:
    """Return the id of the control, row or section of a pointer, good for an address too; no two have the same."""
    safe = _ODD.sub(_escaped, pointer).replace("/", ".")
    if len(safe) > _LONGEST:
        safe = hashlib.blake2b(pointer.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
    return kind + safe


def _escaped(found: re.Match[str]) -> str:
    return "__" if found[0] == "_" else f"_{ord(found[0]):x}_"
