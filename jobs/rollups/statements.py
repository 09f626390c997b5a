"""The SQL that sums jobs up: from rows of jobs, each with the sign it counts with, to rows of the rollup.

Every name in here is ours; values go in as parameters.
"""

# ruff: noqa: S608 - only names of ours are put into SQL, values are parameters
from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from jobs.models.rollup import (
    ALL,
    DAY,
    DEPLOYER,
    ENDED,
    EVER,
    FIGURES,
    HOUR,
    IMAGE,
    LISTED,
    MARKET,
    NODE,
    OP_TYPE,
    PAYER,
    RESOURCE,
    TRIGGER,
)

#: What of a job its sums follow from.
FACTS: Final = (
    "address, market_id, node, deployer, payer, trigger, image_ids, resource_ids, op_types, order_at, phase, state, "
    "outcome, delisted_at, listed_at, started_at, ended_at, timeout, price, usd_reward_per_hour"
)
_PRESENT = "delisted_at IS NULL"
_FAILED = "outcome = 'failed'"
#: jobs/payment.py and money.paid_seconds(); 3 is Stopped.
#: LEAST takes no notice of null: without the condition, a job that never started pays it all.
_PAID = (
    "CASE WHEN started_at IS NULL OR state = 3 THEN 0 "
    "ELSE GREATEST(0, LEAST(FLOOR(EXTRACT(EPOCH FROM (ended_at - started_at)))::bigint, timeout)) END"
)
_WAITED = "listed_at IS NOT NULL AND started_at >= listed_at"
#: Which jobs count as ended in the hour of `ended_at`.
IS_ENDED: Final = f"ended_at IS NOT NULL AND phase = 2 AND {_PRESENT}"

_CONDITIONS: Final = {
    "listed": "true",
    "queued": f"state = 0 AND {_PRESENT}",
    "running": f"state = 1 AND {_PRESENT}",
    "completed": f"state = 2 AND {_PRESENT}",
    "stopped": f"state = 3 AND {_PRESENT}",
    "withdrawn": "delisted_at IS NOT NULL",
    "succeeded": f"outcome = 'success' AND {_PRESENT}",
    "failed": f"{_FAILED} AND {_PRESENT}",
    "unknown": f"phase = 2 AND outcome = '' AND {_PRESENT}",
    "ended": "true",
    "ended_completed": f"state = 2 AND NOT {_FAILED}",
    "ended_stopped": f"state = 3 AND NOT {_FAILED}",
    "ended_failed": _FAILED,
    "ended_succeeded": "outcome = 'success'",
    "waits": _WAITED,
}
_AMOUNTS: Final = {
    "seconds": "sign * paid",
    "nos_micro": "sign * paid * price::numeric",
    # Rounded for each job, so that what was added can be taken away again to the last digit.
    "usd": "sign * COALESCE(ROUND(paid * usd_reward_per_hour / 3600, 10), 0)",
    "wait_seconds": f"CASE WHEN {_WAITED} THEN sign * FLOOR(EXTRACT(EPOCH FROM (started_at - listed_at)))::bigint "
    "ELSE 0 END",
}
#: The others are counts. Those of one statement fit into four bytes, and PostgreSQL adds such ones fastest.
_LARGE: Final = ("seconds", "nos_micro", "usd", "wait_seconds")
_EVER: Final = "'1970-01-01 00:00:00+00'::timestamptz"
#: Days and hours from here on are those of UTC. date_bin is a division; date_trunc looks up time zones.
_ORIGIN: Final = "'2000-01-01 00:00:00+00'::timestamptz"


def _begin(unit: str, at: str) -> str:
    return f"date_bin('1 {unit}', {at}, {_ORIGIN})"


def _value(figure: str) -> str:
    return _AMOUNTS.get(figure) or f"CASE WHEN {_CONDITIONS[figure]} THEN sign ELSE 0 END"


def _moment(at: str, figures: tuple[str, ...], source: str) -> str:
    """Return the SELECT of one row a job, at one of its two moments, with the figures that count there."""
    values = ", ".join(f"{_value(name) if name in figures else '0'} AS {name}" for name in FIGURES)
    return (
        "SELECT market_id, node, deployer, payer, trigger, image_ids, resource_ids, op_types, "
        f"{_begin(HOUR, at)} AS hour, {_begin(DAY, at)} AS day, {values} "
        f"FROM {source}"
    )


#: Of jobs. Counts of one statement fit into four bytes, and PostgreSQL adds such ones fastest.
_COUNTS: Final = ", ".join(f"SUM({name}){'' if name in _LARGE else '::int'} AS {name}" for name in FIGURES)
#: Of rows of the rollup.
SUMS: Final = ", ".join(f"SUM({name}) AS {name}" for name in FIGURES)
_NAMES: Final = ", ".join(FIGURES)


