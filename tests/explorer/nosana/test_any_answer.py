"""Whatever a stranger sends: parsers give a payload that can be stored, or raise Malformed, and nothing else."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from explorer.nosana import accounts as chain
from explorer.nosana import definitions, jobs, markets, nodes, results, rpc, stats, strict_json
from explorer.nosana.errors import Malformed
from tests.explorer.nosana.known import NODE, job_row, payload

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([2**63, 10**40, -1, 253402300800, 0])
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["\ud800", "\0", "1" * 32, "NaN", "1e99", NODE, "{", "[]", "http://[", "x" * 3000])
)
NAMES = st.sampled_from(
    [
        *job_row(),
        *payload("markets")[0],
        *payload("node_specs"),
        *payload("node_info")["info"],
        *payload("result"),
        *payload("result")["opStates"][0],
        *("jobs", "totalJobs", "byState", "running", "hosts", "host_address", "specs", "price", "date", "result"),
        *("error", "code", "pubkey", "account", "data", "log", "timestamp", "event", "message", "results"),
        *("devices", "metrics", "images", "volumes", "url", "meta"),
    ]
)
JSON: st.SearchStrategy[Any] = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6), max_leaves=20
)
PARSERS: dict[str, Callable[[Any], object]] = {
    "job page": jobs.parse_page,
    "job rows": jobs.parse_rows,
    "counts": jobs.parse_counts,
    "running": jobs.parse_running,
    "running nodes": jobs.parse_running_nodes,
    "definition": definitions.from_value,
    "markets": markets.parse_list,
    "required": markets.parse_required,
    "hosts": markets.parse_hosts,
    "node": lambda answer: nodes.parse(answer, NODE),
    "result": results.parse,
    "stats": stats.parse,
    "price": stats.parse_price,
    "accounts": lambda answer: rpc.read_accounts(answer, chain.job),
}
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def flaws(value: object) -> list[str | float]:
    """Return what of a payload cannot be stored: texts with NUL or a lone surrogate, numbers that are none."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = [getattr(value, field.name) for field in dataclasses.fields(value)]
    if isinstance(value, dict):
        value = [*value.keys(), *value.values()]
    if isinstance(value, (list, tuple)):
        return [flaw for item in value for flaw in flaws(item)]
    if isinstance(value, str):
        return [value] if strict_json.UNSTORABLE.search(value) else []
    return [value] if isinstance(value, float) and not math.isfinite(value) else []


@pytest.mark.parametrize("name", PARSERS)
@FEW
@given(answer=JSON)
def test_parser_of_any_answer(name: str, answer: Any) -> None:
    try:
        parsed = PARSERS[name](answer)
    except Malformed as problem:
        parsed = str(problem)
    assert flaws(parsed) == []


@pytest.mark.parametrize(
    ("name", "recorded"),
    [("job page", "jobs"), ("markets", "markets"), ("result", "result"), ("result", "legacy_result")]
    + [("node", kind) for kind in ("node_specs", "node_metrics", "node_info")],
)
@FEW
@given(data=st.data())
def test_parser_of_a_real_answer_with_one_value_replaced(name: str, recorded: str, data: st.DataObject) -> None:
    answer = payload(recorded)
    places: list[tuple[Any, Any]] = []
    waiting = [answer]
    while waiting:
        holder = waiting.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder))
        places += [(holder, key) for key in keys]
        waiting += [holder[key] for key in keys if isinstance(holder[key], (dict, list))]
    holder, key = data.draw(st.sampled_from(places))
    holder[key] = data.draw(JSON)
    try:
        parsed = PARSERS[name](answer)
    except Malformed as problem:
        parsed = str(problem)
    assert flaws(parsed) == []


@FEW
@given(text=st.text(alphabet='{}[]",:\\ \x00\ud800a1.eE-NInfity', max_size=60))
def test_any_text_is_a_definition(text: str) -> None:
    definition = definitions.from_text(text)
    assert flaws(definition) == []
    assert (definition.body is None) == (definition.error is not None)
