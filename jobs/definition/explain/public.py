"""An explanation without its secrets. Literals may have put one into another place, so that what came out is judged."""

from __future__ import annotations

from dataclasses import replace

from explorer.nosana.payloads import JsonObject, JsonValue
from jobs import secrets
from jobs.definition.explain import run_lines
from jobs.definition.explain.command import Command
from jobs.definition.explain.context import Context
from jobs.definition.explain.effective import Container
from jobs.definition.explain.report import OpExplanation
from jobs.definition.masking import MASK, mask_value

#: No more of a problem is looked at, and shown.
_LONGEST = 2000


def public(op: OpExplanation, context: Context) -> OpExplanation:
    """Return the explanation with `***` for every secret, in its run lines too."""
    problems = tuple(secrets.masked(problem, _LONGEST, MASK) for problem in op.problems)
    if op.container is None:
        return replace(op, problems=problems)
    what = _container(op.container)
    return replace(
        op,
        container=what,
        podman=run_lines.line(run_lines.podman_arguments(op.index, what, context)),
        docker=run_lines.line(run_lines.docker_arguments(op.index, what, context)),
        problems=problems,
    )


def _container(what: Container) -> Container:
    given: JsonObject = {
        "args": what.args,
        "cmd": [*what.command.arguments],
        "entrypoint": None if what.entrypoint is None else [*what.entrypoint],
        "env": {**what.env},
        "image": what.image,
        "ports": [[*port.health_checks] for port in what.ports],
    }
    shown = mask_value(given)
    args, image = shown["args"], shown["image"]
    words = None if what.entrypoint is None else [str(word) for word in _items(shown["entrypoint"])]
    return replace(
        what,
        args=args if isinstance(args, dict) else {},
        command=Command(tuple(_items(shown["cmd"])), what.command.problems),
        entrypoint=words,
        env={name: str(value) for name, value in shown["env"].items()} if isinstance(shown["env"], dict) else {},
        image=image if isinstance(image, str) else None,
        ports=tuple(
            replace(port, health_checks=tuple(_items(checks)))
            for port, checks in zip(what.ports, _items(shown["ports"]), strict=True)
        ),
    )


def _items(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []
