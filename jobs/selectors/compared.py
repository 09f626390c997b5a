"""A few jobs side by side, fact by fact: what differs, and how their definitions do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.urls import reverse

from explorer.formats import DASH, duration, nos, thousands, usd, utc
from explorer.money import Cost
from explorer.nosana.payloads import OpResult
from explorer.text import shortened, visible
from jobs.choices import Outcome
from jobs.definition.edit.diff import Diff, diff_texts
from jobs.exits import exit_meaning
from jobs.models import Definition, Job, Result
from jobs.results import from_body
from jobs.selectors.bill import cost_of

#: Jobs side by side.
JOBS: Final = 4
#: Ops that are compared; more are counted.
OPS: Final = 40
_LETTERS: Final = "ABCD"


@dataclass(frozen=True, slots=True)
class Cell:
    """What a job says to a fact; `key` is what is compared, where the text is not all of it."""

    text: str
    note: str = ""
    url: str = ""
    title: str = ""
    key: Any = None
    is_best: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """One line: its name, a cell for each job, and whether they differ."""

    name: str
    cells: Sequence[Cell]

    @property
    def differs(self) -> bool:
        """Whether the jobs do not all say the same."""
        return any((cell.text, cell.key) != (self.cells[0].text, self.cells[0].key) for cell in self.cells)

    @property
    def lettered(self) -> list[tuple[str, Cell]]:
        """The cells, each with the letter of its job."""
        return list(zip(_LETTERS, self.cells, strict=False))


@dataclass(frozen=True, slots=True)
class Section:
    """The facts about one subject."""

    title: str
    facts: Sequence[Fact]

    @property
    def differing(self) -> Sequence[Fact]:
        """The facts that are not the same for all."""
        return [fact for fact in self.facts if fact.differs]


@dataclass(frozen=True, slots=True)
class Side:
    """A job that is compared, with its letter and what is known of it."""

    letter: str
    job: Job
    definition: Definition | None
    ops: Sequence[OpResult]
    cost: Cost


@dataclass(frozen=True, slots=True)
class Pair:
    """How the definition of the first job differs from that of another; no `diff`: one of the two is not here."""

    first: Side
    other: Side
    diff: Diff | None


@dataclass(frozen=True, slots=True)
class Compared:
    """The jobs side by side. `absent` are addresses of which no job is known here."""

    sides: Sequence[Side]
    sections: Sequence[Section]
    pairs: Sequence[Pair]
    more_ops: int
    absent: Sequence[str]

    @property
    def differing(self) -> int:
        """How many facts differ."""
        return sum(len(section.differing) for section in self.sections)

    @property
    def alike(self) -> Sequence[str]:
        """The letters of the jobs whose definition says the same as the first one's."""
        return [pair.other.letter for pair in self.pairs if pair.diff is not None and not pair.diff]

    @property
    def differing_pairs(self) -> Sequence[Pair]:
        """The others: those that differ, or that cannot be compared."""
        return [pair for pair in self.pairs if pair.diff is None or pair.diff]

    @property
    def facts(self) -> int:
        """How many facts there are."""
        return sum(len(section.facts) for section in self.sections)


def compared(addresses: Sequence[str]) -> Compared:
    """Return the jobs with these addresses side by side, in that order; three queries."""
    found = Job.objects.with_names().in_bulk(list(addresses))
    jobs = [found[address] for address in addresses if address in found]
    definitions = Definition.objects.in_bulk([job.ipfs_job or job.pk for job in jobs])
    results = Result.objects.defer("log").in_bulk([job.pk for job in jobs])
    sides = [
        Side(letter, job, definitions.get(job.ipfs_job or job.pk), _reported(results.get(job.pk)), cost_of(job))
        for letter, job in zip(_LETTERS, jobs, strict=False)
    ]
    names = list(dict.fromkeys(op.op_id for side in sides for op in side.ops))
    return Compared(
        sides=sides,
        sections=_sections(sides, names[:OPS]) if sides else [],
        pairs=[Pair(sides[0], side, _diff(sides[0], side)) for side in sides[1:]],
        more_ops=max(len(names) - OPS, 0),
        absent=[address for address in addresses if address not in found],
    )


def _reported(result: Result | None) -> Sequence[OpResult]:
    return from_body(result.body).ops if result and result.body else ()


def _diff(first: Side, other: Side) -> Diff | None:
    texts = [side.definition.text if side.definition else "" for side in (first, other)]
    return diff_texts(*texts) if all(texts) else None


def _sections(sides: Sequence[Side], ops: Sequence[str]) -> list[Section]:
    found = [
        Section(title, [Fact(name, _cells(sides, cell, has_best)) for name, cell, has_best in facts])
        for title, facts in _FACTS
    ]
    return [*found, Section("Ops", [fact for op in ops for fact in _op_facts(sides, op)])] if ops else found


