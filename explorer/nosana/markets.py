"""Reads the host manager's answers about markets. Functions raise Malformed, with a clause, for a wrong shape."""

from __future__ import annotations

from explorer.nosana import credentials, fields, strict_json
from explorer.nosana.errors import Malformed
from explorer.nosana.payloads import HostPayload, JsonObject, JsonValue, Listing, MarketPayload, RequiredResources

#: An image reference of more bytes is not one.
_REFERENCE = 2000
_BITS_PER_BYTE = 8


def parse_list(answer: JsonValue) -> Listing[MarketPayload]:
    """Read the list of markets; bad rows are skipped."""
    return fields.collect(fields.sequence(answer), parse)


def parse(row: JsonObject) -> MarketPayload:
    """Read one market. Only its address must be right; a rate or label that cannot be used is None or empty."""
    market = fields.needed_address(row, "address")
    slug = fields.label(row.get("slug")) or ""
    vram = row.get("lowest_vram")
    return MarketPayload(
        address=market,
        slug=slug,
        name=fields.label(row.get("name")) or slug or market,
        type=(fields.label(row.get("type")) or "OTHER").upper(),
        sft=fields.label(row.get("sft")) or "",
        usd_reward_per_hour=fields.rate(row.get("usd_reward_per_hour")),
        nos_reward_per_second=fields.rate(row.get("nos_reward_per_second")),
        nos_job_price_per_second=fields.rate(row.get("nos_job_price_per_second")),
        network_fee_percentage=fields.rate(row.get("network_fee_percentage")),
        max_usd_uptime_reward_per_day=fields.rate(row.get("max_usd_uptime_reward_per_day")),
        lowest_vram_gb=fields.small(vram),
        gpu_types=fields.labels(row.get("gpu_types")),
        client=row.get("client") in (True, 1, "true", "True"),
        premium_community_relation=fields.label(row.get("premium_community_relation")),
        nodes=_nodes(row.get("nodes")),
        required=_carried(row),
    )


def parse_required(answer: JsonValue) -> RequiredResources:
    """Read what a market requires, without credentials, and each entry once.

    Malformed when either list is absent or holds anything that is no entry: a list that is read in part would look as
    if the market no longer required the rest.
    """
    row = fields.mapping(answer)
    images, resources = row.get("required_images"), row.get("required_remote_resources")
    if not isinstance(images, list) or not isinstance(resources, list):
        raise Malformed("it lacks required_images or required_remote_resources")
    return RequiredResources(
        images=tuple(dict.fromkeys(map(_image, images))),
        resources=tuple(map(_resource, resources)),
    )


def parse_hosts(answer: JsonValue) -> Listing[HostPayload]:
    """Read `{"hosts": [...]}`; bad rows are skipped."""
    hosts = fields.sequence(fields.mapping(answer).get("hosts"))
    return fields.collect(hosts, _host, key="host_address")


def _host(row: JsonObject) -> HostPayload:
    """Read one host; this list gives speeds in megabytes, everything else on the network in megabits."""
    given = row.get("specs")
    specs = given if isinstance(given, dict) else {}
    return HostPayload(
        address=fields.needed_address(row, "host_address"),
        label=fields.label(row.get("label")) or "",
        market=fields.address(row.get("market_address")),
        market_type=(fields.label(row.get("market_type")) or "").upper(),
        country=fields.label(row.get("country")),
        usd_per_hour=fields.rate(row.get("USD_per_hour")),
        cpu_cores=fields.small(specs.get("CPU_CORES")),
        ram_mb=fields.small(specs.get("RAM_MB")),
        disk_gb=fields.small(specs.get("DISK_SPACE_GB")),
        download_mbps=fields.measure(specs.get("DOWNLOAD_SPEED_MB"), _BITS_PER_BYTE),
        upload_mbps=fields.measure(specs.get("UPLOAD_SPEED_MB"), _BITS_PER_BYTE),
        platform=fields.label(specs.get("PLATFORM_OS")),
    )


def _nodes(value: JsonValue) -> tuple[str, ...]:
    nodes = [fields.address(node) for node in value] if isinstance(value, list) else []
    return tuple(dict.fromkeys(node for node in nodes if node))


def _carried(row: JsonObject) -> RequiredResources | None:
    """Return the lists that a market's row carries; None where it has none that can be used, the row stays good."""
    try:
        return parse_required(row)
    except Malformed:
        return None


def _image(item: JsonValue) -> str:
    if not isinstance(item, str) or not item.strip():
        raise Malformed(f"among its required_images is {fields.kind(item)}, not the name of an image")
    reference = strict_json.clean_text(item)
    if len(reference.encode()) > _REFERENCE:
        raise Malformed(f"among its required_images is a name of more than {_REFERENCE} bytes")
    return reference


def _resource(item: JsonValue) -> JsonObject:
    cleaned = credentials.without(strict_json.clean(item))
    if not isinstance(cleaned, dict) or not cleaned:
        raise Malformed(f"among its required_remote_resources is {fields.kind(item)} that describes no resource")
    return cleaned
