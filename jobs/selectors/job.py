"""What the page of one job shows: its definition, ops, result, cost, and why it failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from explorer import money
from explorer.money import Cost, paid_seconds
from explorer.nosana import strict_json
from explorer.nosana.errors import Malformed
from explorer.nosana.payloads import ResultPayload
from explorer.text import shortened
from jobs import ops
from jobs.arguments import Some
from jobs.choices import JobState, Outcome
from jobs.highlight import Code, definition_code
from jobs.models import Definition, Job, Result
from jobs.ops import JobFacts, OpView
from jobs.results import from_body
from jobs.selectors.lifecycle import Lifecycle, lifecycle

#: Before this day the addresses of services followed from something else (nosana-sdk, expose).
SERVICE_URLS_SINCE = datetime(2025, 2, 17, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a job failed: a short first sentence, the details, and the op to look at."""

    lead: str
    text: str = ""
    op: OpView | None = None


@dataclass(frozen=True, slots=True)
class Bill:
    """What a job costs: so far, at most, or in the end; `deposit` and `returned` in NOS."""

    cost: Cost
    timeout: int
    deposit: Decimal
    returned: Decimal
    is_final: bool
    is_limit: bool


@dataclass(frozen=True, slots=True)
class JobPage:
    """All that a job's page shows besides its log."""

    job: Job
    definition: Definition | None
    code: Code | None
    result: ResultPayload | None
    is_confidential: bool
    ops: Some[OpView]
    open_op: int | None  # the index of the op that is open when the page comes
    reason: Reason | None
    life: Lifecycle
    bill: Bill

    @property
    def failed_ops(self) -> int:
        """How many ops failed."""
        return sum(op.is_failed for op in self.ops.rows)

    @property
    def failed_op(self) -> str:
        """The id, as reported, of the op that made it fail; "" without one."""
        return self.reason.op.result.op_id if self.reason and self.reason.op and self.reason.op.result else ""

    @property
    def groups(self) -> int:
        """How many groups the ops are in."""
        return len({op.group for op in self.ops.rows})


def find_job(address: str) -> Job | None:
    """Return a job with its market; one query."""
    return Job.objects.with_names().filter(pk=address).first()


def definition_of(job: Job) -> Definition | None:
    """Return a job's definition, as far as it was heard of; one query."""
    return Definition.objects.filter(pk=job.ipfs_job or job.address).first()


def result_of(job: Job) -> Result | None:
    """Return a job's result without its log; one query."""
    return Result.objects.filter(pk=job.address).defer("log").first()


def job_page(job: Job, result: Result | None, domain: str) -> JobPage:
    """Return a job's page; `domain` is where the network's services are. One query."""
    definition = definition_of(job)
    is_here = definition is not None and bool(definition.text)
    body = _body(definition.text) if definition and is_here else None
    payload = from_body(result.body) if result and result.body else None
    views = ops.op_views(body, payload, _facts(job, domain))
    return JobPage(
        job=job,
        definition=definition,
        code=definition_code(definition.text) if definition and is_here else None,
        result=payload,
        is_confidential=body is not None and ops.is_confidential(body),
        ops=views,
        open_op=_open_op(views.rows),
        reason=reason(job, payload, views.rows),
        life=lifecycle(job, payload, timezone.now()),
        bill=bill(job),
    )


def _body(text: str) -> dict[str, Any] | None:
    try:
        value = strict_json.clean(strict_json.read(text))
    except Malformed:
        return None
    return value if isinstance(value, dict) else None


def _facts(job: Job, domain: str) -> JobFacts:
    listed_at = job.listed_at or job.started_at
    is_new = listed_at is None or listed_at >= SERVICE_URLS_SINCE
    return JobFacts(job.address, job.deployer, domain if is_new else None)


def _open_op(views: Sequence[OpView]) -> int | None:
    """Return the op to show opened: the first that failed, else the only one."""
    failed = next((op.index for op in views if op.is_failed), None)
    return 0 if failed is None and len(views) == 1 else failed


def reason(job: Job, result: ResultPayload | None, views: Sequence[OpView]) -> Reason | None:
    """Return why a job failed; None where nothing says that it did."""
    if job.outcome != Outcome.FAILED:
        return None
    failed = next((op for op in views if op.is_failed), None)
    if failed is not None and failed.result is not None:
        code = failed.result.exit_code
        lead = f"{_named(failed)} failed." if code is None else f"{_named(failed)} ended with exit {code}."
        said = [f"{failed.exit_meaning}."] if failed.exit_meaning else []
        return Reason(
            lead, " ".join([*(part[:1].upper() + part[1:] for part in said), *failed.result.errors[:1]]), failed
        )
    if result and result.errors:
        return Reason("The job failed.", result.errors[0])
    if result and result.status:
        return Reason("The job failed.", f"Its node reported “{result.status}”, without naming an op.")
    return Reason("An op failed.", "The network says so; the result that says which one is not here yet.")


def _named(op: OpView) -> str:
    return shortened(op.id, 60) or f"Op {op.index + 1}"


def bill(job: Job) -> Bill:
    """Return what a job costs; of one that has not run, what it can cost at most."""
    is_queued, is_running = job.state == JobState.QUEUED, job.state == JobState.RUNNING
    end = timezone.now() if is_running else job.ended_at
    paid = job.timeout if is_queued else paid_seconds(started_at=job.started_at, ended_at=end, timeout=job.timeout)
    fee = job.market.network_fee_percentage
    found = money.cost(price=job.price, seconds=paid, usd_per_hour=job.usd_reward_per_hour, fee_percentage=fee)
    deposit = money.nos(job.price, job.timeout)
    return Bill(
        cost=found,
        timeout=job.timeout,
        deposit=deposit,
        returned=deposit - found.host_nos,
        is_final=not is_queued and not is_running,
        is_limit=is_queued and not job.delisted_at,
    )
