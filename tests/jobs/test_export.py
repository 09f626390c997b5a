"""The file of the jobs: its rows and cells, its order, and how it is continued."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from explorer import export as files
from jobs.models import Job
from jobs.selectors import export, listing
from tests.jobs.factories import NOON, address, cid, make_job, make_market
from tests.markets.pages import plain

pytestmark = pytest.mark.django_db


def read(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, response.content
    return b"".join(response).decode()


def table(client: Client, url: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(read(client, url), newline=""), strict=True))


def addresses(client: Client, url: str) -> list[str]:
    return [json.loads(line)["address"] for line in read(client, url).splitlines()]


def in_order(**wanted: Any) -> list[str]:
    return [job.pk for job in listing.matching(wanted).order_by(*listing.order_of(wanted))]


def finished(name: object, **facts: Any) -> Job:
    times = {"started_at": NOON, "ended_at": NOON + timedelta(seconds=100)}
    return make_job(name, state=2, **{"outcome": "success", "node": address("node"), **times, **facts})


def test_a_finished_job_with_all_its_facts(client: Client) -> None:
    finished("job", ipfs_result=cid("result"), op_types=["container/run", "container/create-volume"])

    assert table(client, "/jobs/export.csv") == [
        {
            "address": address("job"),
            "state": "completed",
            "outcome": "success",
            "market": address("NVIDIA 3090"),
            "market_name": "NVIDIA 3090",
            "node": address("node"),
            "deployer": address("deployer"),
            "payer": address("deployer"),
            "listed_at_utc": "2026-08-21T12:00:00Z",
            "started_at_utc": "2026-08-21T12:00:00Z",
            "ended_at_utc": "2026-08-21T12:01:40Z",
            "withdrawn_at_utc": "",
            "duration_s": "100",
            "timeout_s": "7200",
            "price_micro_nos_per_s": "101",
            "node_usd_per_h": "0.09060000",
            "paid_s": "100",
            "node_nos": "0.01010000",
            "fee_nos": "0.00101000",
            "total_nos": "0.01111000",
            "node_usd": "0.00251667",
            "fee_usd": "0.00025167",
            "total_usd": "0.00276833",
            "trigger": "cli",
            "image": "docker.io/library/ubuntu:24.04",
            "op_count": "1",
            "op_types": "container/run container/create-volume",
            "definition_cid": cid("job"),
            "result_cid": cid("result"),
        }
    ]


def test_what_a_job_cost_is_paid_up_to_its_timeout_and_with_its_markets_fee(client: Client) -> None:
    market = make_market("M", network_fee_percentage=None)
    finished("fee", market=market, timeout=50, price=1_000_000)

    row = table(client, "/jobs/export.csv")[0]

    assert [row[name] for name in ("duration_s", "paid_s", "node_nos", "fee_nos", "total_nos")] == [
        "100", "50", "50.00000000", "5.00000000", "55.00000000",
    ]  # fmt: skip


def test_a_job_that_runs_costs_what_it_costs_so_far(client: Client) -> None:
    make_job("job", state=1, started_at=NOON, timeout=60, price=1_000_000)

    row = table(client, "/jobs/export.csv")[0]

    assert [row[name] for name in ("state", "duration_s", "paid_s", "node_nos")] == ["running", "", "60", "60.00000000"]


def test_a_job_that_its_node_gave_up_costs_nothing(client: Client) -> None:
    times = {"started_at": NOON, "ended_at": NOON + timedelta(seconds=100)}
    make_job("job", state=3, node=address("node"), **times)

    row = table(client, "/jobs/export.csv")[0]

    assert [row[name] for name in ("state", "duration_s", "paid_s", "node_nos")] == [
        "stopped",
        "100",
        "0",
        "0.00000000",
    ]


@pytest.mark.parametrize("facts", [{"started_at": NOON}, {"started_at": NOON, "ended_at": NOON + timedelta(seconds=9)}])
def test_a_job_that_was_withdrawn_costs_nothing_and_does_not_go_on(client: Client, facts: dict[str, Any]) -> None:
    make_job("job", state=1, node=address("node"), delisted_at=NOON + timedelta(seconds=9), **facts)

    row = table(client, "/jobs/export.csv?state=withdrawn")[0]
    shown = client.get("/jobs.json?state=withdrawn").json()["jobs"][0]

    ran = "9" if "ended_at" in facts else ""
    assert [row[name] for name in ("state", "duration_s")] == ["withdrawn", ran]
    assert float(row["node_nos"] or 0) == 0
    assert (shown["run_s"], shown["total"]["usd"], shown["total"]["nos"]) == (int(ran) if ran else None, None, None)


@pytest.mark.parametrize("facts", [{}, {"delisted_at": NOON}, {"state": 3}])
def test_a_job_that_never_ran_has_no_cost(client: Client, facts: dict[str, Any]) -> None:
    make_job("job", **facts)

    rows = table(client, "/jobs/export.csv?state=queued&state=withdrawn&state=stopped")

    assert [rows[0][name] for name in ("paid_s", "node_nos", "total_nos", "total_usd")] == ["", "", "", ""]


@pytest.mark.parametrize(
    ("facts", "word"),
    [({}, "queued"), ({"state": 3}, "stopped"), ({"state": 9}, "state 9"), ({"delisted_at": NOON}, "withdrawn")],
)
def test_states_are_words(facts: dict[str, Any], word: str) -> None:
    make_job("job", **facts)

    found = Job.objects.values_list(*[cell for column, cell in export._CELLS if column.name == "state"])

    assert list(found) == [(word,)]


def test_hostile_text_stays_text(client: Client) -> None:
    evil = '=HYPERLINK("http://x","y")\r\n,\u202e'
    finished("job", image=evil, trigger="@SUM(1)", market=make_market("-2+3"))

    row = table(client, "/jobs/export.csv")[0]
    (line,) = json.loads(read(client, "/jobs/export.json"))

    assert [row[name] for name in ("image", "trigger", "market_name")] == [f"'{evil}", "'@SUM(1)", "'-2+3"]
    assert [line[name] for name in ("image", "trigger", "market_name")] == [evil, "@SUM(1)", "-2+3"]


def test_the_filter_counts_and_names_the_file(client: Client) -> None:
    finished("good")
    finished("bad", outcome="failed")
    make_job("waits")

    response = client.get("/jobs/export.ndjson?outcome=failed")

    assert [json.loads(line)["address"] for line in b"".join(response).decode().splitlines()] == [address("bad")]
    assert response["Content-Disposition"].startswith('attachment; filename="jobs_failed_')
    assert response["Link"] == '</jobs/export/?outcome=failed>; rel="help"'


def many(number: int) -> None:
    for place in range(number):
        state = place % 4
        times = {"started_at": NOON, "ended_at": NOON} if state > 1 else {}
        make_job(place, state=state, listed_at=NOON + timedelta(seconds=place // 3), **times)


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "FIRST_BATCH", 2)
    monkeypatch.setattr(files, "BATCH", 3)


@pytest.mark.usefixtures("small_batches")
def test_every_job_comes_once_in_the_lists_order_however_many_batches(client: Client) -> None:
    many(23)

    assert addresses(client, "/jobs/export.ndjson") == in_order()


@pytest.mark.usefixtures("small_batches")
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 9), max_size=6))
def test_parts_put_together_are_the_whole(limits: list[int]) -> None:
    client = Client()
    if not Job.objects.exists():
        many(23)
    rows: list[dict[str, str]] = []
    for limit in [*limits, 100]:
        after = f"&after={rows[-1]['cursor']}" if rows else ""
        rows += [
            json.loads(line)
            for line in read(client, f"/jobs/export.ndjson?cursor=on&limit={limit}{after}").splitlines()
        ]

    assert [row["address"] for row in rows] == in_order()


@pytest.mark.usefixtures("small_batches")
def test_a_job_that_begins_to_run_while_the_file_is_made_is_in_it_once() -> None:
    many(12)
    found = export.batches({})
    first = list(next(found))
    Job.objects.filter(pk=first[0][0]).update(state=1)

    rest = [row for batch in found for row in batch]

    assert [row[0] for row in [*first, *rest]].count(first[0][0]) == 1
    assert {row[0] for row in [*first, *rest]} == set(in_order())


@pytest.mark.usefixtures("small_batches")
def test_a_part_has_as_many_rows_as_its_limit_though_a_job_of_it_comes_twice() -> None:
    many(12)
    found = export.batches({}, limit=9)
    first = list(next(found))
    assert first[0][1] == "queued"
    Job.objects.filter(pk=first[0][0]).update(state=1, listed_at=NOON - timedelta(days=9))

    rows = [row[0] for batch in [first, *found] for row in batch]

    assert (len(rows), len(set(rows))) == (9, 9)


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("sort", ["-started", "-ended", "-duration"])
def test_a_job_that_moves_to_what_is_written_comes_at_the_end(sort: str, after: bool) -> None:
    for number in range(6):
        finished(number, ended_at=NOON + timedelta(seconds=60 + number))
    waiting = make_job("waiting")
    begin = str(next(iter(export.batches({"sort": sort}, has_cursors=True)))[0][-1]) if after else ""
    before = in_order(sort=sort)[after:]
    found = export.batches({"sort": sort}, after=begin, has_cursors=True)
    first = list(next(found))
    Job.objects.filter(pk=waiting.pk).update(
        state=2, started_at=NOON + timedelta(days=1), ended_at=NOON + timedelta(days=2)
    )

    rows = [*first, *(row for batch in found for row in batch)]

    assert [row[0] for row in rows] == before
    assert rows[-1][:2] == (waiting.pk, "completed")
    assert not [row for batch in export.batches({"sort": sort}, after=str(rows[-1][-1])) for row in batch]


@pytest.mark.usefixtures("small_batches")
def test_jobs_listed_meanwhile_neither_repeat_nor_hide_others() -> None:
    many(12)
    before = in_order()
    rows = []
    for number, batch in enumerate(export.batches({})):
        rows += [row[0] for row in batch]
        make_job(f"new {number}", state=2, listed_at=NOON + timedelta(hours=1))

    assert [pk for pk in rows if pk in before] == before
    assert len(rows) == len(set(rows))


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("state=odd", "A job is queued, running, completed, stopped or withdrawn, not “odd”."),
        ("limit=0", "The limit is a whole number, 1 or more."),
        ("limit=x", "The limit is a whole number, 1 or more."),
        ("after=nonsense", "its position in the list cannot be read."),
        ("after=WyIyIl0", "its position in the list cannot be read."),
    ],
)
def test_what_cannot_be_used_is_refused_before_the_file_begins(client: Client, query: str, sentence: str) -> None:
    response = client.get(f"/jobs/export.csv?{query}")

    assert response.status_code == 400
    assert sentence in plain(response.content.decode())


def test_an_unknown_format_is_not_found(client: Client) -> None:
    assert client.get("/jobs/export.xlsx").status_code == 404


def test_head_says_what_would_come_without_reading_it(client: Client) -> None:
    response = client.head("/jobs/export.csv")

    assert (response.status_code, response.content) == (200, b"")
    assert response["Content-Type"] == "text/csv; charset=utf-8; header=present"


def test_the_page_says_what_to_expect_and_offers_every_format(client: Client) -> None:
    finished("one", outcome="failed")
    finished("two", outcome="failed")
    finished("three")

    page = client.get("/jobs/export/?outcome=failed&after=x").content.decode()

    assert "Files 2 jobs" in plain(page)
    for kind in files.FORMATS:
        assert f'href="/jobs/export.{kind}?outcome=failed"' in page
    assert "'http://testserver/jobs/export.ndjson?outcome=failed&amp;cursor=on&amp;limit=100000'" in page


def test_the_page_of_a_filter_that_cannot_be_used_says_why(client: Client) -> None:
    response = client.get("/jobs/export/?state=<b>")

    assert response.status_code == 400
    assert "not “<b>”." in plain(response.content.decode())
