"""The rows of the list of deployers and of what one runs now, written at once: as templates they would cost much more.

Every stranger's text is escaped here, and odd characters in it are made visible.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from django import template
from django.utils.safestring import SafeString

from explorer.formats import DASH, duration, in_column, percent, thousands, usd
from explorer.markup import page_of
from explorer.templatetags.explorer import address, icon, meter, when
from jobs.selectors.deployer import Running
from jobs.selectors.deployers import Deployer
from jobs.templatetags.joblist import image
from markets.templatetags.cells import clip

register = template.Library()

_NOTHING = f'<span class="faint">{DASH}</span>'


@register.simple_tag
def deployer_rows(rows: Iterable[Deployer]) -> SafeString:
    """Write the rows of the list of deployers."""
    return SafeString("\n".join(map(_deployer, rows)))


def _deployer(row: Deployer) -> str:
    burn = DASH if row.burn.usd is None else in_column(row.burn.usd)
    return (
        f'<tr><th scope="row" class="fill c-deployer">'
        f"{address(row.address, page_of('jobs:deployer', row.address), row.address)}</th>"
        f'<td class="r num" data-label="Running">{_at_work(row)}</td>'
        f'<td class="r num" data-label="USD/h now">{burn if row.burn.jobs else _NOTHING}</td>'
        f'<td class="r num" data-label="Jobs">{thousands(row.jobs)}</td>'
        f'<td class="r" data-label="Success">{_success(row)}</td>'
        f'<td class="r num c-mid" data-label="GPU hours">{thousands(row.gpu_hours)}</td>'
        f'<td class="r num" data-label="Spent, USD">{in_column(row.spent_usd)}</td>'
        f'<td class="r num" data-label="NOS">{in_column(row.spent_nos)}</td>'
        f'<td class="r c-low" data-label="Last job">{when(row.last_at)}</td></tr>'
    )


def _at_work(row: Deployer) -> str:
    running = f'<span class="state is-running">{icon("circle-play")}{thousands(row.running)}</span>'
    queued = f' <span class="unit">+{thousands(row.queued)} queued</span>' if row.queued else ""
    return f"{running if row.running else _NOTHING}{queued}"


def _success(row: Deployer) -> str:
    if row.success is None:
        return _NOTHING
    return (
        f'<span class="rate rate-bare num" title="{thousands(row.succeeded)} of {thousands(row.judged)} jobs that were '
        f'judged">{meter(row.success)}<span>{percent(row.success)}</span></span>'
    )


@register.simple_tag
def running_rows(rows: Iterable[Running]) -> SafeString:
    """Write the rows of the jobs that a deployer runs now, with the time they have left."""
    return SafeString("\n".join(map(_running, rows)))


def _running(row: Running) -> str:
    job, cost = row.job, row.cost.total_usd
    market = f'<a href="{escape(job.market.get_absolute_url())}">{clip(job.market, "w-name")}</a>'
    node = address(job.node, page_of("markets:node", job.node)) if job.node else DASH
    return (
        f'<tr><th scope="row" class="c-job">{address(job.pk, page_of("jobs:detail", job.pk))}</th>'
        f'<td class="fill">{image(job.image)}</td>'
        f'<td data-label="Market">{market}</td>'
        f'<td class="c-mid" data-label="Node">{node}</td>'
        f'<td class="r" data-label="Started">{when(job.started_at)}</td>'
        f'<td class="r num" data-label="Left">{_left(row)}</td>'
        f'<td class="r num c-low" data-label="Timeout">{duration(job.timeout)}</td>'
        f'<td class="r num" data-label="USD so far">{DASH if cost is None else usd(cost)}</td></tr>'
    )


def _left(row: Running) -> str:
    if row.left is None:
        return _NOTHING
    if row.left < 0:
        return (
            '<span class="state is-queued" title="The network ends a job at its timeout; nothing is paid beyond it">'
            f"{icon('hourglass')}over by {duration(row.over)}</span>"
        )
    return f'<span class="left">{meter(row.share)}<span>{duration(row.left)}</span></span>'
