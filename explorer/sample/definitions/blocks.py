"""What definitions are put together from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from explorer.sample.draw import JsonObject

FAKE_HF_TOKEN = "hf_SAMPLEsampleSAMPLEsampleSAMPLE0000"  # noqa: S105 - invented
FAKE_KEY = "sk-sample-0000000000000000000000000000"


@dataclass(frozen=True, slots=True)
class Family:
    """A kind of job: how its definition is drawn, the memory it wants, and how often it is posted."""

    name: str
    build: Callable[[Random], JsonObject]
    vram_gb: int
    weight: float


def run(op_id: str, image: str, cmd: object = None, **args: Any) -> JsonObject:
    """Return a container/run op; `cmd` None leaves the field out. `results` and `execution` go beside args."""
    outside = {key: args.pop(key) for key in ("results", "execution") if key in args}
    given = {"image": image} | ({} if cmd is None else {"cmd": cmd}) | args
    return {"type": "container/run", "id": op_id, "args": given} | outside


def volume(op_id: str, name: str) -> JsonObject:
    """Return a container/create-volume op."""
    return {"type": "container/create-volume", "id": op_id, "args": {"name": name}}


def definition(
    *ops: JsonObject, trigger: str | None = "cli", vram_mb: int | None = None, others: JsonObject | None = None
) -> JsonObject:
    """Return a definition of these ops and `others` of the top level; `trigger` None leaves meta out."""
    meta: JsonObject = {} if trigger is None else {"trigger": trigger}
    if vram_mb is not None:
        meta["system_requirements"] = {"vram_total_mb": vram_mb}
    head: JsonObject = {"version": "0.1", "type": "container"}
    return head | ({"meta": meta} if meta else {}) | (others or {}) | {"ops": list(ops)}


def http_check(path: str = "/", *, status: int = 200, continuous: bool = True) -> JsonObject:
    """Return a health check by GET."""
    return {"type": "http", "path": path, "method": "GET", "expected_status": status, "continuous": continuous}


def chat_check(model: str) -> JsonObject:
    """Return a health check that asks an OpenAI-compatible server for one word."""
    body = (
        f'{{"model":"{model}","messages":[{{"role":"user","content":"Respond with a single word: Ready"}}],'
        '"stream":false}'
    )
    return {
        "type": "http",
        "path": "/v1/chat/completions",
        "method": "POST",
        "expected_status": 200,
        "headers": {"Content-Type": "application/json"},
        "body": body,
        "continuous": False,
    }


def port(number: int, *checks: JsonObject, kind: str | None = None) -> JsonObject:
    """Return an exposed port as an object."""
    shown: JsonObject = {"port": number} | ({"type": kind} if kind else {})
    return shown | ({"health_checks": list(checks)} if checks else {})
