"""Errors of a whole job: definitions that a node refused, plans that it could not make, and words of its flow."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from jobs.definition import pointers
from jobs.reasons.advice import Advice, advise
from jobs.shapes import mapping, sequence, text

#: What each word of a flow says of a job that has no op to blame (nosana-cli, NodeManager).
WORDS: Final[Mapping[str, str]] = {
    "init error": "The node could not make a plan of its ops",
    "validation-error": "The node refused the definition",
    "logistics-error": "The definition or the result could not be handed over as logistics says",
    "waiting-for-job-definition": "The definition of this confidential job was never sent to its node",
    "waiting-for-result": "The result of this confidential job was never fetched from its node",
}
#: `$input.ops[0].args["x-y"]`, as the network's validator names a place (typia).
_STEP: Final = re.compile(r"\.([A-Za-z_$][\w$]*)|\[(\d+)\]|\[\"((?:[^\"\\]|\\.)*)\"\]")
_QUOTED: Final = re.compile(r"[`'\"‘“]([^`'\"’”]+)[`'\"’”]")


def of_flow(message: str, definition: Mapping[str, Any]) -> tuple[str, Advice]:
    """Return an error of a flow as a sentence, and what it means; its field is a pointer from the root, or ""."""
    refused = _refused(message)
    if refused is not None:
        return refused
    advice = advise("flow", message)
    if advice is None:
        return message, Advice("")
    return message, Advice(advice.text, _pointer(advice.field, message, definition))


def _refused(message: str) -> tuple[str, Advice] | None:
    """Return what the network's validator refused: {"path": "$input.ops[0].id", "expected": "string", "value": …}."""
    try:
        error = mapping(json.loads(message)) if message.startswith("{") else {}
    except ValueError:  # cut, or no JSON after all
        return None
    path, expected = text(error.get("path")), text(error.get("expected"))
    if not path.startswith("$input"):
        return None
    place = path.removeprefix("$input").removeprefix(".") or "the definition"
    if expected == "undefined":
        return f"{place} is no field that the network knows.", Advice("", pointer_of(path))
    wanted = expected.partition("&")[0].strip() if len(expected) > 200 else expected
    return f"{place} has to be {wanted[:200] or 'something else'}.", Advice("", pointer_of(path))


def pointer_of(path: str) -> str:
    """Return the JSON pointer of a place as the network's validator names it."""
    parts: list[str] = []
    for found in _STEP.finditer(path.removeprefix("$input")):
        name, index, quoted = found.groups()
        parts.append(name or index or json.loads(f'"{quoted}"'))
    return pointers.join("", *parts)


def _pointer(field: str, message: str, definition: Mapping[str, Any]) -> str:
    """Return the pointer of the op that a message names, or of what else its advice is about."""
    if not field or field.startswith("/"):
        return field
    named = _QUOTED.findall(message) or re.findall(r"[\w.-]+", message.rpartition(":")[2])
    ids = [text(mapping(op).get("id")) for op in sequence(definition.get("ops"))]
    places = [index for name in named[:10] for index, found in enumerate(ids) if found == name]
    if not places:
        return "/ops"
    if field == "id":
        return pointers.join("", "ops", places[-1], "id")  # of two with the same id, the second is the one too many
    return pointers.join("", "ops", places[0], "execution", field)
