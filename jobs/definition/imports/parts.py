"""Parts of an op made from what run lines and compose files have in common: ports, mounts, GPUs, health checks."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from explorer.nosana.payloads import JsonObject, JsonValue
from jobs.definition.imports.outcome import Notes

#: A range of ports becomes single ports up to this many.
_WIDEST: Final = 50
_PORT: Final = re.compile(
    r"(?:(?:(?P<ip>\[[0-9a-fA-F:.]*\]|[0-9.]*):)?(?P<host>\d*(?:-\d+)?):)?(?P<first>\d+)(?:-(?P<last>\d+))?(?:/(?P<kind>\w+))?"
)
_ON_HOST: Final = re.compile(r"[./~$\\]|[A-Za-z]:[\\/]|`")
_LOCAL: Final = ("127.", "[::1]", "localhost")

OWN_FOLDER: Final = "It is a folder of your machine, which a node does not have: put the files into the image."
NO_VALUE: Final = "Its value comes from the shell that runs the line: put the value in."


def ports(written: str, what: str, notes: Notes) -> list[int]:
    """Return the container's ports of `8080:80`, `127.0.0.1:8080:80/tcp`, `8000-8010:8000-8010`."""
    found = _PORT.fullmatch(written.strip())
    if not found:
        notes.add(what, "This is no port, or one that is chosen when the line runs.")
        return []
    if (found["kind"] or "tcp").lower() != "tcp":
        notes.add(what, "Only TCP is forwarded to an op.")
        return []
    first = int(found["first"][:6])
    last = int((found["last"] or found["first"])[:6])
    if not (0 < first <= last < 65536 and last - first < _WIDEST):
        notes.add(what, f"Ports go from 1 to 65535, and no more than {_WIDEST} are taken over at once.")
        return []
    if (found["ip"] or "").startswith(_LOCAL):
        notes.add(what, "It was reached from your machine only; an op's port gets an address that anybody can open.")
    return list(range(first, last + 1))


def exposed(numbers: list[int], checks: dict[int, JsonObject], notes: Notes) -> JsonValue:
    """Return `expose` for ports: a number where it is only one, without checks; None for none."""
    wanted = list(dict.fromkeys(numbers))
    for number in checks:
        if number not in wanted:
            notes.add(
                f"health check on {number}", "A port that is checked can be reached by anybody; this one was not."
            )
    listed: list[JsonValue] = []
    for number in wanted:
        check = checks.get(number)
        listed.append({"port": number, "health_checks": [check]} if check else {"port": number})
    if len(wanted) == 1 and wanted[0] not in checks:
        return wanted[0]
    return listed or None


@dataclass(frozen=True, slots=True)
class Mount:
    """A mount: what is mounted (a name, a folder of the host, or nothing), where, and whether it cannot be written."""

    source: str
    target: str
    is_read_only: bool = False
    kind: str = ""  # volume, bind, tmpfs; "" where the source tells


def mount_of(written: str) -> Mount:
    """Read `name:/folder:ro`, `/host:/folder` and `/folder`."""
    windows = re.match(r"[A-Za-z]:[\\/][^:]*", written)
    source, _, rest = written.partition(":") if not windows else (windows[0], ":", written[windows.end() + 1 :])
    if not rest:
        return Mount("", source)
    target, _, options = rest.partition(":")
    return Mount(source, target, "ro" in options.split(","))


def volume(mount: Mount, what: str, notes: Notes) -> JsonObject | None:
    """Return a mount as a volume of the job, None where it cannot be one."""
    if mount.kind == "tmpfs":
        notes.add(what, "An op has no temporary file system of its own.")
    elif not mount.target.startswith("/"):
        notes.add(what, "It does not say at which folder of the container it is mounted.")
    elif mount.kind == "bind" or _ON_HOST.match(mount.source):
        notes.add(what, OWN_FOLDER)
    elif not mount.source:
        notes.add(what, "A volume without a name is no more than a folder of the container, which it has anyway.")
    else:
        if mount.is_read_only:
            notes.add(what, "A volume of a job can always be written to.")
        return {"name": mount.source, "dest": mount.target}
    return None


def restart_policy(written: str, what: str, notes: Notes) -> JsonValue:
    """Return a restart policy as a definition has it, None for one that it does not know."""
    name, _, tries = written.partition(":")
    if name == "on-failure" and tries.isascii() and tries.isdigit():
        return {"policy": name, "restart_tries": int(tries[:6])}
    if name in {"no", "always", "unless-stopped", "on-failure"} and not tries:
        return name
    notes.add(what, "Restart policies are no, always, unless-stopped and on-failure.")
    return None


def shared_memory(written: str, what: str, notes: Notes) -> None:
    """Say when more shared memory is wanted than nodes give: 4 GiB."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([bkmgt]?)i?b?", written.strip().lower())
    size = float(found[1]) * 1024 ** "bkmgt".index(found[2] or "b") if found else float("inf")
    if size > 4 * 1024**3:
        notes.add(what, "Nodes give every op 4 GiB of shared memory, no more.")


def health_check(command: str, what: str, notes: Notes) -> tuple[int, JsonObject] | None:
    """Return port and HTTP check for a command like `curl -f http://localhost:8080/health || exit 1`."""
    try:
        words = shlex.split(command)
    except ValueError:
        words = []
    urls = [word for word in words if word.startswith(("http://localhost", "http://127.0.0.1", "http://0.0.0.0"))]
    if words[:1] and words[0].rpartition("/")[2] in {"curl", "wget"} and urls:
        try:
            parts = urlsplit(urls[0])
            port = parts.port or 80
        except ValueError:
            port = 0
        if port:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            check: JsonObject = {"type": "http", "path": path, "method": "GET", "expected_status": 200}
            return port, check | {"continuous": True}
    notes.add(what, "A health check of an op is an HTTP request or a WebSocket, not a command.")
    return None
