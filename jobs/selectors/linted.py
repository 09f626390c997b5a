"""What the engine finds in a job's definition, the worst first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from jobs.definition import naming
from jobs.definition.check import check
from jobs.definition.findings import Finding, Severity

#: Longer definitions are not looked at while a page is made; the builder does.
LONGEST: Final = 100_000
SHOWN: Final = 30
_ORDER: Final = list(Severity)


@dataclass(frozen=True, slots=True)
class Linted:
    """Findings, the worst first, each with what its place is called, and how many of each severity there are."""

    rows: Sequence[tuple[Finding, str]]
    counts: Sequence[tuple[str, int]]
    more: int

    def __bool__(self) -> bool:
        return bool(self.rows)


def linted(text: str) -> Linted | None:
    """Return what is found in a definition; None for one that is too long to look at here. About 1 ms for ten ops."""
    if not text or len(text) > LONGEST:
        return None
    found = sorted(check(text).findings, key=lambda finding: _ORDER.index(finding.severity))
    rows = [(finding, naming.place(finding.pointer)) for finding in found[:SHOWN]]
    counts = [(severity.value, sum(one.severity is severity for one in found)) for severity in _ORDER]
    return Linted(rows, [pair for pair in counts if pair[1]], len(found) - len(rows))
