"""A market's page and markets side by side, for programs. Times are ISO 8601 in UTC, shares from 0 to 1."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from explorer.formats import known_iso
from markets.models import Market, MarketRecord
from markets.models.record import WAIT_BINS
from markets.selectors.comparison import MarketComparison
from markets.selectors.history import Moment, Past
from markets.selectors.market import MarketFigures

Facts = dict[str, Any]
STYLE: Final = {"indent": 2, "ensure_ascii": False}


def told(market: Market, figures: MarketFigures, past: Past, record: MarketRecord | None) -> Facts:
    """Return what a market's page shows; no query. Prices include the network's fee; money is text, so that no digit
    is lost. What its nodes must keep has an address of its own.
    """
    return {
        **identity(market),
        "is_listed": market.is_listed,
        "gpu_types": market.gpu_types,
        "lowest_vram_gb": market.lowest_vram_gb,
        "price": {
            "usd_per_hour": _text(market.usd_per_hour),
            "nos_per_hour": _text(market.nos_per_hour),
            "fee_percentage": _text(market.hourly.fee_percentage),
            "usd_at": known_iso(market.described_at),
            "nos_at": known_iso(market.queue_at),
        },
        "account": _account(market),
        "queue": {
            "jobs_waiting": market.jobs_waiting,
            "nodes_free": market.nodes_free,
            "addresses": market.queue,
            "read_at": known_iso(market.queue_at),
        },
        "running": figures.running,
        "nodes_busy": figures.nodes_busy,
        "nodes_known": figures.nodes_known,
        "success_share_7_days": figures.success.share,
        "waits_7_days": _waits(record),
        "history": {
            "range": past.range.name,
            "per": past.range.unit,
            "rows": [_moment(moment) for moment in past.moments],
        },
        "required_resources": f"/api/markets/{market.pk}/required-resources",
    }


def _account(market: Market) -> Facts:
    return {
        "job_price": market.job_price,
        "job_timeout_s": market.job_timeout,
        "job_expiration_s": market.job_expiration,
        "node_xnos_minimum": _text(market.node_xnos_minimum),
        "node_access_key": market.node_access_key or None,
        "authority": market.authority or None,
    }


def identity(market: Market) -> Facts:
    """Return what names a market."""
    return {
        "address": market.pk,
        "url": market.get_absolute_url(),
        "name": market.name,
        "slug": market.slug or None,
        "type": market.type or None,
    }


def _waits(record: MarketRecord | None) -> Facts | None:
    if record is None:
        return None
    ends = [*WAIT_BINS[1:], None]
    bins = zip(WAIT_BINS, ends, record.wait_bins, strict=False)
    return {
        "median_s": record.median_wait_s,
        "within_s_95_percent": record.slow_wait_s,
        "bins": [{"from_s": begin, "to_s": end, "jobs": jobs} for begin, end, jobs in bins],
        "counted_at": known_iso(record.at),
    }


def _moment(moment: Moment) -> Facts:
    return {
        "at": known_iso(moment.at),
        "reads": moment.reads,
        "mean_jobs_waiting": moment.waiting,
        "mean_nodes_free": moment.free,
        "mean_running": moment.running,
        "busy_share": moment.busy_share,
        "usd_per_hour": _text(moment.usd_per_hour),
        "nos_per_hour": _text(moment.nos_per_hour),
        "is_listed_price": moment.is_listed,
        "jobs_ended": moment.ended,
        "success_share": moment.success_share,
        "mean_wait_s": moment.mean_wait_s,
    }


def compared(comparison: MarketComparison) -> Facts:
    """Return markets side by side: a value for each, in their order; no query."""
    return {
        "markets": [identity(side.market) for side in comparison.sides],
        "facts": [
            {
                "section": section.title,
                "name": line.name,
                "kind": line.key or None,
                "differs": line.differs,
                "values": [_text(cell.value) if isinstance(cell.value, Decimal) else cell.value for cell in line.cells],
                "texts": [cell.text for cell in line.cells],
            }
            for section in comparison.sections
            for line in section.lines
        ],
    }


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount.normalize():f}"
