"""Job definitions as they come: a JSON object, or a text that should hold one. Neither is validated here."""

from __future__ import annotations

from typing import Final

from explorer.nosana import fields, strict_json
from explorer.nosana.errors import Malformed
from explorer.nosana.payloads import Definition, JsonValue

#: What posted a job is a word; so much of a longer one is kept.
TRIGGER: Final = 100


def from_text(text: str) -> Definition:
    """Return the definition that a text holds; one that cannot be used keeps its text and says why."""
    kept = strict_json.clean_text(text)
    try:
        return Definition(kept, fields.mapping(strict_json.clean(strict_json.read(text))))
    except Malformed as problem:
        return Definition(kept, None, fields.sentence(problem))


def from_value(value: JsonValue) -> Definition | None:
    """Return the definition of an answer's field, an object or its text; None where the answer has none."""
    if value is None:
        return None
    if isinstance(value, str):
        return from_text(value)
    try:
        body = fields.mapping(strict_json.clean(value))
    except Malformed as problem:
        return Definition(strict_json.write(value), None, fields.sentence(problem))
    return Definition(strict_json.write(body), body)


def trigger(definition: Definition | None) -> str | None:
    """Return `meta.trigger`, what posted the job, cut to TRIGGER."""
    meta = definition.body.get("meta") if definition and definition.body else None
    return fields.label(meta.get("trigger"), TRIGGER) if isinstance(meta, dict) else None
