"""Which item of an older list became which of a newer one."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from explorer.nosana import javascript
from explorer.nosana.payloads import JsonValue

#: The members that name an item, the first that it has.
_NAMES: Final = ("id", "name", "port", "url", "repo", "model", "type")
#: Longer lists are paired by position once what they begin and end with is set aside: finding more takes too long.
_MOST: Final = 250_000
#: How much of two ops must be equal for them to count as the same one under another id.
_ALIKE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Pair:
    """Two items that are the same one, by their indexes; `is_moved` if others changed places with it."""

    old: int
    new: int
    is_moved: bool = False


def pairs(old: list[JsonValue], new: list[JsonValue], *, are_ops: bool = False) -> list[Pair]:
    """Return the pairs in the order of the new list."""
    keys = ([_key(item) for item in old], [_key(item) for item in new])
    found = _named(*keys) if _are_unique(keys[0]) and _are_unique(keys[1]) else dict(_aligned(*keys))
    taken = set(found.values())
    rest = ([i for i in range(len(old)) if i not in found], [i for i in range(len(new)) if i not in taken])
    found |= _alike(old, new, *rest) if are_ops else _between(found, *rest, old, new)
    ordered = sorted((there, here) for here, there in found.items())
    steady = _steady([here for _, here in ordered])
    return [Pair(here, there, here not in steady) for there, here in ordered]


def _key(item: JsonValue) -> str:
    name = _kind(item)
    if isinstance(item, dict) and name:
        return f"{name}:{javascript.json_text(item[name])}"
    return javascript.json_text(item)


def _kind(item: JsonValue) -> str:
    """Return the member that names an object; "" where there is none."""
    if not isinstance(item, dict):
        return "" if isinstance(item, list) else "plain"
    return next((name for name in _NAMES if isinstance(item.get(name), str | int | float)), "")


def _are_unique(keys: list[str]) -> bool:
    return len(set(keys)) == len(keys)


def _named(old: list[str], new: list[str]) -> dict[int, int]:
    places = {key: index for index, key in enumerate(new)}
    return {index: places[key] for index, key in enumerate(old) if key in places}


def _aligned(old: list[str], new: list[str]) -> list[tuple[int, int]]:
    """Pair equal items of two lists, in order, as a comparison of two texts pairs their lines."""
    shortest = min(len(old), len(new))
    begin = next((i for i in range(shortest) if old[i] != new[i]), shortest)
    rest = shortest - begin
    end = next((i for i in range(rest) if old[-1 - i] != new[-1 - i]), rest)
    found = [(i, i) for i in range(begin)] + [(len(old) - 1 - i, len(new) - 1 - i) for i in range(end)]
    middle = (old[begin : len(old) - end], new[begin : len(new) - end])
    if len(middle[0]) * len(middle[1]) <= _MOST:
        matcher = SequenceMatcher(None, *middle, autojunk=False)
        for block in matcher.get_matching_blocks():
            found += [(begin + block.a + i, begin + block.b + i) for i in range(block.size)]
    return found


def _between(
    found: dict[int, int], left: list[int], right: list[int], old: list[JsonValue], new: list[JsonValue]
) -> dict[int, int]:
    """Pair items that stand alone on both sides between the same two pairs, and are of one kind: they were changed."""
    slots: dict[tuple[int, str], list[int]] = {}
    following = sorted(found.items())
    news = [there for _, there in following] if _is_rising(following) else []
    for there in right:
        slots.setdefault((bisect_left(news, there), _kind(new[there])), []).append(there)
    for waiting in slots.values():
        waiting.reverse()
    changed: dict[int, int] = {}
    olds = [here for here, _ in following] if news or not following else []
    for here in left:
        free = slots.get((bisect_left(olds, here), _kind(old[here])))
        if free:
            changed[here] = free.pop()
    return changed


def _is_rising(found: list[tuple[int, int]]) -> bool:
    return all(one[1] < two[1] for one, two in zip(found, found[1:], strict=False))


def _alike(old: list[JsonValue], new: list[JsonValue], left: list[int], right: list[int]) -> dict[int, int]:
    """Pair the ops that are left by how much of them is equal, the most alike first."""
    if len(left) * len(right) > _MOST // 100:
        return dict(zip(left, right, strict=False))
    leaves = {("old", i): _leaves(old[i]) for i in left} | {("new", i): _leaves(new[i]) for i in right}
    scores = [(_share(leaves["old", here], leaves["new", there]), here, there) for here in left for there in right]
    found: dict[int, int] = {}
    for score, here, there in sorted(scores, key=lambda entry: (-entry[0], entry[1], entry[2])):
        if score >= _ALIKE and here not in found and there not in found.values():
            found[here] = there
    return found


def _share(one: set[str], other: set[str]) -> float:
    return len(one & other) / max(len(one | other), 1)


def _leaves(op: JsonValue) -> set[str]:
    """Return what an op says, piece by piece, without its id."""
    found: set[str] = set()
    waiting: list[tuple[str, JsonValue]] = [("", op)]
    while waiting:
        place, value = waiting.pop()
        if isinstance(value, dict):
            waiting += [(f"{place}/{name}", item) for name, item in value.items() if place or name != "id"]
        elif isinstance(value, list):
            waiting += [(f"{place}/*", item) for item in value]
        else:
            found.add(f"{place}={javascript.json_text(value)}")
    return found


def _steady(places: list[int]) -> set[int]:
    """Return the longest part of a list that rises: what stands in it need not have moved."""
    ends: list[int] = []
    before: dict[int, int | None] = {}
    for place in places:
        at = bisect_left(ends, place)
        before[place] = ends[at - 1] if at else None
        ends[at : at + 1] = [place]
    kept: set[int] = set()
    place_or_none = ends[-1] if ends else None
    while place_or_none is not None:
        kept.add(place_or_none)
        place_or_none = before[place_or_none]
    return kept
