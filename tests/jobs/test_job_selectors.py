"""What a job's page is made of: its bill, what its node held, and what earlier runs let expect."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from explorer.held import Status
from jobs.definition.explain.plan import plan
from jobs.models import Definition, Job
from jobs.ops import Cache
from jobs.selectors.bill import Line, bill
from jobs.selectors.expected import Prediction, predicted
from jobs.selectors.held import held_by_node
from jobs.timeline import Expected
from markets.models import Image, NosPrice, RequiredImage, RequiredResource, Resource
from tests.jobs.factories import NOON, address, make_definition, make_job, make_market, make_result

pytestmark = pytest.mark.django_db

D = Decimal
START = NOON + timedelta(seconds=100)


def make(name: str = "job", seconds: int = 3600, **facts: Any) -> Job:
    """Create a job that ran for so long at 100 micro-NOS/s, which was 0.09 USD/h when it was listed."""
    row = {"state": 2, "node": address("node"), "price": 100, "timeout": 7200, "usd_reward_per_hour": "0.09"}
    times = {"started_at": START, "ended_at": START + timedelta(seconds=seconds)}
    return Job.objects.get(pk=make_job(name, **{**row, **times, **facts}).pk)


def test_bill_of_a_job_that_ended() -> None:
    """By hand: 3,600 s × 100 = 0.36 NOS, the fee 0.036; a NOS was 0.09 / 0.36 = 0.25 USD, and is 0.5 now."""
    NosPrice.objects.create(at=NOON - timedelta(days=1), usd=D("9"))
    NosPrice.objects.create(at=NOON, usd=D("0.5"))
    found = bill(make(), NOON)

    assert found.lines == (
        Line("Total", D("0.396"), D("0.099"), D("0.198"), "sum"),
        Line("to the node", D("0.36"), D("0.09"), D("0.18"), "in"),
        Line("network fee, 10\u00a0%", D("0.036"), D("0.009"), D("0.018"), "in"),
        Line("Deposit", D("0.72"), D("0.18"), D("0.36")),
        Line("Returned, unused time", D("0.36"), D("0.09"), D("0.18")),
    )
    assert (found.nos_then, found.nos_now, found.now_at, found.share) == (D("0.25"), D("0.5"), NOON, D("0.5"))
    assert (found.deposit, found.returned, found.usd_per_hour_now) == (D("0.72"), D("0.36"), D("0.18"))
    assert (found.is_final, found.is_limit, found.is_unpaid) == (True, False, False)


@pytest.mark.parametrize(
    ("facts", "seconds", "host", "returned", "flags"),
    [
        ({"ended_at": START + timedelta(hours=5)}, 7200, "0.72", "0", (True, False, False)),  # never above the timeout
        ({"ended_at": START}, 0, "0", "0.72", (True, False, False)),
        ({"state": 1, "ended_at": None}, 600, "0.06", "0.66", (False, False, False)),  # so far
        ({"state": 0, "node": "", "started_at": None, "ended_at": None}, 7200, "0.72", "0", (False, True, False)),
        ({"state": 3}, 0, "0", "0.72", (True, False, True)),  # its node gave it up
        ({"state": 0, "started_at": None, "ended_at": None, "delisted_at": NOON}, 0, "0", "0.72", (False, False, True)),
    ],
)
def test_bill_pays_the_shorter_of_runtime_and_timeout_and_nothing_for_what_was_given_up(
    facts: dict[str, Any], seconds: int, host: str, returned: str, flags: tuple[bool, bool, bool]
) -> None:
    found = bill(make(**facts), START + timedelta(minutes=10))

    assert (found.cost.seconds, found.cost.host_nos, found.returned) == (seconds, D(host), D(returned))
    assert (found.is_final, found.is_limit, found.is_unpaid) == flags


def test_bill_without_prices_has_no_usd() -> None:
    found = bill(make(usd_reward_per_hour=None), NOON)

    assert {(line.then, line.now) for line in found.lines} == {(None, None)}
    assert (found.nos_then, found.nos_now, found.usd_per_hour_now) == (None, None, None)
    free = bill(make("free", price=0), NOON)
    assert (free.nos_then, free.share) == (None, None)


HF: Any = {"type": "HF", "repo": "owner/model", "target": "/m"}


def catalogued(reference: str) -> int:
    name, _, tag = reference.rpartition("/")[2].partition(":")
    return Image.objects.create(reference=reference, registry="docker.io", repository=f"library/{name}", tag=tag).pk


def test_nodes_hold_what_their_market_required_and_what_they_used_in_the_day_before() -> None:
    market = make_market()
    hour = timedelta(hours=1)
    used, old, later = (catalogued(f"docker.io/library/{name}:1") for name in ("used", "old", "later"))
    model = Resource.objects.create(type="HF", key="owner/model").pk
    for name, number, ended in (("1", used, 3), ("2", old, 25), ("3", later, -2)):
        make(
            name,
            image_ids=[number],
            resource_ids=[model],
            started_at=START - (ended + 1) * hour,
            ended_at=START - ended * hour,
        )
    make("other", node=address("another"), image_ids=[old], started_at=START - 2 * hour, ended_at=START - hour)
    RequiredImage.objects.create(market=market, reference="docker.io/library/kept:1", since=NOON - hour)
    RequiredImage.objects.create(market=market, reference="gone:1", since=NOON - 9 * hour, removed_at=NOON - hour)
    RequiredImage.objects.create(market=market, reference="new:1", since=NOON + 9 * hour)
    RequiredResource.objects.create(
        market=market, type="Ollama", name="m", spec={"type": "Ollama", "model": "m"}, digest="d", since=NOON - hour
    )
    held = held_by_node(make(timeout=7200))
    assert held is not None

    own, kept = "Its market required it.", "docker.io/library/kept:1"
    no = "Not required by its market, and not used by a job of the node in the day before."
    spoken = "by a job of this node, which keeps for 24 hours what it used."
    assert [held.image(name) for name in ("kept:1", "used:1", "kept:2", "old:1", "later:1", "gone:1", "new:1")] == [
        Cache(Status.CACHED, "cached, required", f"{own} Kept as {kept}, where a node looks for it too."),
        Cache(Status.CACHED, "cached, used 3h 00m before", f"docker.io/library/used:1: used 3h 00m before {spoken}"),
        Cache(Status.OTHER_TAG, "other tag", f"{own} Another tag of it is required: {kept}."),
        *[Cache(Status.DOWNLOAD, "downloaded", no)] * 4,
    ]  # fmt: skip
    assert held.resource(HF) == Cache(
        Status.CACHED, "cached, used 3h 00m before", f"owner/model: used 3h 00m before {spoken}"
    )
    assert held.resource({"type": "Ollama", "model": "m"}).label == "cached, required"
    assert held.image("kept:1", is_private=True).status == "download"


def test_what_a_market_required_before_its_list_was_first_read_is_told_as_a_guess() -> None:
    RequiredImage.objects.create(market=make_market(), reference="ubuntu", since=NOON + timedelta(days=40))
    held = held_by_node(make())

    assert held is not None
    assert held.image("ubuntu") == Cache(
        Status.CACHED,
        "cached, if required then",
        "On 30 Sep 2026, when it was first read, the market's list had it. Kept under this name.",
    )


def test_nobody_holds_anything_for_a_job_that_no_node_took() -> None:
    assert held_by_node(make(state=0, node="", started_at=None, ended_at=None)) is None


OP: Any = {"id": "a", "type": "container/run", "args": {"image": "x"}}


def ran(job: Job, start: int, end: int, status: str = "success") -> None:
    times = {"started_at": (START + timedelta(seconds=start)).isoformat()}
    times["ended_at"] = (START + timedelta(seconds=end)).isoformat()
    facts: dict[str, Any] = {
        "op_id": "a",
        "group": None,
        "status": status,
        "exit_code": 0,
        "results": {},
        "errors": [],
        "diagnostics": {},
    }
    whole = {"started_at": START.isoformat(), "ended_at": times["ended_at"], "status": "success", "errors": []}
    make_result(job, {**whole, "ops": [{**facts, **times}]})


def test_earlier_runs_of_the_same_definition_tell_what_to_expect() -> None:
    job = make("this", ipfs_job="Qm1", listed_at=NOON)
    definition = make_definition(job, {"ops": [OP]}, fingerprint="f" * 64)
    Definition.objects.create(key="Qm2", text="{}", fetched_at=NOON, fingerprint="f" * 64)
    Definition.objects.create(key="Qm3", text="{}", fetched_at=NOON, fingerprint="e" * 64)
    hours = {
        "one": ("Qm1", 1, 10, 60),
        "two": ("Qm2", 2, 30, 130),
        "three": ("Qm3", 3, 0, 9000),
        "four": ("Qm1", -1, 0, 9000),
    }
    for name, (key, before, start, end) in hours.items():
        ran(make(name, ipfs_job=key, listed_at=NOON - timedelta(hours=before)), start, end)
    ran(make("failed", ipfs_job="Qm1", listed_at=NOON - timedelta(hours=4)), 5, 6, "failed")

    assert predicted(job, definition, plan([OP])) == Prediction({0: Expected(20, 75)}, 3)
    assert predicted(job, None, plan([OP])) == Prediction()
    assert (
        predicted(make("lone", ipfs_job=""), make_definition(make("x", ipfs_job="Qm9"), {}), plan([OP])) == Prediction()
    )
