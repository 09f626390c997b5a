"""Nodes: specs and metrics as the network's service has them, and what a node says of itself.

Names, nesting and types differ from node to node, as they do on the network; `Node.style` picks.
"""

from __future__ import annotations

from typing import Any

from explorer.sample.api.answer import Answer, Problem, Request, host_error, needed, ok
from explorer.sample.caching import KEPT_SECONDS, resource_key
from explorer.sample.draw import JsonObject, rng
from explorer.sample.network import Network
from explorer.sample.nodes import Node
from explorer.sample.record import RUNNING

UNKNOWN_EVERY = 29  # the service has no specs of one node in so many


def specs(network: Network, _: Request, address: str) -> Answer:
    """GET /api/nodes/:addr/specs: canonical, numbers as text, or with gaps."""
    node = _known(network, address)
    major = node.style % 5
    number: Any = str if major == 1 else lambda value: value
    gpus = [{"gpu": node.gpu, "memory": number(node.vram_mb), "architecture": node.architecture}] * node.gpus
    claimed = rng(network.seed, "claimed", address).uniform(0, 900)
    found = {
        "status": node.status,
        "marketAddress": node.market,
        "ram": str(node.ram_mb),
        "diskSpace": number(node.disk_gb),
        "cpu": node.cpu,
        "country": node.country,
        "gpus": gpus,
        "cudaVersion": number(float(node.cuda)),
        "nvmlVersion": node.driver,
        "nodeVersion": node.version,
        "systemEnvironment": node.system,
        "avgDownload10": number(node.download),
        "avgUpload10": number(node.upload),
        "avgPing10": number(node.ping),
        "claimableUptimeNosRewards": round(claimed / 20, 6),
        "totalClaimedUptimeNosRewards": round(claimed, 6),
    }
    gaps = ("country", "avgPing10", "avgUpload10", "systemEnvironment") if major == 2 else ()
    return ok(found | dict.fromkeys(gaps))


def metrics(network: Network, _: Request, address: str) -> Answer:
    """GET /api/nodes/:addr/metrics: nested, flat, or in capitals."""
    node = _known(network, address)
    parts = {0: _nested, 1: _flat, 2: _capitals}[node.style % 3](node)
    gpus = [
        {"gpu": node.gpu, "vramMb": node.vram_mb} | _architecture(node, "majorArchitecture", "minorArchitecture")
    ] * node.gpus
    return ok({"nodeAddress": address, "marketAddress": node.market, "gpus": gpus, "metrics": parts})


def _nested(node: Node) -> JsonObject:
    return {
        "cpu": {"cpu_model": node.cpu},
        "ram_gb": round(node.ram_mb / 1024),
        "disk_gb": node.disk_gb,
        "gpu": {
            "devices": [{"name": node.gpu}] * node.gpus,
            "cuda_driver_version": node.cuda,
            "runtime_version": node.cuda,
            "nvml_driver_version": node.driver,
        },
        "network": {
            "country": node.country,
            "download_mbps": node.download,
            "upload_mbps": node.upload,
            "ping_ms": node.ping,
        },
        "system_environment": node.system,
        "node_version": node.version,
    }


def _flat(node: Node) -> JsonObject:
    nested = _nested(node)
    flat: JsonObject = {}
    for key, value in nested.items():
        flat.update(value if isinstance(value, dict) else {key: value})
    return flat | {"ram_gb": str(nested["ram_gb"])}


def _capitals(node: Node) -> JsonObject:
    return {key.upper(): value for key, value in _flat(node).items()}


def _known(network: Network, address: str) -> Node:
    node = network.world.nodes.get(address)
    if node is None or node.style == UNKNOWN_EVERY:
        raise host_error(404, "NotFoundError", "Node not found")
    return node


def _architecture(node: Node, major: str, minor: str) -> JsonObject:
    high, low = node.architecture.split(".")
    return {major: int(high), minor: int(low)}


def with_access(network: Network, request: Request) -> Answer:
    """GET /api/nodes/with-access?marketAddress="""
    return ok([node.address for node in network.world.nodes_of(needed(request.query, "marketAddress"))])


def market_relation(network: Network, request: Request) -> Answer:
    """GET /api/nodes/market-relation?market=: the community market of a premium one, or the other way round."""
    found = network.world.market(needed(request.query, "market"))
    if found is None or found.relation is None:
        raise host_error(404, "NotFoundError", "Market relation not found")
    return ok(found.relation)


def countries(network: Network, _: Request) -> Answer:
    """GET /api/stats/nodes-country"""
    waiting = {node for _, nodes in network.queues().values() for node in nodes}
    with network.store.reading() as db:
        busy = {node for (node,) in db.execute("SELECT node FROM jobs WHERE state = ?", (RUNNING,))}
    data: dict[str, JsonObject] = {}
    for node in network.world.nodes.values():
        row = data.setdefault(
            node.country, {"country": node.country, "running": 0, "queue": 0, "offline": 0, "total": 0}
        )
        row["running" if node.address in busy else "queue" if node.address in waiting else "offline"] += 1
        row["total"] += 1
    return ok({"data": list(data.values()), "totals": {"totalQueued": len(waiting)}})


def info(network: Network, _: Request, address: str) -> Answer:
    """GET <node>/node/info: the node's own word, with what it has cached; nobody answers for one that is offline."""
    node = network.world.nodes.get(address)
    if node is None or not node.online:
        raise Problem(404, {"message": "node is not connected"})
    images, volumes = network.cache(address)
    since, market = network.clock.now() - KEPT_SECONDS, network.world.markets[node.market]
    keys = [key for resource in market.resources if (key := resource_key(resource))]
    resources = {
        "images": [
            *market.images,
            *(name for name, used in images.items() if used >= since and name not in market.images),
        ],
        "volumes": [*keys, *(name for name, used in volumes.items() if used >= since and name not in keys)],
    }
    return ok({"info": _own_info(node), "resources": resources})


def _own_info(node: Node) -> JsonObject:
    device = {"name": node.gpu, "memory": {"total_mb": node.vram_mb}}
    device["network_architecture"] = _architecture(node, "major", "minor")
    return {
        "version": node.version,
        "ram_mb": node.ram_mb,
        "disk_gb": node.disk_gb,
        "country": node.country,
        "cpu": {"model": node.cpu},
        "gpus": {
            "devices": [device] * node.gpus,
            "cuda_driver_version": float(node.cuda),
            "nvml_driver_version": node.driver,
        },
        "network": {"download_mbps": node.download},
        "system_environment": node.system,
    }
