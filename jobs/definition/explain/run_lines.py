"""The `podman run` and `docker run` lines that do what a node does for an op, quoted for a shell.

The node uses the engines' interfaces, not lines (nosana-cli, createPodmanRunOptions, DockerContainerOrchestration); the
options here are those of the command line that stand for what it sends. Podman is what nodes use unless told otherwise.
A cached resource is in a volume with a name that the engine makes up: `nosana-resource-0` stands for the first.
"""

from __future__ import annotations

import shlex
from typing import Final

from explorer.nosana import javascript
from explorer.nosana.payloads import JsonValue
from jobs.definition.explain import eras
from jobs.definition.explain.context import Context
from jobs.definition.explain.effective import Container

NETWORK: Final = "NOSANA_GATEWAY"
#: Names that lead out of the container to the node itself are sent elsewhere.
_HOSTS: Final = ("host.docker.internal:8.8.8.8", "host.containers.internal:8.8.8.8")
SHARED_MEMORY: Final = 4 * 1024**3


def podman_arguments(index: int, what: Container, context: Context) -> list[str]:
    """Return the line's words; [] without an image, since then nothing runs."""
    if what.image is None:
        return []
    tunnel = eras.has(context.at, eras.TUNNEL)
    aliases = ",".join(f"alias={alias}" for alias in what.aliases)
    words = ["podman", "run", "-d", "--name", f"{context.prefix}-{index}"]
    words += ["--network", f"{NETWORK}:{aliases}" if aliases else NETWORK]
    words += ["--ipc", "private", "--shm-size", str(SHARED_MEMORY), "--cap-add", "NET_ADMIN"] if tunnel else []
    words += ["--cgroups", "disabled"]
    words += ["--device", "/dev/net/tun"] if tunnel else []
    words += ["--device", "nvidia.com/gpu=all"] if what.has_gpu else []
    words += _added_hosts()
    words += ["--restart", what.restart] if what.restart else []
    words += _mounts(what) + _variables(what.env) + (["-w", what.work_dir] if what.work_dir else [])
    words += ["--entrypoint", javascript.json_text([*what.entrypoint])] if what.entrypoint is not None else []
    return [*words, what.image, *_texts(what.command.arguments)]


def docker_arguments(index: int, what: Container, context: Context) -> list[str]:
    """Return the line's words, [] without an image. With Docker, nodes ignore the restart policy.

    Its command line takes one word as the entrypoint, so that the others come before the command.
    """
    if what.image is None:
        return []
    words = ["docker", "run", "-d", "--name", f"{context.prefix}-{index}", "--network", NETWORK]
    words += [word for alias in what.aliases for word in ("--network-alias", alias)]
    words += ["--gpus", "all"] if what.has_gpu else []
    words += _added_hosts() + _mounts(what) + _variables(what.env) + (["-w", what.work_dir] if what.work_dir else [])
    rest: list[str] = []
    if what.entrypoint is not None:
        words += ["--entrypoint", what.entrypoint[0] if what.entrypoint else ""]
        rest = what.entrypoint[1:]
    return [*words, what.image, *rest, *_texts(what.command.arguments)]


def volume_arguments(engine: str, name: str) -> list[str]:
    """Return the words of the line for an op that only creates a volume."""
    return [engine, "volume", "create", name]


def line(arguments: list[str]) -> str:
    """Return words as one line for a POSIX shell, which takes exactly these words out of it again."""
    return shlex.join(arguments)


def _added_hosts() -> list[str]:
    return [word for host in _HOSTS for word in ("--add-host", host)]


def _mounts(what: Container) -> list[str]:
    mounts = [f"{volume.name}:{volume.target}" for volume in what.volumes]
    for resource in what.resources:
        mounts.append(f"{resource.volume}:{resource.target or ''}{'' if resource.is_writable else ':ro'}")
    return [word for mount in mounts for word in ("-v", mount)]


def _variables(env: dict[str, str]) -> list[str]:
    return [word for name, value in env.items() for word in ("-e", f"{name}={value}")]


def _texts(arguments: tuple[JsonValue, ...]) -> list[str]:
    return [word if isinstance(word, str) else javascript.json_text(word) for word in arguments]
