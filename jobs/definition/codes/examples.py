"""What the catalogue's examples are made of: the smallest definitions that show one thing."""

from __future__ import annotations

import json
from typing import Any

from jobs.definition.codes.entry import Example
from jobs.definition.market import Market
from jobs.definition.validation.profiles import Profile

Written = dict[str, Any]
IMAGE = "docker.io/library/ubuntu:24.04"


def run(op_id: str = "hello", *, without: str = "", **given: Any) -> Written:
    """Return an op that runs a container; `results` and `execution` go beside its args, all else into them."""
    beside = {name: given.pop(name) for name in ("results", "execution") if name in given}
    args: Written = {"image": IMAGE, "gpu": True} | given
    args.pop(without, None)
    return {"type": "container/run", "id": op_id, "args": args} | beside


def volume(name: str, op_id: str = "storage") -> Written:
    """Return an op that creates a volume."""
    return {"type": "container/create-volume", "id": op_id, "args": {"name": name}}


def whole(*ops: Written, **extra: Any) -> Written:
    """Return a definition; extra members stand before its ops."""
    return {"version": "0.1", "type": "container", **extra, "ops": list(ops)}


def of(
    value: Any,
    at: str = "",
    *,
    profile: Profile = "network",
    market: Market | None = None,
    old: str = "",
    new: str = "",
) -> Example:
    """Return an example with this value, written as JSON; `old` in its text is replaced by `new`."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return Example(text.replace(old, new, 1) if old else text, at, profile, market)


def op(at: str = "", **given: Any) -> Example:
    """Return an example of one op with these args; `at` is a pointer within the op, such as `/args/cmd`."""
    return of(whole(run(**given)), f"/ops/0{at}" if at else "")


def http_check(**given: Any) -> Written:
    """Return a health check by HTTP."""
    check = {"type": "http", "path": "/", "method": "GET", "expected_status": 200, "continuous": False}
    return check | given
