"""What a node runs for an op, to be read: run lines broken where they get long, variables with their origin."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from explorer.nosana.payloads import JsonValue
from jobs.definition.explain import run_lines
from jobs.definition.explain.context import Context
from jobs.definition.explain.report import OpExplanation
from jobs.definition.masking import MASK
from jobs.shapes import MANY, Some, mapping

#: Where a run line is broken before an option.
WIDTH: Final = 92
#: Longer lines are not carried along to be copied; JSON has them.
COPIED: Final = 20_000
#: What a node sets itself.
_NODES: Final = ("NOSANA_ID", "NOSANA_GROUP_ID")


@dataclass(frozen=True, slots=True)
class Variable:
    """An environment variable; `hidden` is the length of a value that is not shown, because it looks secret."""

    name: str
    value: str
    origin: str  # op, global or node
    hidden: int | None = None


@dataclass(frozen=True, slots=True)
class Runs:
    """What a node runs: `podman` and `docker` in one line each, and laid out; without secrets.

    `script` is what the shell in the command is given, to be read as it was written; "" where there is none, or where
    the line shows it as it is.
    """

    podman: str
    docker: str
    podman_shown: str
    docker_shown: str
    script: str
    has_command: bool
    has_entrypoint: bool

    @property
    def is_plain(self) -> bool:
        """Whether the lines can be copied as they are: not too long, and without characters that are not seen."""
        lines = self.podman + self.docker
        return len(lines) < COPIED and lines.replace("\t", "").replace("\n", "").isprintable()


def runs(op: OpExplanation, context: Context) -> Runs | None:
    """Return what the node runs for an op that was made public; None for one that runs no container."""
    what = op.container
    if what is None or what.image is None:
        return None
    after = 1 + len(what.command.arguments)
    hidden = 0 if what.entrypoint is None else max(len(what.entrypoint) - 1, 0)  # Docker has them after the image
    return Runs(
        podman=op.podman,
        docker=op.docker,
        podman_shown=laid_out(run_lines.podman_arguments(op.index, what, context), after),
        docker_shown=laid_out(run_lines.docker_arguments(op.index, what, context), after + hidden),
        script=_script(what.command.arguments),
        has_command=bool(what.command.arguments),
        has_entrypoint=what.entrypoint is not None,
    )


def laid_out(words: Sequence[str], after: int) -> str:
    """Return words as a shell takes them, broken before options where it gets long, and before the last `after`."""
    lines = [""]
    for index, word in enumerate(words):
        quoted = shlex.quote(word)
        value = len(shlex.quote(words[index + 1])) if word.startswith("-") and index + 1 < len(words) else 0
        is_long = word.startswith("-") and len(lines[-1]) + len(quoted) + min(value, WIDTH) > WIDTH
        if lines[-1] and (is_long or index == len(words) - after):
            lines.append("  " + quoted)
        else:
            lines[-1] += f" {quoted}" if lines[-1] else quoted
    return " \\\n".join(lines)


def _script(words: Sequence[JsonValue]) -> str:
    """Return the script that a shell is given as its only argument, where quoting for another shell changes it."""
    if len(words) != 3 or words[1] not in {"-c", "-lc"} or not isinstance(words[2], str):
        return ""
    is_shell = str(words[0]).rpartition("/")[2] in {"sh", "bash"}
    return words[2] if is_shell and "'" in words[2] else ""


def environment(op: OpExplanation, shown: OpExplanation, own: object, defaults: Mapping[str, Any]) -> Some[Variable]:
    """Return what an op finds in its environment; `shown` is the same explanation made public.

    `own` is the op's `env` and `defaults` what stands under `global`, both as they were written.
    """
    if op.container is None or shown.container is None:
        return Some()
    whole, public = op.container.env, shown.container.env
    inherited = {name for name in mapping(defaults.get("env")) if name not in mapping(own)}
    names = list(whole)
    rows = [_variable(name, whole[name], public[name], inherited) for name in names[:MANY]]
    return Some(tuple(rows), len(names) - len(rows))


def _variable(name: str, whole: str, shown: str, inherited: set[str]) -> Variable:
    origin = "node" if name in _NODES else "global" if name in inherited else "op"
    if shown == MASK and whole != MASK:
        return Variable(name, "", origin, hidden=len(whole))
    return Variable(name, shown, origin)
