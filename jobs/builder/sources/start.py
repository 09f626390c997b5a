"""What every source returns."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from explorer.nosana.payloads import JsonObject, JsonValue
from explorer.text import shortened, visible
from jobs.definition.imports.outcome import Leftover

#: A draft's name and where it came from are lines of lists.
NAME_LENGTH: Final = 80
REFERENCE_LENGTH: Final = 300
UNTITLED: Final = "Untitled job"
_SHOWN_IDS: Final = 4


@dataclass(frozen=True, slots=True)
class Start:
    """The text a draft begins with, exactly; `reference` is the address, slug, URL or file name of its `kind`.

    `report` says what could not be carried over, in the order of the source, without secrets.
    """

    text: str
    name: str
    kind: str  # a name of KINDS
    reference: str = ""
    report: tuple[Leftover, ...] = ()


#: How a draft can have started, and what a list calls it.
KINDS: Final = {
    "empty": "Empty",
    "starter": "Starter",
    "paste": "Pasted text",
    "file": "File",
    "job": "Job",
    "cid": "IPFS",
    "template": "Template",
    "url": "URL",
    "run_line": "Run line",
    "compose": "Compose file",
    "shared": "Shared draft",
    "copy": "Copy",
}


class NoStart(Exception):
    """There is nothing to start from: a sentence for people, and the field it is about."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field


def written(value: JsonValue) -> str:
    """Return a value as a draft's text is written when we write it: two spaces, a line at the end."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def empty() -> JsonObject:
    """Return a definition without any op, which the network accepts."""
    return {"version": "0.1", "type": "container", "ops": []}


def name_of(value: JsonValue) -> str:
    """Return what a draft of a definition is called: its ops' ids."""
    ops = value.get("ops") if isinstance(value, dict) else None
    listed = ops[:_SHOWN_IDS] if isinstance(ops, list) else []
    ids = [op["id"] for op in listed if isinstance(op, dict) and isinstance(op.get("id"), str)]
    return label(" + ".join(map(str, ids)))


def label(name: str) -> str:
    """Return a name in one line, short and visible; UNTITLED for an empty one."""
    return shortened(" ".join(visible(name).split()), NAME_LENGTH) or UNTITLED


def reference(text: str) -> str:
    """Return a reference in one line, short and visible."""
    return shortened(" ".join(visible(text).split()), REFERENCE_LENGTH)
