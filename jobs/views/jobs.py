"""The list of jobs.

`/jobs/?<filter>` is the page. For htmx it answers with the list alone, and with `view=embed` only with the newest
rows, for a fragment inside a market's or node's page: `hx-get="/jobs/?market=<address>&view=embed"`, in an element
that holds a plain link to `/jobs/?market=<address>`. `/jobs/facets/?<filter>` counts the values of the filters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_htmx.http import push_url

from explorer.htmx import HtmxHttpRequest, render_page
from explorer.kept_pages import kept_page
from explorer.paging import PAGE_SIZE, BadCursor
from jobs.columns import COLUMNS, TIMES, USUAL, heads, shown, sort_words
from jobs.forms import JobFilter, NewsFilter, canonical_query, filter_of
from jobs.rollups.reading import Totals
from jobs.selectors import listing
from markets.models import Market

#: What of the query string only says where a page is in the list.
PLACES = ("after", "before")
SLOW = "Finding these jobs takes too long just now. The list of all jobs is one click away."


@kept_page
@require_safe
def job_list(request: HtmxHttpRequest) -> HttpResponse:
    """Show the jobs a filter asks for, queued first, then running, then finished, each newest first."""
    form = filter_of(request.GET)
    is_valid = form.is_valid()
    if request.htmx and request.GET.get("view") == "embed":
        return _embedded(request, form)
    if is_valid and not request.htmx and "" in _values(request.GET):
        return redirect(f"{request.path}{canonical_query(form)}")  # what a form without JavaScript sends
    markets = listing.markets()
    sums = listing.known(form.wanted) if is_valid else None
    results = _results(request, form, markets, sums) if is_valid else {}
    has_come_up = bool(request.GET.get("before") and results.get("is_first"))
    if has_come_up and not request.htmx:
        return redirect(f"{request.path}{_top(form)}")
    context = {**_frame(form, markets, sums), **results}
    status = 503 if context.get("is_slow") else 200
    response = render_page(request, "jobs/list.html", context, partial="list", status=status if is_valid else 400)
    if request.htmx:
        response.status_code = 200 if is_valid else 422
    if request.htmx.trigger == "filter" or has_come_up:
        push_url(response, f"{request.path}{context['top']}")
    return response


def _values(params: QueryDict) -> list[str]:
    return [value for values in params.lists() for value in values[1]]


def _query(form: JobFilter) -> QueryDict:
    """Return the canonical query of a filter's first page."""
    query = form.canonical
    query.pop("at", None)
    return query


def _top(form: JobFilter) -> str:
    """Return "?…" for a filter's first page, "" for that of all jobs."""
    query = _query(form)
    return f"?{query.urlencode()}" if query else ""


def _frame(form: JobFilter, markets: Mapping[str, Market], sums: Totals | None) -> dict[str, Any]:
    """Return what stands around the rows: the filter with its choices, the active ones, the columns, the links."""
    sort = form.cleaned_data.get("sort", "")
    names = form.cleaned_data.get("columns", ())
    columns = shown(names, sort)
    query = _query(form)
    choices = listing.offered(form.wanted, sums, markets)
    return {
        "form": form,
        "sentences": form.sentences,
        "query": query,
        "top": _top(form),
        "looks": form.looks,
        "open": form.groups_in_use,
        **choices,
        "withdrawn": listing.left_out(form.wanted, choices["states"]),
        "chips": listing.chips(form.filters, query, markets),
        "sort": sort,
        "order_words": sort_words(sort),
        "columns": columns,
        "all_columns": COLUMNS,
        "is_own": bool(names) or len(columns) > len(USUAL),
        "heads": heads(columns, sort, query),
    }


