"""What one deployer runs: its jobs ever, what burns now and for how long, what it uses and where."""

# ruff: noqa: S608 - only names and numbers of ours are put into SQL, values are parameters
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import DecimalField, F, Q
from django.db.models.functions import Cast, Extract
from django.utils import timezone

from explorer import money
from explorer.money import Cost
from jobs.choices import JobState
from jobs.models import Job, JobRollup
from jobs.models.rollup import DAY, DEPLOYER, EVER, FIGURES
from jobs.rollups.reading import Totals
from jobs.selectors.bill import cost_of
from jobs.selectors.charts import Fee
from jobs.selectors.deployers import Burn, burn_of, fee_everywhere, last_jobs
from jobs.selectors.judged import Judged
from jobs.selectors.listing import markets
from markets.models import Image, Market

#: Running jobs that are shown, those that end first.
RUNNING: Final = 50
#: The newest jobs, of which it is counted what they use and where they run, and how much of that is shown.
RECENT: Final = 2000
SHOWN: Final = 10

#: What is shown of a running job, and what its cost is worked out from.
_SHOWN: Final = (
    "state", "delisted_at", "node", "image", "price", "timeout", "started_at", "usd_reward_per_hour", "market__name",
    "market__network_fee_percentage",
)  # fmt: skip

_EACH_PHASE: Final = " UNION ALL ".join(
    f"(SELECT market_id, image_ids, outcome, order_at FROM jobs_job WHERE deployer = %(deployer)s AND phase = {phase} "
    f"ORDER BY order_at DESC, address DESC LIMIT {RECENT})"
    for phase in (0, 1, 2)
)
_FIGURES: Final = (
    "COUNT(*), COUNT(*) FILTER (WHERE outcome = 'success'), COUNT(*) FILTER (WHERE outcome = 'failed'), MAX(order_at)"
)
_USED: Final = f"""
    WITH recent AS MATERIALIZED (SELECT * FROM ({_EACH_PHASE}) AS each ORDER BY order_at DESC LIMIT {RECENT})
    (SELECT 'all', '', {_FIGURES}, MIN(order_at) FROM recent)
    UNION ALL (SELECT 'market', market_id, {_FIGURES}, MIN(order_at) FROM recent GROUP BY 2)
    UNION ALL (SELECT 'image', id::text, {_FIGURES}, MIN(order_at) FROM recent, unnest(image_ids) AS id GROUP BY 2)
    ORDER BY 1, 3 DESC, 6 DESC, 2
"""


@dataclass(frozen=True, slots=True)
class Used(Judged):
    """A market or an image, and how the newest jobs with it went."""

    entry: Market | Image
    jobs: int
    succeeded: int
    failed: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Recent:
    """What the newest jobs use and where they run, most used first; `more_…` count what is not shown.

    `is_capped`: there are older jobs, which were not looked at; `since` is when the oldest of these was listed.
    """

    jobs: int
    since: datetime | None
    markets: Sequence[Used]
    more_markets: int
    images: Sequence[Used]
    more_images: int

    @property
    def is_capped(self) -> bool:
        """Whether older jobs were not looked at."""
        return self.jobs >= RECENT


@dataclass(frozen=True, slots=True)
class Running:
    """A running job: its cost so far, the seconds until its timeout, below 0 after it, and the share that is over."""

    job: Job
    cost: Cost
    left: float | None
    share: float

    @property
    def over(self) -> float:
        """By how many seconds it is over its timeout."""
        return -(self.left or 0)


