"""What somebody asks of the network when listing a job."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from explorer.sample import draw
from explorer.sample.deployers import Deployer, Project
from explorer.sample.store import NOT_JSON, OBJECT, OTHER_JSON

MIN_TIMEOUT = 75
HOUR = 3600


@dataclass(frozen=True, slots=True)
class Order:
    """A job to be listed: `text` is its definition as pinned, None where only the CID is known."""

    market: str
    project: str
    payer: str
    text: str | None
    ipfs_job: str
    timeout: int
    pace: float
    care: float = 1.0
    posted: bool = False
    node: str | None = None


def drawn(seed: int, number: int, who: Deployer, what: Project, market: str, pace: float) -> Order:
    """Return the order for job `number` as that deployer gives it; live ones have their time shortened."""
    text = what.definition(seed, number)
    timeout = max(MIN_TIMEOUT, round(what.timeout_hours * HOUR / max(pace, 1)))
    return Order(market, who.address, who.payer, text, cid_of(text), timeout, pace, who.care)


def cid_of(text: str) -> str:
    """Return the CID of a definition's text."""
    return draw.cid(text.encode("utf-8", "surrogatepass"))


def read(text: str) -> tuple[int, Any]:
    """Return the kind of a pinned text and, where it is JSON, what it says."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return NOT_JSON, None
    return (OBJECT if isinstance(body, dict) else OTHER_JSON), body


def trigger_of(body: Any) -> str | None:
    """Return `meta.trigger` of a definition; lone surrogates become question marks, as nothing can store them."""
    meta = body.get("meta") if isinstance(body, dict) else None
    trigger = meta.get("trigger") if isinstance(meta, dict) else None
    return trigger.encode("utf-8", "replace").decode() if isinstance(trigger, str) else None
