"""What an op of a definition asks for, read as a node reads it, out of JSON of any shape. Pure Python.

Nothing here raises: what a node could not use is shown as it was written, or left out where it says nothing.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from explorer.nosana import caching, credentials
from explorer.nosana.credentials import bare_url
from explorer.nosana.endpoints import service_url
from jobs.secrets import is_secret_name, masked

Item = TypeVar("Item")
#: How many entries of one kind a page shows; the definition has them all.
MANY = 60
#: Where a run line is broken before an option.
WIDTH = 76


@dataclass(frozen=True, slots=True)
class Some(Generic[Item]):
    """The first entries of a list, and how many more there are."""

    rows: tuple[Item, ...] = ()
    more: int = 0

    def __bool__(self) -> bool:
        return bool(self.rows)


@dataclass(frozen=True, slots=True)
class Variable:
    """An environment variable; `hidden` is the length of a value that is not shown, because it looks secret."""

    name: str
    value: str
    origin: str  # op, global or node
    hidden: int | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """A model or file set that a node mounts, without its credentials; `key` is its name in the node's cache."""

    type: str
    name: str
    target: str
    detail: str = ""
    key: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Port:
    """A port that an op exposes; `url` is None where it has no public address that can be told."""

    label: str
    type: str = ""
    url: str | None = None
    checks: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """What the address of a service follows from: the job, the op's index, and the network's service domain."""

    job: str
    index: int
    domain: str


def some(items: Iterable[Item]) -> Some[Item]:
    """Return the entries that a page shows."""
    rows = tuple(items)
    return Some(rows[:MANY], max(len(rows) - MANY, 0))


def mapping(value: object) -> dict[str, Any]:
    """Return an object, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def sequence(value: object) -> list[Any]:
    """Return a list, an empty one for anything else."""
    return value if isinstance(value, list) else []


def text(value: object) -> str:
    """Return a text as it is, nothing as "", and any other value as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def entrypoint(args: dict[str, Any], defaults: dict[str, Any]) -> tuple[str, ...] | None:
    """Return the entrypoint a node sets, None for the image's own; a text is one word (nosana-cli, Provider)."""
    value = args.get("entrypoint") or defaults.get("entrypoint")
    if not value:
        return None
    return tuple(map(text, value)) if isinstance(value, list) else (text(value),)


def command(args: dict[str, Any]) -> tuple[str, ...]:
    """Return the command a node passes after the entrypoint; empty: the image's own.

    A list is passed unchanged, a text goes to /bin/sh (nosana-cli, parseOpsArgsCmd, since 2024-08-08).
    """
    value = args.get("cmd")
    if value is None:
        return ()
    return tuple(map(text, value)) if isinstance(value, list) else ("/bin/sh", "-c", text(value))


def run_line(words: tuple[str, ...]) -> str:
    """Return words as a shell would take them, credentials masked, broken before options where it gets long."""
    lines = [""]
    for word in words[:2] if is_script(words) else words:
        quoted = _quoted(word)
        if word.startswith("-") and len(lines[-1]) + len(quoted) > WIDTH:
            lines.append("  " + quoted)
        else:
            lines[-1] += f" {quoted}" if lines[-1] else quoted
    return masked(" \\\n".join(lines))


def script(words: tuple[str, ...]) -> str:
    """Return the script that a shell is given as its only argument, to be read as it was written; else ""."""
    return masked(words[2]) if is_script(words) else ""


def is_script(words: tuple[str, ...]) -> bool:
    """Say whether the words are a shell, -c and a script."""
    return len(words) == 3 and words[0].rpartition("/")[2] in {"sh", "bash"} and words[1] in {"-c", "-lc"}


def _quoted(word: str) -> str:
    """Return a word in the quotes that leave it most readable."""
    if "'" in word and not set(word) & set('"$`\\!'):
        return f'"{word}"'
    return shlex.quote(word)