def _results(
    request: HtmxHttpRequest, form: JobFilter, markets: Mapping[str, Market], sums: Totals | None
) -> dict[str, Any]:
    """Return a page of rows, and what it has to ask for later when it is the first.

    Coming up from below, the first page is what has nothing newer; where it has room left, it is read from the top.
    """
    wanted, sort = form.wanted, form.cleaned_data["sort"]
    params = _query(form)
    params.update({name: request.GET[name] for name in PLACES if request.GET.get(name)})
    try:
        page = listing.page_of(wanted, params, at=form.jump)
        if page.newer is None and "before" in params and len(page.rows) < PAGE_SIZE:
            page = listing.page_of(wanted, _query(form))
    except BadCursor as error:
        raise BadRequest(str(error)) from error
    except listing.TooSlow:
        return {"is_slow": True}
    is_first = page.newer is None
    return {
        "page": page,
        "is_first": is_first,
        "rows": listing.rows(page.rows, markets, in_phases=not sort),
        "news": listing.watch(page.rows) if is_first else None,
        "total": listing.at_once(wanted, sums, page, is_first=is_first),
        "can_jump": sort.removeprefix("-") in TIMES,
        "at": request.GET.get("at", ""),
        "back": "Newer" if not sort or (sort[0] == "-" and sort[1:] in TIMES) else "Back",
        "forth": "Older" if not sort or (sort[0] == "-" and sort[1:] in TIMES) else "On",
    }


def _embedded(request: HtmxHttpRequest, form: JobFilter) -> HttpResponse:
    """Answer with the newest rows alone; two queries."""
    context: dict[str, Any] = {"sentences": form.sentences}
    if not form.errors:
        columns = [column for column in shown((), "") if column.name not in form.wanted]
        try:
            found = listing.rows(listing.page_of(form.wanted, QueryDict(), listing.EMBEDDED).rows, listing.markets())
        except listing.TooSlow:
            return render_page(request, "jobs/list.html", {"sentences": [SLOW]}, partial="embedded")
        context |= {"rows": found, "columns": columns, "heads": heads(columns, "", None)}
    return render_page(request, "jobs/list.html", context, partial="embedded", status=422 if form.errors else 200)


@require_safe
def job_facets(request: HtmxHttpRequest) -> HttpResponse:
    """Count the values of each filter among the jobs that the others leave, and all jobs of the filter.

    Beside a list in a moment, without going through all of them; on a page of its own, all of them.
    """
    form = filter_of(request.GET)
    if not form.is_valid():
        raise BadRequest(" ".join(form.sentences))
    markets = listing.markets()
    counts = (listing.facets if request.htmx else listing.facets_of_all)(form.wanted, markets)
    states = next((facet.choices for facet in counts.facets if facet.name == "state"), [])
    context = {
        **_frame(form, markets, None),
        "facets": counts.facets,
        "withdrawn": listing.left_out(form.wanted, states),
        "total": counts.total,
        "counts": counts,
        "without": _uncounted(counts.facets, markets),
    }
    return render_page(request, "jobs/facets.html", context, partial="counts")


def _uncounted(facets: Sequence[listing.Facet], markets: Mapping[str, Market]) -> list[str]:
    """Return the markets that can be chosen and have no count: what the page said of them before is no longer so."""
    counted = {choice.value for facet in facets if facet.name == "market" for choice in facet.choices}
    return [address for address, market in markets.items() if market.is_listed and address not in counted]


@never_cache
@require_safe
def job_news(request: HtmxHttpRequest) -> HttpResponse:
    """Answer the list's poll: how many jobs came since, and the states of rows that were not finished."""
    if not request.htmx:
        shown_list = filter_of(request.GET)
        return redirect(
            f"{reverse('jobs:list')}{canonical_query(shown_list)}" if shown_list.is_valid() else "jobs:list"
        )
    form = NewsFilter(request.GET)
    if not form.is_valid():
        raise BadRequest(" ".join(form.sentences))
    cleaned = form.cleaned_data
    news = listing.news(form.wanted, cleaned["since"], cleaned["shown"])
    columns = shown(cleaned["columns"], cleaned["sort"])
    context = {"news": news, "top": canonical_query(form), "columns": columns, "is_paused": cleaned["paused"]}
    return render(request, "jobs/news.html", context)
