"""Makes a definition of a compose file: an op for each service, all in one group, as compose runs them together."""

from __future__ import annotations

from typing import Final

from explorer.nosana.payloads import JsonObject, JsonValue
from jobs.definition.imports import filling, yaml_tree
from jobs.definition.imports.compose_service import Service
from jobs.definition.imports.outcome import Imported, Notes, definition, free_id

#: The group that the ops of more than one service are in.
GROUP: Final = "compose"
#: More services are refused.
MOST_SERVICES: Final = 200
_STARTED: Final = "It starts when one of these is up, without waiting for the others."


def import_compose(text: str) -> Imported:
    """Return a definition with an op for each service; never raises."""
    notes = Notes()
    try:
        whole = yaml_tree.load(text)
    except yaml_tree.TreeError as problem:
        return notes.refused("The file", str(problem))
    services = whole.get("services") if isinstance(whole, dict) else None
    if not isinstance(whole, dict) or not isinstance(services, dict) or not services:
        return notes.refused("The file", "It has no services.")
    if len(services) > MOST_SERVICES:
        return notes.refused("The file", f"It has more than {MOST_SERVICES} services.")
    _top_level(whole, notes)
    filled = filling.filled(services, notes)
    return Imported(definition(_ops(filled if isinstance(filled, dict) else {}, notes)), notes.report)


def _top_level(whole: JsonObject, notes: Notes) -> None:
    for key, value in whole.items():
        if key in {"secrets", "configs"} and value:
            notes.add(key, "The files are on your machine: put what is needed into the images, or into an op's env.")
        elif key in {"include", "models"}:
            notes.add(key, "What it refers to is not in this file: import it too.")
    volumes = whole.get("volumes")
    for name, body in volumes.items() if isinstance(volumes, dict) else ():
        if isinstance(body, dict) and set(body) & {"driver", "driver_opts", "external", "name"}:
            notes.add(f"volumes.{name}", "A volume of a job is empty at first, and gone when the job ends.")


def _ops(services: JsonObject, notes: Notes) -> list[JsonObject]:
    taken: set[str] = set()
    ids = {name: free_id(name, taken) for name in services}
    ops: list[JsonObject] = []
    for name, body in services.items():
        service = Service(name, notes)
        if len(services) > 1:
            service.aliases.append(name)
        found = body if isinstance(body, dict) else {}
        op: JsonObject = {"type": "container/run", "id": ids[name], "args": service.build(found)}
        execution = _execution(name, found.get("depends_on"), ids, notes)
        if len(services) > 1:
            op["execution"] = execution
        ops.append(op)
    return ops


def _execution(name: str, depends_on: JsonValue, ids: dict[str, str], notes: Notes) -> JsonObject:
    """Return group and dependencies; compose can wait for more than nodes do."""
    where = f"services.{name}.depends_on"
    conditions = depends_on if isinstance(depends_on, dict) else {}
    listed = depends_on if isinstance(depends_on, list) else [*conditions]
    known = [ids[other] for other in listed if isinstance(other, str) and other in ids and other != name]
    if len(known) < len(listed):
        notes.add(where, "It waits for services that are not in the file.")
    if len(known) > 1:
        notes.add(where, _STARTED)
    for other, body in conditions.items():
        if isinstance(body, dict) and body.get("condition") == "service_completed_successfully":
            notes.add(
                f"{where}.{other}", "An op cannot wait for another of its group to end: put that in a group before."
            )
    execution: JsonObject = {"group": GROUP}
    return execution | ({"depends_on": [*known]} if known else {})
