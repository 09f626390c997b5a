"""Facts of markets and nodes as labelled values with their units, in the order a page shows them. Pure."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple, TypeVar

from explorer.formats import DASH, Number, duration, mb_as_gb, thousands
from explorer.nosana import base58
from markets.models import Market, Node

_MICRO = 1_000_000
_Value = TypeVar("_Value")


class Fact(NamedTuple):
    """One line of a list of facts; the unit is empty where the value says it."""

    label: str
    value: str
    unit: str = ""


def on_chain(market: Market) -> list[Fact]:
    """Return the numbers of a market's account (onchain.md, "Market"); the stake is kept in micro-xNOS."""
    stake = None if market.node_xnos_minimum is None else market.node_xnos_minimum / _MICRO
    return [
        Fact("Price", _known(thousands, market.job_price), "µNOS/s, for the host"),
        Fact("Job timeout", _known(thousands, market.job_timeout), f"s = {_known(duration, market.job_timeout)}"),
        Fact(
            "Expiration",
            _known(thousands, market.job_expiration),
            f"s = {_known(duration, market.job_expiration)} after the end",
        ),
        Fact("Node stake", _known(exact, stake), "xNOS at least"),
        Fact("Queue", str(market.get_queue_type_display())),
    ]


def is_open(market: Market) -> bool:
    """Say whether any node may join: no access key is asked for."""
    return market.node_access_key in ("", base58.NOBODY)


def listed(market: Market) -> list[Fact]:
    """Return the numbers of the network's market list; its rates are for the host unless they say otherwise."""
    return [
        Fact("Lowest VRAM", _known(thousands, market.lowest_vram_gb), "GB"),
        Fact("Host rate, USD", _known(exact, market.usd_reward_per_hour), "USD/h"),
        Fact("Host rate, NOS", _known(exact, market.nos_reward_per_second), "NOS/s"),
        Fact("Job price", _known(exact, market.nos_job_price_per_second), "NOS/s"),
        Fact("Network fee", _known(exact, market.network_fee_percentage), "%"),
        Fact("Uptime reward", _known(exact, market.max_usd_uptime_reward_per_day), "USD/day at most"),
    ]


def machine(node: Node) -> list[Fact]:
    """Return a node's machine as it reported it; memory in MB of 1024 to a GB, speeds in Mbit/s."""
    return [
        Fact("Processor", node.cpu or DASH),
        Fact("RAM", _known(mb_as_gb, node.ram_mb).removesuffix(" GB"), "GB"),
        Fact("Disk", _known(thousands, node.disk_gb), "GB"),
        Fact("Download", _known(_tenths, node.download_mbps), "Mbit/s"),
        Fact("Upload", _known(_tenths, node.upload_mbps), "Mbit/s"),
        Fact("Ping", _known(_tenths, node.ping_ms), "ms"),
        Fact("Country", node.country or DASH),
        Fact("System", node.system_environment or DASH),
        Fact("CUDA", node.cuda_version or DASH),
        Fact("Driver", node.driver_version or DASH),
        Fact("Node software", node.node_version or DASH),
        Fact("Network status", node.status or DASH),
    ]


def exact(number: Decimal) -> str:
    """Return a number with all its digits and no trailing zeros."""
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _tenths(number: Number) -> str:
    """Return a measurement, with a decimal only where it is small."""
    return f"{number:,.1f}" if number < 10 else f"{number:,.0f}"


def _known(show: Callable[[_Value], str], value: _Value | None) -> str:
    return DASH if value is None else show(value)
