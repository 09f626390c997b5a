"""What the page of one job shows: its definition, ops, course, result, cost, and why it ended as it did."""

# ruff: noqa: S608 - only names of ours are put into SQL, values are parameters
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from django.db import connection
from django.utils import timezone

from explorer.formats import duration
from explorer.nosana import strict_json
from explorer.nosana.errors import Malformed
from explorer.nosana.payloads import ResultPayload
from jobs import ops, reasons
from jobs.choices import JobState, Outcome
from jobs.definition.explain.plan import Plan, plan
from jobs.highlight import Code, definition_code
from jobs.models import Definition, Job, Result
from jobs.ops import OpView
from jobs.reasons import Reason
from jobs.results import from_body
from jobs.selectors.bill import Bill, bill
from jobs.selectors.course import Course, course
from jobs.selectors.expected import predicted
from jobs.selectors.held import held_by_node
from jobs.selectors.lifecycle import Lifecycle, lifecycle
from jobs.selectors.linted import Linted, linted
from jobs.selectors.tail import tail_of
from jobs.shapes import Some, mapping, sequence
from jobs.timeline import pulls, timed

#: How else a job ended than by itself, in the node's words for it.
_ENDINGS: Final = {
    "jobStopped": "Its deployer stopped it after {ran} of {timeout}.",
    "jobExpired": "Its {timeout} were up, and what still ran was ended. That is how a service ends that nobody stops.",
    "hostShutDown": "Its node shut down after {ran}, while it ran.",
}


@dataclass(frozen=True, slots=True)
class JobPage:
    """All that a job's page shows besides its log."""

    job: Job
    definition: Definition | None
    code: Code | None
    linted: Linted | None
    result: ResultPayload | None
    is_confidential: bool
    ops: Some[OpView]
    open_op: int | None  # the index of the op that is open when the page comes
    reason: Reason | None
    ending: str  # how else it ended than by itself; "" where there is nothing to tell
    course: Course
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

    @property
    def is_taken(self) -> bool:
        """Whether a node has it or had it, so that its cache can be told about."""
        return bool(self.job.node and self.job.started_at)


#: What a job's page reads of its market and its result; the rest of these rows is larger than the job.
_OF_MARKET: Final = ("address", "name", "network_fee_percentage", "queue_type", "queue")
_OF_RESULT: Final = ("body", "log_lines", "cid", "fetched_at", "due_at", "fetch_error")
_READ: Final = (
    *(field.name for field in Job._meta.concrete_fields),
    *(f"market__{name}" for name in _OF_MARKET),
    *(f"result__{name}" for name in _OF_RESULT),
)
_OF_DEFINITION: Final = [field.attname for field in Definition._meta.concrete_fields if field.name != "words"]
_DEFINITION: Final = f"SELECT {', '.join(_OF_DEFINITION)} FROM jobs_definition WHERE key = %s"
#: Definitions that many jobs share are read once; longer texts are rare, and take more memory than time.
_SHORT: Final = 8_000
_SHOWN: Final = Job.objects.select_related("market", "result").only(*_READ).order_by()


def find_job(address: str) -> Job | None:
    """Return a job with its market and its result, of both what its pages read; one query."""
    return next(iter(_SHOWN.filter(pk=address)[:1]), None)


def known_result(job: Job) -> Result | None:
    """Return the result, without its log, that came with a job of find_job(); no query."""
    return getattr(job, "result", None)


def definition_of(job: Job) -> Definition | None:
    """Return a job's definition, as far as it was heard of; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_DEFINITION, [job.ipfs_job or job.address])
        row = cursor.fetchone()
    return Definition.from_db(connection.alias, _OF_DEFINITION, row) if row else None


def result_of(job: Job) -> Result | None:
    """Return a job's result as it is now, without its log; one query."""
    return Result.objects.filter(pk=job.address).defer("log").first()


def job_page(job: Job, result: Result | None, domain: str) -> JobPage:
    """Return a job's page; `domain` is where the network's services are. At most eight queries."""
    now = timezone.now()
    definition = definition_of(job)
    is_here = definition is not None and bool(definition.text)
    body = body_of(definition) if is_here else None
    payload = from_body(result.body) if result and result.body else None
    steps = _plan(body)
    views = views_of(job, body, payload, domain)
    costs = bill(job, now)
    went = _course(job, definition, steps, views.rows, payload, costs)
    return JobPage(
        job=job,
        definition=definition,
        code=_code(definition.text) if definition and is_here else None,
        linted=_linted(definition.text) if definition and body else None,
        result=payload,
        is_confidential=body is not None and ops.is_confidential(body),
        ops=views,
        open_op=_open_op(views.rows),
        reason=_reason(job, result, payload, views.rows, body),
        ending=_ending(job, payload),
        course=went,
        life=lifecycle(job, payload, now, went.pulls, costs),
        bill=costs,
    )


