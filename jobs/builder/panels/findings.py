"""The list of findings: what is wrong, where, and the button that mends it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from jobs.builder.fixing import REPAIR
from jobs.builder.form.naming import control_id
from jobs.builder.panels.paths import key_of, path_of
from jobs.builder.repairing import can_repair
from jobs.definition import naming, pointers
from jobs.definition.check import Report
from jobs.definition.document import Document
from jobs.definition.findings import Finding, PatchOp, Severity

#: So many are listed, the worst first to be kept; the rest is counted.
MOST: Final = 200
#: Found while reading, and still there in strict JSON: doubled keys, texts that nothing can carry.
_KEPT: Final = frozenset(("ND005", "ND012"))
_ORDER: Final = (Severity.ERROR, Severity.WARNING, Severity.HINT)


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding in the list. `control` is the id of the control to go to.

    `fix` is what its button says, "" for none, and `wanted` what it asks of jobs.builder.fixing.
    """

    finding: Finding
    path: str
    control: str
    fix: str = ""
    wanted: str = ""


@dataclass(frozen=True, slots=True)
class FindingsPanel:
    """The findings in the order of the text. `key` changes with what is shown."""

    rows: Sequence[FindingRow]
    errors: int
    warnings: int
    hints: int
    fixes: int
    more: int
    key: str

    @property
    def count(self) -> int:
        """How many findings there are."""
        return self.errors + self.warnings + self.hints


def findings_panel(report: Report) -> FindingsPanel:
    """Return the list; of more than MOST findings the mildest are only counted."""
    findings, slips = report.findings, _slips(report.document)
    counts = Counter(one.severity for one in findings)
    shown: Sequence[Finding] = findings
    if len(findings) > MOST:
        worst = sorted(range(len(findings)), key=lambda index: _ORDER.index(findings[index].severity))[:MOST]
        shown = [findings[index] for index in sorted(worst)]
    return FindingsPanel(
        rows=[_row(one, is_slip=one in slips) for one in shown],
        errors=counts[Severity.ERROR],
        warnings=counts[Severity.WARNING],
        hints=counts[Severity.HINT],
        fixes=sum(one.fix is not None for one in findings) + bool(slips),
        more=len(findings) - len(shown),
        key=key_of(counts, [(one.code, one.pointer, one.line, one.message, one.fix) for one in shown]),
    )


def _slips(document: Document) -> Sequence[Finding]:
    """Return the findings that are gone once the text is written as strict JSON."""
    return [one for one in document.findings if one.code not in _KEPT] if can_repair(document) else []


def _row(finding: Finding, *, is_slip: bool) -> FindingRow:
    place = (finding, path_of(finding.pointer), control_id(finding.pointer))
    if is_slip:
        return FindingRow(*place, "Write it as JSON", REPAIR)
    if finding.fix:
        return FindingRow(*place, fix_label(finding.fix), f"{finding.code}:{finding.pointer}")
    return FindingRow(*place)


def fix_label(fix: Sequence[PatchOp]) -> str:
    """Say in a few words what a fix does."""
    first = fix[0]
    name = naming.place(first.path)
    if first.op == "move":
        is_name = pointers.parent(first.source or "") == pointers.parent(first.path)
        return f"Rename to {name}" if is_name else f"Move to {name}"
    if first.op == "remove":
        return f"Remove {name}"
    if first.op == "add":
        return f"Add {name}" if not name.endswith("]") else "Add it"
    return _replacement(first)


def _replacement(operation: PatchOp) -> str:
    value = operation.value
    if isinstance(value, list):
        return "Make it a list"
    if isinstance(value, dict):
        return "Write it out"
    shown = naming.shown(value, operation.path).removeprefix("the number ")
    return f"Use {shown}" if len(shown) <= 30 else "Mend it"


def counts_of(findings: Sequence[Finding]) -> Mapping[str, Counter[str]]:
    """Return how many findings of each severity are within each op, `/global` and, as "", elsewhere."""
    counts: dict[str, Counter[str]] = {}
    for one in findings:
        parts = one.pointer.split("/", 3)
        part = "/".join(parts[:3]) if parts[1:2] == ["ops"] and len(parts) > 2 else ""
        counts.setdefault("/global" if parts[1:2] == ["global"] else part, Counter())[one.severity.value] += 1
    return counts