def _each(column: str) -> str:
    """Return what to select from for a row for each value `one` of an array; as a join it takes half as long again."""
    return f"(SELECT *, unnest({column}) AS one FROM moments) AS each"


#: The finest rows of each dimension, a few for many jobs: key, its beginning, and the jobs' rows they are summed from.
_FINEST: Final = {
    MARKET: ("market_id", HOUR, "moments"),
    NODE: ("node", DAY, "moments"),
    DEPLOYER: ("deployer", DAY, "moments"),
    IMAGE: ("one::text", DAY, _each("image_ids")),
}
#: Those of which only the sums over all time are kept.
_ONLY_EVER: Final = {
    PAYER: ("payer", "moments"),
    TRIGGER: ("trigger", "moments"),
    OP_TYPE: ("one", _each("op_types")),
    RESOURCE: ("one::text", _each("resource_ids")),
}
#: What else is summed from the finest rows: dimension, unit, key, its beginning.
_FROM_MARKETS: Final = (
    (MARKET, DAY, "key", _begin(DAY, "at")),
    (ALL, HOUR, "''", "at"),
    (ALL, DAY, "''", _begin(DAY, "at")),
    (ALL, EVER, "''", _EVER),
)


def _finest(dimension: str) -> str:
    """Return the table of a WITH that has the finest rows of a dimension."""
    key, unit, source = _FINEST[dimension]
    return (
        f"by_{dimension} AS (SELECT {key} AS key, {unit} AS at, {_COUNTS} FROM {source} "
        f"WHERE {key} <> '' GROUP BY 1, 2)"
    )


def _rows(units: tuple[str, ...]) -> Iterator[str]:
    """Yield the SELECTs of the rows of these units, the finest ones and what they add up to."""
    for dimension, (_, unit, _) in _FINEST.items():
        yield f"SELECT '{dimension}', '{unit}', key, at, {_NAMES} FROM by_{dimension}"
    coarser = [*_FROM_MARKETS, *((dimension, EVER, "key", _EVER) for dimension in _FINEST)]
    for dimension, unit, key, at in coarser:
        if unit in units:
            source = MARKET if dimension == ALL else dimension
            yield f"SELECT '{dimension}', '{unit}', {key}, {at}, {SUMS} FROM by_{source} GROUP BY 1, 2, 3, 4"


def _rows_of_ever() -> Iterator[str]:
    for dimension, (key, source) in _ONLY_EVER.items():
        yield (
            f"SELECT '{dimension}', '{EVER}', {key}, {_EVER}, {_COUNTS} FROM {source} WHERE {key} <> '' GROUP BY {key}"
        )


def _moments(listed: str, ended: str) -> str:
    """Return the table of a WITH that has a row for each job's listing and end; the sources have a column `sign`."""
    over = f"(SELECT *, {_PAID} AS paid FROM {ended} WHERE {IS_ENDED}) AS over"
    return f"moments AS ({_moment('order_at', LISTED, listed)} UNION ALL {_moment('ended_at', ENDED, over)})"


def _something(rows: Iterable[str]) -> str:
    """Return the SELECT of those of the rows that are not nothing but zeros, in the order of the key."""
    is_something = " OR ".join(f"{name} <> 0" for name in FIGURES)
    return (
        f"SELECT * FROM ({' UNION ALL '.join(rows)}) AS found (dimension, unit, key, at, {_NAMES}) "
        f"WHERE {is_something} ORDER BY dimension, unit, key, at"
    )


def summed(listed: str, ended: str) -> str:
    """Return the SELECT of all rollup rows from two sources of jobs: by listing and by end; each with a column `sign`.

    It goes after WITH, and other tables of it. Summed twice: first to the finest rows, then those to the others.
    """
    rows = [*_rows((HOUR, DAY, EVER)), *_rows_of_ever()]
    return f"{_moments(listed, ended)}, {', '.join(map(_finest, _FINEST))} {_something(rows)}"


def summed_by_time(listed: str, ended: str) -> str:
    """Return the SELECT of the rollup rows of hours and days, else as summed()."""
    return f"{_moments(listed, ended)}, {', '.join(map(_finest, _FINEST))} {_something(_rows((HOUR, DAY)))}"


def summed_for_ever(listed: str, ended: str) -> str:
    """Return the SELECT of the rollup rows of which there are no days to sum up, else as summed()."""
    return f"{_moments(listed, ended)} {_something(_rows_of_ever())}"


#: The columns of a rollup row, and what adds such rows.
ROW: Final = f"dimension, unit, key, at, {_NAMES}"
INSERT: Final = f"INSERT INTO jobs_jobrollup AS old ({ROW})"
#: Adds to the rows that are there.
ADD: Final = "ON CONFLICT (dimension, unit, key, at) DO UPDATE SET " + ", ".join(
    f"{name} = old.{name} + excluded.{name}" for name in FIGURES
)
