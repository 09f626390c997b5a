"""The catalogue of findings: every code with its meaning, reason and examples.

One structure, from which severities, the pages of the documentation and the tests are made.
"""

from __future__ import annotations

from jobs.definition.codes.catalogue import BY_CODE
from jobs.definition.findings import Severity


def severity(code: str) -> Severity:
    """Return how serious the findings of a code are."""
    return BY_CODE[code].severity
