"""A node's page for programs. Times are ISO 8601 in UTC, durations in seconds, shares from 0 to 1, unknown is null."""

from __future__ import annotations

from typing import Any

from explorer import money
from explorer.formats import known_iso
from jobs.rollups.reading import Totals
from jobs.selectors.failures import Failures
from jobs.selectors.node import Earnings, NodePage
from markets.models import Node
from markets.presence import AWAY, BUSY, FREE, UNWATCHED, WORKED, DayStrip

Facts = dict[str, Any]

_MACHINE = (
    "status",
    "country",
    "cpu",
    "ram_mb",
    "disk_gb",
    "gpus",
    "vram_mb",
    "cuda_version",
    "driver_version",
    "node_version",
    "system_environment",
    "download_mbps",
    "upload_mbps",
    "ping_ms",
)


def told(page: NodePage) -> Facts:
    """Return everything that the page of a node shows; no query. Money is what the node got, without the fee."""
    node, row = page.node, page.row
    return {
        "address": node.pk,
        "url": node.get_absolute_url(),
        "activity": row.activity,
        "job": row.job or None,
        "queues": [
            {"market": place.market.pk, "place": place.position, "length": place.length} for place in page.places
        ],
        "market": {"address": node.market.pk, "name": node.market.name} if node.market else None,
        "jobs": row.jobs,
        "succeeded": row.success.succeeded,
        "failed": row.success.failed,
        "success_share": row.success.share,
        "busy_share_7_days": node.busy_share,
        "uptime_share_14_days": page.uptime,
        "first_seen_at": known_iso(node.first_seen_at),
        "seen_at": known_iso(node.seen_at),
        "machine": _machine(node),
        "machine_by_source": {report.source: {**report.facts, "at": known_iso(report.at)} for report in page.reports},
        "earned": _earned(page.earnings),
        "failures": _failures(page.failures),
        "presence": [_strip(strip) for strip in page.strips],
        "cache": [
            {
                "kind": entry.kind,
                "name": entry.name,
                "because": entry.origins,
                "used_at": known_iso(entry.used_at),
                "reported_at": known_iso(entry.reported_at),
                "until": known_iso(entry.until),
            }
            for entry in page.cache.rows
        ],
        "cache_entries": page.cache.total,
    }


def _machine(node: Node) -> Facts:
    """Return the machine as it is shown; a text that nobody reported is null."""
    facts = {name: getattr(node, name) for name in _MACHINE}
    return {name: None if value == "" else value for name, value in facts.items()}


def _earned(earnings: Earnings) -> Facts:
    return {
        "ever": _money(earnings.ever),
        "last_7_days": _money(earnings.lately),
        "days": [{"day": f"{day.at:%Y-%m-%d}" if day.at else None, **_money(day)} for day in earnings.days],
    }


def _money(totals: Totals) -> Facts:
    """Return sums; money as text, so that no digit is lost."""
    return {
        "jobs": totals.ended,
        "success_share": totals.success_share,
        "paid_s": totals.seconds,
        "nos": str(totals.nos_micro / money.MICRO),
        "usd": str(totals.usd),
    }


def _failures(failures: Failures) -> Facts:
    return {
        "jobs": failures.jobs,
        "is_cut": failures.is_cut,
        "reasons": [
            {
                "reason": reason.text,
                "jobs": reason.jobs,
                "newest_job": reason.job,
                "ended_at": known_iso(reason.at),
                "image": reason.image or None,
            }
            for reason in failures.reasons
        ],
    }


def _strip(strip: DayStrip) -> Facts:
    return {
        "day": strip.day.isoformat(),
        "at_work_s": strip.seconds(BUSY, WORKED),
        "waiting_s": strip.seconds(FREE),
        "not_seen_s": strip.seconds(AWAY),
        "not_watched_s": strip.seconds(UNWATCHED),
        "uptime_share": strip.uptime,
    }
