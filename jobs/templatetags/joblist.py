"""The rows of the table of jobs, written at once: fifty rows of template tags would be most of what a page costs.

Every text is escaped here, and odd characters in it are made visible. A cell whose job will still change has an id, so
that the poll can replace what is in it. The button that copies a job's address is made by site.js, without which it
would do nothing: fifty of them were a tenth of the page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from html import escape
from typing import Any, Final

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from explorer.formats import DASH, ago, duration, in_column, nos, thousands
from explorer.paging import query_string
from explorer.templatetags.explorer import icon, image_ref, meter, state
from explorer.text import shortened, visible
from jobs.columns import Column, Head
from jobs.selectors.listing import Row

register = template.Library()

_HERE: Final = "ADDRESS"
_ARROWS: Final = {"ascending": "arrow-up", "descending": "arrow-down"}
_NOTHING: Final = f'<span class="faint">{DASH}</span>'


#: Longer references are not kept when they are drawn: strangers write them.
_KEPT_LENGTH: Final = 300


@dataclass(frozen=True, slots=True)
class Places:
    """Where the links of a table lead, with _HERE for the address."""

    job: str
    deployer: str
    payer: str
    market: str
    node: str


@lru_cache(maxsize=1)
def _places() -> Places:
    jobs = reverse("jobs:list")
    return Places(
        job=reverse("jobs:detail", args=[_HERE]),
        deployer=reverse("jobs:deployer", args=[_HERE]),
        payer=f"{jobs}?payer={_HERE}",
        market=reverse("markets:detail", args=[_HERE]),
        node=reverse("markets:node", args=[_HERE]),
    )


def image(reference: str) -> str:
    """Show an image, as image_ref() does; lists name the same few again and again."""
    return _image(reference) if len(reference) <= _KEPT_LENGTH else image_ref(reference)


@lru_cache(maxsize=1000)
def _image(reference: str) -> str:
    return image_ref(reference)


@dataclass(slots=True)
class Table:
    """What all cells of one table share: where its links lead, and what was written before."""

    to: Places = field(default_factory=_places)
    markets: dict[str, str] = field(default_factory=dict)


def _clean(address: str) -> str:
    """Return an address ready for a page; what is no address is made so."""
    return address if address.isalnum() and address.isascii() else escape(shortened(visible(address), 100))


def _address(value: str, pattern: str) -> str:
    """Return a short address that links to the place which a pattern has for it, where the whole address stands.

    site.js makes that its title, which 200 times in a list would be a twentieth of what a filter change moves.
    """
    clean = _clean(value)
    short = clean if len(clean) <= 12 else f"{clean[:4]}<i>…</i>{clean[-4:]}"
    return f'<a class="addr" href="{pattern.replace(_HERE, clean)}">{short}</a>'


def _when(moment: datetime | None) -> str:
    if moment is None:
        return _NOTHING
    at = moment.astimezone(UTC).isoformat()[:19]
    return f'<time class="ago" datetime="{at}Z" title="{at[:10]} {at[11:]} UTC">{ago(moment)}</time>'


def _state(row: Row, table: Table) -> str:
    return state(row.job)


def _runs(row: Row, table: Table) -> str:
    ops = row.more_ops
    more = f'<span class="faint">+{thousands(ops)} op{"" if ops == 1 else "s"}</span>' if ops else ""
    return f'<span class="runs">{image(row.job.image)}{more}</span>'


def _market(row: Row, table: Table) -> str:
    address = row.job.market_id
    if address not in table.markets:
        name = visible(row.market) if row.market else address
        cut = shortened(name, 24)
        title = "" if cut == name else f' title="{escape(shortened(name, 200))}"'
        link = table.to.market.replace(_HERE, _clean(address))
        table.markets[address] = f'<a href="{link}"{title}><bdi>{escape(cut)}</bdi></a>'
    return table.markets[address]


def _node(row: Row, table: Table) -> str:
    if row.job.node:
        return _address(row.job.node, table.to.node)
    if row.queue_place and row.queue_length:
        return f'<span class="faint">queue, {thousands(row.queue_place)} of {thousands(row.queue_length)}</span>'
    return _NOTHING


def _deployer(row: Row, table: Table) -> str:
    return _address(row.job.deployer, table.to.deployer)


def _payer(row: Row, table: Table) -> str:
    return _address(row.job.payer, table.to.payer)


def _trigger(row: Row, table: Table) -> str:
    return f"<bdi>{escape(shortened(visible(row.job.trigger), 24))}</bdi>" if row.job.trigger else _NOTHING


def _ops(row: Row, table: Table) -> str:
    return _NOTHING if row.job.op_count is None else thousands(row.job.op_count)


@lru_cache(maxsize=200)
def _timeout(seconds: int) -> str:
    return duration(seconds)


def _ran(row: Row, table: Table) -> str:
    if row.seconds is None:
        return _NOTHING
    bar, running = (meter(row.share), " is-running") if row.share is not None else ("", "")
    return (
        f'<span class="ran{running}" title="Timeout {_timeout(row.job.timeout)}">{bar}'
        f'<span class="num">{duration(row.seconds)}</span></span>'
    )


def _price(row: Row, table: Table) -> str:
    return nos(row.nos_per_hour)


def _cost(row: Row, table: Table) -> str:
    most = '<span class="unit" title="At most, at its full timeout">≤ </span>' if row.is_limit else ""
    if row.usd is not None:
        return f"<span>{most}{in_column(row.usd)}</span>"
    if row.nos is not None:
        return f'<span>{most}{nos(row.nos)} <span class="unit">NOS</span></span>'
    return _NOTHING


Cell = Callable[[Row, Table], str]
#: What a cell holds, by its column; the state and the job come before them.
CELLS: Final[Mapping[str, Cell]] = {
    "runs": _runs,
    "market": _market,
    "node": _node,
    "deployer": _deployer,
    "payer": _payer,
    "trigger": _trigger,
    "ops": _ops,
    "listed": lambda row, table: _when(row.job.order_at),
    "started": lambda row, table: _when(row.job.started_at),
    "ended": lambda row, table: _when(row.job.ended_at),
    "ran": _ran,
    "price": _price,
    "cost": _cost,
}
#: The cells that change while a job is not finished, by the letter that begins their id.
LIVING: Final = {"state": "s", "node": "w", "started": "b", "ended": "e", "ran": "r", "cost": "c"}
_ALL: Final = {"state": _state, **CELLS}


@register.simple_tag
def job_rows(rows: Sequence[Row], columns: Sequence[Column]) -> SafeString:
    """Write the rows of a table of jobs with these columns; about 60 µs a row."""
    table = Table()
    cells = [(column.name, _begun(column), CELLS[column.name]) for column in columns]
    return mark_safe("".join(_row(row, cells, table) for row in rows))  # noqa: S308 - every text is escaped above


def _begun(column: Column) -> str:
    css = f' class="{column.css}"' if column.css else ""
    return f'<td{css} data-label="{column.label}">'


def _row(row: Row, cells: Sequence[tuple[str, str, Cell]], table: Table) -> str:
    """Return a row."""
    begun = '<tr class="brk">' if row.begins_block else "<tr>"
    job = f'<th scope="row" class="c-job">{_address(row.job.pk, table.to.job)}</th>'
    if row.is_unfinished:
        pill = _living(row, "state", table)
        inner = [
            f"{head}{_living(row, name, table) if name in LIVING else cell(row, table)}</td>"
            for name, head, cell in cells
        ]
    else:
        pill = _state(row, table)
        inner = [f"{head}{cell(row, table)}</td>" for _, head, cell in cells]
    return f'{begun}<td class="c-state">{pill}</td>{job}{"".join(inner)}</tr>\n'


def _living(row: Row, name: str, table: Table, more: str = "") -> str:
    """Return what is in a cell that changes, in an element with an id.

    The state of a job that is not finished holds its address too: the poll asks for those that it finds on the page.
    """
    inner = _ALL[name](row, table)
    if name == "state" and row.is_unfinished:
        inner += f'<input type="hidden" name="shown" value="{_clean(row.job.pk)}">'
    return f'<span id="{LIVING[name]}-{_clean(row.job.pk)[:12]}"{more}>{inner}</span>'


@register.simple_tag
def job_heads(heads: Sequence[Head]) -> SafeString:
    """Write the head of a table of jobs; the state and the job come before these columns."""
    here = reverse("jobs:list")
    cells = "".join(_head(head, here) for head in heads)
    whole = f'<thead><tr><th scope="col">State</th><th scope="col" class="c-key">Job</th>{cells}</tr></thead>'
    return mark_safe(whole)  # noqa: S308 - the only text of a request, the links' query strings, is escaped


def _head(head: Head, here: str) -> str:
    column = head.column
    css = f' class="{column.head_css}"' if column.head_css else ""
    sort = f' aria-sort="{head.direction}"' if head.direction else ""
    note = f' title="{column.note}"' if column.note else ""
    arrow = icon(_ARROWS[head.direction]) if head.direction else ""
    label = f'<a href="{here}{escape(head.url)}">{column.label}{arrow}</a>' if head.url else column.label
    return f'<th scope="col"{css}{sort}{note}>{label}</th>'


@register.simple_tag
def job_changes(rows: Sequence[Row], columns: Sequence[Column]) -> SafeString:
    """Write what changes in the rows of jobs that were not finished, each for its own place in the page."""
    table = Table()
    names = ["state", *(column.name for column in columns if column.name in LIVING)]
    swap = ' hx-swap-oob="true"'
    return mark_safe("".join(_living(row, name, table, swap) for row in rows for name in names))  # noqa: S308


@register.simple_tag(takes_context=True)
def query_with(context: Mapping[str, Any], name: str, value: str) -> str:
    """Return the query string of the page's list with one value changed; an empty one leaves it out."""
    query = context["query"].copy()
    query.setlist(name, [value] if value else [])
    return query_string(query).rstrip("?")
