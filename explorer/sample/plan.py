"""The timeline of a job on a node, drawn when the node takes it: pulls, groups of ops, how each ends.

Groups run one after another in order of first appearance, ops of a group side by side, dependents after what they
depend on has started: the rules of the network's node.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from explorer.sample import draw, flow
from explorer.sample.caching import NodeCache, has_image, image_gb, resource_gb, resource_key
from explorer.sample.draw import JsonObject
from explorer.sample.fate import draw_fates, is_service, is_volume, ops_of, shortened, work_seconds
from explorer.sample.logs import write
from explorer.sample.markets import Market
from explorer.sample.nodes import Node

MAX_PULL_MBPS = 1600
UNPACK_SECONDS_PER_GB = 3.0
BROKEN_SECONDS = 4.0


@dataclass(slots=True)
class Plan:
    """What will happen if nobody interferes. Times in Unix seconds; `ends` is None while a service would run on."""

    flow: JsonObject
    ends: float | None
    quits: float | None = None
    images: list[str] = field(default_factory=list)
    volumes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and when a job runs. `pace` is how many times faster than life, `care` scales its chance to fail."""

    seed: int
    job: str
    node: Node
    market: Market
    cache: NodeCache
    start: float
    pace: float
    care: float


def make(setting: Setting, body: object) -> Plan:
    """Return the plan of a definition; one that a node would refuse ends within seconds."""
    rng = draw.rng(setting.seed, "plan", setting.job)
    ops = ops_of(body)
    if ops is None:
        ends = setting.start + BROKEN_SECONDS + rng.random()
        return Plan(flow.refused(setting.start, body), ends)
    if not ops:
        return Plan(flow.empty(setting.start), setting.start + shortened(rng.uniform(600, 3000), setting.pace, rng))
    return _Timeline(setting, ops, _variables(body), rng).plan()


def _variables(body: Any) -> JsonObject:
    """Return `global.variables` of a definition."""
    shared = body.get("global") if isinstance(body, dict) else None
    found = shared.get("variables") if isinstance(shared, dict) else None
    return found if isinstance(found, dict) else {}


class _Timeline:
    """Puts the ops of one job on a time line."""

    def __init__(self, setting: Setting, ops: list[JsonObject], variables: JsonObject, rng: Random) -> None:
        self.setting, self.ops, self.variables, self.rng = setting, ops, variables, rng
        self.fates = draw_fates(ops, setting.node, setting.care, rng)
        self.result = Plan(flow.empty(setting.start), None)
        self.states: dict[int, JsonObject] = {}
        self.starts: dict[str, float] = {}

    def plan(self) -> Plan:
        """Return the plan: group by group, as far as the node goes on after a failure."""
        now = self.setting.start + self.rng.uniform(0.4, 1.2)
        forever = False
        for group, indexes in self._groups():
            ends = [self._op(index, group, now) for index in indexes]
            forever = any(end is None for end in ends)
            now = max([end for end in ends if end is not None], default=now) + 0.3
            if forever or (self._failed(indexes) and not self.setting.node.has_groups):
                break
        self.result.flow["opStates"] = [
            self.states.get(i) or flow.not_run(op, self.setting.node) for i, op in enumerate(self.ops)
        ]
        self.result.ends = None if forever else now + self.rng.uniform(0.5, 2.5)
        if "quit" in self.fates.values():
            late = min(self.result.ends or now + 3600 / self.setting.pace, now + 3600 / self.setting.pace)
            self.result.quits = self.setting.start + (late - self.setting.start) * self.rng.uniform(0.2, 0.9)
        return self.result

    def _groups(self) -> Iterable[tuple[str, list[int]]]:
        """Return the groups in order of first appearance; an op without one is its own."""
        groups: dict[str, list[int]] = {}
        for index, op in enumerate(self.ops):
            execution = op.get("execution")
            named = execution.get("group") if isinstance(execution, dict) else None
            groups.setdefault(str(named or op["id"]), []).append(index)
        return groups.items()

    def _op(self, index: int, group: str, now: float) -> float | None:
        """Place one op and return when it ends, or None for a service that goes on."""
        op, setting, rng = self.ops[index], self.setting, self.rng
        fate = self.fates.get(index) or self._asked(op)
        start = self._after_dependencies(op, now) + (0.0 if is_volume(op) else self._pull(op["args"], fate))
        self.starts[op["id"]] = start
        if is_volume(op):
            end: float | None = start + 0.1
        elif fate in flow.NODE_ERRORS:
            end = start + rng.uniform(0.2, 1.0)
        elif is_service(op) and fate == "ok":
            end = None
        else:
            work = rng.uniform(40, 900) if is_service(op) else work_seconds(op, rng)
            end = start + shortened(work * (rng.uniform(0.1, 0.9) if fate != "ok" else 1), setting.pace, rng)
        self.states[index] = flow.op_state(setting.seed, setting.job, setting.node, index, op, group, start, end, fate)
        return end

    def _asked(self, op: JsonObject) -> str:
        """Return how the op's own cmd says it ends."""
        code = write.shell_exit(op["args"], self.setting.node.joins_cmd)
        return f"exit {code}" if code else "ok"

    def _after_dependencies(self, op: JsonObject, now: float) -> float:
        """Return when an op may start: now, or once what it depends on has started and is warm."""
        execution = op.get("execution")
        wanted = execution.get("depends_on") if isinstance(execution, dict) else None
        starts = [self.starts[name] for name in wanted if name in self.starts] if isinstance(wanted, list) else []
        return (
            max(now, min(starts) + shortened(self.rng.uniform(20, 90), self.setting.pace, self.rng) / 3)
            if starts
            else now
        )

    def _pull(self, args: JsonObject, fate: str) -> float:
        """Return how long the node pulls what it has not cached, and remember what it has used."""
        image, resources = self._resolved(str(args.get("image"))), args.get("resources")
        named = [resource_key(resource) for resource in resources] if isinstance(resources, list) else []
        keys = [self._resolved(key) for key in named if key]
        gigabytes = 0.0 if self._has_image(image) else image_gb(image)
        if fate != "pull":
            gigabytes += sum(resource_gb(key) for key in keys if not self._has_volume(key))
            self.result.images.append(image)
            self.result.volumes.extend(keys if fate != "resource" else [])
        speed = min(self.setting.node.download, MAX_PULL_MBPS)
        return 0.4 + gigabytes * (8000 / speed + UNPACK_SECONDS_PER_GB) / self.setting.pace

    def _resolved(self, text: str) -> str:
        """Return a text with the definition's own variables put in, as the node does before anything else."""
        for name, value in self.variables.items():
            text = text.replace(f"%%global.variables.{name}%%", str(value))
        return text

    def _has_image(self, image: str) -> bool:
        return has_image(image, {*self.setting.cache.images, *self.setting.market.images, *self.result.images})

    def _has_volume(self, key: str) -> bool:
        required = {resource_key(resource) for resource in self.setting.market.resources}
        return key in self.setting.cache.volumes or key in required or key in self.result.volumes

    def _failed(self, indexes: Iterable[int]) -> bool:
        return any(self.states[index]["status"] == "failed" for index in indexes)
