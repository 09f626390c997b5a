"""The columns of the job list and the orders it can be read in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.http import QueryDict

from explorer.paging import query_string


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `sort` names its order and is empty where there is none, `css` are the classes of its cells."""

    name: str
    label: str
    css: str = ""
    sort: str = ""
    note: str = ""

    @property
    def head_css(self) -> str:
        """The classes of its head, whose words are no numbers."""
        return " ".join(name for name in self.css.split() if name not in {"num", "fill"})


#: In the order of the table. The state and the job itself are always shown.
COLUMNS: Final = (
    Column("runs", "Runs", "fill"),
    Column("market", "Market"),
    Column("node", "Node", "c-mid"),
    Column("deployer", "Deployer", "c-low"),
    Column("payer", "Payer"),
    Column("trigger", "Trigger"),
    Column("ops", "Ops", "r num", note="How many ops its definition has"),
    Column("listed", "Listed", "r", "listed"),
    Column("started", "Started", "r", "started"),
    Column("ended", "Ended", "r", "ended"),
    Column("ran", "Ran", "r", "duration"),
    Column("price", "Price, NOS/h", "r num", "price", "What the node gets for an hour, without the network's fee"),
    Column(
        "cost",
        "Cost, USD",
        "r num",
        note="Rate × min(runtime, timeout), the network's fee included; USD at the rate when the job was listed",
    ),
)
BY_NAME: Final[Mapping[str, Column]] = {column.name: column for column in COLUMNS}
USUAL: Final = ("runs", "market", "node", "deployer", "listed", "ran", "cost")

#: The order without a sort: queued, then running, then finished jobs, the newest first in each.
QUEUE: Final = ("phase", "-order_at", "-address")
#: The phases of it that nothing comes after, in either direction.
QUEUE_ENDS: Final[Mapping[str, int]] = {"phase": 2, "-phase": 0}
_KEYS: Final = {
    "listed": "order_at",
    "started": "started_key",
    "ended": "ended_key",
    "duration": "duration_key",
    "price": "price",
}
#: The orders by their sort, "-" for the largest first; all columns are non-null, the last one is unique.
ORDERS: Final[Mapping[str, tuple[str, ...]]] = {
    "": QUEUE,
    **{name: (key, "address") for name, key in _KEYS.items()},
    **{f"-{name}": (f"-{key}", "-address") for name, key in _KEYS.items()},
}
#: The sorts by a time, to whose days one can jump.
TIMES: Final = ("", "listed", "started", "ended")


def shown(names: Sequence[str], sort: str) -> list[Column]:
    """Return the columns of a table: those asked for, else the usual ones, and always the one it is sorted by."""
    wanted = set(names or USUAL)
    if sort and not names:
        wanted |= {column.name for column in COLUMNS if column.sort == sort.removeprefix("-")}
    return [column for column in COLUMNS if column.name in wanted]


def sort_words(sort: str) -> str:
    """Return an order in words."""
    return {
        "": "Queued first, then newest",
        "listed": "Oldest first",
        "-listed": "Newest first",
        "started": "By start, earliest first",
        "-started": "By start, latest first",
        "ended": "By end, earliest first",
        "-ended": "By end, latest first",
        "duration": "Shortest first",
        "-duration": "Longest first",
        "price": "Cheapest first",
        "-price": "Dearest first",
    }[sort]


@dataclass(frozen=True, slots=True)
class Head:
    """A column's head: the query string that its link leads to, and how the table is sorted by it now."""

    column: Column
    url: str  # empty where it cannot be sorted by
    direction: str  # ascending, descending, or empty


def heads(columns: Sequence[Column], sort: str, query: QueryDict | None) -> list[Head]:
    """Return the heads of columns, largest first at the first click; without a query none leads anywhere."""
    return [_head(column, sort, query) for column in columns]


def _head(column: Column, sort: str, query: QueryDict | None) -> Head:
    if not column.sort or query is None:
        return Head(column, "", "")
    is_sorted, is_descending = sort.removeprefix("-") == column.sort, sort.startswith("-")
    leads = query.copy()
    leads["sort"] = column.sort if is_sorted and is_descending else f"-{column.sort}"
    return Head(column, query_string(leads), ("descending" if is_descending else "ascending") if is_sorted else "")
