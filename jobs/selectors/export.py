"""Jobs as rows of a file: every fact of a job's row, with its market's name and what it cost.

PostgreSQL writes the cells, times and money too, so that a million rows take seconds: Python only passes them on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain
from typing import Any, Final

from django.db.models import (
    BigIntegerField,
    Case,
    DecimalField,
    DurationField,
    ExpressionWrapper,
    F,
    FloatField,
    Func,
    Q,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Extract, Floor, Greatest, Least, Now

from explorer import export, money, paging
from explorer.export import Column, Row
from jobs.choices import WITHDRAWN, JobState
from jobs.models import JobQuerySet
from jobs.selectors import listing

_TEXT: TextField[Any, Any] = TextField()
_WHOLE: BigIntegerField[Any, Any] = BigIntegerField()
_EXACT: DecimalField[Any, Any] = DecimalField(max_digits=60, decimal_places=20)
_WRITTEN: DecimalField[Any, Any] = DecimalField(max_digits=48, decimal_places=8)


def _time(name: str) -> Func:
    """Return a time to the second, UTC, as ISO 8601."""
    return Func(F(name), template="to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')")


def _decimal(number: Any) -> Cast:
    return Cast(Cast(number, _WRITTEN), _TEXT)


def _sum(*parts: Any) -> ExpressionWrapper[Any]:
    return ExpressionWrapper(sum(parts[1:], start=parts[0]), _EXACT)


def _state() -> Case:
    words = [When(state=state.value, then=Value(state.name.lower())) for state in JobState]
    number = Func(Value("state "), Cast("state", _TEXT), function="concat")
    return Case(When(delisted_at__isnull=False, then=Value(WITHDRAWN)), *words, default=number, output_field=_TEXT)


#: How long a job ran, or runs until now, in seconds, and the part of it that is paid: explorer.money.paid_seconds.
_SINCE = ExpressionWrapper(Now() - F("started_at"), DurationField())
_SO_FAR = Greatest(Cast(Floor(Extract(_SINCE, "epoch", output_field=FloatField())), _WHOLE), Value(0))
_RAN = Coalesce(
    F("duration"),
    Case(When(Q(state=JobState.RUNNING, started_at__isnull=False, delisted_at=None), then=_SO_FAR)),
    output_field=_WHOLE,
)
_PAID = Case(
    When(Q(state=JobState.STOPPED) | Q(delisted_at__isnull=False), ran__isnull=False, then=Value(0)),  # jobs/payment.py
    When(ran__isnull=False, then=Least("ran", "timeout")),
    output_field=_WHOLE,
)

#: explorer.money.cost in SQL: what the node gets, and the network's fee on top.
_FEE = Coalesce(F("market__network_fee_percentage"), Value(money.DEFAULT_FEE_PERCENTAGE)) / Value(Decimal(100))
_NODE_NOS: Any = Cast("price", _EXACT) * F("paid") / Value(money.MICRO)
_NODE_USD: Any = F("usd_reward_per_hour") * F("paid") / Value(money.SECONDS_PER_HOUR)

#: The columns of a file, in the network's terms, each with its unit, and what PostgreSQL writes in them.
_CELLS: Final[Sequence[tuple[Column, Any]]] = (
    (Column("address"), F("address")),
    (Column("state"), _state()),
    (Column("outcome"), F("outcome")),
    (Column("market"), F("market_id")),
    (Column("market_name"), F("market__name")),
    (Column("node"), F("node")),
    (Column("deployer"), F("deployer")),
    (Column("payer"), F("payer")),
    (Column("listed_at_utc"), _time("listed_at")),
    (Column("started_at_utc"), _time("started_at")),
    (Column("ended_at_utc"), _time("ended_at")),
    (Column("withdrawn_at_utc"), _time("delisted_at")),
    (Column("duration_s", is_text=False), F("duration")),
    (Column("timeout_s", is_text=False), F("timeout")),
    (Column("price_micro_nos_per_s", is_text=False), F("price")),
    (Column("node_usd_per_h", is_text=False), Cast("usd_reward_per_hour", _TEXT)),
    (Column("paid_s", is_text=False), F("paid")),
    (Column("node_nos", is_text=False), _decimal(_sum(_NODE_NOS))),
    (Column("fee_nos", is_text=False), _decimal(_sum(_NODE_NOS * _FEE))),
    (Column("total_nos", is_text=False), _decimal(_sum(_NODE_NOS, _NODE_NOS * _FEE))),
    (Column("node_usd", is_text=False), _decimal(_sum(_NODE_USD))),
    (Column("fee_usd", is_text=False), _decimal(_sum(_NODE_USD * _FEE))),
    (Column("total_usd", is_text=False), _decimal(_sum(_NODE_USD, _NODE_USD * _FEE))),
    (Column("trigger"), F("trigger")),
    (Column("image"), F("image")),
    (Column("op_count", is_text=False), F("op_count")),
    (Column("op_types"), Func(F("op_types"), Value(" "), function="array_to_string", output_field=_TEXT)),
    (Column("definition_cid"), F("ipfs_job")),
    (Column("result_cid"), F("ipfs_result")),
)
COLUMNS: Final = tuple(column for column, _ in _CELLS)
_WIDTH: Final = len(COLUMNS)
_UNFINISHED: Final = ("queued", "running")
#: Lists at whose end the jobs stand that have not begun or ended, and at whose beginning those that just did.
_RISING: Final = frozenset({"-started_key", "-ended_key", "-duration_key"})


def columns(*, has_cursors: bool) -> Sequence[Column]:
    """Return the columns of a file; a last one, if wanted, says where to go on behind its row."""
    return (*COLUMNS, Column("cursor")) if has_cursors else COLUMNS


def batches(
    wanted: Mapping[str, Any], *, after: str = "", limit: int | None = None, has_cursors: bool = False
) -> Iterator[Sequence[Row]]:
    """Return the jobs of a filter as rows for `columns()`, in the list's order; one query a batch or two.

    Jobs that moved to a part of the list that was written already come at the end of a file without a limit. Raises
    BadCursor, at once.
    """
    found: JobQuerySet = listing.matching(wanted).annotate(ran=_RAN).annotate(paid=_PAID)
    cells, order = [cell for _, cell in _CELLS], listing.order_of(wanted)
    written = _Written(_may_rise(found, order, after) if limit is None else set())
    rows = export.batches(found, order, cells, after=after, limit=limit, wanted=written.add)
    return _rows(chain(rows, _moved(found, order, cells, written)), has_cursors=has_cursors)


def _moved(found: JobQuerySet, order: Sequence[str], cells: Sequence[Any], written: _Written) -> Iterator[export.Batch]:
    """Yield the jobs that the file lacks at its end, as they are now; a query where there are any.

    To go on behind one of them is to go on where the list ended, and not where they stand in it by now.
    """
    if written.missed:
        rows = export.rows_of(found.filter(pk__in=written.missed), order, cells)
        yield [(*row[:_WIDTH], *(written.position or row[_WIDTH:])) for row in rows]


def _may_rise(found: JobQuerySet, order: Sequence[str], after: str) -> set[str]:
    """Return the jobs of a list beyond a cursor that move up in it when they begin or end; one query or two."""
    if order[0] not in _RISING:
        return set()
    waiting = found.unfinished().order_by()
    position = paging.read_cursor(found, order, after) if after else None
    parts = paging.segments(waiting, order, position) if position else [waiting]
    return {address for part in parts for address in part.values_list("pk", flat=True)}


@dataclass(slots=True)
class _Written:
    """What a file has of the jobs that may move in the list while it is made: each is in it once."""

    #: The jobs that it may come to lack.
    missed: set[str]
    unfinished: set[str] = field(default_factory=set)
    #: The sort keys of the last row that was read in the list's order.
    position: tuple[Any, ...] = ()

    def add(self, batch: export.Batch) -> export.Batch:
        """Return the rows of a batch that are not in the file: one that began to run stays where it was read first."""
        if batch:
            self.position = batch[-1][_WIDTH:]
        if self.unfinished:
            batch = [row for row in batch if row[0] not in self.unfinished]
        self.unfinished |= {row[0] for row in batch if row[1] in _UNFINISHED}
        if self.missed:
            self.missed -= {row[0] for row in batch}
        return batch


def _rows(found: Iterable[export.Batch], *, has_cursors: bool) -> Iterator[Sequence[Row]]:
    """Yield batches of rows for a file."""
    for batch in found:
        if has_cursors:
            yield [(*row[:_WIDTH], paging.write_cursor(row[_WIDTH:])) for row in batch]
        else:
            yield [row[:_WIDTH] for row in batch]
