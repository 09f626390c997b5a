"""Puts needs and facts together: one answer for each market, best first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from explorer.held import Match, Status
from explorer.money import cost
from explorer.nosana.payloads import JsonValue
from jobs.readiness import ranking
from jobs.readiness.answer import ItemReadiness, MarketReadiness, Price, Readiness
from jobs.readiness.fitting import Fitting
from jobs.readiness.needs import Item, Needs, needs_of
from jobs.readiness.ranking import Standing
from jobs.readiness.reading import Facts, History, free_nodes, read
from jobs.readiness.requiring import Required
from markets.models import Market

#: Why an item is there: the network lists it, or only curators of ours do.
_REQUIRED: Final = ("Required here, so every node has it.", "Curators require it here.")


def readiness(value: JsonValue, *, timeout: int, markets: Sequence[str] | None = None) -> Readiness:
    """Return where a definition of any shape would start how soon, for a timeout in seconds; best market first.

    All listed markets, or those of the given addresses. At most nine queries, whatever the markets, nodes and ops.
    """
    needs = needs_of(value)
    facts = read(needs, markets)
    fitting = Fitting(needs, facts)
    matcher = _Matcher(needs.items)
    found = [_standing(market, needs, facts, fitting, matcher, timeout) for market in facts.markets]
    ranked = sorted(found, key=ranking.order)
    return Readiness(timeout, tuple(_answer(standing, rank) for rank, standing in enumerate(ranked, start=1)))


class _Matches(NamedTuple):
    """The items against one list of requirements: the match of each by its number; what is missing, and of that what
    is only another name, as bits."""

    by_number: dict[int, Match]
    missing: int
    light: int


class _Matcher:
    """Matches items with what markets require; markets that require the same are asked once."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._items = {item.number: item for item in items}
        self._known: dict[tuple[int, int], _Matches] = {}

    def match(self, required: Required) -> _Matches:
        """Say what a node that holds what is required has to do for each item."""
        key = id(required.images), id(required.resources)
        if key not in self._known:
            found = {number: _match(item, required) for number, item in self._items.items()}
            missing = _bits(number for number, match in found.items() if match.status is not Status.CACHED)
            light = _bits(number for number, match in found.items() if match.status is Status.SAME_IMAGE)
            self._known[key] = _Matches(found, missing, light)
        return self._known[key]


def _match(item: Item, required: Required) -> Match:
    if item.problem:
        return Match(Status.DOWNLOAD, item.problem)
    if item.spec is None:
        return required.images.match(item.name, is_private=item.is_private)
    return required.resources.match(item.spec)


def _bits(numbers: Iterable[int]) -> int:
    found = 0
    for number in numbers:
        found |= 1 << number
    return found


def _standing(
    market: Market, needs: Needs, facts: Facts, fitting: Fitting, matcher: _Matcher, timeout: int
) -> Standing:
    free = free_nodes(market)
    required = facts.required[market.pk]
    matches = matcher.match(required)
    # Many nodes lack the same: what they lack is counted once, with how many lack it.
    lacking = Counter(matches.missing & ~facts.holding.get(node, 0) for node in free)
    expected = lacking or Counter([matches.missing])
    return Standing(
        market=market,
        items=tuple(_items(needs.items, matches, lacking, required)),
        free=market.nodes_free,
        warm=None if market.nodes_free is None else lacking[0],
        waiting=market.jobs_waiting,
        wait_s=market.record.median_wait_s if hasattr(market, "record") else None,
        downloads=_mean(expected, ~matches.light),
        pulls=_mean(expected, matches.light),
        history=_history(market, facts),
        price=_price(market, timeout),
        fit=fitting.of(market),
        cuda=facts.cuda.get(market.pk),
    )


def _mean(lacking: Counter[int], among: int) -> float:
    """Return how many items of some a node lacks on average."""
    return sum((lacks & among).bit_count() * nodes for lacks, nodes in lacking.items()) / lacking.total()


def _items(
    items: Iterable[Item], matches: _Matches, lacking: Counter[int], required: Required
) -> Iterator[ItemReadiness]:
    """Yield the answer to each item, with how many free nodes have it."""
    free, holding = lacking.total(), _holding(matches.missing, lacking)
    for item in items:
        match = matches.by_number[item.number]
        if match.status is Status.CACHED:
            reason = f"{_REQUIRED[match.held in required.curated]} {match.reason}"
            yield ItemReadiness(item.op, item.kind, item.name, match.status, reason, match.held, free)
        else:
            nodes = holding[item.number]
            reason = f"{match.reason} {_some(nodes, free)} it from earlier jobs." if nodes else match.reason
            yield ItemReadiness(item.op, item.kind, item.name, match.status, reason, match.held, nodes)


def _holding(missing: int, lacking: Counter[int]) -> Counter[int]:
    """Return how many free nodes have each item that is not required of them, by its number."""
    found: Counter[int] = Counter()
    for lacks, nodes in lacking.items():
        has = missing & ~lacks
        while has:
            lowest = has & -has
            found[lowest.bit_length() - 1] += nodes
            has ^= lowest
    return found


def _some(holding: int, free: int) -> str:
    nodes = "1 free node" if free == 1 else f"{free:,} free nodes"
    return f"{holding:,} of {nodes} still {'has' if holding == 1 else 'have'}"


def _history(market: Market, facts: Facts) -> History:
    """Return how jobs with the definition's images fared here: all of them counted, the slowest start."""
    found = [history for by_market in facts.histories.values() if (history := by_market.get(market.pk))]
    delays = [history.start_delay_s for history in found if history.start_delay_s is not None]
    return History(
        runs=sum(history.runs for history in found),
        succeeded=sum(history.succeeded for history in found),
        failed=sum(history.failed for history in found),
        start_delay_s=max(delays, default=None),
    )


def _price(market: Market, timeout: int) -> Price:
    """Return what the whole timeout costs here."""
    found = cost(
        price=market.job_price or 0,
        seconds=timeout,
        usd_per_hour=market.usd_reward_per_hour,
        fee_percentage=market.network_fee_percentage,
    )
    if market.job_price is None:
        return Price(None, found.host_usd, None, found.fee_usd)
    return Price(found.host_nos, found.host_usd, found.fee_nos, found.fee_usd)


def _answer(standing: Standing, rank: int) -> MarketReadiness:
    market = standing.market
    said = ranking.summary(standing)
    return MarketReadiness(
        address=market.pk,
        slug=market.slug,
        name=market.name,
        rank=rank,
        summary=said[:1].upper() + said[1:],
        reasons=ranking.reasons(standing),
        nodes_free=standing.free,
        nodes_warm=standing.warm,
        jobs_waiting=standing.waiting,
        median_wait_s=standing.wait_s,
        runs=standing.history.runs,
        success_share=standing.success_share,
        start_delay_s=standing.history.start_delay_s,
        price=standing.price,
        vram=standing.fit.word,
        vram_reason=standing.fit.reason,
        items=standing.items,
    )
