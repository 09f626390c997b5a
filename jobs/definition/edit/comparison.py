"""How two definitions differ, for people: one entry for each difference, each with a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from explorer.nosana import javascript
from explorer.nosana.payloads import JsonObject, JsonValue
from jobs.definition import naming, pointers
from jobs.definition.edit import matching, values
from jobs.definition.edit.matching import Pair

Kind = Literal["added", "removed", "changed", "moved"]
_DEEPEST: Final = 100


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference. `pointer` leads into the new definition, for what was removed into the old one.

    `old` and `new` are the values themselves, secrets included, None where there is none; for what moved, they are its
    indexes. `sentence` has no secrets in it. `there` leads into the old definition, "" for what was added.
    """

    pointer: str
    kind: Kind
    old: JsonValue
    new: JsonValue
    sentence: str
    there: str = ""


def compare(old: JsonValue, new: JsonValue) -> list[Difference]:
    """Return the differences in the order of the new definition, [] between equal ones; never raises.

    Ops are the same where their ids are, or else where they are the most alike.
    """
    if max(javascript.depth(value, _DEEPEST) for value in (old, new)) > _DEEPEST:
        return [Difference("", "changed", old, new, "The definitions are nested too deeply to be compared.")]
    return list(_values(old, new, "", "", ""))


def _values(old: JsonValue, new: JsonValue, there: str, here: str, subject: str) -> Iterator[Difference]:
    """Compare two values, at `there` in the old definition and at `here` in the new one."""
    if values.same(old, new):
        return
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _members(old, new, there, here, subject)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _items(old, new, there, here, subject)
    else:
        was, now = naming.shown(old, there), naming.shown(new, here)
        change = f"changed from {was} to {now}" if was != now else "changed"
        yield Difference(here, "changed", old, new, _sentence(subject, naming.place(here), f"{change}."), there)


def _members(old: JsonObject, new: JsonObject, there: str, here: str, subject: str) -> Iterator[Difference]:
    for name, value in old.items():
        if name not in new:
            yield _gone(value, pointers.join(there, name), subject)
    for name, value in new.items():
        place = pointers.join(here, name)
        if name in old:
            yield from _values(old[name], value, pointers.join(there, name), place, subject)
        else:
            yield _come(value, place, subject)


def _items(old: list[JsonValue], new: list[JsonValue], there: str, here: str, subject: str) -> Iterator[Difference]:
    is_ops = here == "/ops"
    found = matching.pairs(old, new, are_ops=is_ops)
    paired = {pair.old for pair in found}
    for index, value in enumerate(old):
        if index not in paired:
            yield _gone(value, pointers.join(there, index), _op_name(value) if is_ops else subject)
    by_new = {pair.new: pair for pair in found}
    for index, value in enumerate(new):
        pair = by_new.get(index)
        if pair is None:
            yield _come(value, pointers.join(here, index), _op_name(value) if is_ops else subject)
            continue
        who = _op_name(old[pair.old]) if is_ops else subject
        if pair.is_moved:
            yield _moved(pair, there, here, who, is_op=is_ops)
        yield from _values(old[pair.old], value, pointers.join(there, pair.old), pointers.join(here, index), who)


def _moved(pair: Pair, there: str, here: str, subject: str, *, is_op: bool) -> Difference:
    place = pointers.join(here, pair.new)
    moved = f"moved from place {pair.old + 1} to place {pair.new + 1}."
    sentence = f"{subject} {moved}" if is_op else _sentence(subject, naming.place(place), moved)
    return Difference(place, "moved", pair.old, pair.new, sentence, pointers.join(there, pair.old))


def _gone(value: JsonValue, place: str, subject: str) -> Difference:
    return Difference(place, "removed", value, None, _whole(value, place, subject, "was removed"), place)


def _come(value: JsonValue, place: str, subject: str) -> Difference:
    return Difference(place, "added", None, value, _whole(value, place, subject, "was added"))


def _whole(value: JsonValue, place: str, subject: str, what: str) -> str:
    if pointers.parent(place) == "/ops":
        return f"{subject} {what}."
    is_plain = not isinstance(value, dict | list)
    return _sentence(subject, naming.place(place), f"{what}: {naming.shown(value, place)}." if is_plain else f"{what}.")


def _sentence(subject: str, place: str, said: str) -> str:
    return f"{subject}: {place} {said}" if subject else f"{place} {said}"


def _op_name(op: JsonValue) -> str:
    name = op.get("id") if isinstance(op, dict) else None
    return f"Op {naming.shown(name)}" if isinstance(name, str) and name else "An op without an id"