@dataclass(frozen=True, slots=True)
class DeployerPage:
    """All that a deployer's page shows besides its charts. `first_on` is the day of its first job."""

    address: str
    ever: Totals
    lately: Totals
    fee: Fee
    burn: Burn
    running: Sequence[Running]
    recent: Recent
    first_on: datetime | None
    last_at: datetime | None

    days = 30

    @property
    def judged(self) -> int:
        """Of how many of its jobs it is known how they went."""
        return self.ever.succeeded + self.ever.failed

    @property
    def success(self) -> float | None:
        """The share of successes, from 0 to 1; None while none was judged."""
        return self.ever.succeeded / self.judged if self.judged else None

    @property
    def more_running(self) -> int:
        """How many running jobs are not shown."""
        return max(self.ever.running - len(self.running), 0)

    @property
    def spent(self) -> dict[str, Any]:
        """What was spent, the fee included: ever and in the last days, in USD and NOS."""
        return {
            "usd": self.fee.paid(self.ever.usd),
            "nos": self.fee.paid(self.ever.nos_micro / money.MICRO),
            "usd_lately": self.fee.paid(self.lately.usd),
            "nos_lately": self.fee.paid(self.lately.nos_micro / money.MICRO),
        }


def deployer_page(address: str) -> DeployerPage | None:
    """Return a deployer's page, None for one without jobs; nine queries at most, however many jobs it has."""
    ever, lately = _totals(address)
    if not ever.listed:
        return None
    first = JobRollup.objects.filter(dimension=DEPLOYER, unit=DAY, key=address, listed__gt=0).order_by("at")
    return DeployerPage(
        address=address,
        ever=ever,
        lately=lately,
        fee=fee_everywhere(),
        burn=burn_of([address]).get(address, Burn()),
        running=running_jobs(address) if ever.running else [],
        recent=recent_use(address),
        first_on=first.values_list("at", flat=True).first(),
        last_at=last_jobs([address]).get(address),
    )


def _totals(address: str) -> tuple[Totals, Totals]:
    """Return a deployer's totals ever and of the last days, today included; one query that reads a row a day."""
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    recent = Q(unit=DAY, at__gte=midnight - timedelta(days=DeployerPage.days - 1))
    rows = JobRollup.objects.filter(Q(unit=EVER) | recent, dimension=DEPLOYER, key=address).order_by()
    found = list(rows.values_list("unit", *FIGURES))
    ever = next((Totals(None, *figures) for unit, *figures in found if unit == EVER), Totals())
    days = (figures for unit, *figures in found if unit == DAY)
    lately: list[Any] = [sum(column) for column in zip(*days, strict=True)]
    return ever, Totals(None, *lately)


def running_jobs(address: str) -> list[Running]:
    """Return the running jobs of a deployer that reach their timeout first; one query."""
    whole: DecimalField[Any, Any] = DecimalField(max_digits=30, decimal_places=6)
    ends = Cast(Extract("started_key", "epoch"), whole) + Cast(F("timeout"), whole)
    jobs = Job.objects.with_names().filter(deployer=address, phase=1, state=JobState.RUNNING).only(*_SHOWN)
    now = timezone.now()
    return [_running(job, now) for job in jobs.order_by(ends, "address")[:RUNNING]]


def _running(job: Job, now: datetime) -> Running:
    cost = cost_of(job, now)
    if job.started_at is None:
        return Running(job, cost, None, 0.0)
    ran = (now - job.started_at).total_seconds()
    return Running(job, cost, job.timeout - ran, min(max(ran, 0) / job.timeout, 1.0) if job.timeout else 1.0)


def recent_use(address: str) -> Recent:
    """Return what the newest jobs of a deployer use and where they run; three queries, one of them kept."""
    with connection.cursor() as cursor:
        cursor.execute(_USED, {"deployer": address})
        rows = cursor.fetchall()
    whole = next(row for row in rows if row[0] == "all")
    by_market = [row[1:-1] for row in rows if row[0] == "market"]
    by_image = [row[1:-1] for row in rows if row[0] == "image"]
    known = markets()
    images = Image.objects.only("reference").in_bulk([int(row[0]) for row in by_image[:SHOWN]])
    return Recent(
        jobs=whole[2],
        since=whole[-1],
        markets=[Used(known[key], *figures) for key, *figures in by_market[:SHOWN] if key in known],
        more_markets=max(len(by_market) - SHOWN, 0),
        images=[Used(images[int(key)], *figures) for key, *figures in by_image[:SHOWN] if int(key) in images],
        more_images=max(len(by_image) - SHOWN, 0),
    )