def _code(text: str) -> Code:
    return _short_code(text) if len(text) < _SHORT else definition_code(text)


def _linted(text: str) -> Linted | None:
    return _short_linted(text) if len(text) < _SHORT else linted(text)


_short_code = lru_cache(maxsize=100)(definition_code)
_short_linted = lru_cache(maxsize=100)(linted)


def life_of(job: Job) -> Lifecycle:
    """Return a job's life by itself, as its page has it; at most two queries, for a job of find_job()."""
    now = timezone.now()
    result = known_result(job)
    payload = from_body(result.body) if result and result.body else None
    rows = timed(_plan(body_of(definition_of(job))), payload, now) if payload else ()
    known = bool(payload and payload.started_at) and any(row.started is not None for row in rows)
    return lifecycle(job, payload, now, pulls(rows) if known else None, bill(job, now))


def _plan(body: object) -> Plan:
    return plan([mapping(op) for op in sequence(mapping(body).get("ops"))])


def views_of(job: Job, body: object, payload: ResultPayload | None, domain: str) -> Some[OpView]:
    """Return the ops of a job as its node had them; at most two queries."""
    context = ops.context_of(
        job=job.address,
        node=job.node,
        deployer=job.deployer,
        at=job.started_at or job.listed_at,
        domain=domain,
        result=payload,
    )
    return ops.op_views(body, payload, context, held_by_node(job))


def body_of(definition: Definition | None) -> dict[str, Any] | None:
    """Return what a definition says; None where it is not here, or is no JSON object."""
    try:
        value = strict_json.clean(strict_json.read(definition.text)) if definition else None
    except Malformed:
        return None
    return value if isinstance(value, dict) else None


def _course(
    job: Job,
    definition: Definition | None,
    steps: Plan,
    views: Sequence[OpView],
    payload: ResultPayload | None,
    costs: Bill,
) -> Course:
    expected = predicted(job, definition, steps)
    return course(steps, views, payload, expected, paid=costs.cost.seconds, now=timezone.now())


def _open_op(views: Sequence[OpView]) -> int | None:
    """Return the op to show opened: the first that failed, else the only one."""
    failed = next((op.index for op in views if op.is_failed), None)
    return 0 if failed is None and len(views) == 1 else failed


def _reason(
    job: Job, stored: Result | None, payload: ResultPayload | None, views: Sequence[OpView], body: dict[str, Any] | None
) -> Reason | None:
    """Return why a job failed; None where nothing says that it did. One query where its log is here."""
    if job.outcome != Outcome.FAILED:
        return None
    failed = next((op for op in views if op.is_failed), None)
    has_log = stored is not None and bool(stored.log_lines)
    tail = tail_of(job, failed.result.op_id) if failed and failed.result and has_log else ()
    return reasons.reason(views, payload, body or {}, tail)


def _ending(job: Job, payload: ResultPayload | None) -> str:
    """Return how a job ended that did not end by itself, in a sentence or two."""
    if job.delisted_at:
        return "It was withdrawn from its queue before a node took it, and its whole deposit went back."
    if job.state == JobState.STOPPED:
        return (
            "Its node gave it up before it ended. Nothing is paid for that: its deployer can take the deposit back, "
            "and another node may still claim the job."
        )
    if job.state != JobState.COMPLETED or job.outcome == Outcome.FAILED:
        return ""
    if not job.ipfs_result:
        return "Its deployer ended it, and its node has published no result: how its ops went is not known."
    if payload and payload.status in reasons.WORDS:
        return f"{reasons.WORDS[payload.status]}."
    if payload and not payload.ops and not payload.status:
        return "Its node reported that nothing ran."
    sentence = _ENDINGS.get(reasons.ending(payload), "")
    ran = (job.ended_at - job.started_at).total_seconds() if job.ended_at and job.started_at else 0
    return sentence.format(ran=duration(ran), timeout=duration(job.timeout))
