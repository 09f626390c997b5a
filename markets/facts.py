"""Facts of markets and nodes as labelled values with their units, in the order a page shows them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple, TypeVar

from explorer.formats import DASH, Number, duration, mb_as_gb, thousands
from explorer.nosana import base58
from markets.models import MachineReport, Market, Node

_MICRO = 1_000_000
_Value = TypeVar("_Value")


class Fact(NamedTuple):
    """One line of a list of facts; the unit is empty where the value says it.

    `others` has what other sources say, where that is something else: who, and what.
    """

    label: str
    value: str
    unit: str = ""
    others: tuple[tuple[str, str], ...] = ()


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


def machine(node: Node, reports: Sequence[MachineReport] = ()) -> list[Fact]:
    """Return a node's machine; memory in MB of 1024 to a GB, speeds in Mbit/s. `reports` is who said what of it.

    Speeds are never alike, so they are not compared.
    """
    gigabytes = partial(_known, lambda megabytes: mb_as_gb(megabytes).removesuffix(" GB"))
    whole, speed = partial(_known, thousands), partial(_known, _tenths)
    return [
        _said("Processor", "cpu", node, reports),
        _said("RAM", "ram_mb", node, reports, gigabytes, "GB"),
        _said("Disk", "disk_gb", node, reports, whole, "GB"),
        Fact("Download", speed(node.download_mbps), "Mbit/s"),
        Fact("Upload", speed(node.upload_mbps), "Mbit/s"),
        Fact("Ping", speed(node.ping_ms), "ms"),
        _said("Country", "country", node, reports),
        _said("System", "system_environment", node, reports),
        _said("CUDA", "cuda_version", node, reports),
        _said("Driver", "driver_version", node, reports),
        _said("Node software", "node_version", node, reports),
        Fact("Network status", node.status or DASH),
    ]


def gpus_by_source(reports: Sequence[MachineReport]) -> list[tuple[str, str]]:
    """Return the GPUs that each source names, where they do not all name the same."""
    named = [(report.get_source_display(), _gpu_names(report.facts.get("gpus", ()))) for report in reports]
    named = [(source, names) for source, names in named if names]
    return named if len({names for _, names in named}) > 1 else []


def _gpu_names(gpus: Sequence[Mapping[str, Any]]) -> str:
    counted = Counter(f"{gpu['name']} {_known(mb_as_gb, gpu['memory_mb'])}".removesuffix(f" {DASH}") for gpu in gpus)
    return ", ".join(f"{count} × {name}" if count > 1 else name for name, count in counted.items())


def _said(
    label: str,
    name: str,
    node: Node,
    reports: Sequence[MachineReport],
    show: Callable[[Any], str] = lambda text: text or DASH,
    unit: str = "",
) -> Fact:
    """Return a fact with the word of every source that says something else; "550" is no other driver than "550.54"."""
    value = show(getattr(node, name))
    told = ((report.get_source_display(), show(report.facts.get(name))) for report in reports)
    others = tuple(
        (source, f"{said} {unit}".rstrip()) for source, said in told if said != DASH and not _agree(said, value)
    )
    return Fact(label, value, unit, others)


def _agree(one: str, other: str) -> bool:
    """Say whether two texts are the same, or one is the beginning of the other, as of a version."""
    short, long = sorted((one, other), key=len)
    return long == short or long.startswith(f"{short}.")


def exact(number: Decimal) -> str:
    """Return a number with all its digits and no trailing zeros."""
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _tenths(number: Number) -> str:
    """Return a measurement, with a decimal only where it is small."""
    return f"{number:,.1f}" if number < 10 else f"{number:,.0f}"


def _known(show: Callable[[_Value], str], value: _Value | None) -> str:
    return DASH if value is None else show(value)
