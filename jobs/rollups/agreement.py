"""Whether the kinds of jobs are to be believed: where they disagree with the sums, an older release wrote jobs.

Both change in one transaction, so that each statement sees them agree; a writer of an older release, which may be at
work until all workers of an upgrade are started anew, changes the sums alone.
"""

# ruff: noqa: S608 - only names of ours are put into SQL, values are parameters
from __future__ import annotations

from typing import Final

from django.core.cache import cache
from django.db import connection

from jobs.choices import JobState, Outcome
from jobs.models.kind import COUNTS
from jobs.models.rollup import ALL, DEPLOYER, IMAGE, LISTED, MARKET, OP_TYPE, PAYER, RESOURCE, TRIGGER
from jobs.rollups.rebuild import rebuild_kinds

_PRESENT: Final = [state.name.lower() for state in JobState]


def _of(*names: str) -> str:
    return " + ".join(names)


#: Each of the figures LISTED, as the kinds' counts add up to it.
_FIGURES: Final = {
    "listed": _of(*COUNTS),
    **{state: _of(*(name for name in COUNTS if name.startswith(f"{state}_"))) for state in (*_PRESENT, "withdrawn")},
    "succeeded": _of(*(f"{state}_{Outcome.SUCCESS}" for state in _PRESENT)),
    "failed": _of(*(f"{state}_{Outcome.FAILED}" for state in _PRESENT)),
    "unknown": "completed_unknown + stopped_unknown",
}
_AGREE: Final = f"""
    SELECT EXISTS (
      SELECT FROM jobs_jobkind AS kind CROSS JOIN jobs_jobrollup AS rollup
      WHERE digest = '' AND dimension = '{ALL}' AND unit = 'ever' AND key = ''
        AND ({", ".join(f"rollup.{name}" for name in LISTED)}) = ({", ".join(_FIGURES[name] for name in LISTED)})
    )
"""
#: By what sums over all time are kept, as kinds have it.
_DIMENSIONS: Final = {
    MARKET: "market",
    DEPLOYER: "deployer",
    PAYER: "payer",
    TRIGGER: "trigger",
    IMAGE: "unnest(image_ids)::text",
    RESOURCE: "unnest(resource_ids)::text",
    OP_TYPE: "unnest(op_types)",
}
_BY_DIMENSION: Final = " UNION ALL ".join(
    f"SELECT '{dimension}' AS dimension, {key} AS key, {_FIGURES['listed']} AS listed FROM jobs_jobkind"
    for dimension, key in _DIMENSIONS.items()
)
_DIFFERENCES: Final = f"""
    SELECT EXISTS (
      SELECT FROM (
        SELECT dimension, key, SUM(listed) AS listed FROM ({_BY_DIMENSION}) AS each WHERE key <> '' GROUP BY 1, 2
      ) AS kinds FULL JOIN (
        SELECT dimension, key, listed FROM jobs_jobrollup WHERE unit = 'ever' AND dimension = ANY(%s)
      ) AS rollups USING (dimension, key)
      WHERE COALESCE(kinds.listed, 0) <> COALESCE(rollups.listed, 0)
    )
"""
_KEY: Final = "job-kinds-past-mending"
#: After this time it is tried again to mend what could not be mended; seconds.
HOPELESS: Final = 86_400


def agree() -> bool:
    """Return whether all kinds together have the figures of all jobs; one query of two rows.

    Cheap enough to ask before kinds are read. Where nothing was written yet, they do not.
    """
    return _ask(_AGREE)


def mend() -> bool:
    """Make the kinds anew if they disagree with the sums, and return whether they did; two queries if they do not.

    Compared by everything that both are kept by: a definition that a worker of an older release stored changes the
    jobs of an image, and not how many there are. What a rebuild does not mend is wrong with the sums, and let be for a
    day.
    """
    if not _differ() or cache.get(_KEY):
        return False
    rebuild_kinds()
    if _differ():
        cache.set(_KEY, True, HOPELESS)
    return True


def are_whole() -> bool:
    """Say whether sums and kinds are there of all jobs, as far as can be told without counting these; a few queries.

    A rebuild makes the kinds last: one that was cut short, of a database that had none, has left none.
    """
    return not _differ() and (agree() or not _ask("SELECT EXISTS (SELECT FROM jobs_job)"))


def _differ() -> bool:
    return _ask(_DIFFERENCES, list(_DIMENSIONS)) or (_ask("SELECT EXISTS (SELECT FROM jobs_jobkind)") and not agree())


def _ask(sql: str, *given: list[str]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return bool(cursor.fetchone()[0])
