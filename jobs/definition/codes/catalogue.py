"""All codes in order."""

from __future__ import annotations

from typing import Final

from jobs.definition.codes import (
    caution,
    commands,
    fetching,
    literals,
    plan,
    reading,
    refusals,
    schema,
    serving,
)
from jobs.definition.codes.entry import Entry

ENTRIES: Final[tuple[Entry, ...]] = (
    *reading.ENTRIES,
    *schema.ENTRIES,
    *refusals.ENTRIES,
    *plan.ENTRIES,
    *literals.ENTRIES,
    *commands.ENTRIES,
    *serving.ENTRIES,
    *fetching.ENTRIES,
    *caution.ENTRIES,
)
BY_CODE: Final = {entry.code: entry for entry in ENTRIES}
