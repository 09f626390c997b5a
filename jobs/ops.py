"""The ops of a job as its page shows them: what the definition asks for beside what the node reported. Pure Python."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from explorer.nosana.endpoints import deployment_url
from explorer.nosana.payloads import OpResult, ResultPayload
from jobs import arguments
from jobs.arguments import Place, Port, Resource, Some, Variable, mapping, sequence, some, text
from jobs.exits import exit_meaning, facts
from jobs.results import FAILED, verdict

RUN, CREATE_VOLUME = "container/run", "container/create-volume"
#: The words of a result's streams, by the number a definition may use for them.
_STREAMS = {"1": "stdin", "2": "stdout", "3": "stderr", "4": "nodeerr"}


@dataclass(frozen=True, slots=True)
class Capture:
    """A value that a node looks for in an op's log: its name, the pattern, the streams, and what was found."""

    name: str
    pattern: str
    streams: str
    values: Some[str]


@dataclass(frozen=True, slots=True)
class JobFacts:
    """What of the job its ops need: its address, who pays, and the domain of services, None if it has none to tell."""

    address: str
    owner: str
    domain: str | None


@dataclass(frozen=True, slots=True)
class OpView:
    """One op: first what was asked for, then what became of it. Without a result, `result` is None."""

    index: int
    id: str
    type: str
    group: str
    image: str
    volume: str  # what a create-volume op creates
    entrypoint: tuple[str, ...] | None  # None: the image's own
    command: tuple[str, ...]  # empty: the image's own
    run_line: str  # "" where both are the image's own
    script: str  # what the shell in the run line is given, "" if it is none
    env: Some[Variable]
    has_gpu: bool
    work_dir: str
    volumes: Some[tuple[str, str]]
    resources: Some[Resource]
    ports: Some[Port]
    is_private: bool
    shared_url: str | None  # of all replicas of the deployment
    depends_on: Some[str]
    captures: Some[Capture]
    is_defined: bool
    result: OpResult | None
    exit_meaning: str
    diagnostics: tuple[tuple[str, str], ...]

    @property
    def is_failed(self) -> bool:
        """Whether the node reported that it failed."""
        return self.result is not None and verdict(self.result) == FAILED

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


def op_views(definition: object, result: ResultPayload | None, job: JobFacts) -> Some[OpView]:
    """Return the ops in the order of the definition, then those that only the result has; never raises.

    `definition` is what a stranger's JSON says, of any shape.
    """
    whole = mapping(definition)
    ops = [mapping(op) for op in sequence(whole.get("ops"))]
    reported: dict[str, list[OpResult]] = {}
    for entry in result.ops if result else ():
        reported.setdefault(entry.op_id, []).append(entry)
    pairs: list[tuple[dict[str, Any], OpResult | None]] = []
    for op in ops:
        entries = reported.get(text(op.get("id")))
        pairs.append((op, entries.pop(0) if entries else None))
    pairs += [({"id": entry.op_id}, entry) for entries in reported.values() for entry in entries]
    shown = some(enumerate(pairs))
    views = tuple(_view(n, op, whole if n < len(ops) else {}, entry, job) for n, (op, entry) in shown.rows)
    return Some(views, shown.more)


def _view(index: int, op: dict[str, Any], whole: dict[str, Any], result: OpResult | None, job: JobFacts) -> OpView:
    args, defaults, execution = mapping(op.get("args")), mapping(whole.get("global")), mapping(op.get("execution"))
    entrypoint, command = arguments.entrypoint(args, defaults), arguments.command(args)
    words = (*(entrypoint or ()), *command)
    identifier, is_defined = text(op.get("id")), bool(whole)
    place = Place(job.address, index, job.domain) if job.domain else None
    return OpView(
        index=index,
        id=identifier,
        type=text(op.get("type")),
        group=text(execution.get("group")) or (result.group if result else None) or identifier,
        image=text(args.get("image")),
        volume=text(args.get("name")),
        entrypoint=entrypoint,
        command=command,
        run_line=arguments.run_line(words),
        script=arguments.script(words),
        env=arguments.environment(args, defaults, job.address) if is_defined else Some(),
        has_gpu=bool(args.get("gpu") or defaults.get("gpu")),
        work_dir=text(args.get("work_dir") or defaults.get("work_dir")),
        volumes=arguments.volumes(args),
        resources=arguments.resources(args),
        ports=arguments.ports(args, place),
        is_private=bool(args.get("private")),
        shared_url=_shared_url(identifier, args, whole, job),
        depends_on=some(map(text, sequence(execution.get("depends_on")))),
        captures=some(_captures(mapping(op.get("results")), result)),
        is_defined=is_defined,
        result=result,
        exit_meaning=exit_meaning(result) if result else "",
        diagnostics=tuple(facts(result.diagnostics)) if result else (),
    )


def _shared_url(identifier: str, args: dict[str, Any], whole: dict[str, Any], job: JobFacts) -> str | None:
    deployment = whole.get("deployment_id")
    if not job.domain or not args.get("expose") or args.get("private") or not isinstance(deployment, str):
        return None
    return deployment_url(identifier, deployment, job.owner, job.domain) if deployment else None


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
    return some(map(text, value if isinstance(value, list) else [] if value is None else [value]))
