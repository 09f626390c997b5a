"""Collects patches, and knows the value that they lead to, so that later ones fit the earlier."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Final

from explorer.nosana.payloads import JsonValue
from jobs.definition import pointers
from jobs.definition.document import MISSING, Document, Missing
from jobs.definition.edit import values
from jobs.definition.findings import PatchOp

#: Lists up to this length are compared item by item.
_COMPARED: Final = 300


class Patching:
    """Patches of a document's value, in the order in which they are to be applied."""

    def __init__(self, document: Document) -> None:
        self.value = document.value
        self.patches: list[PatchOp] = []

    def get(self, pointer: str) -> JsonValue | Missing:
        """Return the value at a pointer as the patches so far leave it."""
        return Document("", self.value, "json").get(pointer)

    def set(self, pointer: str, value: JsonValue) -> None:
        """Put a value at a place, and objects around it where they are missing; a list takes it at its end."""
        current = self.get(pointer)
        if current is MISSING:
            self._add(pointer, value)
        elif not values.same(current, value):
            self.patches.append(PatchOp("replace", pointer, value))
            self.value = values.replaced(self.value, pointer, value)

    def remove(self, pointer: str) -> None:
        """Take a member or an item out, if it is there."""
        if self.get(pointer) is MISSING or not pointer:
            return
        container = pointers.parent(pointer)
        self.patches.append(PatchOp("remove", pointer))
        self.value = values.removed(self.value, container, self._index(container, pointers.split(pointer)[-1]))

    def insert(self, pointer: str, value: JsonValue) -> None:
        """Put an item into a list, before the one at the pointer."""
        container, part = pointers.parent(pointer), pointers.split(pointer)[-1]
        self.patches.append(PatchOp("add", pointer, value))
        self.value = values.inserted(self.value, container, self._index(container, part), None, value)

    def rename(self, pointer: str, new: str) -> None:
        """Give a member another name in its place; there must be none of that name."""
        container = pointers.parent(pointer)
        self.patches.append(PatchOp("move", pointers.join(container, new), source=pointer))
        self.value = values.renamed(self.value, container, pointers.split(pointer)[-1], new)

    def turn(self, pointer: str, value: JsonValue) -> None:
        """Make the value at a place another one, leaving alone what both have in common."""
        current = self.get(pointer)
        if isinstance(current, dict) and isinstance(value, dict):
            for name in current:
                if name not in value:
                    self.remove(pointers.join(pointer, name))
            for name, member in value.items():
                self.turn(pointers.join(pointer, name), member)
        elif isinstance(current, list) and isinstance(value, list):
            self.turn_list(pointer, value)
        else:
            self.set(pointer, value)

    def turn_list(self, pointer: str, new: list[JsonValue]) -> None:
        """Make a list another one by the fewest items that are put in, taken out or replaced."""
        current = self.get(pointer)
        old = current if isinstance(current, list) else []
        for start, end, items in reversed(_differences(old, new)):
            for index in reversed(range(start + len(items), end)):
                self.remove(pointers.join(pointer, index))
            for index, item in enumerate(items[: end - start], start):
                self.set(pointers.join(pointer, index), item)
            for index, item in enumerate(items[end - start :], end):
                self.insert(pointers.join(pointer, index), item)

    def _add(self, pointer: str, value: JsonValue) -> None:
        container, parts = pointers.parent(pointer), pointers.split(pointer)
        if self.get(container) is MISSING:
            self._add(container, {})
        around = self.get(container)
        self.patches.append(PatchOp("add", pointer, value))
        if isinstance(around, list):
            self.value = values.inserted(self.value, container, len(around), None, value)
        else:
            count = len(around) if isinstance(around, dict) else 0
            self.value = values.inserted(self.value, container, count, parts[-1], value)

    def _index(self, container: str, part: str) -> int:
        around = self.get(container)
        if isinstance(around, dict):
            return [*around].index(part)
        count = len(around) if isinstance(around, list) else 0
        return count if part == "-" else values.index(part, count)


def _differences(old: list[JsonValue], new: list[JsonValue]) -> list[tuple[int, int, list[JsonValue]]]:
    """Return which items become which: start and end in the old list, and what stands there in the new one."""
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    before, after = old[head : len(old) - tail], new[head : len(new) - tail]
    texts = [item for item in (*before, *after) if isinstance(item, str)]
    if len(texts) < len(before) + len(after) or len(texts) > _COMPARED:
        return [(head, head + len(before), after)] if before or after else []
    matcher = SequenceMatcher(None, [*map(str, before)], [*map(str, after)], autojunk=False)
    return [
        (head + start, head + end, after[first:last])
        for tag, start, end, first, last in matcher.get_opcodes()
        if tag != "equal"
    ]


def _common(old: list[JsonValue], new: list[JsonValue]) -> int:
    """Return how many items both begin with."""
    most = min(len(old), len(new))
    return next((index for index in range(most) if not values.same(old[index], new[index])), most)