def environment(args: dict[str, Any], defaults: dict[str, Any], job: str) -> Some[Variable]:
    """Return what the op finds in its environment: the global variables, its own over them, and the node's."""
    shared, own = mapping(defaults.get("env")), mapping(args.get("env"))
    named = [(name, own.get(name, value), "op" if name in own else "global") for name, value in shared.items()]
    named += [(name, value, "op") for name, value in own.items() if name not in shared]
    shown = [_variable(name, value, origin) for name, value, origin in named if name != "NOSANA_ID"]
    return some([*shown, Variable("NOSANA_ID", job, "node")])


def _variable(name: str, value: object, origin: str) -> Variable:
    whole = text(value)
    if whole and is_secret_name(name):
        return Variable(name, "", origin, hidden=len(whole))
    return Variable(name, masked(whole), origin)


def resources(args: dict[str, Any]) -> Some[Resource]:
    """Return the resources, each by the name that nodes cache it under, more or less."""
    return some(_resource(item) for item in sequence(args.get("resources")) if item)


def _resource(item: object) -> Resource:
    if not isinstance(item, dict) or "__spread__" in item:
        return Resource("", masked(text(item)), "")
    kind = text(item.get("type"))
    target = text(item.get("target")) or ("/root/.ollama/models" if kind == "Ollama" else "")
    files = sequence(item.get("files"))
    details = [f"{len(files)} file{'' if len(files) == 1 else 's'}"] if files else []
    details += ["writable"] if item.get("allowWrite") is True else []
    bare = credentials.without(item)
    key = caching.resource_key(bare) if isinstance(bare, dict) else None
    return Resource(kind, masked(_resource_name(item)), target, ", ".join(details), key or "")


def _resource_name(item: dict[str, Any]) -> str:
    if item.get("repo"):
        revision = text(item.get("revision"))
        return text(item["repo"]) + (f"@{revision}" if revision else "")
    if item.get("model"):
        return text(item["model"])
    urls = [bucket.get("url") for bucket in sequence(item.get("buckets")) if isinstance(bucket, dict)]
    return ", ".join(bare_url(text(url)) for url in (item.get("url"), *urls, item.get("bucket")) if url)


def volumes(args: dict[str, Any]) -> Some[tuple[str, str]]:
    """Return the volumes by name and the folder each is mounted at."""
    found = [mapping(item) for item in sequence(args.get("volumes"))]
    return some((text(item.get("name")), text(item.get("dest"))) for item in found if item)


def ports(args: dict[str, Any], place: Place | None) -> Some[Port]:
    """Return the ports that an op exposes; their addresses follow from `place`, and none is told without it.

    An object outside of a list opens no endpoint (nosana-sdk, getExposePorts).
    """
    given = args.get("expose")
    if isinstance(given, dict) and "port" in given:
        label = text(given["port"])
        return some([Port(label, text(given.get("type")), note="not in a list, so that no endpoint is made of it")])
    items = given if isinstance(given, list) else [] if given in (None, "") else [given]
    hidden = None if args.get("private") else place
    return some(_port(item, hidden) for item in items)


def _port(item: object, place: Place | None) -> Port:
    entry = item if isinstance(item, dict) else {"port": item}
    number = entry.get("port")
    url = None
    if place and isinstance(number, int) and not isinstance(number, bool) and 0 <= number <= 65535:
        url = service_url(place.job, place.index, number, place.domain)
    return Port(
        label=text(number) if "port" in entry else text(item),
        type=text(entry.get("type")),
        url=url,
        checks=tuple(_checks(entry.get("health_checks"))),
    )


def _checks(value: object) -> Iterator[str]:
    for check in sequence(value)[:MANY]:
        if not isinstance(check, dict):
            continue
        if check.get("type") == "websocket":
            said = f"websocket, answers {text(check.get('expected_response'))}"
        else:
            said = (
                f"{text(check.get('method')) or 'GET'} {text(check.get('path'))}, {text(check.get('expected_status'))}"
            )
        yield masked(said) + (", continuous" if check.get("continuous") is True else "")
