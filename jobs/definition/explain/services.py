"""The addresses at which the ports of an op are reached.

Formulas: explorer.nosana.endpoints. What gets an address is decided by the node (nosana-sdk, getExposePorts;
nosana-cli, generateProxies): numbers, and objects with a port in a list; an object outside of a list gets none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from explorer.nosana import javascript
from explorer.nosana.endpoints import deployment_url, service_hash
from explorer.nosana.payloads import JsonObject, JsonValue
from jobs.definition.explain import eras
from jobs.definition.explain.context import Context

#: Addresses of more ports of one op are not worked out, as each takes some time.
MOST_PORTS: Final = 1000


@dataclass(frozen=True, slots=True)
class Port:
    """A port that is exposed, with what is checked before it counts as up."""

    number: int | float
    type: str = "none"
    health_checks: tuple[JsonValue, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceUrl:
    """Where a port is reached: None if that is random, or not known. `is_shared`: by all replicas of a deployment."""

    port: int | float
    url: str | None
    is_shared: bool = False


def exposed_ports(expose: JsonValue) -> tuple[Port, ...]:
    """Return the ports that a node makes endpoints for."""
    if isinstance(expose, list):
        return tuple(port for item in expose if (port := _port(item)))
    port = None if isinstance(expose, dict) or not expose else _port(expose)
    return (port,) if port else ()


def _port(item: JsonValue) -> Port | None:
    if isinstance(item, int | float) and not isinstance(item, bool):
        return Port(item)
    number = item.get("port") if isinstance(item, dict) else None
    if not isinstance(item, dict) or not isinstance(number, int | float) or isinstance(number, bool):
        return None
    checks = item.get("health_checks")
    kind = item.get("type")
    return Port(number, kind if isinstance(kind, str) else "none", tuple(checks) if isinstance(checks, list) else ())


def public_host(index: int, port: JsonValue, context: Context) -> str | None:
    """Return the host name of a port of the op at `index`, by the formula of the day; None where it is not known."""
    if context.job is None:
        return None
    job = javascript.well_formed(context.job)
    if eras.has(context.at, eras.HASHED_URLS):
        name = f"{index}:{javascript.well_formed(javascript.text(port))}:{job}"
        return f"{service_hash(name, 44)}.{context.domain}"
    return f"{job}.{context.domain}" if eras.has(context.at, eras.JOB_ADDRESS_URLS) else None


def shared_url(op_id: str, deployment: JsonValue, context: Context) -> str | None:
    """Return the URL that all replicas of a deployment share for an op; None without a deployment or its owner."""
    if not isinstance(deployment, str) or not deployment or context.project is None:
        return None
    name, group, owner = map(javascript.well_formed, (op_id, deployment, context.project))
    return deployment_url(name, group, owner, context.domain)


def service_urls(index: int, op_id: str, args: JsonObject, deployment: JsonValue, context: Context) -> list[ServiceUrl]:
    """Return for each port its own address, and after it that of the deployment, if there is one."""
    if not eras.has(context.at, eras.EXPOSE):
        return []
    is_private = javascript.is_true(args.get("private"))
    shared = shared_url(op_id, deployment, context)
    found = []
    for port in exposed_ports(args.get("expose"))[:MOST_PORTS]:
        host = None if is_private else public_host(index, port.number, context)
        found.append(ServiceUrl(port.number, f"https://{host}" if host else None))
        found += [ServiceUrl(port.number, shared, is_shared=True)] if shared else []
    return found
