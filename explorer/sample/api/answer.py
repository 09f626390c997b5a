"""Requests and answers, and the errors in the shapes that the network's services use."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from explorer.sample.draw import JsonObject, dumps

JSON = "application/json"
LARGEST = 2**53


@dataclass(frozen=True, slots=True)
class Request:
    """A request: `path` decoded, `query` with the first value of each name, `headers` by lower-case name."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    client: str

    def json(self) -> Any:
        """Return what the body says, or raise a Problem."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise validation("body", "", "Expected JSON", None) from error

    def json_object(self) -> JsonObject:
        """Return the body's object, or raise a Problem."""
        value = self.json()
        if not isinstance(value, dict):
            raise validation("body", "", "Expected object", value)
        return value


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it goes out."""

    body: bytes
    status: int = 200
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


class Problem(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, payload: JsonObject, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(payload)
        self.answer = Answer(encoded(dumps(payload)), status, headers=headers or {})


def encoded(text: str) -> bytes:
    """Return the bytes of a text; lone surrogates, which strangers write, become question marks."""
    return text.encode("utf-8", "replace")


def ok(value: object) -> Answer:
    """Return a value as JSON."""
    return Answer(encoded(dumps(value)))


def not_found() -> Problem:
    """Return the indexer's 404."""
    return Problem(404, {"message": "Not Found", "code": "NOT_FOUND"})


def bad_request(message: str) -> Problem:
    """Return the indexer's 400 for what it checks itself."""
    return Problem(400, {"message": message, "code": "VALIDATION_ERROR"})


def validation(where: str, name: str, expected: str, found: object) -> Problem:
    """Return the indexer's 422, whose message is a JSON document in a string."""
    detail = {"type": "validation", "on": where, "property": f"/{name}", "message": expected, "found": found}
    return Problem(422, {"message": json.dumps(detail), "code": "VALIDATION"})


def host_error(status: int, name: str, message: str) -> Problem:
    """Return an error of the service that knows markets and nodes."""
    return Problem(status, {"name": name, "message": message})


def whole(query: Mapping[str, str], name: str, default: int, low: int, high: int = LARGEST) -> int:
    """Return a whole number of the query, or raise a 422."""
    text = query.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.removeprefix("-").isdigit()):
        raise validation("query", name, "Expected number", text)
    if len(text) > 18 or not low <= int(text) <= high:
        raise validation("query", name, f"Expected number to be from {low} to {high}", text)
    return int(text)


def one_of(query: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str | None:
    """Return a word of the query that is one of `allowed`, None where it is missing, or raise a 422."""
    value = query.get(name)
    if value is not None and value not in allowed:
        raise validation("query", name, f"Expected one of {', '.join(allowed)}", value)
    return value


def needed(query: Mapping[str, str], name: str) -> str:
    """Return a text of the query that must be there, or raise a 422."""
    if not query.get(name):
        raise validation("query", name, "Required property", None)
    return query[name]
