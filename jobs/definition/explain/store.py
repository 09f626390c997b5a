"""What literals can lead to, gathered from the definition and from what is known about the run.

Rules: nosana-cli, setDefaults (addresses), createExecutionPlan (hosts) and TaskManager (the global values).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from explorer.nosana import javascript
from explorer.nosana.payloads import JsonObject, JsonValue
from jobs.definition.explain import services
from jobs.definition.explain.context import Context
from jobs.definition.explain.literals import PENDING, Known

RUN, CREATE_VOLUME = "container/run", "container/create-volume"
Values = dict[str, Known | Mapping[str, Known]]


def global_values(definition: JsonObject, context: Context) -> dict[str, Known | dict[str, JsonValue]]:
    """Return what `%%global.…%%` stands for."""
    shared = definition.get("global")
    variables = shared.get("variables") if isinstance(shared, dict) else None
    found: dict[str, Known | dict[str, JsonValue]] = {
        "job": PENDING if context.job is None else context.job,
        "project": PENDING if context.project is None else context.project,
        "host": PENDING if context.node is None else context.node,
        "frps_address": context.domain,
    }
    return found | ({"variables": variables} if isinstance(variables, dict) else {})


def op_values(definition: JsonObject, ops: list[JsonObject], context: Context) -> dict[str, Values]:
    """Return what `%%ops.ID.…%%` stands for, by id; of ops with the same id, the first counts."""
    found: dict[str, Values] = {}
    for index, op in enumerate(ops):
        name = op.get("id")
        if isinstance(name, str) and name not in found:
            found[name] = _values(index, name, op, definition, context)
    return found


def _values(index: int, name: str, op: JsonObject, definition: JsonObject, context: Context) -> Values:
    args = op.get("args")
    args = args if isinstance(args, dict) else {}
    values: Values = {"host": host(index, op, args, context), "results": _results(name, op, context)}
    if op.get("type") != RUN or not javascript.is_true(args.get("expose")):
        return values
    values["endpoint"] = _Endpoints(index, args, context)
    deployment = definition.get("deployment_id")
    if javascript.is_true(deployment):
        shared = services.shared_url(name, deployment, context)
        values["deployment_endpoint"] = shared.removeprefix("https://") if shared else PENDING
    return values


def host(index: int, op: JsonObject, args: JsonObject, context: Context) -> str:
    """Return the name by which other ops reach this one: its container's, or the volume's."""
    if op.get("type") == CREATE_VOLUME:
        return f"{context.prefix}-{javascript.text(args.get('name'))}"
    return f"{context.prefix}-{index}"


def _results(name: str, op: JsonObject, context: Context) -> dict[str, Known]:
    given = context.results.get(name)
    if given is not None:
        return dict(given)
    wanted = op.get("results")
    return dict.fromkeys(wanted, PENDING) if isinstance(wanted, dict) else {}


class _Endpoints(Mapping[str, Known]):
    """The addresses of an op's ports, each worked out when a literal asks for it."""

    def __init__(self, index: int, args: JsonObject, context: Context) -> None:
        expose = args["expose"]
        listed = expose if isinstance(expose, list) else [expose]
        ports = (item.get("port") if isinstance(item, dict) and listed is expose else item for item in listed)
        self._ports = {javascript.text(port): port for port in ports}
        self._index = index
        self._is_private = javascript.is_true(args.get("private"))
        self._context = context

    def __getitem__(self, name: str) -> Known:
        port = self._ports[name]
        host = None if self._is_private else services.public_host(self._index, port, self._context)
        return host or PENDING

    def __iter__(self) -> Iterator[str]:
        return iter(self._ports)

    def __len__(self) -> int:
        return len(self._ports)
