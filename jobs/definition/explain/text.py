"""An explanation as text for a terminal."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from explorer.nosana import caching, javascript
from jobs.definition.explain.effective import Container
from jobs.definition.explain.plan import Plan, Step
from jobs.definition.explain.report import Explanation, OpExplanation


def as_text(explanation: Explanation) -> str:
    """Return the plan and every op, with all that a terminal would take for a command made harmless."""
    lines = list(map(_printable, _plan(explanation.plan)))
    for op in explanation.ops:
        lines += map(_printable, _op(op))
        lines += (
            _printable(f"  {line.partition(' ')[0]:<11} {line}", "\n\t") for line in (op.podman, op.docker) if line
        )
    return "\n".join(lines) + "\n"


def _printable(line: str, kept: str = "") -> str:
    """Return a line without control characters; a run line keeps the ends of lines in its quotes."""
    return "".join(char if char.isprintable() or char in kept else "\N{REPLACEMENT CHARACTER}" for char in line)


def _plan(plan: Plan) -> Iterator[str]:
    yield "Plan"
    for number, group in enumerate(plan.groups, 1):
        yield f"  {number}. {', '.join(map(_step, group))}"
    if not plan.groups:
        yield "  Nothing runs."
    for problem in plan.problems:
        yield f"  Nothing runs: {problem}"


def _step(step: Step) -> str:
    if not step.waits_for:
        return step.id
    waits = f"{step.id} (when {' or '.join(step.waits_for)} is up"
    return f"{waits})" if step.is_started else f"{waits}, which never happens)"


def _op(op: OpExplanation) -> Iterator[str]:
    yield ""
    yield f"Op {op.index}: {op.id}"
    for problem in op.problems:
        yield f"  {'fails':<11} {problem}"
    for literal in op.pending:
        yield f"  {'not known':<11} {literal}"
    if op.container:
        for name, value in _container(op.container):
            yield f"  {name:<11} {value}"
    for url in op.urls:
        shared = " (shared by the deployment)" if url.is_shared else ""
        yield f"  {'port':<11} {javascript.number(url.port)}: {url.url or 'its address is not known'}{shared}"


def _container(what: Container) -> Iterator[tuple[str, str]]:
    arguments = [item if isinstance(item, str) else javascript.json_text(item) for item in what.command.arguments]
    yield "image", what.image or "none"
    yield "entrypoint", "the image's own" if what.entrypoint is None else shlex.join(what.entrypoint) or "none"
    yield "argv", shlex.join(arguments) or "the image's own"
    yield from (("env", f"{name}={value}") for name, value in what.env.items())
    yield from (("volume", f"{volume.name} at {volume.target}") for volume in what.volumes)
    for resource in what.resources:
        key = "it cannot be named, so that the op fails" if resource.key is None else resource.key
        yield "resource", f"{resource.type} {key} at {resource.target}"
    if what.image:
        yield "cached as", ", ".join(caching.image_names(what.image))
