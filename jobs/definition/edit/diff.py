"""How two definitions differ, ready for a page: grouped by op, value by value, no secret in it. Pure Python.

`templates/components/_diff.html` shows it. It costs what `comparison.compare` costs, and nothing for what is the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from explorer.nosana.payloads import JsonValue
from jobs.definition import document, masking, naming, pointers
from jobs.definition.edit import comparison, diff_lines
from jobs.definition.edit.comparison import Difference, Kind
from jobs.definition.edit.diff_lines import Line

#: Differences that are shown of two definitions; the others are counted.
ROWS: Final = 200
#: The order in which a summary names them.
_KINDS: Final[tuple[Kind, ...]] = ("added", "removed", "changed", "moved")
#: Values nested deeper have no masked copy, and are not shown.
_TOO_DEEP: Final = "The definitions are nested too deeply to be compared."


@dataclass(frozen=True, slots=True)
class Row:
    """A difference: where it is, as people say it and as a JSON pointer, and its lines.

    `pointer` leads into the new definition, for what was removed into the old one. `note` says what lines cannot: that
    a thing was moved, or that a secret changed.
    """

    kind: Kind
    pointer: str
    place: str
    lines: tuple[Line, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """The differences in one op, or in what stands around the ops: then `op` is ""."""

    op: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Diff:
    """All differences of two definitions. `more` are counted but not shown; `is_text`: compared as lines of text."""

    groups: tuple[Group, ...]
    counts: tuple[tuple[Kind, int], ...] = ()
    more: int = 0
    is_text: bool = False

    @property
    def total(self) -> int:
        """How many differences there are."""
        return sum(count for _, count in self.counts)

    @property
    def summary(self) -> str:
        """The differences in a few words: "1 added, 3 changed"."""
        return ", ".join(f"{count:,} {kind}" for kind, count in self.counts)

    @property
    def lines(self) -> int:
        """How many lines it takes to show them."""
        return sum(max(len(row.lines), 1) for group in self.groups for row in group.rows)

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(self.groups)


def diff(old: JsonValue, new: JsonValue) -> Diff:
    """Return how two definitions differ, in the order of the new one; never raises."""
    found = comparison.compare(old, new)
    if any(one.sentence == _TOO_DEEP for one in found):
        return Diff((Group("", (Row("changed", "", "the definition", (), _TOO_DEEP),)),), (("changed", 1),))
    masked = (_without_secrets(old), _without_secrets(new))
    shown = [(_op(one, old, new), _row(one, *masked)) for one in found[:ROWS]]
    groups = [Group(op, tuple(row for _, row in rows)) for op, rows in groupby(shown, key=lambda pair: pair[0])]
    return Diff(tuple(groups), _counted(one.kind for one in found), max(len(found) - ROWS, 0))


def diff_texts(old: str, new: str) -> Diff:
    """Return how the definitions in two texts differ; line by line where one of them cannot be read. Never raises.

    Texts that say the same in another layout do not differ.
    """
    was, now = document.read(old), document.read(new)
    if was.is_readable and now.is_readable:
        return diff(was.value, now.value)
    lines = diff_lines.text_lines(masking.masked(old).text, masking.masked(new).text)
    if not lines and old == new:
        return Diff((), is_text=True)
    note = "" if lines else "A secret changed; it is not shown."
    return Diff((Group("", (Row("changed", "", "the text", lines, note),)),), (("changed", 1),), is_text=True)


def _counted(kinds: Iterator[Kind]) -> tuple[tuple[Kind, int], ...]:
    counts = Counter(kinds)
    return tuple((kind, counts[kind]) for kind in _KINDS if counts[kind])


def _row(one: Difference, old: JsonValue, new: JsonValue) -> Row:
    place = _place(pointers.split(one.pointer))
    if one.kind == "moved":
        return Row("moved", one.pointer, place, (), f"from place {int(str(one.old)) + 1} to {int(str(one.new)) + 1}")
    if one.kind == "added":
        return Row("added", one.pointer, place, diff_lines.value_lines(_at(new, one.pointer), "+"))
    if one.kind == "removed":
        return Row("removed", one.pointer, place, diff_lines.value_lines(_at(old, one.there), "-"))
    was, now = _at(old, one.there), _at(new, one.pointer)
    if type(was) is type(now) and was == now:
        return Row("changed", one.pointer, place, (), "a secret, which is not shown")
    return Row("changed", one.pointer, place, diff_lines.changed_lines(was, now))


def _without_secrets(value: JsonValue) -> JsonValue:
    """Return a copy without secrets; what is no definition is masked as a part of one."""
    return masking.mask_value({"": value})[""] if not isinstance(value, dict) else masking.mask_value(value)


def _at(value: JsonValue, pointer: str) -> JsonValue:
    """Return what a pointer leads to."""
    for part in pointers.split(pointer):
        value = value[int(part)] if isinstance(value, list) else value[part]  # type: ignore[index]  # compare() was there
    return value


def _op(one: Difference, old: JsonValue, new: JsonValue) -> str:
    """Return what the op is called that a difference is in; "" outside of the ops, "?" for one without a name."""
    parts = pointers.split(one.pointer)
    if len(parts) < 2 or parts[0] != "ops" or not parts[1].isdigit():
        return ""
    op = _at(old if one.kind == "removed" else new, pointers.join("", *parts[:2]))
    name = op.get("id") if isinstance(op, dict) else None
    return naming.short(name) if isinstance(name, str) and name else "?"


def _place(parts: Sequence[str]) -> str:
    """Return a place within its op, or within the definition: `args.cmd[3]`."""
    is_in_op = len(parts) > 1 and parts[0] == "ops" and parts[1].isdigit()
    within = parts[2:] if is_in_op else parts
    if not within:
        return "the op" if is_in_op else "the definition"
    said = "".join(f"[{part}]" if part.isdigit() else f".{naming.short(part)}" for part in within)
    return said.removeprefix(".")
