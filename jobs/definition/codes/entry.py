"""What the catalogue says about one code."""

from __future__ import annotations

from dataclasses import dataclass

from jobs.definition.findings import Severity
from jobs.definition.market import Market
from jobs.definition.validation.profiles import Profile


@dataclass(frozen=True, slots=True)
class Example:
    """A definition that has the finding, or its twin that does not. `at` is where the finding points.

    An ellipsis in the text of a `long` one stands for more than fits onto a page.
    """

    text: str
    at: str = ""
    profile: Profile = "network"
    market: Market | None = None
    long: bool = False

    @property
    def full(self) -> str:
        """The text as a test checks it."""
        return self.text.replace("…", "x" * 1_000_000) if self.long else self.text


@dataclass(frozen=True, slots=True)
class Entry:
    """A code with all that its page says. `what` and `why` are plain text; `source` says where `why` is known from."""

    code: str
    severity: Severity
    title: str
    what: str
    why: str
    source: str
    bad: Example
    good: Example