def _cells(sides: Sequence[Side], cell: Callable[[Side], Cell], has_best: bool) -> list[Cell]:
    """Return the cells of a fact; where less is better, the least of different amounts is the best."""
    cells = [cell(side) for side in sides]
    amounts = [one.key for one in cells if one.key is not None]
    if not has_best or len({one.key for one in cells}) < 2 or not amounts:
        return cells
    return [replace(one, is_best=one.key == min(amounts)) for one in cells]


def _op_facts(sides: Sequence[Side], name: str) -> Iterator[Fact]:
    """Yield how one op went in each job, and how long it took."""
    ops = [next((op for op in side.ops if op.op_id == name), None) for side in sides]
    shown = shortened(visible(name), 60) or DASH
    yield Fact(f"Op {shown}", [_op_end(op) for op in ops])
    spans = [_span(op.started_at, op.ended_at) if op else None for op in ops]
    if any(span is not None for span in spans):
        yield Fact(f"Op {shown}, ran", [_seconds(span) for span in spans])


def _op_end(op: OpResult | None) -> Cell:
    if op is None:
        return Cell("not reported")
    text = shortened(visible(op.status), 40) or DASH
    note = shortened(visible(op.errors[0] if op.errors else exit_meaning(op)), 200)
    return Cell(text if op.exit_code is None else f"{text}, exit {op.exit_code}", note=note)


def _span(start: datetime | None, end: datetime | None) -> float | None:
    return (end - start).total_seconds() if start and end and end >= start else None


def _seconds(seconds: float | None) -> Cell:
    return Cell(DASH) if seconds is None else Cell(duration(seconds), key=int(seconds), title=f"{seconds:,.0f} s")


def _moment(moment: datetime | None) -> Cell:
    return Cell(utc(moment)) if moment else Cell(DASH)


def _place(page: str, address: str, name: str = "") -> Cell:
    """Return a cell that names a market, node or deployer and leads to its page."""
    if not address:
        return Cell(DASH)
    text = shortened(visible(name), 60) or f"{address[:4]}…{address[-4:]}"
    return Cell(text, url=reverse(page, args=[address]), title=address, key=address)


def _state(side: Side) -> Cell:
    job = side.job
    if job.delisted_at:
        return Cell("Withdrawn")
    return Cell("Failed" if job.outcome == Outcome.FAILED else str(job.get_state_display()))


def _definition(side: Side) -> Cell:
    """Return what definition it is: two with the same fingerprint do the same, whatever their CIDs."""
    job, known = side.job, side.definition
    key = (known.fingerprint if known else None) or job.ipfs_job or job.pk
    return Cell(f"{key[:8]}…", title=f"fingerprint {key}" if known and known.fingerprint else key, key=key)


def _image(side: Side) -> Cell:
    image = side.job.image
    return Cell(shortened(visible(image), 80) or DASH, title=shortened(visible(image), 300), key=image)


def _amount(shown: Callable[[Any], str], amount: Any) -> Cell:
    """Return a cell of a number; nothing is not the least of amounts: such a job never ran, or cost nobody anything."""
    return Cell(DASH) if amount is None else Cell(shown(amount), key=amount or None)


def _ran(side: Side) -> Cell:
    return _seconds(side.job.duration)


#: Subject, then of each fact: its name, its cell, and whether less is better.
_FACTS: Final[tuple[tuple[str, tuple[tuple[str, Callable[[Side], Cell], bool], ...]], ...]] = (
    (
        "Job",
        (
            ("State", _state, False),
            ("Market", lambda side: _place("markets:detail", side.job.market_id, str(side.job.market)), False),
            ("Node", lambda side: _place("markets:node", side.job.node), False),
            ("Deployer", lambda side: _place("jobs:deployer", side.job.deployer), False),
            ("Definition", _definition, False),
            ("Image", _image, False),
            ("Ops", lambda side: _amount(thousands, side.job.op_count), False),
            ("Trigger", lambda side: Cell(shortened(visible(side.job.trigger), 60) or DASH), False),
        ),
    ),
    (
        "Times",
        (
            ("Listed", lambda side: _moment(side.job.listed_at), False),
            ("Waited", lambda side: _seconds(_span(side.job.listed_at, side.job.started_at)), True),
            ("Started", lambda side: _moment(side.job.started_at), False),
            ("Ran", _ran, False),
            ("Ended", lambda side: _moment(side.job.ended_at), False),
            ("Timeout", lambda side: _seconds(side.job.timeout), False),
        ),
    ),
    (
        "Price",
        (
            ("NOS per hour", lambda side: _amount(nos, side.cost.nos_per_hour), True),
            ("USD per hour, when listed", lambda side: _amount(usd, side.cost.usd_per_hour), True),
            ("Paid seconds", lambda side: _amount(thousands, side.cost.seconds), False),
            ("Cost with fee, NOS", lambda side: _amount(nos, side.cost.total_nos), True),
            ("Cost with fee, USD", lambda side: _amount(usd, side.cost.total_usd), True),
        ),
    ),
)
