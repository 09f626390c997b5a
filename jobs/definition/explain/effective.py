"""What an op comes down to on a node: its arguments after literals, markers and `global`.

Rules: nosana-cli, Provider. `global.image` has no effect, since every op has to name its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from explorer.nosana import caching, javascript
from explorer.nosana.payloads import JsonObject, JsonValue
from jobs.definition.explain import eras, services
from jobs.definition.explain.command import Command, command, entrypoint
from jobs.definition.explain.context import Context
from jobs.definition.explain.interpolation import env_text
from jobs.definition.explain.services import Port


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume of the job's own, by the name that the engine knows."""

    name: str
    target: str


@dataclass(frozen=True, slots=True)
class Resource:
    """A cached resource. `key` is None where the node fails to name it; `volume` stands for a name the engine makes."""

    type: str
    key: str | None
    target: str | None
    volume: str
    is_writable: bool


@dataclass(frozen=True, slots=True)
class Container:
    """What a node runs. `entrypoint` None is the image's own; `restart` is "" where nothing restarts it.

    `args` are the arguments that all of it was made of, literals and markers replaced.
    """

    image: str | None
    entrypoint: list[str] | None
    command: Command
    env: dict[str, str]
    has_gpu: bool
    work_dir: str
    volumes: tuple[Volume, ...]
    resources: tuple[Resource, ...]
    ports: tuple[Port, ...]
    aliases: tuple[str, ...]
    restart: str
    args: JsonObject = field(default_factory=dict, compare=False, repr=False)


def container(args: JsonObject, defaults: JsonObject, context: Context) -> Container:
    """Return what a node runs for arguments without literals, and `defaults`, what is under `global`."""
    image = args.get("image")
    return Container(
        image=image if isinstance(image, str) else None,
        entrypoint=entrypoint(args, defaults),
        command=command(args.get("cmd"), context.at),
        env=environment(args, defaults, context),
        has_gpu=javascript.is_true(args.get("gpu")) or javascript.is_true(defaults.get("gpu")),
        work_dir=_work_dir(args, defaults),
        volumes=_volumes(args.get("volumes"), context),
        resources=_resources(args.get("resources")),
        ports=services.exposed_ports(args.get("expose")),
        aliases=_aliases(args.get("aliases")) if eras.has(context.at, eras.ALIASES) else (),
        restart=_restart(args.get("restart_policy")) if eras.has(context.at, eras.RESTARTS) else "",
        args=args,
    )


def environment(args: JsonObject, defaults: JsonObject, context: Context) -> dict[str, str]:
    """Return the variables: those of `global`, the op's over them, and the job's address over all."""
    shared, own = defaults.get("env"), args.get("env")
    found = {name: env_text(value) for name, value in shared.items()} if isinstance(shared, dict) else {}
    if isinstance(own, dict):
        found |= {name: env_text(value) for name, value in own.items()}
    if context.group is not None:
        found["NOSANA_GROUP_ID"] = context.group
    return found | {"NOSANA_ID": context.prefix}


def _work_dir(args: JsonObject, defaults: JsonObject) -> str:
    own = args.get("work_dir")
    chosen = own if javascript.is_true(own) else defaults.get("work_dir")
    return javascript.text(chosen) if javascript.is_true(chosen) else ""


def _volumes(volumes: JsonValue, context: Context) -> tuple[Volume, ...]:
    found = [item for item in volumes if isinstance(item, dict)] if isinstance(volumes, list) else []
    return tuple(
        Volume(f"{context.prefix}-{javascript.text(item.get('name'))}", javascript.text(item.get("dest")))
        for item in found
    )


def _resources(resources: JsonValue) -> tuple[Resource, ...]:
    listed = resources if isinstance(resources, list) else []
    return tuple(_resource(index, item) for index, item in enumerate(listed) if isinstance(item, dict))


def _resource(index: int, item: JsonObject) -> Resource:
    return Resource(
        type=javascript.text(item.get("type")),
        key=caching.resource_key(item),
        target=caching.resource_target(item),
        volume=f"nosana-resource-{index}",
        is_writable=caching.is_writable(item),
    )


def _aliases(aliases: JsonValue) -> tuple[str, ...]:
    if isinstance(aliases, str):
        return tuple(aliases.split(",")) if aliases else ()
    return tuple(map(javascript.text, aliases)) if isinstance(aliases, list) else ()


def _restart(policy: JsonValue) -> str:
    """Return the policy as podman takes it; nodes give it "unless-stopped" for "always"."""
    if isinstance(policy, str):
        return "unless-stopped" if policy == "always" else policy
    name = policy.get("policy") if isinstance(policy, dict) else None
    if not isinstance(policy, dict) or not isinstance(name, str):
        return ""
    tries = policy.get("restart_tries")
    return f"{name}:{javascript.text(tries)}" if javascript.is_true(tries) else name
