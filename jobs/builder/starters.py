"""Ops to begin with: each runs as it is, and shows one thing that ops do."""

from __future__ import annotations

from collections.abc import Collection
from copy import deepcopy
from dataclasses import dataclass
from typing import Final

from explorer.nosana.payloads import JsonObject
from jobs.definition.imports.outcome import free_id

#: Images of starters, each with a version: what "latest" is tomorrow nobody knows.
UBUNTU: Final = "docker.io/library/ubuntu:24.04"
CUDA: Final = "docker.io/nvidia/cuda:12.8.1-base-ubuntu24.04"
_NGINX: Final = "docker.io/library/nginx:1.29.1"
_OLLAMA: Final = "docker.io/ollama/ollama:0.12.6"


@dataclass(frozen=True, slots=True)
class Starter:
    """An op to begin with; `type` and `args` are those of the op, which `op` returns as a value of its own."""

    slug: str
    name: str
    summary: str
    args: JsonObject
    type: str = "container/run"

    def op(self, taken: Collection[str] = ()) -> JsonObject:
        """Return the op, with an id that no op of `taken` has."""
        return {"type": self.type, "id": free_id(self.slug, {*taken}), "args": deepcopy(self.args)}


def _check(path: str) -> JsonObject:
    return {"type": "http", "path": path, "method": "GET", "expected_status": 200, "continuous": False}


STARTERS: Final = (
    Starter(
        "command",
        "Command",
        "Runs a shell command and ends.",
        {"image": UBUNTU, "cmd": "echo hello from $(uname -srm)"},
    ),
    Starter(
        "gpu-command",
        "Command on the GPU",
        "Runs a command that sees the node's GPUs.",
        {"image": CUDA, "cmd": "nvidia-smi", "gpu": True},
    ),
    Starter(
        "service",
        "Service",
        "Serves a port under a public address, with a health check.",
        {"image": _NGINX, "expose": [{"port": 80, "health_checks": [_check("/")]}]},
    ),
    Starter(
        "model",
        "Model server",
        "Serves a language model that its node keeps cached.",
        {
            "image": _OLLAMA,
            "gpu": True,
            "expose": [{"port": 11434, "health_checks": [_check("/api/tags")]}],
            "resources": [{"type": "Ollama", "model": "llama3.2:3b"}],
        },
    ),
    Starter(
        "files",
        "Command with a model's files",
        "Mounts files from Hugging Face, read-only.",
        {
            "image": UBUNTU,
            "cmd": "ls -lR /models",
            "resources": [
                {
                    "type": "HF",
                    "repo": "TinyLlama/TinyLlama-1.1B-Chat-v1.0",
                    "files": ["config.json"],
                    "target": "/models/",
                }
            ],
        },
    ),
    Starter(
        "volume",
        "Volume",
        "Makes a volume that other ops of the job mount.",
        {"name": "work"},
        type="container/create-volume",
    ),
)


def find(slug: str) -> Starter | None:
    """Return a starter by its slug."""
    return next((starter for starter in STARTERS if starter.slug == slug), None)
