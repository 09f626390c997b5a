"""Reads, validates and lints a definition: the way in for form, editor, job page, HTTP and command line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from jobs.definition import rules
from jobs.definition.codes import severity
from jobs.definition.document import LIMIT, Document, read
from jobs.definition.facts import Job
from jobs.definition.findings import Finding, Severity
from jobs.definition.found import Found
from jobs.definition.market import Market
from jobs.definition.notes import MOST
from jobs.definition.validation.profiles import Profile
from jobs.definition.validation.verdict import refusals


@dataclass(frozen=True, slots=True)
class Report:
    """What there is to say about a definition. `valid` is the profile's verdict: there is no finding of ERROR."""

    valid: bool
    findings: tuple[Finding, ...]  # in the order of the text
    document: Document


def check(
    text: str | bytes, *, profile: Profile = "network", market: Market | None = None, limit: int = LIMIT
) -> Report:
    """Read, validate and lint a definition; never raises. `limit` is in bytes.

    Under `network` the verdict is that of the network's own validator; what the rules find beyond it is never an error.
    Linear in the text: about 1 ms for ten ops, 40 ms for 500.
    """
    return check_document(read(text, limit=limit), profile=profile, market=market)


def check_document(document: Document, *, profile: Profile = "network", market: Market | None = None) -> Report:
    """Validate and lint a definition that was read already."""
    findings = [*document.findings]
    if document.is_readable:
        found = [*refusals(document.value, profile), *rules.run(Job(document, market), profile)]
        findings += _findings(document, [*_without_most(found)])
    findings.sort(key=lambda finding: (finding.line, finding.column, finding.code))
    valid = not any(finding.severity is Severity.ERROR for finding in findings)
    return Report(valid, tuple(findings), document)


def _findings(document: Document, found: list[Found]) -> Iterator[Finding]:
    placed = sorted(((document.offset(one.pointer), index) for index, one in enumerate(found)))
    for place, (_, index) in zip(document.positions_at(offset for offset, _ in placed), placed, strict=True):
        one = found[index]
        severe = severity(one.code)
        yield Finding(one.code, severe, one.pointer, place.line, place.column, one.message, one.expected, one.fix)


def _without_most(found: Iterable[Found]) -> Iterator[Found]:
    """Return the first MOST of each code; the last of them tells how many more there are."""
    every = list(found)
    counts = Counter(one.code for one in every)
    given: Counter[str] = Counter()
    for one in every:
        given[one.code] += 1
        more = counts[one.code] - MOST
        if given[one.code] == MOST and more > 0:
            yield replace(one, message=f"{one.message} There are at least {more:,} more of this kind.")
        elif given[one.code] <= MOST:
            yield one
