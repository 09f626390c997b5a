"""What the last lines of a failed op's log give away: known messages of programs (tables/log.toml)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jobs.reasons.advice import Advice, match, table


@dataclass(frozen=True, slots=True)
class Clue:
    """A line of a log, by its place among those given, and what it means."""

    index: int
    advice: Advice


def clue(lines: Sequence[str]) -> Clue | None:
    """Return what the lines, in order and without escape sequences, give away.

    The order of the rules counts before that of the lines: a program that runs out of memory goes on to complain about
    much else.
    """
    rules = table("log")
    found = [(hit[0], -index, hit[1]) for index, line in enumerate(lines) if (hit := match(rules, line))]
    if not found:
        return None
    _, last, advice = min(found, key=lambda one: one[:2])
    return Clue(-last, advice)
