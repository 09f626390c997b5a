"""Every page that is measured, as (kind, name, url, headers); values come from the filled database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final
from urllib.parse import quote, urlencode

from jobs.columns import ORDERS
from jobs.models import Job
from markets.models import Market, Node
from tests.bench import picks
from tests.bench.picks import Params

HTMX: Final = {"HX-Request": "true"}
#: What the browser sends when the filter form of the list changes.
CHANGE: Final = {**HTMX, "HX-Trigger": "filter", "HX-Target": "list"}


@dataclass(frozen=True, slots=True)
class Case:
    """A page to measure. `kind` says which targets hold for it (report.TARGETS)."""

    kind: str
    name: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)


def cases() -> Iterator[Case]:
    """Yield every case; reads the database, slowly."""
    values = filters()
    yield from lists(values)
    yield from deep_in_ranges()
    yield from pairs(values)
    yield from fragments(values)
    yield from searches()
    yield from pages()
    yield from histories()


def filters() -> dict[str, Params]:
    """Return the parameters of a filter by its name: for every filter a common value, and rare, old and empty ones."""
    market, node, deployer = (
        picks.ranked("market_id"),
        picks.ranked("node", condition="node <> ''"),
        picks.ranked("deployer"),
    )
    payer, trigger = picks.ranked("payer"), picks.ranked("trigger", condition="trigger <> ''")
    image, resource = picks.images(), picks.resources()
    gpu = picks.ranked("gpu_types[1]", "markets_market JOIN jobs_job ON market_id = markets_market.address")
    newest = picks.newest()
    return {
        "state queued": {"state": "queued"},
        "state running": {"state": "running"},
        "state completed": {"state": "completed"},
        "state stopped": {"state": "stopped"},
        "state withdrawn": {"state": "withdrawn"},
        "outcome success": {"outcome": "success"},
        "outcome failed": {"outcome": "failed"},
        "outcome unknown": {"outcome": "unknown"},
        "market largest": {"market": market.common},
        "market middling": {"market": market.middling},
        "market smallest": {"market": market.rare},
        "node busiest": {"node": node.common},
        "node rare": {"node": node.rare},
        "deployer largest": {"deployer": deployer.common},
        "deployer middling": {"deployer": deployer.middling},
        "deployer of one job": {"deployer": deployer.rare},
        "payer largest": {"payer": payer.common},
        "payer rare": {"payer": payer.rare},
        "image commonest": {"image": image.common},
        "image middling": {"image": image.middling},
        "image rare": {"image": image.rare},
        "image of a year ago": {"image": picks.old_image()},
        "resource commonest": {"resource": resource.common},
        "resource rare": {"resource": resource.rare},
        "op type common": {"op_type": "container/run"},
        "op type rare": {"op_type": "container/create-volume"},
        "gpu commonest": {"gpu": gpu.common},
        "gpu rare": {"gpu": gpu.rare},
        "trigger commonest": {"trigger": trigger.common},
        "trigger rare": {"trigger": trigger.rare},
        "listed in a week": {"listed_from": picks.day(newest, 7)},
        "listed a year ago": {"listed_from": picks.day(newest, 372), "listed_to": picks.day(newest, 365)},
        "started a year ago": {"started_from": picks.day(newest, 372), "started_to": picks.day(newest, 365)},
        "ended a year ago": {"ended_from": picks.day(newest, 372), "ended_to": picks.day(newest, 365)},
        "duration over 6 h": {"duration_min": "21600"},
        "duration under 10 s": {"duration_max": "10"},
        "price high": {"price_min": "4"},
        "price low": {"price_max": "0.2"},
        "text common": {"q": "vllm"},
        "text of one job": {"q": f"run-{Job.objects.count() // 2:07d}"},
        "text of none": {"q": "zzzzunheardof"},
    }


def lists(values: Mapping[str, Params]) -> Iterator[Case]:
    """Yield the list alone: by each filter, in each order, at each depth."""
    yield _list("list", "")
    for name, params in values.items():
        yield Case("list", f"list: {name}", _url(params))
    for name in filter(None, ORDERS):
        yield Case("list", f"list: sort {name}", _url({"sort": name}))
    total = Job.objects.count()
    for name, order in ORDERS.items():
        for page, offset in _depths(total):
            after = picks.cursor(order, offset)
            sort = {"sort": name} if name else {}
            yield Case("list", f"list: page {page}{f', sort {name}' if name else ''}", _url({**sort, "after": after}))


def deep_in_ranges() -> Iterator[Case]:
    """Yield pages down the list of a stretch of time, far from where it begins."""
    lately, down = picks.day(picks.newest(), 7), Job.objects.count() * 2 // 3
    for name, word in (("", "listed"), ("-started", "started"), ("-ended", "ended")):
        sort = {"sort": name} if name else {}
        params = {**sort, f"{word}_to": lately, "after": picks.cursor(ORDERS[name], down)}
        yield Case("list", f"list: deep in what was {word} until last week", _url(params))


def _list(name: str, query: str) -> Case:
    return Case("list", name, f"/jobs/{query}")


def _depths(total: int) -> list[tuple[str, int]]:
    pages = [page for page in (100, 10_000) if page * 50 < total - 60]
    return [*((f"{page:,}", page * 50 - 1) for page in pages), ("last", total - 30)]


#: One value of each filter, of which all pairs are measured, and each in other orders and down the list.
_PAIRED: Final = (
    "state completed", "outcome failed", "market largest", "node busiest", "deployer largest", "payer largest",
    "image commonest", "resource commonest", "op type rare", "gpu commonest", "trigger commonest", "listed a year ago",
    "ended a year ago", "duration over 6 h", "price high", "text common",
)  # fmt: skip
#: The orders in which they are measured, too: one by a price, a span and a time.
_SORTED: Final = ("price", "-duration", "-ended")
#: Pairs that few jobs or none satisfy, although each alone is common, or whose jobs are all far down the list.
_OPPOSED: Final = (
    ("state running", "image of a year ago"), ("state stopped", "image of a year ago"),
    ("market smallest", "deployer largest"), ("outcome failed", "image of a year ago"),
    ("outcome unknown", "deployer largest"), ("state queued", "node busiest"), ("state stopped", "node busiest"),
    ("text of one job", "state running"), ("text of none", "market largest"), ("text common", "listed a year ago"),
    ("image rare", "market largest"), ("image of a year ago", "listed in a week"), ("gpu rare", "deployer largest"),
    ("trigger rare", "market largest"), ("price high", "gpu rare"),
    ("resource rare", "deployer largest"), ("text common", "node rare"), ("state withdrawn", "market largest"),
    ("outcome failed", "text of one job"),
)  # fmt: skip


def pairs(values: Mapping[str, Params]) -> Iterator[Case]:
    """Yield the list by two filters at a time, and by one in another order or down the list."""
    long_ago = picks.day(picks.newest(), 300)
    for name in _PAIRED:
        for sort in _SORTED:
            yield Case("filter", f"list: {name}, sort {sort}", _url({**values[name], "sort": sort}))
        yield Case("filter", f"list: {name}, from a day", _url({**values[name], "at": long_ago}))
    for left, right in [*combinations(_PAIRED, 2), *_OPPOSED]:
        if not set(values[left]) & set(values[right]):
            yield Case("filter", f"list: {left} + {right}", _url({**values[left], **values[right]}))
    market, deployer = values["market largest"]["market"], values["deployer largest"]["deployer"]
    for column, mine, value in (("node", "market_id", market), ("market_id", "deployer", deployer)):
        stranger = picks.strangers(mine, column, value)
        params = {column.removesuffix("_id"): stranger, mine.removesuffix("_id"): value}
        yield Case("filter", f"list: {mine} that never met this {column}", _url(params))


def fragments(values: Mapping[str, Params]) -> Iterator[Case]:
    """Yield what the list asks for besides."""
    yield Case("list", "list: jump to a day", _url({"at": picks.day(picks.newest(), 300)}))
    for name in ("state completed", "market largest", "deployer largest", "text common"):
        yield Case("change", f"filter change: {name}", _url(values[name]), CHANGE)
    yield Case("facets", "facets: no filter", "/jobs/facets/", HTMX)
    for name, params in values.items():
        yield Case("facets", f"facets: {name}", f"/jobs/facets/?{urlencode(params)}", HTMX)
    since = quote(picks.newest().isoformat())
    shown = urlencode({"shown": list(Job.objects.unfinished().values_list("pk", flat=True)[:50])}, doseq=True)
    yield Case("page", "news of the list: poll", f"/jobs/news/?since={since}&{shown}", HTMX)
    market = values["market largest"]["market"]
    yield Case("page", "news of a market: poll", f"/jobs/news/?since={since}&{shown}&market={market}", HTMX)
    yield Case("page", "newest jobs of a market", f"/jobs/?market={market}&view=embed", HTMX)
    yield Case("page", "feed", "/jobs/feed.atom")
    yield Case("page", "what an export holds", "/jobs/export/")


def searches() -> Iterator[Case]:
    """Yield searches of every kind of text."""
    job = Job.objects.exclude(ipfs_job="").order_by("-order_at")[1000]
    market, node = Market.objects.exclude(name="")[0], Node.objects.all()[0]
    common = picks.commonest_definition()
    texts = {
        "address of a job": job.address,
        "address of a node": node.address,
        "address of a deployer": job.deployer,
        "start of an address": job.address[:6],
        "both ends of an address": f"{job.address[:4]}…{job.address[-4:]}",
        "cid of a definition": job.ipfs_job,
        "start of a cid": job.ipfs_job[:4],
        "both ends of a cid": f"{job.ipfs_job[:4]}…{job.ipfs_job[-4:]}",
        "commonest definition by both ends": f"{common[:4]}…{common[-4:]}",
        "market's name": market.name,
        "market's slug": market.slug,
        "image": "ollama",
        "whole image": job.image,
        "op id": "openwebui",
        "pasted url": f"https://explore.example.com/jobs/{job.address}",
        "nothing": "zzzzunheardof",
        "two letters": "vl",
    }
    for name, text in texts.items():
        yield Case("search", f"search: {name}", f"/search/?{urlencode({'q': text})}")
        yield Case("search", f"search while typing: {name}", f"/search/?{urlencode({'q': text})}", HTMX)


def pages() -> Iterator[Case]:
    """Yield all other pages."""
    job = Job.objects.filter(outcome="success").order_by("-order_at")[0].address
    failed = Job.objects.filter(outcome="failed").order_by("-order_at")[0].address
    market, node = picks.ranked("market_id"), picks.ranked("node", condition="node <> ''")
    yield Case("overview", "overview", "/")
    yield Case("overview", "overview: 30 days", "/?hours=720")
    yield Case("chart", "overview: poll", "/", HTMX)
    for query in ("", "?last=90", "?per=hour", "?per=week", "?per=month", f"?market={market.common}"):
        yield Case("chart", f"charts {query}".strip(), f"/charts/{query}")
    yield Case("page", "charts ?per=day&last=365", "/charts/?per=day&last=365")
    yield Case("job", "job", f"/jobs/{job}/")
    yield Case("job", "job that failed", f"/jobs/{failed}/")
    yield Case("page", "market largest", f"/markets/{market.common}/")
    yield Case("page", "market smallest", f"/markets/{market.rare}/")
    yield Case("page", "markets", "/markets/")
    yield Case("page", "nodes", "/nodes/")
    yield Case("page", "nodes: busy", "/nodes/?status=busy")
    yield Case("page", "nodes: three facets", "/nodes/?status=free&status=busy&vram=24&success=95")
    yield Case("page", "nodes by status", "/nodes/?sort=-status")
    yield Case("page", "nodes by success", "/nodes/?sort=-success")
    yield Case("page", "market: a year", f"/markets/{market.common}/?range=1y")
    yield Case("page", "market.json", f"/markets/{market.common}.json?range=7d")
    yield Case("page", "markets compared", f"/markets/compare/?markets={market.common},{market.rare}")
    yield Case("page", "node busiest", f"/nodes/{node.common}/")
    yield Case("page", "node rare", f"/nodes/{node.rare}/")
    yield Case("page", "node.json", f"/nodes/{node.common}.json")
    yield Case("page", "status", "/status/")
    for path in ("/images/", "/resources/"):
        yield Case("page", path.strip("/"), path)
        yield Case("page", f"{path.strip('/')}: used", f"{path}?use=used")
    yield Case("page", "image commonest", f"/images/{quote(picks.images().common, safe='')}/")
    yield Case("page", "API required resources", f"/api/markets/{market.common}/required-resources")
    yield Case("page", "charts.json", "/charts.json")


def histories() -> Iterator[Case]:
    """Yield deployers, the history of definitions, and jobs side by side: common and rare ones."""
    deployer, definition = picks.ranked("deployer"), picks.ranked("ipfs_job", condition="ipfs_job <> ''")
    jobs = Job.objects.filter(ipfs_job=definition.common).order_by("-order_at").values_list("pk", flat=True)
    rare = Job.objects.filter(ipfs_job=definition.rare).values_list("pk", flat=True)[0]
    old = Job.objects.filter(deployer=deployer.common, phase=2).order_by("order_at").values_list("pk", flat=True)[100]
    yield Case("page", "deployers", "/deployers/")
    yield Case("page", "deployers: 30 days", "/deployers/?days=30&sort=-jobs")
    yield Case("page", "deployer largest", f"/deployers/{deployer.common}/")
    yield Case("page", "deployer largest, a year", f"/deployers/{deployer.common}/?last=365")
    yield Case("page", "deployer of one job", f"/deployers/{deployer.rare}/")
    yield Case("page", "history: definition of most jobs", f"/jobs/{jobs[0]}/history/")
    yield Case("page", "history: definition of one job", f"/jobs/{rare}/history/")
    yield Case("page", "history: an old job of the largest deployer", f"/jobs/{old}/history/")
    yield Case("page", "four jobs side by side", f"/jobs/compare/?jobs={','.join(jobs[:4])}")


def _url(params: Params) -> str:
    return f"/jobs/?{urlencode(params)}"
