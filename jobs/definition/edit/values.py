"""Edits of plain values by JSON pointer, against which every edit of a text is checked. Nothing given is changed."""

from __future__ import annotations

from collections.abc import Callable

from explorer.nosana.payloads import JsonObject, JsonValue
from jobs.definition import pointers
from jobs.definition.edit.splices import EditError


def same(one: JsonValue, other: JsonValue) -> bool:
    """Say whether two values are the same as JSON: true is not 1, but 1.0 is; the order of members does not count."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[name]) for name, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def replaced(root: JsonValue, pointer: str, value: JsonValue) -> JsonValue:
    """Return the value with another one at the pointer, which must exist."""
    return _at(root, pointers.split(pointer), lambda _: value)


def inserted(root: JsonValue, container: str, index: int, key: str | None, value: JsonValue) -> JsonValue:
    """Return the value with one more item (`key` None) or member before the `index`th of a container."""

    def insert(found: JsonValue) -> JsonValue:
        if isinstance(found, list):
            return [*found[:index], value, *found[index:]]
        members = [*found.items()] if isinstance(found, dict) else []
        return dict([*members[:index], (key or "", value), *members[index:]])

    return _at(root, pointers.split(container), insert)


def removed(root: JsonValue, container: str, index: int) -> JsonValue:
    """Return the value without the `index`th item or member of a container."""

    def remove(found: JsonValue) -> JsonValue:
        if isinstance(found, list):
            return [*found[:index], *found[index + 1 :]]
        members = [*found.items()] if isinstance(found, dict) else []
        return dict([*members[:index], *members[index + 1 :]])

    return _at(root, pointers.split(container), remove)


def renamed(root: JsonValue, container: str, key: str, new: str) -> JsonValue:
    """Return the value with a member under another name, at the same place."""

    def rename(found: JsonValue) -> JsonValue:
        members: JsonObject = found if isinstance(found, dict) else {}
        return {new if name == key else name: value for name, value in members.items()}

    return _at(root, pointers.split(container), rename)


def _at(value: JsonValue, parts: list[str], change: Callable[[JsonValue], JsonValue]) -> JsonValue:
    if not parts:
        return change(value)
    if isinstance(value, dict) and parts[0] in value:
        return {**value, parts[0]: _at(value[parts[0]], parts[1:], change)}
    if isinstance(value, list):
        at = index(parts[0], len(value) - 1)
        return [*value[:at], _at(value[at], parts[1:], change), *value[at + 1 :]]
    raise EditError(f'There is no "{parts[0]}" at that place.')


def index(part: str, last: int) -> int:
    """Return an index from a pointer, from 0 to `last`, or raise EditError."""
    if not (part.isascii() and part.isdigit() and len(part) < 10 and str(int(part)) == part and int(part) <= last):
        raise EditError(f'"{part}" is no index from 0 to {last}.' if last >= 0 else "The list is empty.")
    return int(part)
