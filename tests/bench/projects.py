"""Who posts jobs in the benchmark's network, and what: definitions made once and used again and again."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from random import Random
from typing import Any, Final

from explorer.nosana.payloads import Definition, JsonObject
from explorer.sample import draw
from explorer.sample.definitions.blocks import Family
from explorer.sample.definitions.catalogue import FAMILIES
from tests.bench.places import Place, address, cid

DEPLOYERS: Final = 3000
#: Stands in a prepared text where a job that is posted once has its own number.
_MARK: Final = "@@own@@"
_ORGANISATIONS: Final = ("acme", "grid", "lumen", "atlas", "nimbus", "orbit", "quanta", "kite", "delta", "fern")
_APPLICATIONS: Final = (
    "worker",
    "trainer",
    "renderer",
    "embedder",
    "crawler",
    "agent",
    "bench",
    "studio",
    "api",
    "tts",
)


@dataclass(frozen=True, slots=True)
class Posted:
    """A definition as it is on IPFS, with its ops as a result names them: id and group."""

    cid: str
    definition: Definition
    ops: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Project:
    """One thing that a deployer runs. Days count from the beginning; `own` is the share of jobs posted only once."""

    deployer: str
    payer: str
    weight: float
    since: int
    until: int
    places: Sequence[Place]
    trigger: str | None
    timeout: int
    median: float  # seconds that a job runs
    failing: float  # share of its jobs that fail
    own: float
    posted: Posted
    _text: str = field(repr=False)

    def post(self, rng: Random, number: int) -> Posted:
        """Return what it posts as job `number`: the same as always, or with something of its own in it."""
        if rng.random() >= self.own:
            return self.posted
        text = self._text.replace(_MARK, f"run-{number:07d}")
        return Posted(cid(rng), Definition(text, json.loads(text)), self.posted.ops)


@dataclass(frozen=True, slots=True)
class Crowd:
    """The projects that post in some week, and their cumulative shares."""

    projects: Sequence[Project]
    shares: Sequence[float]


def crowd(everyone: Sequence[Project], first_day: int, last_day: int) -> Crowd:
    """Return those of the projects that post between these days."""
    active = [project for project in everyone if project.since <= last_day and project.until > first_day]
    return Crowd(active, list(accumulate(project.weight for project in active)))


def projects(rng: Random, markets: Sequence[Place], days: int) -> list[Project]:
    """Return the projects of all deployers; the first deployer posts a tenth of the jobs, the last ones a handful."""
    everyone: list[Project] = []
    for rank in range(DEPLOYERS):
        deployer = address(rng)
        payer = (
            deployer if rng.random() < 0.7 else everyone[rng.randrange(len(everyone))].payer if everyone else deployer
        )
        count = rng.choice((1, 1, 2, 2, 3, 4, 6))
        for _ in range(count):
            weight = rng.uniform(0.5, 1.5) / count / (rank + 2)
            everyone.append(_project(rng, len(everyone), deployer, payer, weight, markets, days))
    return everyone


def _project(
    rng: Random, number: int, deployer: str, payer: str, weight: float, markets: Sequence[Place], days: int
) -> Project:
    family = rng.choices(FAMILIES, [one.weight for one in FAMILIES])[0]
    since, until = _window(rng, days)
    body = _body(rng, family, number, since, until, days)
    text = draw.dumps(body).replace(_MARK, "run-always")
    return Project(
        deployer=deployer,
        payer=payer,
        weight=weight,
        since=since,
        until=until,
        places=_places(rng, family, markets),
        trigger=body.get("meta", {}).get("trigger"),
        timeout=rng.choice((1, 1, 2, 2, 4, 6, 12, 24)) * 3600,
        median=rng.lognormvariate(6.6, 1.2),
        failing=rng.choice((0.01, 0.03, 0.05, 0.08, 0.15, 0.5)),
        own=rng.choice((0, 0, 0, 0.02, 0.1, 0.2, 0.7)),
        posted=Posted(draw.cid(text.encode()), Definition(text, json.loads(text)), _ops(body)),
        _text=draw.dumps(body),
    )


def _window(rng: Random, days: int) -> tuple[int, int]:
    """Return the first and last day of a project: the whole time, only long ago, or some weeks in between."""
    kind = rng.random()
    if kind < 0.35:
        return 0, days + 1
    if kind < 0.6:
        since = rng.randrange(days // 3)
        return since, since + rng.randrange(7, 60)
    since = rng.randrange(days - 10)
    return since, since + rng.randrange(14, 200)


def _places(rng: Random, family: Family, markets: Sequence[Place]) -> list[Place]:
    fitting = [place for place in markets if place.kind.vram_gb >= family.vram_gb]
    return rng.choices(fitting, [place.weight for place in fitting], k=rng.choice((1, 1, 2, 3)))


def _body(rng: Random, family: Family, number: int, since: int, until: int, days: int) -> dict[str, Any]:
    """Return a definition of the family with images of its time, and the mark in the first op that has a command."""
    body = copy.deepcopy(family.build(rng))
    middle = (since + min(until, days)) / 2 / days
    for op in body.get("ops", []):
        if image := op["args"].get("image"):
            op["args"]["image"] = _image(rng, image, number, middle)
    if rng.random() < 0.3:
        _rename(body, number)
    _mark(body)
    return body


def _image(rng: Random, image: str, number: int, middle: float) -> str:
    """Return a version of the image that was current at that share of the time, or an image of the project's own."""
    if rng.random() < 0.4:
        name = f"{_ORGANISATIONS[number % 10]}-{number // 40}/{_APPLICATIONS[number // 3 % 10]}"
        return f"{rng.choice(('docker.io', 'ghcr.io'))}/{name}:1.{int(middle * 9)}.{rng.randrange(3)}"
    repository, colon, tag = image.rpartition(":")
    return image if middle > 0.7 or not colon or "/" in tag else f"{repository}:{tag}-{int(middle * 12)}"


def _rename(body: JsonObject, number: int) -> None:
    """Give the only op of a definition a name of the project's own."""
    ops = body.get("ops")
    if isinstance(ops, list) and len(ops) == 1 and isinstance(ops[0], dict):
        ops[0]["id"] = f"{_APPLICATIONS[number % 10]}-{number}"


def _mark(body: dict[str, Any]) -> None:
    for op in body.get("ops", []):
        if op["type"] != "container/run":
            continue
        command = op["args"].get("cmd")
        if isinstance(command, list):
            op["args"]["cmd"] = [*command, f"--label={_MARK}"]
        elif isinstance(command, str):
            op["args"]["cmd"] = f"{command} --label={_MARK}"
        else:
            op["args"]["env"] = {**op["args"].get("env", {}), "RUN_LABEL": _MARK}
        return


def _ops(body: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((op["id"], op.get("execution", {}).get("group", op["id"])) for op in body.get("ops", []))
