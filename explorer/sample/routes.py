"""Which handler answers which path."""

from __future__ import annotations

import re
from collections.abc import Callable

from explorer.sample.api import gateway, jobs, markets, nodes, rpc, stats, writes
from explorer.sample.api.answer import Answer, Request, not_found, ok
from explorer.sample.network import Network

Handler = Callable[..., Answer]
JOB_LIST = "/api/jobs"
KEY = "([^/]+)"


def pong(_: Network, __: Request) -> Answer:
    """GET /api/nodes/available-gpus, which clients only use to see whether the service answers."""
    return ok([])


# The first that matches answers, so fixed names stand before addresses.
ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", JOB_LIST, jobs.jobs),
    ("GET", "/api/jobs/count", jobs.count),
    ("GET", "/api/jobs/running", jobs.running),
    ("GET", "/api/jobs/running-nodes", jobs.running_nodes),
    ("GET", "/api/jobs/long-running", jobs.long_running),
    ("GET", "/api/jobs/templates", jobs.templates),
    ("GET", "/api/jobs/stats", stats.totals),
    ("GET", "/api/jobs/stats/timestamps", stats.timestamps),
    ("GET", "/api/jobs/stats/timestamps-hours", stats.gpu_hours),
    ("POST", "/api/jobs/batch", jobs.batch),
    ("POST", "/api/jobs/list", writes.list_job),
    ("POST", f"/api/jobs/{KEY}/extend", writes.extend),
    ("POST", f"/api/jobs/{KEY}/stop", writes.stop),
    ("GET", f"/api/jobs/{KEY}/events", jobs.events),
    ("GET", f"/api/jobs/{KEY}", jobs.job),
    ("GET", "/api/stats", stats.network_stats),
    ("GET", "/api/stats/price", stats.price),
    ("GET", "/api/stats/spending-history", stats.spending),
    ("GET", "/api/stats/earning-history", stats.earning),
    ("GET", "/api/stats/nodes-country", nodes.countries),
    ("GET", "/api/credits/balance", writes.balance),
    ("GET", "/api/markets", markets.markets),
    ("GET", "/api/markets/filters", markets.filters),
    ("GET", "/api/markets/hosts", markets.hosts),
    ("GET", f"/api/markets/{KEY}", markets.market),
    ("GET", f"/api/markets/{KEY}/required-resources", markets.required),
    ("GET", "/api/nodes/with-access", nodes.with_access),
    ("GET", "/api/nodes/market-relation", nodes.market_relation),
    ("GET", "/api/nodes/available-gpus", pong),
    ("GET", f"/api/nodes/{KEY}/specs", nodes.specs),
    ("GET", f"/api/nodes/{KEY}/metrics", nodes.metrics),
    ("GET", f"/nodes/{KEY}/node/info", nodes.info),
    ("GET", f"/ipfs/{KEY}", gateway.content),
    ("POST", "/pinning/pinJSONToIPFS", writes.pin),
    ("POST", "/rpc", rpc.rpc),
)
COMPILED = tuple((method, re.compile(path), handler) for method, path, handler in ROUTES)


def answer(network: Network, request: Request) -> Answer:
    """Answer a request, or raise a Problem; a slash at the end of a path does not matter."""
    path = request.path.rstrip("/") or "/"
    for method, pattern, handler in COMPILED:
        if (request.method == method or (method == "GET" and request.method == "HEAD")) and (
            match := pattern.fullmatch(path)
        ):
            return handler(network, request, *match.groups())
    raise not_found()
