"""Places of a definition as people read them, and keys of what a page shows."""

from __future__ import annotations

import hashlib
import re
from typing import Final

from explorer.text import shortened, visible
from jobs.definition import pointers

_PLAIN: Final = re.compile(r"[A-Za-z_][\w-]*")
_LONGEST: Final = 200


def path_of(pointer: str) -> str:
    """Return a pointer as JavaScript would write it: `ops[2].execution.depends_on[0]`; "definition" for the whole."""
    path = ""
    for part in pointers.split(pointer):
        if part.isascii() and part.isdigit():
            path += f"[{part}]"
        else:
            name = visible(shortened(part, 60))
            path += f".{name}" if _PLAIN.fullmatch(part) else f'["{name}"]'
    return shortened(path.removeprefix("."), _LONGEST) or "definition"


def key_of(*shown: object) -> str:
    """Return a short text that is the same as long as what is shown is."""
    return hashlib.blake2b(repr(shown).encode("utf-8", "surrogatepass"), digest_size=9).hexdigest()
