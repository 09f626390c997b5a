"""Kinds of JSON values and schemas, in words."""

from __future__ import annotations

from typing import Any, Final

from explorer.nosana.payloads import JsonValue

Schema = dict[str, Any]  # draft-07, as in schemas/
_WORDS: Final = {
    "string": "text",
    "number": "a number",
    "boolean": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
}


def kind(value: JsonValue) -> str:
    """Return the name JSON Schema has for a value's type."""
    if isinstance(value, str):
        return "string"
    if isinstance(value, dict):
        return "object"
    if isinstance(value, list):
        return "array"
    if value is None:
        return "null"
    return "boolean" if isinstance(value, bool) else "number"


def kinds_of(schema: Schema) -> tuple[str, ...]:
    """Return the types that a schema without anyOf takes; () for any."""
    declared = schema.get("type")
    if isinstance(declared, str):
        return (declared,)
    if isinstance(declared, list):
        return tuple(declared)
    if "enum" in schema:
        return tuple({kind(value): None for value in schema["enum"]})
    return ("string",) if "pattern" in schema else ()


def branches(schema: Schema) -> list[Schema]:
    """Return the alternatives of a schema, those of its alternatives included."""
    if "anyOf" not in schema:
        return [schema]
    return [inner for branch in schema["anyOf"] for inner in branches(branch)]


def described(schema: Schema) -> str:
    """Return what a schema takes, in words: 'text or a list of text'."""
    words = [_one(branch) for branch in branches(schema)]
    return listed(list(dict.fromkeys(words)))


def _one(schema: Schema) -> str:
    if "enum" in schema:
        return listed([f'"{value}"' for value in schema["enum"]])
    kinds = kinds_of(schema)
    if kinds == ("array",) and "items" in schema:
        inner = {word for branch in branches(schema["items"]) for word in kinds_of(branch)}
        plain = {"string": "texts", "number": "numbers", "object": "objects"}
        return f"a list of {plain[inner.pop()]}" if len(inner) == 1 and inner <= plain.keys() else "a list"
    return listed([_WORDS[name] for name in kinds]) if kinds else "any value"


def listed(words: list[str]) -> str:
    """Return words as a sentence lists them: 'a, b or c'."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def word(value: JsonValue) -> str:
    """Return what a value is, in words and without its content."""
    return _WORDS[kind(value)]
