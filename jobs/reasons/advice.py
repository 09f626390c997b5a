"""What an error means and what to do about it: tables of patterns, the first that fits counts."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

#: No more of a message is looked at.
_LONGEST: Final = 4000
_TABLES: Final = Path(__file__).parent / "tables"


@dataclass(frozen=True, slots=True)
class Advice:
    """What an error means, in sentences. `field` is the argument to change, below the op's `args`; "" where none is.

    A field that begins with a slash is a place below the op, and for an error of a whole job below the definition.
    """

    text: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern of messages, and the advice about them; `{0}` in its text stands for the pattern's first group."""

    pattern: re.Pattern[str]
    advice: Advice


@cache
def table(name: str) -> tuple[Rule, ...]:
    """Return the rules of tables/<name>.toml, in order; read once."""
    read = tomllib.loads((_TABLES / f"{name}.toml").read_text(encoding="utf-8"))
    return tuple(
        Rule(re.compile("|".join(row["patterns"]), re.IGNORECASE), Advice(row["text"], row.get("field", "")))
        for row in read["rule"]
    )


def advise(name: str, message: str) -> Advice | None:
    """Return the advice of the first rule of a table that fits a message."""
    found = match(table(name), message)
    return found[1] if found else None


def match(rules: Sequence[Rule], message: str) -> tuple[int, Advice] | None:
    """Return the place of the first rule that fits a message, and its advice."""
    for place, rule in enumerate(rules):
        found = rule.pattern.search(message[:_LONGEST])
        if found:
            named = next((group for group in found.groups() if group), "")
            text = rule.advice.text.replace("{0}", named[:80].strip()).removesuffix(": ")
            return place, Advice(text, rule.advice.field)
    return None
