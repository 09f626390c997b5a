"""How a job's definition went wherever it ran, and what its deployer ran before and after it.

Read from the newest jobs alone, so that a definition with a hundred thousand jobs takes no longer than another one.
"""

# ruff: noqa: S608 - only names and numbers of ours are put into SQL, values are parameters
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

from jobs.definition.edit.diff import Diff, diff_texts
from jobs.models import Definition, Job
from jobs.selectors.judged import Judged
from jobs.selectors.listing import markets as known_markets
from markets.models import Market

#: Runs of a definition that are looked at, and definitions that do the same.
RUNS: Final = 1000
DEFINITIONS: Final = 2000
#: Jobs of the deployer among which the one with another definition is looked for, before and after.
REACH: Final = 1000
#: Other runs that are named, and nodes.
SHOWN: Final = 10
NODES: Final = 8

#: What is shown of another job.
_SHOWN: Final = (
    "state",
    "outcome",
    "delisted_at",
    "node",
    "duration",
    "listed_at",
    "order_at",
    "ipfs_job",
    "market__name",
)
#: The bits of GROUPING: which of market and node a row is not of.
_ALL, _BY_MARKET, _BY_NODE = 3, 1, 2
_COLUMNS: Final = "address, market_id, node, outcome, order_at, listed_at, started_at, ended_at"
_RUNS: Final = f"""
WITH same AS MATERIALIZED (
    SELECT key FROM (SELECT key FROM jobs_definition WHERE fingerprint = %(fingerprint)s
                     ORDER BY fetched_at DESC LIMIT {DEFINITIONS}) AS alike
    UNION SELECT %(key)s
), runs AS (
    SELECT * FROM (
        SELECT one.* FROM same CROSS JOIN LATERAL (
            SELECT {_COLUMNS} FROM jobs_job WHERE ipfs_job = same.key AND delisted_at IS NULL
            ORDER BY order_at DESC LIMIT {RUNS}) AS one
        UNION ALL
        SELECT {_COLUMNS} FROM same JOIN jobs_job ON address = same.key WHERE ipfs_job = '' AND delisted_at IS NULL
    ) AS found ORDER BY order_at DESC, address DESC LIMIT {RUNS}
), places AS (
    SELECT GROUPING(market_id, node) AS kind, market_id, node, COUNT(*) AS jobs,
        COUNT(*) FILTER (WHERE outcome = 'success') AS succeeded, COUNT(*) FILTER (WHERE outcome = 'failed') AS failed,
        PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY EXTRACT(EPOCH FROM started_at - listed_at))
            FILTER (WHERE started_at >= listed_at) AS wait,
        PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY EXTRACT(EPOCH FROM ended_at - started_at))
            FILTER (WHERE ended_at >= started_at AND outcome <> 'failed') AS ran,
        MAX(order_at) AS newest, MIN(order_at) AS oldest
    FROM runs GROUP BY GROUPING SETS ((), (market_id), (node))
), ranked AS (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY kind ORDER BY jobs DESC, newest DESC, market_id, node) AS place,
        COUNT(*) OVER (PARTITION BY kind) AS of_kind
    FROM places WHERE kind <> {_BY_NODE} OR node <> ''
)
SELECT kind, of_kind, market_id, node, jobs, succeeded, failed, wait, ran, newest, oldest,
    CASE kind WHEN {_ALL} THEN ARRAY(SELECT address FROM runs WHERE address <> %(job)s
                                     ORDER BY order_at DESC, address DESC LIMIT {SHOWN}) END
FROM ranked WHERE kind <> {_BY_NODE} OR place <= {NODES} ORDER BY kind DESC, place
"""


def _beside(sign: str, order: str) -> str:
    """Return what finds the deployer's next job with another definition, on one side of a job."""
    parts = " UNION ALL ".join(
        f"(SELECT address, ipfs_job, order_at FROM jobs_job WHERE deployer = %(deployer)s AND phase = {phase} "
        f"AND (order_at, address) {sign} (%(at)s, %(job)s) ORDER BY order_at {order}, address {order} LIMIT {REACH})"
        for phase in (0, 1, 2)
    )
    return (
        f"(SELECT near.address FROM (SELECT * FROM ({parts}) AS each "
        f"ORDER BY order_at {order}, address {order} LIMIT {REACH}) AS near "
        "JOIN jobs_definition AS other ON other.key = COALESCE(NULLIF(near.ipfs_job, ''), near.address) "
        "WHERE other.key <> %(key)s AND other.fetched_at IS NOT NULL "
        "AND (other.fingerprint IS DISTINCT FROM %(fingerprint)s OR other.fingerprint IS NULL) "
        f"ORDER BY near.order_at {order}, near.address {order} LIMIT 1)"
    )


