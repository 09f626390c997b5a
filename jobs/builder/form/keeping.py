"""What the form keeps for the visit: the values of shapes that were left, so that changing one's mind loses nothing."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Final, Protocol

from explorer.nosana import javascript
from explorer.nosana.payloads import JsonValue
from jobs.definition import pointers
from jobs.definition.document import MISSING, Document, Missing

#: No more is kept of a draft, in values and in characters of JSON.
MOST: Final = 60
ROOM: Final = 60_000


class Kept(Protocol):
    """Where values of left shapes and chosen shapes are kept."""

    def value(self, document: Document, pointer: str, shape: str) -> JsonValue | Missing:
        """Return what the place held when it had that shape, or MISSING."""

    def keep(self, document: Document, pointer: str, shape: str, value: JsonValue) -> None:
        """Keep what a place holds in a shape that it is about to leave."""

    def picks(self, document: Document) -> dict[str, str]:
        """Return the shapes that were chosen although the value would fit another one better, by pointer."""

    def pick(self, document: Document, picks: dict[str, str]) -> None:
        """Keep chosen shapes, "" for one that is not chosen any more."""


class Forgetful:
    """Keeps nothing."""

    def value(self, document: Document, pointer: str, shape: str) -> JsonValue | Missing:
        """Return MISSING."""
        return MISSING

    def keep(self, document: Document, pointer: str, shape: str, value: JsonValue) -> None:
        """Forget the value."""

    def picks(self, document: Document) -> dict[str, str]:
        """Return nothing."""
        return {}

    def pick(self, document: Document, picks: dict[str, str]) -> None:
        """Forget them."""


FORGETFUL: Final = Forgetful()


class Visit:
    """Keeps values in a mapping, such as a part of the session; what is oldest goes first.

    Places in ops are kept by the op's id, so that they still are the right ones when ops were moved.
    """

    def __init__(self, values: MutableMapping[str, JsonValue], changed: Callable[[], None] = lambda: None) -> None:
        self._values = values
        self._changed = changed  # called after every change

    def value(self, document: Document, pointer: str, shape: str) -> JsonValue | Missing:
        """Return what the place held when it had that shape, or MISSING."""
        return self._values.get(_key("value", document, pointer, shape), MISSING)

    def keep(self, document: Document, pointer: str, shape: str, value: JsonValue) -> None:
        """Keep what a place holds, unless it is very long."""
        if len(javascript.json_text(value)) <= ROOM // 2:
            self._put(_key("value", document, pointer, shape), value)

    def picks(self, document: Document) -> dict[str, str]:
        """Return the chosen shapes by the pointers that their places have now."""
        found: dict[str, str] = {}
        places = {op.get("id"): index for index, op in reversed([*enumerate(document.ops)])}
        for key, shape in self._values.items():
            kind, op_id, rest, _ = key.split("\n", 3)
            if kind == "pick" and isinstance(shape, str):
                index = places.get(op_id)
                found[rest if not op_id else f"/ops/{index}{rest}"] = shape
        return found

    def pick(self, document: Document, picks: dict[str, str]) -> None:
        """Keep chosen shapes, and forget those that are not chosen any more."""
        for pointer, shape in picks.items():
            key = _key("pick", document, pointer, "")
            if shape:
                self._put(key, shape)
            elif self._values.pop(key, None) is not None:
                self._changed()

    def _put(self, key: str, value: JsonValue) -> None:
        self._values.pop(key, None)
        self._values[key] = value
        sizes = {name: len(javascript.json_text(kept)) for name, kept in self._values.items()}
        for old in [*self._values]:
            if len(self._values) <= MOST and sum(sizes.values()) <= ROOM:
                break
            del self._values[old], sizes[old]
        self._changed()


def _key(kind: str, document: Document, pointer: str, shape: str) -> str:
    """Return the key of a place: op id and the way from there, or the pointer itself."""
    parts = pointers.split(pointer)
    if len(parts) > 2 and parts[0] == "ops":
        op_id = document.get(pointers.join("", *parts[:2], "id"))
        if isinstance(op_id, str) and op_id and "\n" not in op_id:
            return "\n".join((kind, op_id, pointers.join("", *parts[2:]), shape))
    return "\n".join((kind, "", pointer, shape))
