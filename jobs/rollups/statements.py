"""The SQL that sums jobs up: from rows of jobs, each with the signs it counts with, to rows of the rollup.

Every name in here is ours; values go in as parameters.
"""

# ruff: noqa: S608 - only names of ours are put into SQL, values are parameters
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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
    "seconds": "over * paid",
    "nos_micro": "over * paid * price::numeric",
    # Rounded for each job, so that what was added can be taken away again to the last digit.
    "usd": "over * COALESCE(ROUND(paid * usd_reward_per_hour / 3600, 10), 0)",
    "wait_seconds": f"CASE WHEN {_WAITED} THEN over * FLOOR(EXTRACT(EPOCH FROM (started_at - listed_at)))::bigint "
    "ELSE 0 END",
}
#: The same in eight bytes, which PostgreSQL adds in a third of the time; beyond that, where no job ever was, the
#: statement fails. USD are then whole numbers of this part of one, until all is summed.
_TINY: Final = "0.0000000001"
_IN_EIGHT_BYTES: Final = {
    **_AMOUNTS,
    "nos_micro": "over * paid * price",
    "usd": "over * COALESCE(paid * usd_reward_per_hour * 10000000000 / 3600, 0)::bigint",
}
#: The others are counts. Those of one statement fit into four bytes, and PostgreSQL adds such ones fastest.
_LARGE: Final = ("seconds", "nos_micro", "usd", "wait_seconds")
_EVER: Final = "'1970-01-01 00:00:00+00'::timestamptz"
#: Days and hours from here on are those of UTC. date_bin is a division; date_trunc looks up time zones.
_ORIGIN: Final = "'2000-01-01 00:00:00+00'::timestamptz"


def _begin(unit: str, at: str) -> str:
    return f"date_bin('1 {unit}', {at}, {_ORIGIN})"


def _value(figure: str, amounts: Mapping[str, str]) -> str:
    sign = "listing" if figure in LISTED else "over"
    return amounts.get(figure) or f"CASE WHEN {_CONDITIONS[figure]} THEN {sign} ELSE 0 END"


#: Of jobs. Counts of one statement fit into four bytes, and PostgreSQL adds such ones fastest.
_COUNTS: Final = ", ".join(f"SUM({name}){'' if name in _LARGE else '::int'} AS {name}" for name in FIGURES)
#: Of rows of the rollup.
SUMS: Final = ", ".join(f"SUM({name}) AS {name}" for name in FIGURES)
_NAMES: Final = ", ".join(FIGURES)
#: What jobs are summed by.
_KEYS: Final = "market_id, node, deployer, payer, trigger, image_ids, resource_ids, op_types"


def _each(column: str) -> str:
    """Return what to select from for a row for each value `one` of an array; as a join it takes half as long again."""
    return f"(SELECT *, unnest({column}) AS one FROM days) AS each"


#: The finest rows of each dimension, a few for many jobs: key, unit, and the jobs' rows they are summed from.
_FINEST: Final = {
    MARKET: ("market_id", HOUR, "hours"),
    NODE: ("node", DAY, "days"),
    DEPLOYER: ("deployer", DAY, "days"),
    IMAGE: ("one::text", DAY, _each("image_ids")),
}
#: Those of which only the sums over all time are kept.
_ONLY_EVER: Final = {
    PAYER: ("payer", "days"),
    TRIGGER: ("trigger", "days"),
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
    key, _, source = _FINEST[dimension]
    return f"by_{dimension} AS (SELECT {key} AS key, at, {_COUNTS} FROM {source} WHERE {key} <> '' GROUP BY 1, 2)"


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


def _figured(source: str, amounts: Mapping[str, str] = _AMOUNTS) -> str:
    """Return the table of a WITH that has what each job adds to sums: where it was listed, and where it ended."""
    values = ", ".join(f"{_value(name, amounts)} AS {name}" for name in FIGURES)
    over = f"CASE WHEN {IS_ENDED} THEN ending ELSE 0 END"
    return (
        f"figured AS (SELECT {_KEYS}, order_at, ended_at, over, {values} "
        f"FROM (SELECT *, {_PAID} AS paid, {over} AS over FROM {source}) AS job)"
    )


def _moments(table: str, unit: str) -> str:
    """Return the table of a WITH that has the figures of jobs by hour or day.

    Most jobs end in the hour or day in which they are listed: they have one row, any other has two. To sum up one for
    each listing and one for each end takes a fifth longer.
    """
    listed, ended = _begin(unit, "order_at"), _begin(unit, "ended_at")
    is_one = f"(over = 0 OR {listed} = {ended})"
    rows = (
        f"SELECT {_KEYS}, {listed} AS at, {_NAMES} FROM figured WHERE {is_one}",
        f"SELECT {_KEYS}, {listed}, {_only(LISTED)} FROM figured WHERE NOT {is_one}",
        f"SELECT {_KEYS}, {ended}, {_only(ENDED)} FROM figured WHERE NOT {is_one}",
    )
    return f"{table} AS ({' UNION ALL '.join(rows)})"


def _only(figures: tuple[str, ...]) -> str:
    return ", ".join(name if name in figures else "0" for name in FIGURES)


def _something(rows: Iterable[str], usd: str = "usd") -> str:
    """Return the SELECT of those of the rows that are not nothing but zeros, in the order of the key."""
    figures = ", ".join(usd if name == "usd" else name for name in FIGURES)
    is_something = " OR ".join(f"{name} <> 0" for name in FIGURES)
    return (
        f"SELECT dimension, unit, key, at, {figures} "
        f"FROM ({' UNION ALL '.join(rows)}) AS found (dimension, unit, key, at, {_NAMES}) "
        f"WHERE {is_something} ORDER BY dimension, unit, key, at"
    )


def summed(source: str) -> str:
    """Return the SELECT of all rollup rows of jobs; it goes after WITH, and other tables of it.

    The source has FACTS, and two columns by which a job is counted: `listing` where it was listed, and `ending` where
    it ended, if it did. They are 1, -1 or 0. Summed twice: first to the finest rows, then those to the others.
    """
    return f"{_tables(source)} {_something([*_rows((HOUR, DAY, EVER)), *_rows_of_ever()])}"


def summed_in_eight_bytes(source: str) -> str:
    """Return the same SELECT, done sooner; it fails where a job pays more than any ever did."""
    rows = _something([*_rows((HOUR, DAY, EVER)), *_rows_of_ever()], usd=f"usd * {_TINY}")
    return f"{_tables(source, _IN_EIGHT_BYTES)} {rows}"


def summed_by_time(source: str) -> str:
    """Return the SELECT of the rollup rows of hours and days, else as summed()."""
    return f"{_tables(source)} {_something(_rows((HOUR, DAY)))}"


def summed_for_ever(source: str) -> str:
    """Return the SELECT of the rollup rows of which there are no days to sum up, else as summed()."""
    return f"{_figured(source)}, {_moments('days', DAY)} {_something(_rows_of_ever())}"


def _tables(source: str, amounts: Mapping[str, str] = _AMOUNTS) -> str:
    return ", ".join(
        [_figured(source, amounts), _moments("hours", HOUR), _moments("days", DAY), *map(_finest, _FINEST)]
    )


#: The columns of a rollup row, and what adds such rows.
ROW: Final = f"dimension, unit, key, at, {_NAMES}"
INSERT: Final = f"INSERT INTO jobs_jobrollup AS old ({ROW})"
#: Adds to the rows that are there.
ADD: Final = "ON CONFLICT (dimension, unit, key, at) DO UPDATE SET " + ", ".join(
    f"{name} = old.{name} + excluded.{name}" for name in FIGURES
)
