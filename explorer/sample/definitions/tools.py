"""Notebooks, training, benchmarks, small checks, and definitions of several ops."""

from __future__ import annotations

from random import Random

from explorer.sample.definitions.blocks import (
    FAKE_HF_TOKEN,
    FAKE_KEY,
    Family,
    definition,
    http_check,
    port,
    run,
    volume,
)
from explorer.sample.draw import JsonObject

LONG_LINES = 26_000  # more than a node keeps of a log


def jupyter(rng: Random) -> JsonObject:
    """Return a notebook server; token and password are switched off on purpose."""
    return definition(
        run(
            "jupyter",
            "docker.io/nosana/pytorch-jupyter:2.0.0",
            ["jupyter", "lab", "--ip=0.0.0.0", "--port=8888", "--no-browser", "--allow-root", "--ServerApp.token=''"],
            gpu=True,
            expose=rng.choice((8888, [port(8888, http_check("/lab"))], [8888, 6006])),
        ),
        trigger="dashboard",
        vram_mb=4096,
    )


def training(rng: Random) -> JsonObject:
    """Return a fine-tuning run that reports to a made-up tracker."""
    epochs, rate = rng.choice((1, 3, 5)), rng.choice(("2e-4", "5e-5"))
    return definition(
        run(
            "finetune",
            "docker.io/pytorch/pytorch:2.6.0-cuda12.4-cudnn9-runtime",
            [
                "bash",
                "-c",
                f"pip install -q peft trl wandb && python train.py --epochs {epochs} --lr {rate}",
            ],
            gpu=True,
            work_dir="/app",
            env={
                "WANDB_API_KEY": FAKE_KEY,
                "HF_TOKEN": FAKE_HF_TOKEN,
                "PYTORCH_CUDA_ALLOC_CONF": "expandable_segments:True",
            },
            resources=[{"type": "HF", "repo": "Qwen/Qwen3-4B-Instruct-2507", "target": "/models/base"}],
            results={"loss": {"regex": r"eval_loss=([0-9.]+)", "logType": ["stdout"]}},
        ),
        trigger=rng.choice(("sdk", "cli", "cron")),
        vram_mb=16384,
    )


def soak(rng: Random) -> JsonObject:
    """Return a test that prints thousands of lines, now and then more than a node keeps."""
    lines = rng.choice((4_000, 12_000, LONG_LINES))
    line = f"seq 1 {lines} | while read i; do echo step $i; done"
    return definition(
        run("soak-test", "docker.io/nosana/soak:0.3", line, gpu=True, env={"LINES": str(lines)}), trigger="ci"
    )


def llm_benchmark(rng: Random) -> JsonObject:
    """Return the network's own benchmark of a language model."""
    clients = rng.choice((1, 10, 50, 100))
    return definition(
        run(
            "llm-benchmark",
            "registry.hub.docker.com/nosana/llm_benchmark:1.0.0",
            [
                "python3",
                "benchmark.py",
                "--framework",
                rng.choice(("vllm", "lmdeploy")),
                "--concurrent-users",
                str(clients),
            ],
            gpu=True,
            results={"tokens-per-second": r"average_tokens_per_second: ([0-9.]+)"},
        ),
        trigger="benchmark",
        vram_mb=8192,
    )


def node_stats(_: Random) -> JsonObject:
    """Return the network's check of a node, in three ops of one group, image and gpu named in `global`."""
    stats = "registry.hub.docker.com/nosana/stats:v1.2.1"
    group = {"group": "check"}
    shared: JsonObject = {"image": stats, "gpu": True, "env": {"LC_ALL": "C"}, "work_dir": "/opt/stats"}
    return definition(
        run("gpu", stats, "nvidia-smi", execution=group),
        run("system-info", stats, ["./stats", "--json"], results={"system": '"os": "(.+?)"'}, execution=group),
        run("disk", "ubuntu", "df -h && echo disk ok", results={"ok": "disk (ok)"}, execution=group),
        trigger="benchmark",
        others={"global": shared},
    )


def checked_build(rng: Random) -> JsonObject:
    """Return a build, its tests and a publishing step, each its own group; tests fail now and then."""
    commit = f"{rng.randrange(16**8):08x}"
    source = [{"name": "source", "dest": "/src"}]
    return definition(
        volume("make-source", "source"),
        run(
            "build",
            "docker.io/library/node:22-alpine",
            f"npm ci && npm run build && echo built {commit}",
            volumes=source,
        ),
        run("test", "docker.io/library/node:22-alpine", ["npm", "test", "--", "--ci"], work_dir="/src", volumes=source),
        run(
            "publish",
            "docker.io/library/alpine:3.22",
            "echo published",
            env={"NPM_TOKEN": "npm_SAMPLE000000000000"},
            volumes=source,
        ),
        trigger="ci",
    )


def hello(rng: Random) -> JsonObject:
    """Return the smallest job there is, in one of its forms."""
    name = rng.choice(("world", "grid", "nosana"))
    return definition(
        run("hello-world", "ubuntu", rng.choice((f"echo hello {name}", ["echo", "hello", name]))),
        trigger=rng.choice(("cli", None)),
    )


def web_server(rng: Random) -> JsonObject:
    """Return a web server in one of the forms that a port can be exposed in."""
    return definition(
        run(
            "web",
            "docker.io/library/nginx:1.29-alpine",
            expose=rng.choice(
                (80, [port(80, http_check(continuous=False), kind="web")], [port(80), port(8443, kind="none")])
            ),
            **rng.choice(
                ({}, {"restart_policy": "unless-stopped"}, {"authentication": {"docker": {"username": "sample"}}})
            ),
        ),
        trigger="dashboard",
    )


def confidential(_: Random) -> JsonObject:
    """Return a confidential job: what runs is sent to the node directly, so nothing of it is public."""
    listen = {"type": "api-listen", "args": {}}
    return definition(trigger="cli", others={"logistics": {"send": listen, "receive": listen}})


FAMILIES = (
    Family("jupyter", jupyter, 4, 8),
    Family("training", training, 16, 6),
    Family("soak", soak, 4, 0.2),
    Family("llm benchmark", llm_benchmark, 8, 6),
    Family("node stats", node_stats, 0, 5),
    Family("build", checked_build, 0, 3),
    Family("hello", hello, 0, 4),
    Family("web server", web_server, 0, 3),
    Family("confidential", confidential, 0, 0.8),
)
