"""Ports, health checks and names on the network (nosana SDK getExposePorts; nosana-cli ExposedPortHealthCheck)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from explorer.nosana.payloads import JsonObject
from jobs.definition.facts import Job, Op, Port, texts
from jobs.definition.found import Found, replacing
from jobs.definition.naming import shown

_HOST: Final = re.compile(r"(?<=://)([A-Za-z0-9][\w.-]*)(?=[:/]|$)")


def of_op(op: Op, job: Job) -> Iterator[Found]:
    """Yield ports that are not reachable and checks that cannot pass."""
    exposed = op.args.get("expose")
    if isinstance(exposed, dict) and "port" in exposed:
        message = "A single object is accepted, but nodes make no address for it; put it in a list."
        yield Found("ND120", op.at("expose"), message, "a list", replacing(op.at("expose"), [exposed]))
    for port in op.ports:
        yield from _port(port)
    if op.args.get("private") is True and op.ports and any(other.ports for other in job.ops if not _is_private(other)):
        message = "One private op makes the network's tools hide the addresses of the whole job, other ops included."
        yield Found("ND125", op.at("private"), message)
    if len(job.ops) > 1:
        yield from _hosts(op, job)


def of_job(job: Job) -> Iterator[Found]:
    """Yield aliases that two ops of a group share."""
    owners: dict[tuple[str, str], str] = {}
    for op in job.ops:
        for alias, pointer in _aliases(op):
            owner = owners.setdefault((op.own_group, alias), op.pointer)
            if owner != op.pointer:
                message = (
                    f"Another op of this group has the alias {shown(alias)} too, so it leads to either; rename one."
                )
                yield Found("ND128", pointer, message)


def _is_private(op: Op) -> bool:
    return op.args.get("private") is True


def _aliases(op: Op) -> list[tuple[str, str]]:
    given = op.args.get("aliases")
    if isinstance(given, str):
        return [(alias.strip(), op.at("aliases")) for alias in given.split(",")]
    return [(alias, op.at("aliases", index)) for index, alias in texts(given)]


def _port(port: Port) -> Iterator[Found]:
    number = port.number
    if number is not None and (number != int(number) or not 1 <= number <= 65535):
        message = f"{shown(number).removeprefix('the ').capitalize()} is no port; use a whole number from 1 to 65535."
        yield Found("ND121", port.pointer, message, "1 to 65535")
    for pointer, check in port.checks:
        yield from _check(pointer, check)


def _check(pointer: str, check: JsonObject) -> Iterator[Found]:
    status, path, method = check.get("expected_status"), check.get("path"), check.get("method")
    if isinstance(status, (int, float)) and not isinstance(status, bool) and not _is_status(status):
        message = "No server answers with this status, so the check never passes; use one from 100 to 599, such as 200."
        yield Found("ND122", f"{pointer}/expected_status", message, "100 to 599")
    if isinstance(path, str) and not path.startswith(("/", "%%")):
        message = "Nodes put the path right behind the port, so it must begin with a slash."
        yield Found("ND123", f"{pointer}/path", message, "/…", replacing(f"{pointer}/path", f"/{path}"))
    if "body" in check and method in ("GET", "DELETE"):
        yield Found("ND124", f"{pointer}/body", f"Nodes send no body with {method}; use POST or PUT, or remove it.")


def _is_status(status: int | float) -> bool:
    return status == int(status) and 100 <= status <= 599


def _hosts(op: Op, job: Job) -> Iterator[Found]:
    for trail, text in op.texts:
        if "://" not in text:
            continue
        for found in _HOST.finditer(text):
            other = job.by_id.get(found[1])
            if other is not None and other is not op and found[1] not in job.aliases:
                yield _no_host(op.to(trail), text, found)


def _no_host(pointer: str, text: str, found: re.Match[str]) -> Found:
    name = found[1]
    literal = f"%%ops.{name}.host%%"
    message = f"The id {shown(name)} is no host name for other ops; write {literal}, or give that op the alias."
    fixed = f"{text[: found.start()]}{literal}{text[found.end() :]}"
    return Found("ND127", pointer, message, literal, None if "." in name else replacing(pointer, fixed))
