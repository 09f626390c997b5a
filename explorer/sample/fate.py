"""How a job goes: how long each op works, and what goes wrong, drawn from the job's own name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from random import Random
from typing import Any

from explorer.sample.draw import JsonObject
from explorer.sample.nodes import Node

TROUBLE = 0.13  # the share of failed jobs, before the node's and the deployer's own
# What goes wrong, by weight; "quit" is the node giving the job up, the others end an op.
KINDS = (("traceback", 5.0), ("oom", 2.2), ("pull", 1.8), ("resource", 1.6), ("quit", 1.2))
IMAGE = re.compile(r"[a-z0-9][a-zA-Z0-9._/:@-]*")
LITERAL = re.compile(r"%%ops\.([^.%]+)\.")
MINUTE = 60
# Median minutes of work by a word in image or cmd; the spread is lognormal.
MINUTES = (
    ("nosana/stats", 0.6), ("llm_benchmark", 22.0), ("whisper", 35.0), ("stable-diffusion", 42.0), ("llama2", 14.0),
    ("train.py", 95.0), ("ffmpeg", 50.0), ("blender", 80.0), ("chat.py", 12.0), ("soak", 60.0), ("node:", 6.0),
    ("curl", 4.0), ("aws-cli", 3.0), ("echo", 0.3), ("ls /", 0.3), ("nvidia-smi", 0.4),
)  # fmt: skip
DEFAULT_MINUTES = 8.0
SPREAD = 0.55


def ops_of(body: Any) -> list[JsonObject] | None:
    """Return the ops of a definition, or None where a node would refuse it."""
    ops = body.get("ops") if isinstance(body, dict) else None
    if not isinstance(ops, list) or not all(_is_op(op) for op in ops):
        return None
    return ops


def _is_op(op: Any) -> bool:
    return isinstance(op, dict) and isinstance(op.get("id"), str) and isinstance(op.get("args"), dict)


def is_volume(op: JsonObject) -> bool:
    """Return whether the op only makes a volume."""
    return op.get("type") == "container/create-volume"


def is_service(op: JsonObject) -> bool:
    """Return whether the op serves a port, and so runs until it is told to stop."""
    return bool(op["args"].get("expose"))


def work_seconds(op: JsonObject, rng: Random) -> float:
    """Return how long an op that ends by itself works, in unshortened seconds."""
    words = f"{op['args'].get('image')} {op['args'].get('cmd')}"
    median = next((minutes for word, minutes in MINUTES if word in words), DEFAULT_MINUTES)
    return max(2.0, median * MINUTE * rng.lognormvariate(0, SPREAD))


def shortened(seconds: float, pace: float, rng: Random) -> float:
    """Return a duration at that pace; short work keeps enough of its time to be seen."""
    return seconds if pace <= 1 else max(seconds / pace, min(seconds, rng.uniform(35, 90)))


def draw_fates(ops: list[JsonObject], node: Node, care: float, rng: Random) -> dict[int, str]:
    """Return what goes wrong with which op, by index; -1 with "quit" is the node giving up. Most often nothing."""
    fates = {index: fate for index, op in enumerate(ops) if (fate := _certain(op, ops, node))}
    runs = [index for index, op in enumerate(ops) if not is_volume(op) and index not in fates]
    if fates or not runs or rng.random() > min(0.6, TROUBLE * node.trouble * care):
        return fates
    kind = rng.choices([name for name, _ in KINDS], [weight for _, weight in KINDS])[0]
    index = runs[-1] if rng.random() < 0.6 else rng.choice(runs)
    if kind == "resource" and not ops[index]["args"].get("resources"):
        kind = "traceback"
    return {-1 if kind == "quit" else index: kind}


def _certain(op: JsonObject, ops: Iterable[JsonObject], node: Node) -> str | None:
    """Return what must go wrong with an op: an image that cannot be, a literal or a program that is not there."""
    if is_volume(op):
        return None
    args = op["args"]
    if not isinstance(args.get("image"), str) or not IMAGE.fullmatch(args["image"]):
        return "pull"
    if set(LITERAL.findall(repr(args))) - {other["id"] for other in ops}:
        return "literal"
    cmd = args.get("cmd")
    is_line = isinstance(cmd, list) and bool(cmd) and " " in str(cmd[0]) and not args.get("entrypoint")
    return "exec" if is_line and not node.joins_cmd else None
