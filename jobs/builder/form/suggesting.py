"""Values to choose from: those that the network was seen to use, and those that the definition itself names."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

from jobs.builder.form.shown import can_show
from jobs.definition.document import Document
from jobs.definition.facts import CREATE_VOLUME, members, objects, text

#: No list is longer.
MOST: Final = 200
_LONGEST: Final = 300
_ALWAYS: Final = {
    "triggers": ("dashboard", "cli", "api"),
    "requirements": ("required_vram", "vram_total_mb", "required_cuda"),
    "headers": ("Content-Type", "Authorization", "Accept"),
}
_GLOBALS: Final = ("job", "project", "host", "frps_address")


@dataclass(frozen=True, slots=True)
class Datalists:
    """What the network was seen to use, the most used first."""

    images: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()
    s3: tuple[str, ...] = ()
    ollama: tuple[str, ...] = ()


def suggestions_of(document: Document, lists: Datalists) -> dict[str, tuple[str, ...]]:
    """Return every list of suggestions by its name."""
    found = {**_ALWAYS, **{one.name: getattr(lists, one.name)[:MOST] for one in fields(lists)}}
    ids = [op_id for op in document.ops if (op_id := text(op, "id"))]
    groups = [group for op in document.ops if (group := text(members(op, "execution"), "group"))]
    volumes = [text(members(op, "args"), "name") for op in document.ops if op.get("type") == CREATE_VOLUME]
    volumes += [text(one, "name") for op in document.ops for _, one in objects(members(op, "args").get("volumes"))]
    own = {"ops": ids, "groups": [*groups, *ids], "volumes": [name for name in volumes if name]}
    own["literals"] = _literals(document)
    return found | {name: tuple(filter(_fits, dict.fromkeys(values)))[:MOST] for name, values in own.items()}


def _fits(value: str) -> bool:
    return len(value) <= _LONGEST and can_show(value) and "\n" not in value


def _literals(document: Document) -> list[str]:
    whole = document.value if isinstance(document.value, dict) else {}
    variables = members(members(whole, "global"), "variables")
    found = [f"%%global.variables.{name}%%" for name in variables]
    found += [f"%%global.{name}%%" for name in _GLOBALS]
    for op in document.ops[:MOST]:
        op_id = text(op, "id")
        if not op_id or "." in op_id:
            continue
        found += [f"%%ops.{op_id}.results.{name}%%" for name in members(op, "results")]
        found.append(f"%%ops.{op_id}.host%%")
        exposed = members(op, "args").get("expose")
        ports = [exposed, *(exposed if isinstance(exposed, list) else [])]
        numbers = [port.get("port") if isinstance(port, dict) else port for port in ports]
        found += [f"%%ops.{op_id}.endpoint.{port}%%" for port in numbers if type(port) is int]
    return found
