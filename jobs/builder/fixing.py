"""Applies the fixes that findings come with, one or all of them, and writes a text with slips, or YAML, as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from jobs.builder.repairing import can_repair, repaired
from jobs.definition.check import check_document
from jobs.definition.document import Document
from jobs.definition.edit.patches import apply_patch
from jobs.definition.edit.splices import EditError
from jobs.definition.findings import Finding

#: A fix can bring a place into sight that needs another one; after so many looks it is left to people.
_ROUNDS: Final = 5
#: Fixes applied at once, since each reads the text twice.
MOST: Final = 100
ALL: Final = "all"
#: Writes what was read as strict JSON: slips are mended where they stand, YAML is laid out anew; comments go.
REPAIR: Final = "repair"


@dataclass(frozen=True, slots=True)
class Fixed:
    """The document after fixes, where the first was, and what was done, for the list of versions."""

    document: Document
    at: str
    label: str
    count: int

    @property
    def said(self) -> str:
        """What to say about it."""
        return f"{self.count} findings were fixed." if self.count > 1 else "One finding was fixed."


def fix(document: Document, wanted: str) -> Fixed:
    """Apply the fix of the finding `<code>:<pointer>`, REPAIR, or ALL; raises EditError if there is none."""
    if wanted == ALL:
        return _fix_all(document)
    if wanted == REPAIR:
        return Fixed(repaired(document), "", "Written as JSON", 1)
    code, _, pointer = wanted.partition(":")
    for one in check_document(document).findings:
        if one.code == code and one.pointer == pointer and one.fix:
            return Fixed(apply_patch(document, one.fix), pointer, f"{code} fixed", 1)
    raise EditError("This is not there to be fixed any more.")


def _fix_all(document: Document) -> Fixed:
    at, count = "", 0
    if can_repair(document):
        document, count = repaired(document), 1
    for _ in range(_ROUNDS):
        found = [one for one in check_document(document).findings if one.fix]
        document, fixed = _apart(document, found, MOST - count)
        if not fixed:
            break
        at, count = at or fixed[-1].pointer, count + len(fixed)
    if not count:
        raise EditError("There is nothing that can be fixed by itself.")
    return Fixed(document, at, f"{count} findings fixed" if count > 1 else "1 finding fixed", count)


def _apart(document: Document, found: Iterable[Finding], most: int) -> tuple[Document, list[Finding]]:
    """Apply fixes that have no place in common, the last in the text first, so that none moves what another needs."""
    touched: list[str] = []
    fixed: list[Finding] = []
    for one in sorted(found, key=lambda finding: (finding.line, finding.column), reverse=True):
        places = [place for step in one.fix or () for place in (step.path, step.source) if place is not None]
        if len(fixed) >= most or any(_meet(place, other) for place in places for other in touched):
            continue
        try:
            document = apply_patch(document, one.fix or ())
        except EditError:  # another one changed what it was made for; it is looked at again in the next round
            continue
        touched += places
        fixed.append(one)
    return document, fixed


def _meet(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}/") or other.startswith(f"{one}/")
