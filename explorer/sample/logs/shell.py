"""A very small shell: what `echo`, `ls`, `nvidia-smi` and the like would print, and how the line would end.

Definitions that people post to the sample network really run by this: `echo hello; exit 3` prints and ends with 3.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from explorer.sample.caching import resource_key
from explorer.sample.draw import JsonObject
from explorer.sample.logs import work
from explorer.sample.logs.screen import Line, Run, err, nvidia_smi, out, words_of

PARTS = re.compile(r"&&|;|\n")
SHELLS = ("sh", "bash", "/bin/sh", "/bin/bash", "sh -c ")
MAX_PARTS = 200


def commands(args: JsonObject, joins_cmd: bool) -> list[str]:
    """Return the simple commands of an op's cmd; old nodes join the parts of a list into one line."""
    words = words_of(args)
    if isinstance(args.get("cmd"), list) and not (words and words[0] in SHELLS) and not args.get("entrypoint"):
        return [shlex.join(words)] if words and not joins_cmd else [" ".join(words)]
    line = " ".join(word for word in words if word not in (*SHELLS, "-c"))
    return [part.strip() for part in PARTS.split(line)[:MAX_PARTS] if part.strip()]


def exit_code(args: JsonObject, joins_cmd: bool) -> int:
    """Return what the cmd ends with: the number after `exit`, 1 for `false`, else 0."""
    for command in commands(args, joins_cmd):
        head, _, rest = command.partition(" ")
        if head == "exit":
            return int(rest) % 256 if rest.strip().isdigit() else 0
        if head == "false":
            return 1
    return 0


def lines(run: Run) -> Iterator[Line]:
    """Yield what the commands print, in order, up to an `exit`."""
    for command in commands(run.args, run.node.joins_cmd):
        yield from _one(run, command)
        if command.startswith(("exit", "false")):
            return


def _one(run: Run, command: str) -> Iterator[Line]:
    """Yield the output of one command; one that is not known prints nothing."""
    words = _split(command)
    name = words[0].rsplit("/", 1)[-1] if words else ""
    if name in ("echo", "printf"):
        yield from out(" ".join(words[1:]))
    elif name == "nvidia-smi":
        yield from nvidia_smi(run.node, run.rng)
    elif name == "cat" and "cpuinfo" in command:
        yield from out(
            "flags\t\t: fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat mmx fxsr sse sse2 avx avx2"
        )
    elif name == "ls":
        yield from _ls(run)
    elif name == "df":
        yield from out(
            "Filesystem      Size  Used Avail Use% Mounted on",
            f"overlay         {run.node.disk_gb}G  {run.node.disk_gb // 3}G  {run.node.disk_gb * 2 // 3}G  33% /",
        )
    elif name == "npm":
        yield from out(
            "",
            f"> app@1.4.{run.rng.randrange(40)} {words[-1] if words else ''}",
            f"added {run.rng.randrange(90, 900)} packages in {run.rng.randrange(2, 40)}s",
        )
    elif name == "python" and "whisper" in command:
        yield from work.whisper(run)
    elif name == "python" and "print(" in command:
        yield from out(command.partition("print('")[2].partition("')")[0])
    elif name == "aws":
        yield from out(f"upload: ../scratch/out.mp4 to {words[-1]}")
    elif name in ("rm", "cd", "sleep", "wget", "curl", "true", "exit", "false", "for", "done", "do"):
        return
    elif name:
        yield from err(f"sh: 1: {name}: not found" if run.node.style % 7 == 0 else f"{name}: done")


def _ls(run: Run) -> Iterator[Line]:
    """Yield the files of the op's first resource, or of an empty disk."""
    resources = run.args.get("resources")
    keys = [key for resource in resources if (key := resource_key(resource))] if isinstance(resources, list) else []
    yield from out(*(work.KEPT_FILES if keys else ("bin", "etc", "home", "lib", "root", "tmp", "usr", "var")))


def _split(command: str) -> list[str]:
    """Return the words of a command as a shell would; quotes that do not match are taken as text."""
    try:
        return shlex.split(command)
    except ValueError:
        return command.split()
