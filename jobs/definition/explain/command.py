"""What a node makes of `cmd` and `entrypoint`: the arguments that the container engine gets, unchanged by any shell.

Rules: nosana-cli, parseOpsArgsCmd and Provider.getEntrypoint; before 2024-08-08, DockerProvider.executeCmd.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from explorer.nosana import javascript
from explorer.nosana.payloads import JsonValue
from jobs.definition.explain import eras, shell_words


@dataclass(frozen=True, slots=True)
class Command:
    """What follows the entrypoint; no arguments leave it to the image.

    An argument that is no text is one that nodes made of a text that spells JSON; the engine refuses it. `problems` say
    why the container does not start.
    """

    arguments: tuple[JsonValue, ...] = ()
    problems: tuple[str, ...] = ()


def command(cmd: JsonValue, at: float | None = None) -> Command:
    """Return what a node passes for `cmd`, by the rule of the day `at`, in seconds since 1970 (None: now)."""
    if cmd is None:
        return Command()
    if not eras.has(at, eras.CMD_AS_GIVEN):
        return _split(cmd)
    if isinstance(cmd, str):
        return Command(("/bin/sh", "-c", cmd))
    if not isinstance(cmd, list):
        return Command((), ("The command is neither a text nor a list, so that the container is not created.",))
    if all(isinstance(argument, str) for argument in cmd):
        return Command(tuple(cmd))
    return Command(tuple(cmd), ("An argument of the command is not a text, so that the container is not created.",))


def _split(cmd: JsonValue) -> Command:
    """Apply the rule of old: every element after the first in quotes, nothing between them, split as in a shell."""
    line = "".join(_quoted(cmd)) if isinstance(cmd, list) else javascript.text(cmd)
    try:
        found = shell_words.split(line)
    except shell_words.NotSplit as problem:
        return Command((), (f"The node could not split the command: {problem}.",))
    if not found.refused:
        return Command(tuple(found.words))
    what = ", ".join(found.refused)
    return Command(tuple(found.words), (f"Without a shell, the engine refused what only a shell understands: {what}.",))


def _quoted(cmd: list[JsonValue]) -> list[str]:
    words = [javascript.text(item) for item in cmd]
    return words[:1] + [f"'{word}'" for word in words[1:]]


def entrypoint(args: Mapping[str, JsonValue], defaults: Mapping[str, JsonValue]) -> list[str] | None:
    """Return the entrypoint that replaces the image's own, None if it stays; a text is one word, never split.

    The op's is used if there is one, an empty list included; else the one of `global`.
    """
    own = args.get("entrypoint")
    chosen = own if javascript.is_true(own) else defaults.get("entrypoint")
    if not javascript.is_true(chosen):
        return None
    return [javascript.text(word) for word in chosen] if isinstance(chosen, list) else [javascript.text(chosen)]
