"""The indexer's statistics, and the price of NOS."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from explorer.sample import money
from explorer.sample.api.answer import Answer, Request, bad_request, needed, ok, one_of, whole
from explorer.sample.api.jobs import condition
from explorer.sample.draw import JsonObject
from explorer.sample.network import Network

PAID = "MIN(time_end - time_start, timeout)"
SUMS = (
    f"COUNT(*), COALESCE(SUM({PAID}), 0), COALESCE(SUM(price * {PAID}), 0) / 1e6, "
    f"COALESCE(SUM(usd * {PAID}), 0) / 3600.0"
)
COUNTED = "state = 2 AND time_start > 0 AND time_end >= time_start AND time_end > 0 AND price < 10000000"
INTERVALS = {
    "day": "date(time_start, 'unixepoch')",
    "week": "date(time_start, 'unixepoch', 'weekday 0', '-6 days')",
    "month": "date(time_start, 'unixepoch', 'start of month')",
}
FEE_FACTOR = 1.1
DEFAULT_PERIOD = 2_628_000
SUPPLY, CIRCULATING, STAKED = 100_000_000, 48_300_000, 14_250_000.0
# Buckets of the time series: periods longer than so many seconds, and the seconds of a bucket.
BUCKETS = ((121 * money.DAY, 7 * money.DAY), (5 * money.DAY, money.DAY), (12 * money.HOUR, money.HOUR), (-1, 60))


def totals(network: Network, request: Request) -> Answer:
    """GET /api/jobs/stats: texts in the plain form, numbers when grouped or as a series."""
    group = one_of(request.query, "groupBy", ("project", "market"))
    interval = one_of(request.query, "timeSeriesInterval", tuple(INTERVALS))
    where, values = _counted(request.query)
    factor = FEE_FACTOR if request.query.get("useMultiplier") else 1.0
    now = int(network.clock.now())
    if interval:
        series = _rows(network, f"{INTERVALS[interval]}", where, values, factor)
        return ok({"retrieved": now, "series": [{"time": f"{day} 00:00:00+00"} | sums for day, sums in series]})
    overall = next(iter(_rows(network, "1", where, values, factor)), (1, _sums((0, 0, 0.0, 0.0), factor)))[1]
    if group:
        found = _rows(network, group, where, values, factor)
        extra: JsonObject = {"name": None} if group == "market" else {}
        return ok({"retrieved": now, **overall, f"{group}s": [{group: key} | extra | sums for key, sums in found]})
    texts = {"duration": str(overall["duration"])} | {key: f"{overall[key]:.6f}" for key in ("price", "usdReward")}
    return ok(overall | texts | {"retrieved": now})


def _counted(query: Mapping[str, str]) -> tuple[str, list[Any]]:
    """Return the condition of the jobs that count, and its values."""
    where, values = condition(query)
    where = f"{where or 'WHERE 1'} AND {COUNTED}"
    for name, clause in (("timeStart", "time_start >= ?"), ("timeEnd", "time_end <= ?")):
        if query.get(name):
            where, values = f"{where} AND {clause}", [*values, whole(query, name, 0, 0)]
    return where, values


def _rows(network: Network, key: str, where: str, values: list[Any], factor: float) -> list[tuple[Any, JsonObject]]:
    query = f"SELECT {key}, {SUMS} FROM jobs {where} GROUP BY 1 ORDER BY 1"  # noqa: S608 - own clauses
    with network.store.reading() as db:
        return [(row[0], _sums(row[1:], factor)) for row in db.execute(query, values)]


def _sums(row: tuple[Any, ...], factor: float) -> JsonObject:
    done, seconds, nos, usd = row
    return {
        "completed": done,
        "duration": seconds,
        "price": round(nos * factor, 6),
        "usdReward": round(usd * factor, 6),
    }


def timestamps(network: Network, request: Request) -> Answer:
    """GET /api/jobs/stats/timestamps: jobs started per bucket, newest first, x in ms."""
    return _series(network, request, "COUNT(*)", "1")


def gpu_hours(network: Network, request: Request) -> Answer:
    """GET /api/jobs/stats/timestamps-hours: GPU hours per bucket, newest first, x in ms."""
    return _series(network, request, f"ROUND(SUM({PAID}) / 3600.0, 2)", COUNTED)


def _series(network: Network, request: Request, figure: str, counted: str) -> Answer:
    period = whole(request.query, "period", DEFAULT_PERIOD, 0)
    since = network.clock.now() - period if period else 0
    bucket = next(size for above, size in BUCKETS if period > above) if period else 0
    key = f"time_start / {bucket}" if bucket else "strftime('%Y-%m', time_start, 'unixepoch')"
    query = (
        f"SELECT MAX(time_start), {figure}, COUNT(*) FROM jobs "  # noqa: S608 - own clauses and a number
        f"WHERE time_start > MAX(0, ?) AND {counted} GROUP BY {key} ORDER BY 1 DESC"
    )
    with network.store.reading() as db:
        found = db.execute(query, (since,)).fetchall()
    return ok({"total": sum(row[2] for row in found), "data": [{"x": row[0] * 1000, "y": row[1]} for row in found]})


def network_stats(network: Network, _: Request) -> Answer:
    """GET /api/stats: the token's figures of this hour."""
    now = network.clock.now()
    price = money.nos_usd(network.seed, now)
    before = money.nos_usd(network.seed, now - money.DAY)
    return ok(
        {
            "date": datetime.fromtimestamp(now // 3600 * 3600, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "price": price,
            "usdValueStaked": f"{STAKED * price:.2f}",
            "nosStaked": f"{STAKED:.2f}",
            "totalXNosStaked": f"{STAKED * 2.9:.2f}",
            "stakers": 11_482,
            "marketCap": round(CIRCULATING * price),
            "dailyVolume": round(900_000 * (1 + 0.3 * math.sin(now / money.DAY))),
            "totalSupply": SUPPLY,
            "circulatingSupply": CIRCULATING,
            "fullyDilutedMarketCap": round(SUPPLY * price),
            "dailyPriceChange": round((price / before - 1) * 100, 4),
        }
    )


def price(network: Network, request: Request) -> Answer:
    """GET /api/stats/price: of NOS in USD, now or at a time of the past."""
    now = network.clock.now()
    at = float(whole(request.query, "timestamp", int(now), 0))
    if text := request.query.get("date"):
        at = _day(text, "date").timestamp()
    whole(request.query, "maxAgeMinutes", 15, 0)
    return ok({"price": money.nos_usd(network.seed, at) if at <= now else None})


def spending(network: Network, request: Request) -> Answer:
    """GET /api/stats/spending-history: what a deployer's jobs cost, per day or month and market, in USD."""
    return _history(network, request, "userAddress", "project", "totalSpent")


def earning(network: Network, request: Request) -> Answer:
    """GET /api/stats/earning-history: what a node's jobs earned, per day or month and market, in USD."""
    return _history(network, request, "nodeAddress", "node", "totalEarnedUsd")


def _history(network: Network, request: Request, who: str, column: str, field: str) -> Answer:
    query = request.query
    address, start = needed(query, "address"), _day(needed(query, "start_date"), "start_date")
    now = datetime.fromtimestamp(network.clock.now(), UTC)
    end = _day(query["end_date"], "end_date") if query.get("end_date") else now
    group = one_of(query, "group_by", ("day", "month")) or "month"
    form = "%Y-%m" if group == "month" else "%Y-%m-%d"
    sql = (
        f"SELECT strftime('{form}', time_end, 'unixepoch'), market, SUM(usd * {PAID}) / 3600.0 FROM jobs "  # noqa: S608 - own
        f"WHERE {column} = ? AND {COUNTED} AND time_end >= ? AND time_end < ? GROUP BY 1, 2 ORDER BY 1, 2"
    )
    periods: dict[str, list[JsonObject]] = {}
    with network.store.reading() as db:
        values = (address, start.timestamp(), (end + timedelta(days=1)).timestamp())
        for period, market, usd in db.execute(sql, values):
            periods.setdefault(period, []).append({"market": market, field: round(usd, 6)})
    results = [
        {"period": period, "total_usd": round(sum(part[field] for part in parts), 6), "breakdown": parts}
        for period, parts in periods.items()
    ]
    this_month = sum(item["total_usd"] for item in results if item["period"].startswith(now.strftime("%Y-%m")))
    return ok(
        {
            who: address,
            "startDate": start.date().isoformat(),
            "endDate": end.date().isoformat(),
            "groupBy": group,
            "results": results,
            "forecast": None,
            "comparison": {"prevMonthTotal": 0, "pctChange": None},
            "sameDayComparison": None,
            "currentMonth": round(this_month, 6),
        }
    )


def _day(text: str, name: str) -> datetime:
    """Return the start of a day given as YYYY-MM-DD, or raise a 400."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise bad_request(f"{name} must be a date as YYYY-MM-DD") from error
