"""Markets, required resources and the list of hosts."""

from __future__ import annotations

from explorer.sample import money
from explorer.sample.api.answer import Answer, Request, host_error, ok, whole
from explorer.sample.draw import JsonObject
from explorer.sample.markets import Market
from explorer.sample.network import Network
from explorer.sample.nodes import Node

TYPES = ("PREMIUM", "COMMUNITY", "OTHER")
FILTER_KEYS = ("slug", "name", "address", "type")
# The parameters of /markets/hosts that ask for at least so much, and what they are compared with.
MINIMA = {
    "cpu_cores": "CPU_CORES",
    "ram_mb": "RAM_MB",
    "disk_space_gb": "DISK_SPACE_GB",
    "download_speed_mb": "DOWNLOAD_SPEED_MB",
    "upload_speed_mb": "UPLOAD_SPEED_MB",
}


def markets(network: Network, request: Request) -> Answer:
    """GET /api/markets?type&limit&filterKey&filterValue"""
    query = request.query
    if query.get("type") and query["type"] not in TYPES:
        raise host_error(400, "BadRequestError", f"type must be one of {', '.join(TYPES)}")
    key = query.get("filterKey")
    if key and key not in FILTER_KEYS:
        raise host_error(400, "BadRequestError", f"filterKey must be one of {', '.join(FILTER_KEYS)}")
    found = [shown(network, market) for market in network.world.markets.values()]
    found = [item for item in found if not query.get("type") or item["type"] == query["type"]]
    found = [item for item in found if not key or item[key] == query.get("filterValue")]
    return ok(found[: whole(query, "limit", len(found), 1)])


def market(network: Network, _: Request, key: str) -> Answer:
    """GET /api/markets/:id, by address or slug."""
    return ok(shown(network, _found(network, key)))


def required(network: Network, _: Request, key: str) -> Answer:
    """GET /api/markets/:id/required-resources"""
    found = _found(network, key)
    return ok({"required_images": found.images, "required_remote_resources": found.resources})


def _found(network: Network, key: str) -> Market:
    found = network.world.market(key)
    if found is None:
        raise host_error(404, "NotFoundError", "Market not found")
    return found


def shown(network: Network, market: Market) -> JsonObject:
    """Return a market as the interface shows it."""
    kind, price = market.kind, market.price(network.seed, network.clock.now())
    return {
        "address": market.address,
        "slug": kind.slug,
        "name": kind.name,
        "sft": market.sft,
        "type": kind.type,
        "usd_reward_per_hour": f"{kind.usd_per_hour}" if kind.slug == "nvidia-3070" else kind.usd_per_hour,
        "nos_reward_per_second": price / 1e6,
        "nos_job_price_per_second": round(price * (1 + money.FEE_PERCENT / 100)) / 1e6,
        "network_fee_percentage": money.FEE_PERCENT,
        "premium_community_relation": market.relation,
        "gpu_types": [kind.gpu],
        "required_images": market.images,
        "required_remote_resources": market.resources,
        "nodes": [],
        "client": kind.type == "OTHER",
        "lowest_vram": kind.vram_gb,
        "max_usd_uptime_reward_per_day": round(kind.usd_per_hour * 2.4, 3) if kind.type == "PREMIUM" else None,
    }


def filters(network: Network, request: Request) -> Answer:
    """GET /api/markets/filters?market_type"""
    wanted = request.query.get("market_type", "all")
    if wanted not in ("all", "premium", "community"):
        raise host_error(400, "BadRequestError", "market_type must be all, premium or community")
    nodes = [node for node in network.world.nodes.values() if _of_type(network, node, wanted)]
    groups = [{"value": "all", "label": "All GPUs", "order": 0}]
    markets = [item for item in network.world.markets.values() if wanted in ("all", item.kind.type.lower())]
    groups += [{"value": item.address, "label": item.kind.name, "order": n} for n, item in enumerate(markets, 1)]
    options = {"CUDA_DRIVER": {"type": "select", "values": sorted({node.cuda for node in nodes})}}
    ranges = {
        key: {"type": "min-max", "min_value": 0, "max_value": max(_specs(node)[key] for node in nodes)}
        for key in MINIMA.values()
    }
    return ok({"groups": groups, "filter-options": [{"value": "all", "filters": options | ranges}]})


def hosts(network: Network, request: Request) -> Answer:
    """GET /api/markets/hosts: nodes that are online, with at least what is asked for; speeds in MB/s."""
    query = request.query
    wanted = {field: whole(query, name, 0, 0) for name, field in MINIMA.items()}
    found = []
    for node in network.world.nodes.values():
        specs = _specs(node)
        if not node.online or any(specs[field] < least for field, least in wanted.items()):
            continue
        if not _matches(network, node, query.get("group"), query.get("market_type"), query.get("region")):
            continue
        if query.get("platform_os") not in (None, "", specs["PLATFORM_OS"]):
            continue
        if query.get("cuda_drivers") and node.cuda not in query["cuda_drivers"].split(","):
            continue
        found.append(_host(network, node, specs))
    return ok({"hosts": found})


def _matches(network: Network, node: Node, group: str | None, kind: str | None, region: str | None) -> bool:
    return (
        group in (None, "", "all", node.market)
        and _of_type(network, node, (kind or "all").lower())
        and region in (None, "", node.country)
    )


def _of_type(network: Network, node: Node, kind: str) -> bool:
    return kind in ("all", network.world.markets[node.market].kind.type.lower())


def _host(network: Network, node: Node, specs: JsonObject) -> JsonObject:
    kind = network.world.markets[node.market].kind
    return {
        "host_address": node.address,
        "label": kind.name,
        "USD_per_hour": kind.usd_per_hour,
        "market_address": node.market,
        "market_type": kind.type.lower(),
        "country": node.country,
        "specs": specs,
    }


def _specs(node: Node) -> JsonObject:
    return {
        "CPU_CORES": node.cores,
        "RAM_MB": node.ram_mb,
        "DISK_SPACE_GB": node.disk_gb,
        "DOWNLOAD_SPEED_MB": round(node.download / 8),
        "UPLOAD_SPEED_MB": round(node.upload / 8),
        "PLATFORM_OS": "linux",
    }
