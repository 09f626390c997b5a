"""A definition as the rules see it: its ops with what matters of them, whatever shape the rest is in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from explorer.nosana.payloads import JsonObject, JsonValue
from jobs.definition import pointers
from jobs.definition.document import Document
from jobs.definition.market import Market

#: How JSON begins, and markers such as `__remove-if-empty__`.
_OPENINGS: Final = frozenset("[{ \t\n\r_")
RUN: Final = "container/run"
CREATE_VOLUME: Final = "container/create-volume"


@dataclass(slots=True)
class Port:
    """A port that an op exposes. `number` is None where a literal gives it. Checks come with their pointers."""

    pointer: str
    number: int | float | None
    checks: tuple[tuple[str, JsonObject], ...] = ()


#: The way to a text within args: the way to what holds it, and its name or index there.
Trail = tuple["Trail", str | int] | tuple[()]


@dataclass(slots=True)  # not frozen: that would take a third of the time it takes to make one
class Op:
    """One op. What has the wrong kind is as if it were absent: the schema tells about that."""

    index: int
    pointer: str
    body: JsonObject
    id: str  # "" without one
    args: JsonObject
    env: dict[str, str]
    ports: tuple[Port, ...]  # those that nodes see: none for a bare object (nosana SDK, getExposePorts)
    texts: list[tuple[Trail, str]]  # those in its args that may be literals, addresses, JSON or markers
    words: list[str]  # every text in its args but the environment
    results: JsonObject
    execution: JsonObject
    group: str | None  # the one it names
    depends_on: list[tuple[int, str]]  # with the index of each name

    @property
    def is_run(self) -> bool:
        """Say whether it runs a container."""
        return self.body.get("type") == RUN

    @property
    def own_group(self) -> str:
        """The group it runs in: the one it names, else one of its own (nosana-cli, createExecutionPlan)."""
        return self.group if self.group is not None else self.id

    def at(self, *parts: str | int) -> str:
        """Return the pointer of a member of the args."""
        return pointers.join(f"{self.pointer}/args", *parts)

    def to(self, trail: Trail) -> str:
        """Return the pointer of a text."""
        parts: list[str | int] = []
        while trail:
            trail, part = trail
            parts.append(part)
        return self.at(*reversed(parts))


def _op(index: int, body: JsonObject) -> Op:
    args, execution = members(body, "args"), members(body, "execution")
    remarkable: list[tuple[Trail, str]] = []
    words: list[str] = []
    env = args.get("env")
    for name, member in args.items():
        if isinstance(member, str):
            words.append(member)
            if "%%" in member or "://" in member or member[:1] in _OPENINGS:
                remarkable.append((((), name), member))
        elif isinstance(member, (dict, list)):
            _collect(member, ((), name), remarkable, words if member is not env else [])
    return Op(
        index=index,
        pointer=f"/ops/{index}",
        body=body,
        id=text(body, "id") or "",
        args=args,
        env={name: value for name, value in env.items() if isinstance(value, str)} if isinstance(env, dict) else {},
        ports=_ports(args.get("expose"), index) if "expose" in args else (),
        texts=remarkable,
        words=words,
        results=members(body, "results"),
        execution=execution,
        group=text(execution, "group"),
        depends_on=texts(execution.get("depends_on")) if execution else [],
    )


def _collect(
    value: JsonObject | list[JsonValue], trail: Trail, remarkable: list[tuple[Trail, str]], words: list[str]
) -> None:
    """Note the texts within a value; called for each container, so as fast as can be."""
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    for part, member in parts:
        if isinstance(member, str):
            words.append(member)
            if "%%" in member or "://" in member or member[:1] in _OPENINGS:
                remarkable.append(((trail, part), member))
        elif isinstance(member, (dict, list)):
            _collect(member, (trail, part), remarkable, words)


def _ports(exposed: JsonValue, index: int) -> tuple[Port, ...]:
    base = f"/ops/{index}/args/expose"
    if isinstance(exposed, list):
        return tuple(_port(item, f"{base}/{place}") for place, item in enumerate(exposed))
    return () if exposed is None or isinstance(exposed, dict) else (_port(exposed, base),)


@dataclass(frozen=True)
class Job:
    """A definition, and the market it is meant for if that is known."""

    document: Document
    market: Market | None = None

    @cached_property
    def body(self) -> JsonObject:
        """The definition's members."""
        return self.document.value if isinstance(self.document.value, dict) else {}

    @cached_property
    def ops(self) -> tuple[Op, ...]:
        """The ops in order."""
        return tuple(_op(index, body) for index, body in enumerate(self.document.ops))

    @cached_property
    def by_id(self) -> dict[str, Op]:
        """The ops by id; of those that share one, the first."""
        return {op.id: op for op in reversed(self.ops) if op.id}

    @cached_property
    def globals(self) -> JsonObject:
        """The members of `global`."""
        return members(self.body, "global")

    @cached_property
    def variables(self) -> dict[str, str]:
        """The variables that literals may name."""
        found = members(self.globals, "variables").items()
        return {name: value for name, value in found if isinstance(value, str)}

    @cached_property
    def aliases(self) -> frozenset[str]:
        """The names under which ops reach one another."""
        given = [op.args.get("aliases") for op in self.ops]
        parts = [one.split(",") if isinstance(one, str) else [name for _, name in texts(one)] for one in given]
        return frozenset(name.strip() for names in parts for name in names)

    @cached_property
    def ranks(self) -> dict[str, int]:
        """The groups with their turn: they run one after another, in order of first appearance."""
        return {group: turn for turn, group in enumerate(dict.fromkeys(op.own_group for op in self.ops))}

    def rank(self, op: Op) -> int:
        """Return the turn of an op's group."""
        return self.ranks[op.own_group]


def text(body: JsonObject, name: str) -> str | None:
    """Return a member that is a text, else None."""
    value = body.get(name)
    return value if isinstance(value, str) else None


def members(body: JsonObject, name: str) -> JsonObject:
    """Return a member that is an object, else an empty one."""
    value = body.get(name)
    return value if isinstance(value, dict) else {}


def texts(value: JsonValue) -> list[tuple[int, str]]:
    """Return the texts of a list with their indexes; [] for what is no list."""
    return (
        [(index, item) for index, item in enumerate(value) if isinstance(item, str)] if isinstance(value, list) else []
    )


def objects(value: JsonValue) -> list[tuple[int, JsonObject]]:
    """Return the objects of a list with their indexes; [] for what is no list."""
    return [(i, item) for i, item in enumerate(value) if isinstance(item, dict)] if isinstance(value, list) else []


def all_texts(value: JsonValue, pointer: str) -> Iterator[tuple[str, str]]:
    """Return every text within a value, with its pointer."""
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from all_texts(member, f"{pointer}/{pointers.escape(name)}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from all_texts(item, f"{pointer}/{index}")


def _port(item: JsonValue, pointer: str) -> Port:
    if not isinstance(item, dict):
        return Port(pointer, _number(item))
    checks = tuple((f"{pointer}/health_checks/{index}", check) for index, check in objects(item.get("health_checks")))
    where = f"{pointer}/port" if "port" in item else pointer
    return Port(where, _number(item.get("port")), checks)


def _number(value: JsonValue) -> int | float | None:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None
