"""Definitions whose ops hand results and addresses on to each other by literals."""

from __future__ import annotations

from random import Random

from explorer.sample.definitions.blocks import FAKE_HF_TOKEN, Family, chat_check, definition, port, run, volume
from explorer.sample.draw import JsonObject


def pipeline(rng: Random) -> JsonObject:
    """Return three groups that hand results on by literals: prepare, embed beside a cache, report."""
    work, data = {"group": "embed"}, [{"name": "data", "dest": "/data"}]
    embed = run(
        "embed",
        "docker.io/vllm/vllm-openai:v0.10.2",
        ["--model", "%%global.variables.MODEL%%", "--task", "embed", "--shards", "%%ops.prepare.results.shards%%"],
        gpu=True,
        env={"REDIS_URL": "redis://cache:6379/0", "HF_TOKEN": FAKE_HF_TOKEN},
        expose=[port(9000, chat_check("embed"))],
        volumes=data,
        resources=["__remove-if-empty__", {"type": "HF", "repo": "%%global.variables.MODEL%%", "target": "/models"}],
        execution={**work, "depends_on": ["cache"], "stop_if_dependent_stops": True},
    )
    prepare = run(
        "prepare",
        "docker.io/library/python:3.12-slim",
        f"python -c \"print('shards: {rng.choice((2, 4, 8))}')\"",
        volumes=data,
        results={"shards": "(?<=shards: ).*"},
        execution={"group": "prepare"},
    )
    cache = [port(6379, kind="none")]
    return definition(
        volume("make-data", "data"),
        prepare,
        run("cache", "docker.io/library/redis:8-alpine", aliases="cache", expose=cache, execution=work),
        embed,
        run("report", "docker.io/library/alpine:3.22", ["sh", "-c", "echo done"], execution={"group": "report"}),
        trigger="deployment-manager",
        vram_mb=12288,
        others={"global": {"variables": {"MODEL": "Qwen/Qwen3-Embedding-0.6B"}, "env": {"TZ": "UTC"}}},
    )


def selector(rng: Random) -> JsonObject:
    """Return a job whose first op decides what the second one runs: spread lists, pairs and ports."""
    model = rng.choice(("gpt-oss:20b", "qwen3:8b"))
    resources = f'[{{"type": "Ollama", "model": "{model}"}}]'
    said = (
        f"echo 'cmd: --model' && echo 'cmd: {model}' && echo 'port: 9000' && "
        f"echo 'env: {{\"MODEL\": \"{model}\"}}' && echo 'resources: {resources}'"
    )
    results = {name: f"(?<={name}: ).*" for name in ("cmd", "port", "env", "resources")}
    return definition(
        run("choose", "ubuntu", [said], entrypoint=["bash", "-c"], results=results, execution={"group": "choose"}),
        run(
            "serve",
            "docker.io/vllm/vllm-openai:v0.10.2",
            ["--verbose", "%%ops.choose.results.cmd%%"],
            gpu=True,
            env={"FIXED": "value", "__spread__": "%%ops.choose.results.env%%"},
            expose=[9000, {"__spread__": "%%ops.choose.results.port%%"}],
            entrypoint=["__remove-if-empty__", "vllm"],
            resources=[{"__spread__": "%%ops.choose.results.resources%%", "chunked": True}],
            execution={"group": "serve", "timeout": 3600},
        ),
        trigger="deployment-manager",
        vram_mb=12288,
        others={"deployment_id": f"sample-{rng.randrange(16**8):08x}"},
    )


def gateway(_: Random) -> JsonObject:
    """Return one service behind another: a port given as a literal, a bare port object, an empty cmd, keys for ssh."""
    return definition(
        run("api", "docker.io/library/python:3.12-slim", "python -m http.server 8000", expose={"port": 8000}),
        run(
            "proxy",
            "docker.io/library/nginx:1.29-alpine",
            "",
            env={"UPSTREAM": "http://%%ops.api.host%%:8000", "PUBLIC": "https://%%ops.api.endpoint.8000%%"},
            expose="%%global.variables.PORT%%",
        ),
        trigger="sdk",
        others={
            "global": {"variables": {"PORT": "80"}, "gpu": False},
            "ssh": {"public_keys": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAISAMPLE sample@example"]},
        },
    )


FAMILIES = (
    Family("pipeline", pipeline, 12, 4),
    Family("selector", selector, 12, 2),
    Family("gateway", gateway, 0, 1.5),
)
