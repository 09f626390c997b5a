"""One op as a page shows it: first what was asked for, then what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from explorer.nosana import javascript
from explorer.nosana.payloads import JsonObject, OpResult, ResultPayload
from jobs import secrets
from jobs.definition.explain.context import Context
from jobs.definition.explain.plan import group_of
from jobs.definition.explain.public import public
from jobs.definition.explain.report import OpExplanation, explain
from jobs.definition.explain.store import CREATE_VOLUME
from jobs.definition.masking import MASK
from jobs.exits import exit_meaning, facts
from jobs.ops import ports, resources, running
from jobs.ops.cached import Cache, Held
from jobs.ops.ports import Port
from jobs.ops.resources import Resource
from jobs.ops.running import Runs, Variable
from jobs.results import FAILED, verdict
from jobs.shapes import MANY, Some, mapping, sequence, some, text

#: The words of a result's streams, by the number a definition may use for them.
_STREAMS = {"1": "stdin", "2": "stdout", "3": "stderr", "4": "nodeerr"}
#: Explained are no more ops than this, so that nobody's definition keeps a page waiting.
_EXPLAINED = 300
_Asked = tuple[dict[str, Any], OpResult | None]


@dataclass(frozen=True, slots=True)
class Capture:
    """A value that a node looks for in an op's log: its name, the pattern, the streams, and what was found."""

    name: str
    pattern: str
    streams: str
    values: Some[str]


@dataclass(frozen=True, slots=True)
class OpView:
    """One op: first what was asked for, then what became of it. Without a result, `result` is None.

    `problems` are why a node cannot run it as it is written, `pending` the literals whose value is not known.
    """

    index: int
    id: str
    type: str
    group: str
    image: str
    volume: str  # what a create-volume op creates
    runs: Runs | None  # None: no container, or nothing is known of it
    env: Some[Variable]
    has_gpu: bool
    work_dir: str
    restart: str
    aliases: Some[str]
    volumes: Some[tuple[str, str]]
    resources: Some[Resource]
    ports: Some[Port]
    depends_on: Some[str]
    captures: Some[Capture]
    problems: tuple[str, ...]
    pending: tuple[str, ...]
    cache: Cache | None  # of the image; None while no node took the job
    is_defined: bool
    result: OpResult | None
    exit_meaning: str
    diagnostics: tuple[tuple[str, str], ...]

    @property
    def is_failed(self) -> bool:
        """Whether the node reported that it failed."""
        return self.verdict == FAILED

    @property
    def verdict(self) -> str:
        """How it went by its report: "success", "failed", or "" where nothing says."""
        return verdict(self.result) if self.result else ""

    @property
    def status(self) -> str:
        """The node's word for how it is; "" where it reported nothing."""
        return self.result.status if self.result else ""

    @property
    def seconds(self) -> float | None:
        """How long it ran; None while it runs, or where times are missing."""
        if self.result is None or self.result.started_at is None or self.result.ended_at is None:
            return None
        return max((self.result.ended_at - self.result.started_at).total_seconds(), 0.0)

    @property
    def started_at(self) -> datetime | None:
        """When it started, by the node's clock."""
        return self.result.started_at if self.result else None


def is_confidential(definition: Mapping[str, Any]) -> bool:
    """Say whether the ops were kept back: the real definition went to the node only (nosana-cli, job post)."""
    return not sequence(definition.get("ops")) and bool(mapping(definition.get("logistics")))


def context_of(
    *, job: str, node: str, deployer: str, at: datetime | None, domain: str, result: ResultPayload | None
) -> Context:
    """Return what an explanation needs to know of a job; `at` is when it started, or else was listed."""
    found = {op.op_id: op.results for op in result.ops} if result else {}
    return Context(
        job=job,
        node=node or None,
        project=deployer,
        at=at.timestamp() if at else None,
        domain=domain,
        results={op: values for op, values in found.items() if values},
    )


def op_views(
    definition: object, result: ResultPayload | None, context: Context, held: Held | None = None
) -> Some[OpView]:
    """Return the ops in the order of the definition, then those that only the result has; never raises.

    `definition` is what a stranger's JSON says, of any shape. All that is shown is without secrets.
    """
    whole = mapping(definition)
    ops = [mapping(op) for op in sequence(whole.get("ops"))]
    pairs = _pairs(ops, result)
    shown = [*range(min(len(pairs), MANY))]
    shown += [index for index in range(MANY, len(pairs)) if _has_failed(pairs[index])][:1]
    builder = _Views(whole, ops, context, held, result)
    return Some(tuple(builder.view(index, *pairs[index]) for index in shown), len(pairs) - len(shown))


