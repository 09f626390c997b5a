"""The SQL that keeps the kinds of jobs (jobs/models/kind.py): from rows of jobs, each with a sign, to their counts.

Every name in here is ours; values go in as parameters.
"""

# ruff: noqa: S608 - only names of ours are put into SQL, values are parameters
from __future__ import annotations

from typing import Final

from jobs.models.kind import COUNTS, IN_COMMON

_KEY: Final = ", ".join(IN_COMMON)
_NUMBERS: Final = ", ".join(COUNTS)
#: What is known of all jobs of a kind at once: bounds, which only ever widen.
_LOWEST: Final = {"first_at": "order_at", "least_price": "price"}
_HIGHEST: Final = {"last_at": "order_at", "greatest_price": "price"}
_BOUNDS: Final = ", ".join((*_LOWEST, *_HIGHEST))
_COLUMNS: Final = f"{_NUMBERS}, {_BOUNDS}, digest, {_KEY}"
#: The place of a job among the COUNTS. One in a state that nobody knows has none: then the sums do not agree.
_CELL: Final = (
    "CASE WHEN delisted_at IS NOT NULL THEN 4 WHEN state < 4 THEN state END * 3 "
    "+ CASE outcome WHEN 'success' THEN 0 WHEN 'failed' THEN 1 ELSE 2 END"
)
#: A row's text tells any two rows apart: PostgreSQL quotes what could be taken for something else.
_DIGEST: Final = f"sha256(convert_to(ROW({_KEY})::text, 'UTF8'))"


def _counted() -> str:
    counts = (f"COALESCE(SUM(sign) FILTER (WHERE cell = {place}), 0) AS {name}" for place, name in enumerate(COUNTS))
    return ", ".join(counts)


def _kinds_of(source: str, is_changed: str) -> str:
    """Return the SELECT of what jobs change of the rows of kinds, in the order of the key; a row for the whole too."""
    bounds = ", ".join(
        (
            *(f"MIN({fact}) AS {name}" for name, fact in _LOWEST.items()),
            *(f"MAX({fact}) AS {name}" for name, fact in _HIGHEST.items()),
        )
    )
    bounds_of_all = ", ".join((*(f"MIN({name})" for name in _LOWEST), *(f"MAX({name})" for name in _HIGHEST)))
    # OFFSET keeps PostgreSQL from working the cell out anew for each count.
    return f"""
        WITH facts AS (
          SELECT sign, order_at, price, market_id AS market, {_KEY.removeprefix("market, ")}, {_CELL} AS cell
          FROM {source} OFFSET 0),
        kinds AS (SELECT {_KEY}, {_counted()}, {bounds}
          FROM facts GROUP BY {_KEY} HAVING {is_changed})
        SELECT {_NUMBERS}, {_BOUNDS}, {_DIGEST} AS digest, {_KEY} FROM kinds
        UNION ALL
        SELECT {", ".join(f"SUM({name})" for name in COUNTS)}, {bounds_of_all}, ''::bytea,
          '', '', '', '', '{{}}', '{{}}', '{{}}' FROM kinds HAVING COUNT(*) > 0
        ORDER BY digest
    """


#: Jobs that stay what they are change nothing; their times and prices count only where they widen a bound.
_CHANGED: Final = " OR ".join(
    (
        *(f"SUM(sign) FILTER (WHERE cell = {place}) <> 0" for place in range(len(COUNTS))),
        *(f"MIN({fact}) FILTER (WHERE sign > 0) < MIN({fact}) FILTER (WHERE sign < 0)" for fact in _LOWEST.values()),
        *(f"MAX({fact}) FILTER (WHERE sign > 0) > MAX({fact}) FILTER (WHERE sign < 0)" for fact in _HIGHEST.values()),
    )
)
_INSERT: Final = f"INSERT INTO jobs_jobkind AS old ({_COLUMNS})"
_ADD: Final = "ON CONFLICT (digest) DO UPDATE SET " + ", ".join(
    (
        *(f"{name} = old.{name} + excluded.{name}" for name in COUNTS),
        *(f"{name} = LEAST(old.{name}, excluded.{name})" for name in _LOWEST),
        *(f"{name} = GREATEST(old.{name}, excluded.{name})" for name in _HIGHEST),
    )
)


def add_changes(source: str) -> str:
    """Return the statement that adds to the kinds what jobs change.

    The source has the FACTS of jobs (jobs/rollups/statements.py) and `sign`: 1 to count a job, -1 to take it away.
    """
    return f"{_INSERT} {_kinds_of(source, _CHANGED)} {_ADD}"


#: What new jobs add, made while others add their own; then added.
NEW_TABLE: Final = "CREATE TEMP TABLE new_kinds (LIKE jobs_jobkind) ON COMMIT DROP"
ADD_NEW: Final = f"{_INSERT} SELECT {_COLUMNS} FROM new_kinds {_ADD}"


def sum_up_new(source: str) -> str:
    """Return the statement that writes what new jobs add into their table; the source is that of add_changes()."""
    return f"INSERT INTO new_kinds ({_COLUMNS}) {_kinds_of(source, 'true')}"


def rebuild_statements(facts: str) -> tuple[str, ...]:
    """Return what makes the kinds anew from all jobs: for who keeps all writers waiting; two seconds a million."""
    jobs = f"(SELECT 1 AS sign, {facts} FROM jobs_job) AS job"
    return ("DELETE FROM jobs_jobkind", f"{_INSERT} {_kinds_of(jobs, 'true')}", "ANALYZE jobs_jobkind")
