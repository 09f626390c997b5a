"""What an import returns."""

from __future__ import annotations

from dataclasses import dataclass, field

from explorer.nosana.payloads import JsonObject, JsonValue
from jobs import secrets

#: No report is longer: what follows is counted in a last entry.
MOST_NOTES = 500


@dataclass(frozen=True, slots=True)
class Leftover:
    """Something that is not in the result as it was in the source: what it was, and why. Without secrets."""

    what: str
    why: str

    def __str__(self) -> str:
        return f"{self.what}: {self.why}"


@dataclass(frozen=True, slots=True)
class Imported:
    """The result, None where there is nothing to make one of, and what to know about it, in the order of the source."""

    value: JsonObject | None
    report: tuple[Leftover, ...]


@dataclass(slots=True)
class Notes:
    """Collects a report; says each thing once."""

    entries: dict[Leftover, None] = field(default_factory=dict)
    more: int = 0

    def add(self, what: str, why: str) -> None:
        """Add an entry; `what` is shown in one short line."""
        entry = Leftover(_line(what), why)
        if entry in self.entries:
            return
        if len(self.entries) < MOST_NOTES:
            self.entries[entry] = None
        else:
            self.more += 1

    def refused(self, what: str, why: str) -> Imported:
        """Return an import that failed altogether."""
        self.add(what, why)
        return Imported(None, self.report)

    @property
    def report(self) -> tuple[Leftover, ...]:
        """All entries so far."""
        rest = (Leftover(f"{self.more} more", "The report is too long to be shown whole."),) if self.more else ()
        return (*self.entries, *rest)


def _line(what: str) -> str:
    shown = "".join(char if char.isprintable() else " " for char in secrets.masked(what, 200)).strip()
    return shown if len(shown) <= 80 else f"{shown[:79]}…"


def definition(ops: list[JsonObject]) -> JsonObject:
    """Return a definition with these ops and nothing else."""
    listed: list[JsonValue] = [*ops]
    return {"version": "0.1", "type": "container", "ops": listed}


def free_id(wanted: str, taken: set[str]) -> str:
    """Return an op's id like `wanted` that is free, and take it: no spaces, dots or percent signs, never empty."""
    base = "".join("-" if char in " .%" or not char.isprintable() else char for char in wanted)[:60].strip("-") or "op"
    name, number = base, 2
    while name in taken:
        name, number = f"{base}-{number}", number + 1
    taken.add(name)
    return name


def id_of_image(image: str) -> str:
    """Return what an op that runs an image can be called: `ollama` for docker.io/ollama/ollama:latest."""
    return image.split("@")[0].rpartition("/")[2].split(":")[0]