_NEIGHBOURS: Final = f"SELECT {_beside('<', 'DESC')}, {_beside('>', 'ASC')}"


@dataclass(frozen=True, slots=True)
class Runs(Judged):
    """How a definition went at one place, or everywhere. Times are medians, in seconds; None where none is known.

    `wait`: from listing to start. `ran`: of those that ended and did not fail.
    """

    place: str
    market: Market | None
    jobs: int
    succeeded: int
    failed: int
    wait: float | None
    ran: float | None
    newest_at: datetime | None
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A job of the same deployer with another definition, and how that differs: from the older to the newer one."""

    job: Job
    diff: Diff


@dataclass(frozen=True, slots=True)
class History:
    """What is known of a job's definition elsewhere. `is_capped`: older runs were not looked at.

    `others` are the newest other runs; `nodes` those with the most of them, and `more_nodes` counts the rest.
    """

    job: Job
    definition: Definition | None
    all: Runs
    markets: Sequence[Runs]
    nodes: Sequence[Runs]
    more_nodes: int
    others: Sequence[Job]
    before: Neighbour | None
    after: Neighbour | None

    @property
    def is_capped(self) -> bool:
        """Whether there may be older runs than those that were looked at."""
        return self.all.jobs >= RUNS


def history(job: Job, definition: Definition | None) -> History | None:
    """Return the history of a job's definition; at most five queries.

    None for a definition without ops, as confidential jobs post: it says nothing of what they do, and many have it.
    """
    if job.op_count == 0:
        return None
    whole, markets, nodes, node_count, addresses = _runs(job, definition)
    beside = _neighbours(job, definition) if definition and definition.text else (None, None)
    wanted = [*addresses, *filter(None, beside)]
    named = Job.objects.with_names().filter(pk__in=wanted).only(*_SHOWN).order_by()
    jobs = {one.pk: one for one in named} if wanted else {}
    before, after = _compared(definition, [jobs.get(address or "") for address in beside])
    return History(
        job=job,
        definition=definition,
        all=whole,
        markets=markets,
        nodes=nodes,
        more_nodes=node_count - len(nodes),
        others=[jobs[address] for address in addresses if address in jobs],
        before=before,
        after=after,
    )


def _facts(job: Job, definition: Definition | None) -> dict[str, Any]:
    return {
        "fingerprint": (definition.fingerprint or None) if definition else None,
        "key": job.ipfs_job or job.address,
        "job": job.address,
        "deployer": job.deployer,
        "at": job.order_at,
    }


def _runs(job: Job, definition: Definition | None) -> tuple[Runs, list[Runs], list[Runs], int, list[str]]:
    """Return the runs everywhere, by market, by node with how many nodes there are, and the newest other ones.

    Two queries, one of them kept.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RUNS, _facts(job, definition))
        rows = cursor.fetchall()
    places = known_markets()
    found: dict[int, list[Runs]] = {_ALL: [], _BY_MARKET: [], _BY_NODE: []}
    for kind, _, market, node, *figures, _ in rows:
        found[kind].append(Runs(market or node or "", places.get(market), *figures))
    nodes = next((of_kind for kind, of_kind, *_ in rows if kind == _BY_NODE), 0)
    return found[_ALL][0], found[_BY_MARKET], found[_BY_NODE], nodes, rows[0][-1]


def _neighbours(job: Job, definition: Definition | None) -> tuple[str | None, str | None]:
    """Return the addresses of the deployer's last job before and first job after with another definition; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_NEIGHBOURS, _facts(job, definition))
        before, after = cursor.fetchone()
    return before, after


def _compared(definition: Definition | None, beside: Sequence[Job | None]) -> list[Neighbour | None]:
    """Return the jobs before and after with how their definitions differ; one query, none without such jobs."""
    keys = {job.pk: job.ipfs_job or job.pk for job in beside if job}
    texts = dict(Definition.objects.filter(pk__in=keys.values()).values_list("pk", "text")) if keys else {}
    found: list[Neighbour | None] = []
    for job, is_before in zip(beside, (True, False), strict=True):
        text = texts.get(keys[job.pk]) if job else None
        if job is None or definition is None or not text:
            found.append(None)
            continue
        pair = (text, definition.text) if is_before else (definition.text, text)
        found.append(Neighbour(job, diff_texts(*pair)))
    return found
