"""Writes a text with slips, or YAML, as the strict JSON that the network takes."""

from __future__ import annotations

import json

from jobs.definition import scanner
from jobs.definition.document import Document, read
from jobs.definition.edit.splices import EditError


def can_repair(document: Document) -> bool:
    """Say whether a text can be read, but not by the network, which takes strict JSON only."""
    return document.syntax in {"repaired", "yaml"}


def repaired(document: Document) -> Document:
    """Return the document as strict JSON; raises EditError for one that is JSON already, or cannot be read."""
    if not can_repair(document):
        raise EditError("There is nothing to mend by itself in how it is written.")
    if document.syntax == "repaired":
        return read(scanner.repair(document.text).text)
    text = json.dumps(document.value, indent=2, ensure_ascii=False)
    return read(f"{text}\n".encode("utf-8", "backslashreplace").decode())
