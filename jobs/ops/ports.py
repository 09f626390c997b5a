"""The ports that an op exposes, with their addresses, what is checked, and how they were when last heard of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from explorer.nosana import javascript
from explorer.nosana.payloads import Endpoint
from jobs.definition.explain import eras
from jobs.definition.explain.context import Context
from jobs.definition.explain.report import OpExplanation
from jobs.definition.explain.services import Port as Exposed
from jobs.shapes import MANY, Some, some, text

#: Above this there are no ports.
_HIGHEST: Final = 65_535


@dataclass(frozen=True, slots=True)
class Port:
    """A port that an op exposes. `url` is None where it has no public address that can be told; `note` says why.

    `shared_url` is that of all replicas of the deployment; `status` ONLINE, OFFLINE or UNKNOWN, "" if nothing said.
    """

    label: str
    type: str = ""
    url: str | None = None
    checks: tuple[str, ...] = ()
    note: str = ""
    shared_url: str | None = None
    status: str = ""


def ports(op: OpExplanation, context: Context, statuses: Mapping[str, str]) -> Some[Port]:
    """Return the ports of an op that was made public, then what stands in `expose` without being one."""
    what = op.container
    if what is None:
        return Some()
    is_private = javascript.is_true(what.args.get("private"))
    own = {url.port: url.url for url in op.urls if not url.is_shared}
    shared = {url.port: url.url for url in op.urls if url.is_shared}
    shown = [_port(port, own, shared, statuses, _note(port, context, is_private=is_private)) for port in what.ports]
    return some([*shown, *_others(what.args.get("expose"))])


def _port(
    port: Exposed,
    own: Mapping[int | float, str | None],
    shared: Mapping[int | float, str | None],
    statuses: Mapping[str, str],
    note: str,
) -> Port:
    label = javascript.number(port.number)
    is_port = 0 < port.number <= _HIGHEST and float(port.number).is_integer()
    return Port(
        label=label,
        type="" if port.type == "none" else port.type,
        url=own.get(port.number) if is_port else None,
        checks=tuple(_checks(port.health_checks[:MANY])),
        note=note if is_port else "no port has that number",
        shared_url=shared.get(port.number) if is_port else None,
        status=statuses.get(label, ""),
    )


def _note(port: Exposed, context: Context, *, is_private: bool) -> str:
    """Return why a port has no public address of its own."""
    if is_private:
        return "private: its address is random, and only the deployer can ask for it"
    if not eras.has(context.at, eras.EXPOSE):
        return "nodes did not open ports then"
    if not eras.has(context.at, eras.JOB_ADDRESS_URLS):
        return "its address followed from the run's, which is gone"
    return ""


def _others(expose: object) -> Iterator[Port]:
    """Yield what stands in `expose` and opens no endpoint (nosana-sdk, getExposePorts)."""
    if isinstance(expose, dict):
        yield Port(text(expose.get("port")), text(expose.get("type")), note="not in a list, so that nothing is opened")
        return
    for item in expose if isinstance(expose, list) else [expose]:
        number = item.get("port") if isinstance(item, dict) else item
        if item in (None, "") or (isinstance(number, int | float) and not isinstance(number, bool)):
            continue
        label = text(number) if isinstance(item, dict) and "port" in item else text(item)
        note = "known when the job runs" if "%%" in label else "not a number, so that nothing is opened"
        yield Port(label, note=note)


def _checks(checks: tuple[Any, ...]) -> Iterator[str]:
    for check in checks:
        if not isinstance(check, dict):
            continue
        if check.get("type") == "websocket":
            said = f"websocket, answers {text(check.get('expected_response'))}"
        else:
            method, path = text(check.get("method")) or "GET", text(check.get("path"))
            said = f"{method} {path}, {text(check.get('expected_status'))}"
        yield said + (", continuous" if check.get("continuous") is True else "")


def statuses_of(endpoints: Iterable[Endpoint], op: str) -> dict[str, str]:
    """Return how the ports of an op were when last heard of, by the port as text."""
    return {endpoint.port: endpoint.status for endpoint in endpoints if endpoint.op_id == op}
