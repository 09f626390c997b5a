"""What a node will do with a definition: the plan, and for each op what runs, where it is reached, what is cached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from explorer.nosana import caching, javascript
from explorer.nosana.payloads import JsonObject, JsonValue
from jobs.definition.explain import run_lines, services, store
from jobs.definition.explain.context import Context
from jobs.definition.explain.effective import Container, container
from jobs.definition.explain.interpolation import Arguments, interpolate
from jobs.definition.explain.literals import Globals, Ops
from jobs.definition.explain.plan import Plan, op_id, plan
from jobs.definition.explain.services import ServiceUrl

#: A value nested deeper than any definition may be is not explained.
DEEPEST: Final = 64
#: About how many characters an explanation may have: one small text can name one long value many times.
MOST_TEXT: Final = 8_000_000


@dataclass(frozen=True, slots=True)
class OpExplanation:
    """An op as a node runs it. `container` is None where it runs none: it creates a volume, or its type is unknown.

    With `problems` it does not start; `pending` are the literals whose value is not known here.
    """

    index: int
    id: str
    container: Container | None = None
    podman: str = ""
    docker: str = ""
    urls: tuple[ServiceUrl, ...] = ()
    problems: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()

    def as_json(self) -> JsonObject:
        """Return the op as `POST /api/explain` answers it."""
        what = self.container
        image = what.image if what else None
        return {
            "id": self.id,
            "index": self.index,
            "argv": [*what.command.arguments] if what else [],
            "entrypoint": None if what is None or what.entrypoint is None else [*what.entrypoint],
            "env": {**what.env} if what else {},
            "podman": self.podman,
            "docker": self.docker,
            "urls": [{"port": url.port, "url": url.url} for url in self.urls],
            "image": {"reference": image, "cache_names": [] if image is None else [*caching.image_names(image)]},
            "resources": [
                {"type": resource.type, "key": resource.key, "target": resource.target}
                for resource in (what.resources if what else ())
            ],
        }


@dataclass(frozen=True, slots=True)
class Explanation:
    """The plan and the ops, in the order of the definition."""

    plan: Plan
    ops: tuple[OpExplanation, ...]

    def as_json(self) -> JsonObject:
        """Return plan and ops as `POST /api/explain` answers them."""
        return {"plan": [[*group] for group in self.plan.order], "ops": [op.as_json() for op in self.ops]}


def explain(definition: JsonValue, context: Context | None = None, *, only: range | None = None) -> Explanation:
    """Explain a definition of any shape, valid or not; never raises. Costs about 0.3 ms for each op.

    `only` are the indexes of the ops to explain, all by default; the plan is always of all.
    """
    if not isinstance(definition, dict) or javascript.depth(definition, DEEPEST) > DEEPEST:
        return Explanation(plan(()), ())
    listed = definition.get("ops")
    ops = [op if isinstance(op, dict) else {} for op in listed] if isinstance(listed, list) else []
    run = _Run(definition, ops, context or Context())
    wanted = range(len(ops)) if only is None else only
    return Explanation(plan(ops), tuple(run.op(index, op) for index, op in enumerate(ops) if op and index in wanted))


class _Run:
    def __init__(self, definition: JsonObject, ops: list[JsonObject], context: Context) -> None:
        self.context = context
        shared = definition.get("global")
        self.defaults: JsonObject = shared if isinstance(shared, dict) else {}
        self.deployment = definition.get("deployment_id")
        self.globals: Globals = store.global_values(definition, context)
        self.ops: Ops = store.op_values(definition, ops, context)
        self.room = MOST_TEXT

    def op(self, index: int, op: JsonObject) -> OpExplanation:
        if self.room < 0:
            return OpExplanation(index, op_id(op), problems=("The explanation got too long before this op.",))
        args = op.get("args")
        found = interpolate(args if isinstance(args, dict) else {}, self.globals, self.ops, self.context.at)
        if op.get("type") == store.CREATE_VOLUME:
            return self._volume(index, op, found)
        if op.get("type") != store.RUN:
            kind = javascript.text(op.get("type"))
            return OpExplanation(index, op_id(op), problems=(f"operation type '{kind}' not supported",))
        return self._container(index, op, found)

    def _volume(self, index: int, op: JsonObject, found: Arguments) -> OpExplanation:
        name = store.host(index, op, found.values, self.context)
        lines = [run_lines.line(run_lines.volume_arguments(engine, name)) for engine in ("podman", "docker")]
        return OpExplanation(
            index, op_id(op), podman=lines[0], docker=lines[1], problems=found.failures, pending=found.pending
        )

    def _container(self, index: int, op: JsonObject, found: Arguments) -> OpExplanation:
        what = container(found.values, self.defaults, self.context)
        podman = run_lines.line(run_lines.podman_arguments(index, what, self.context))
        docker = run_lines.line(run_lines.docker_arguments(index, what, self.context))
        urls = services.service_urls(index, op_id(op), found.values, self.deployment, self.context)
        self.room -= len(podman) + len(docker) + 100 * len(urls)
        no_image = () if what.image else ("It names no image.",)
        return OpExplanation(
            index=index,
            id=op_id(op),
            container=what,
            podman=podman,
            docker=docker,
            urls=tuple(urls),
            problems=(*found.failures, *what.command.problems, *no_image),
            pending=found.pending,
        )
