"""Posting, extending and stopping jobs with an API key, and pinning."""

from __future__ import annotations

from typing import Any

from explorer.nosana import ipfs
from explorer.sample import draw, ending, flow, money
from explorer.sample.api.answer import Answer, Problem, Request, encoded, not_found, ok, validation
from explorer.sample.draw import JsonObject, dumps
from explorer.sample.life import Life
from explorer.sample.network import Network
from explorer.sample.order import Order
from explorer.sample.record import QUEUED, RUNNING, Job

KEY_PREFIX = "nos_"
DEFAULT_TIMEOUT, MIN_TIMEOUT, MAX_TIMEOUT = 7200, 72, 360_000
CREDIT_USD = 250.0


def list_job(network: Network, request: Request) -> Answer:
    """POST /api/jobs/list: list a job whose definition is pinned; it really runs."""
    project = _project(network, request)
    body = request.json_object()
    market, cid = _text(body, "market"), _text(body, "ipfsHash")
    if market not in network.world.markets:
        raise validation("body", "market", "Expected the address of a market", market)
    if not ipfs.is_cid(cid):
        raise validation("body", "ipfsHash", "Expected a CIDv0", cid)
    timeout = _seconds(body, "timeout", DEFAULT_TIMEOUT)
    pinned = network.store.contents([cid]).get(cid)
    with network.living() as life:
        node = _waiting_node(life, market, body.get("node"))
        order = Order(
            market, project, project, pinned[1] if pinned else None, cid, timeout, network.speed, posted=True, node=node
        )
        job = life.list_job(order, network.clock.now())
    return ok({"tx": _tx(network, job), "job": job.address, "run": job.run, "credits": _cost(network, job, timeout)})


def extend(network: Network, request: Request, address: str) -> Answer:
    """POST /api/jobs/:address/extend: more time for a waiting or running job, by default its market's two hours."""
    project = _project(network, request)
    seconds = _seconds(request.json_object() if request.body else {}, "seconds", DEFAULT_TIMEOUT)
    with network.living() as life:
        job = _own(network, life, address, project)
        ending.extend(life, job, network.clock.now(), seconds)
    return ok({"tx": _tx(network, job), "job": address, "credits": _cost(network, job, seconds)})


def stop(network: Network, request: Request, address: str) -> Answer:
    """POST /api/jobs/:address/stop: delist a job that waits, end one that runs."""
    project = _project(network, request)
    with network.living() as life:
        job = _own(network, life, address, project)
        delisted = job.state == QUEUED
        if delisted:
            life.delist(job, network.clock.now())
        else:
            ending.stop(life, job, network.clock.now())
    return ok({"tx": _tx(network, job), "job": address, "delisted": delisted})


def balance(network: Network, request: Request) -> Answer:
    """GET /api/credits/balance"""
    project = _project(network, request)
    query = (
        "SELECT COALESCE(SUM(usd * MIN(time_end - time_start, timeout)), 0) / 3600.0 FROM jobs "
        "WHERE project = ? AND time_end > 0"
    )
    with network.store.reading() as db:
        settled = db.execute(query, (project,)).fetchone()[0]
        held = db.execute(
            "SELECT COALESCE(SUM(usd * timeout), 0) / 3600.0 FROM jobs WHERE project = ? AND state < 2", (project,)
        ).fetchone()[0]
    return ok({"assignedCredits": CREDIT_USD, "reservedCredits": round(held, 6), "settledCredits": round(settled, 6)})


def pin(network: Network, request: Request) -> Answer:
    """POST /pinning/pinJSONToIPFS: pin a definition, given bare or as `pinataContent`."""
    body = request.json()
    content = body["pinataContent"] if isinstance(body, dict) and "pinataContent" in body else body
    with network.living() as life:
        text = dumps(content)
        cid = life.pin(text)
    return ok({"IpfsHash": cid, "PinSize": len(encoded(text)), "Timestamp": flow.iso(int(network.clock.now() * 1000))})


def _project(network: Network, request: Request) -> str:
    """Return the deployer whose key the request carries: any key of the right form has one of its own."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.startswith(KEY_PREFIX) or len(key) <= len(KEY_PREFIX):
        raise Problem(401, {"message": "Unauthorized"})
    return draw.address(network.seed, "key", key)


def _own(network: Network, life: Life, address: str, project: str) -> Job:
    """Return the deployer's own job, waiting or running; refuse others' and ended ones."""
    job = life.jobs.get(address) or network.store.job(address)
    if job is None:
        raise not_found()
    if job.project != project:
        raise Problem(403, {"message": "Forbidden"})
    if job.state not in (QUEUED, RUNNING):
        raise Problem(400, {"message": "Job is not queued or running"})
    return job


def _waiting_node(life: Life, market: str, node: Any) -> str | None:
    """Return the node a job is meant for, which must wait in that market."""
    if node is None:
        return None
    if not isinstance(node, str) or node not in life.queues[market].nodes:
        raise Problem(400, {"message": "Node is not queued in this market"})
    return node


def _text(body: JsonObject, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise validation("body", name, "Expected string", value)
    return value


def _seconds(body: JsonObject, name: str, default: int) -> int:
    value = body.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not MIN_TIMEOUT <= value <= MAX_TIMEOUT:
        raise validation("body", name, f"Expected integer from {MIN_TIMEOUT} to {MAX_TIMEOUT}", value)
    return value


def _tx(network: Network, job: Job) -> str:
    """Return the signature of the newest transaction of a job."""
    return draw.signature(network.seed, "event", job.address, max(0, len(job.history) - 1))


def _cost(network: Network, job: Job, seconds: int) -> JsonObject:
    usd = round(job.usd * (1 + money.FEE_PERCENT / 100) * seconds / money.HOUR, 6)
    reservation = draw.digest(network.seed, "reservation", job.address).hex()[:24]
    return {"costUSD": usd, "creditsUsed": usd, "reservationId": reservation, "project": job.project}
