"""The two jobs that the network's own documentation prints, and the older ways of writing a cmd."""

from __future__ import annotations

from random import Random

from explorer.sample.definitions.blocks import definition, run
from explorer.sample.draw import JsonObject

GATEWAY = "https://nosana.mypinata.cloud/ipfs"


def whisper_seed(_: Random) -> JsonObject:
    """Return the documentation's inference example, both ops, without the comment that JSON does not allow."""
    return definition(
        run(
            "gpu-stats",
            "ubuntu",
            ["sh -c ", "nvidia-smi; cat /proc/cpuinfo | grep flags | head -1;"],
            env={"DEBUG": "1"},
            gpu=True,
        ),
        run(
            "run-whisper",
            "docker.io/nosana/whisper:cuda-check",
            [
                "sh -c ",
                f"wget -q {GATEWAY}/QmPKP7hjBd1Yyt6CmVpggNCgn9x5oXD1ok27HQvmPiFyew -O audio.mp3;",
                "python openai-whisper.py -p audio.mp3;",
                f"wget -q {GATEWAY}/QmUFXcvn3KZNvQmND9SCtDnzsU4NzL6awwYTiCkTkdFNTd -O audio.mp3;",
                "python openai-whisper.py -p audio.mp3;",
            ],
            gpu=True,
        ),
    )


def tinyllama_seed(_: Random) -> JsonObject:
    """Return the documentation's example of a Hugging Face resource."""
    resource = {"type": "HF", "repo": "TinyLlama/TinyLlama-1.1B-Chat-v1.0", "target": "/data-models/"}
    return definition(run("huggingface", "ubuntu", ["ls", "/data-models"], gpu=True, resources=[resource]))


def llama2_old(rng: Random) -> JsonObject:
    """Return a definition of version 0.0.1 whose one-element cmd is a whole line, with results by regex."""
    question = rng.choice(("What colour is the sky?", "Why do cats purr?", "Name three rivers in Europe."))
    old = definition(
        run(
            "llama2",
            "docker.io/nosana/llama2-gpu:q8",
            [f"python3 llama2.py '{question}'"],
            gpu=True,
            results={
                "cuda-devices-found": "Device [0-9].+?(?=,)",
                "answer": {"regex": r"(?<=\[/INST\]  )(.*)", "logType": ["stdout"]},
            },
        )
    )
    return old | {"version": "0.0.1"}


def hello_old(rng: Random) -> JsonObject:
    """Return a small definition with a one-element cmd, as it was written before August 2024."""
    return definition(run("hello", "ubuntu", [f"echo hello from the grid number {rng.randrange(1, 40)}"]), trigger=None)
