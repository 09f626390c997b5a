"""Addresses and payloads that several tests of the client share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from explorer.nosana import base58

PAYLOADS = Path(__file__).parent / "answers"


def key(number: int) -> str:
    """Return an address made of a number."""
    return base58.encode(number.to_bytes(32, "big"))


JOB, MARKET, NODE, PROJECT, PAYER = (key(256**31 + n) for n in range(1, 6))
CID = "QmVp8m3Uq1Cm6JJ3NsuTMSGLNnqXa1mC85uV7YxBREQ78p"
NO_CID = "QmNLei78zWmzUdbeRB3CiUfAizWUrbeeZh5K1rhAQKCh51"


def payload(name: str) -> Any:
    """Return a recorded answer."""
    return json.loads((PAYLOADS / f"{name}.json").read_text())


def job_row(**changes: object) -> dict[str, Any]:
    """Return a job as the indexer lists it; `changes` replace fields."""
    return {
        "id": 991,
        "address": JOB,
        "ipfsJob": CID,
        "ipfsResult": NO_CID,
        "market": MARKET,
        "node": NODE,
        "payer": PAYER,
        "price": 115,
        "project": PROJECT,
        "state": 2,
        "type": "dashboard",
        "jobDefinition": {"version": "0.1", "type": "container", "ops": []},
        "jobResult": None,
        "jobStatus": "success",
        "timeStart": 1784711439,
        "timeEnd": 1784715039,
        "timeout": 7200,
        "usdRewardPerHour": 0.12,
        "listedAt": 1784711400,
    } | changes