def _pairs(ops: list[dict[str, Any]], result: ResultPayload | None) -> list[_Asked]:
    """Return each op with what was reported of it; of ops with the same id, the first report is of the first."""
    reported: dict[str, list[OpResult]] = {}
    for entry in result.ops if result else ():
        reported.setdefault(entry.op_id, []).append(entry)
    pairs: list[_Asked] = []
    for op in ops:
        entries = reported.get(text(op.get("id")))
        pairs.append((op, entries.pop(0) if entries else None))
    return pairs + [({"id": entry.op_id}, entry) for entries in reported.values() for entry in entries]


def _has_failed(pair: _Asked) -> bool:
    return pair[1] is not None and verdict(pair[1]) == FAILED


class _Views:
    def __init__(
        self,
        whole: dict[str, Any],
        ops: list[dict[str, Any]],
        context: Context,
        held: Held | None,
        result: ResultPayload | None,
    ) -> None:
        explained: JsonObject = {**whole, "ops": [*ops[:_EXPLAINED]]}
        self.explained = {op.index: op for op in explain(explained, context).ops}
        self.count = len(ops)
        self.defaults = mapping(whole.get("global"))
        self.context, self.held = context, held
        self.endpoints = result.endpoints if result else ()

    def view(self, index: int, op: dict[str, Any], result: OpResult | None) -> OpView:
        """Return the op at an index; one that only the result has comes after those of the definition."""
        whole = self.explained.get(index, OpExplanation(index, text(op.get("id"))))
        shown = public(whole, self.context)
        args, execution, what = mapping(op.get("args")), mapping(op.get("execution")), shown.container
        image = what.image or "" if what else _masked(text(args.get("image")))
        return OpView(
            index=index,
            id=text(op.get("id")),
            type=text(op.get("type")),
            group=group_of(op) if "group" in execution else (result.group if result else None) or text(op.get("id")),
            image=image,
            volume=text(args.get("name")) if op.get("type") == CREATE_VOLUME else "",
            runs=running.runs(shown, self.context),
            env=running.environment(whole, shown, args.get("env"), self.defaults),
            has_gpu=what.has_gpu if what else False,
            work_dir=what.work_dir if what else "",
            restart=what.restart if what else "",
            aliases=some(what.aliases if what else ()),
            volumes=some((text(item.get("name")), text(item.get("dest"))) for item in _volumes(what and what.args)),
            resources=resources.resources(whole.container, self.held),
            ports=ports.ports(shown, self.context, ports.statuses_of(self.endpoints, text(op.get("id")))),
            depends_on=some(map(text, sequence(execution.get("depends_on")))),
            captures=some(_captures(mapping(op.get("results")), result)),
            problems=shown.problems,
            pending=shown.pending,
            cache=self._cache(image, what.args if what else {}),
            is_defined=index < self.count,
            result=result,
            exit_meaning=exit_meaning(result) if result else "",
            diagnostics=tuple(facts(result.diagnostics)) if result else (),
        )

    def _cache(self, image: str, args: Mapping[str, Any]) -> Cache | None:
        if self.held is None or not image or "%%" in image:
            return None
        return self.held.image(image, is_private=javascript.is_true(args.get("authentication")))


def _volumes(args: object) -> list[dict[str, Any]]:
    return [found for item in sequence(mapping(args).get("volumes")) if (found := mapping(item))]


def _masked(value: str) -> str:
    return secrets.masked(value, mark=MASK)


def _captures(wanted: dict[str, Any], result: OpResult | None) -> Iterator[Capture]:
    """Yield what was looked for, with what was found, then what was found without being asked for."""
    found = dict(result.results) if result else {}
    for name, rule in wanted.items():
        parts = rule if isinstance(rule, dict) else {"regex": rule}
        streams = [_STREAMS.get(text(stream), text(stream)) for stream in sequence(parts.get("logType"))]
        yield Capture(name, text(parts.get("regex")), ", ".join(streams), _values(found.pop(name, None)))
    for name, value in found.items():
        yield Capture(name, "", "", _values(value))


def _values(value: object) -> Some[str]:
    items = value if isinstance(value, list) else [] if value is None else [value]
    return some(_masked(text(item)) for item in items)
