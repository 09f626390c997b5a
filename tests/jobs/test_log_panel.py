"""The log of a job's page without scripts: search, ways between hits, looks; and what scripts read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from explorer.nosana import networks
from explorer.nosana.payloads import ResultPayload
from explorer.sample.live import PRIVATE_EVERY
from explorer.sample.server import SampleServer
from jobs import logs, results
from jobs.models import Job
from jobs.sync import live
from tests.jobs.factories import NOON, address, cid, make_job, make_result
from tests.jobs.pages import dangers, part, words
from tests.markets.pages import HTMX, get, plain, queries

pytestmark = pytest.mark.django_db

ESC = "\x1b"
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)> javascript:alert(1)"


def make_logged(*lines: logs.Line, name: str = "logged", **facts: Any) -> Job:
    """Create a finished job with a log of these lines."""
    times = {"started_at": NOON, "ended_at": NOON + timedelta(minutes=9), "ipfs_result": cid(name)}
    job = make_job(name, **{"state": 2, "outcome": "success", "node": address("node"), **times, **facts})
    make_result(job, results.to_body(ResultPayload("success", None, None, ())), lines=lines)
    return job


def numbered(count: int) -> list[logs.Line]:
    return [
        logs.Line(n, "vllm", "stdout", NOON + timedelta(seconds=n, milliseconds=7), f"{ESC}[32mINFO{ESC}[m step {n}")
        for n in range(1, count + 1)
    ]


def numbers(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'<li id="L(\d+)"', page)]


def steps(page: str) -> list[str]:
    found = re.search(r'<span class="log-steps">(.*?)</span>', page, re.S)
    return [url.replace("&amp;", "&") for url in re.findall(r'href="(\?[^"]*)"', found[1])] if found else []


def test_a_search_counts_marks_and_leads_to_the_first_hit(client: Client) -> None:
    job = make_logged(*numbered(700))
    page = get(client, f"{job.get_absolute_url()}?q=step+55")

    assert plain(re.findall(r'<span class="log-found.*?</span>\s*<span', page, re.S)[0]).startswith("11 lines")
    assert numbers(page)[0] == 50
    assert steps(page) == ["?q=step+55&hit=559#log", "?q=step+55&hit=55#log"]
    assert '<span class="a-g">INFO</span> <span class="hit">step 55</span></span></li>' in page
    assert re.findall(r'<li id="L(\d+)" class="l-out is-hit', page)[:2] == ["55"]
    marks = [
        (float(y), number) for number, y in re.findall(r"<title>Line (\d+)</title>\s*<rect[^>]* y=\"(\d+)\"", page)
    ]
    assert marks == [(15, "55"), (156, "550"), (157, "551"), (158, "554"), (159, "558")]
    assert dangers(page) == []


def test_hits_lead_to_each_other(client: Client) -> None:
    job = make_logged(*numbered(700))
    page = get(client, f"{job.get_absolute_url()}?q=step+55&hit=550")

    assert plain(re.findall(r'<span class="log-found.*?</span>\s*<span class="log-steps', page, re.S)[0]).startswith(
        "2 of 11 lines"
    )
    assert numbers(page)[0] == 545
    assert 'id="L550" class="l-out is-hit is-now"' in page
    assert steps(page) == ["?q=step+55&hit=55#log", "?q=step+55&hit=551#log"]
    last = get(client, f"{job.get_absolute_url()}?q=step+55&hit=559")
    assert steps(last) == ["?q=step+55&hit=558#log", "?q=step+55&hit=55#log"]


def test_only_hits_can_be_shown_and_paged(client: Client) -> None:
    job = make_logged(*numbered(700))
    url = f"{job.get_absolute_url()}?q=5%24&regex=1&only=1"
    first = get(client, url)
    hits = list(range(5, 701, 10))

    assert numbers(first) == hits
    assert numbers(get(client, f"{url}&before=105")) == hits[:10]
    assert numbers(get(client, f"{url}&log=600")) == hits[60:]
    none = get(client, f"{job.get_absolute_url()}?q=absent&only=1")
    assert "No line of this is a hit. The whole log" in words(none, "log")


def test_a_window_of_a_search_keeps_it_in_every_link(client: Client) -> None:
    lines = [logs.Line(n, "ab"[n % 2], "stdout", None, f"line {n}") for n in range(1, 600)]
    page = get(client, f"{make_logged(*lines).get_absolute_url()}?q=line&case=1&nowrap=1&time=ms&log=201&op=a")
    links = [url.replace("&amp;", "&") for url in re.findall(r'href="(\?[^"]*)#', part(page, "log"))]

    assert links
    assert {
        link for link in links if not link.startswith("?op=") and "q=line&case=1&nowrap=1&time=ms" not in link
    } == set()
    assert numbers(page)[:3] == [202, 204, 206]


@pytest.mark.parametrize(
    ("query", "problem"),
    [("q=(&regex=1", "Not a regular expression: Unterminated group"), ("q=%5B&regex=1", "Not a regular expression:")],
)
def test_a_bad_expression_says_so_and_shows_the_log(client: Client, query: str, problem: str) -> None:
    page = get(client, f"{make_logged(*numbered(9)).get_absolute_url()}?{query}")

    assert problem in words(page, "log")
    assert numbers(page) == list(range(1, 10))


@pytest.mark.parametrize(
    ("time", "shown"),
    [("", "12:00:03"), ("ms", "12:00:03.007"), ("since", "+2.000"), ("off", "")],
)
def test_times_of_lines(client: Client, time: str, shown: str) -> None:
    page = get(client, f"{make_logged(*numbered(3)).get_absolute_url()}?time={time}")

    assert re.findall(r'<span class="l-t">(.*?)</span>', page)[-1] == shown
    assert f'<option value="{time}" selected>' in page


@pytest.mark.parametrize("query", ["time=never", "hit=0", "q=" + "x" * 301, "hit=x"])
def test_what_cannot_be_is_refused(client: Client, query: str) -> None:
    assert client.get(f"{make_logged(*numbered(3)).get_absolute_url()}?{query}").status_code == 400


def test_a_log_full_of_markup_escapes_and_links_is_inert(client: Client) -> None:
    attacks = [
        HOSTILE,
        f"{ESC}]8;;javascript:alert(1){ESC}\\click{ESC}]8;;{ESC}\\",
        f"{ESC}[38;2;1;2;3;99m<b onclick=alert(1)>{ESC}[",
        "\x9b31m\u202egpj.exe\u2066\x00\x07\x1b\x1b[",
        "</li></ol></section><h1>taken over</h1>",
        "&lt;script&gt; &#60;script&#62; {{ job }} {% load x %}",
        "\ud7ff\ufeff\u200b" + "A" * 5000,
        f"{ESC}P1;2|javascript:alert(1)",
    ]
    lines = [
        logs.Line(n, HOSTILE[: 60 + n], ("stderr", HOSTILE[:99])[n % 2], None, text)
        for n, text in enumerate(attacks, 1)
    ]
    job = make_logged(*lines)
    hostile = "%3Cscript%3Ealert(1)%E2%80%AE%22%3E"

    for query in (
        "",
        f"?q={hostile}",
        "?q=alert&only=1",
        "?q=.*&regex=1",
        f"?op={hostile}&stream={hostile}",
        "?nowrap=1",
    ):
        page = get(client, f"{job.get_absolute_url()}{query}")
        assert dangers(page) == []
        assert "<h1>taken over" not in page
    assert words(get(client, job.get_absolute_url()), "L2").endswith("err click")
    text = text_of(client.get(f"{job.get_absolute_url()}log.txt"))
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066]", text)


def test_the_page_of_a_search_takes_as_many_queries_as_any(client: Client) -> None:
    few, many = make_logged(*numbered(3), name="few"), make_logged(*numbered(5000), name="many")
    counts = {
        queries(client, f"{job.get_absolute_url()}{query}") for job in (few, many) for query in ("", "?q=step&only=1")
    }

    assert len(counts) == 1


def test_scripts_read_the_packed_log_once(client: Client) -> None:
    job = make_logged(*numbered(1200))
    url = f"{job.get_absolute_url()}log/lines"
    response = client.get(url, headers={"Accept-Encoding": "gzip"})

    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Encoding"] == "identity"
    assert [line.text for line in logs.window(response.content, 1200, 1)] == ["INFO step 1200"]
    again = client.get(url, headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(f"{make_job('none').get_absolute_url()}log/lines").status_code == 404


def test_a_log_of_an_earlier_form_can_be_fetched_again(client: Client) -> None:
    job = make_logged(*numbered(3))
    result = job.result
    result.log = bytes(result.log or b"").replace(b'"version": 2', b'"version": 1')
    result.save(update_fields=["log"])

    assert words(get(client, job.get_absolute_url()), "log") == (
        "Logs The log is on IPFS and was not kept here. Fetch it now"
    )
    assert client.get(f"{job.get_absolute_url()}log/lines").status_code == 404


def test_the_page_names_what_its_scripts_need(client: Client) -> None:
    job = make_logged(*numbered(3))
    tag = re.search(r'<section class="panel log-panel"[^>]*>', get(client, job.get_absolute_url()))

    assert tag
    assert f'data-log="{job.get_absolute_url()}log/lines"' in tag[0]
    assert 'data-worker="/static/js/log-worker.js"' in tag[0]
    assert "data-live" not in tag[0]


@pytest.fixture
def network(settings: Any) -> Iterator[SampleServer]:
    with SampleServer(seed=5, past_jobs=40) as server:
        settings.NETWORK = networks.sample(server.url)
        server.pause()
        yield server


LOOP = {"version": "0.1", "type": "container", "ops": [
    {"type": "container/run", "id": "loop", "args": {"image": "ubuntu", "cmd": "echo one; echo two"}}]}  # fmt: skip


def make_running(network: SampleServer, *, is_told: bool) -> Job:
    """Create a job that runs in the sample network, on a node that tells its log to everybody or does not."""
    for market in network.network.world.markets:
        job = network.network.store.job(network.post_job(LOOP, market))
        if job and job.state == 1 and bool(network.network.world.nodes[job.node].style % PRIVATE_EVERY) == is_told:
            row = {"state": 1, "node": job.node, "started_at": NOON, "deployer": job.project}
            return make_job(job.address, address=job.address, **row)
    raise AssertionError("no market has such a node")


def events_of(client: Client, job: Job) -> list[tuple[str, Any]]:
    response = client.get(f"{job.get_absolute_url()}log/live")
    assert response.headers["Content-Type"] == "text/event-stream"
    return [(name, json.loads(data)) for name, data in re.findall(r"event: (\w+)\ndata: (.*)\n\n", text_of(response))]


def text_of(response: Any) -> str:
    """Return the whole text of a streaming response."""
    return b"".join(response).decode()


def test_a_running_job_is_followed_through_its_node(
    client: Client, network: SampleServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "SECONDS", 0.5)
    job = make_running(network, is_told=True)
    network.advance(15)  # of about 20 that the job takes
    *lines, end = events_of(client, job)
    rows = [row for _, found in lines for row in found]

    assert end == ("end", "")
    assert [[*row[:3], *row[4:]] for row in rows] == [[1, "loop", "stdout", "one", 0], [2, "loop", "stdout", "two", 0]]
    told = text_of(client.get(f"{job.get_absolute_url()}log/live.txt"))
    assert re.fullmatch(
        r"\S+Z? loop stdout \| one\n\S+ loop stdout \| two\n-- The node has nothing more to tell.\n", told
    )


def test_a_node_that_tells_only_the_deployer_says_so(client: Client, network: SampleServer) -> None:
    job = make_running(network, is_told=False)
    reason = "The node shows the log of a running job only to its deployer."

    assert events_of(client, job) == [("end", reason)]
    assert text_of(client.get(f"{job.get_absolute_url()}log/live.txt")) == f"-- {reason}\n"


def test_only_so_many_can_follow(client: Client, network: SampleServer) -> None:
    job = make_running(network, is_told=False)
    for _ in range(2):
        assert live.SEATS.acquire(blocking=False)
    try:
        assert events_of(client, job) == [("end", live.BUSY)]
        assert text_of(client.get(f"{job.get_absolute_url()}log/live.txt")) == f"-- {live.BUSY}\n"
    finally:
        live.SEATS.release(2)
    events_of(client, job)
    assert [live.SEATS.acquire(blocking=False) for _ in range(3)] == [True, True, False]  # the seat was given back
    live.SEATS.release(2)


@pytest.mark.parametrize("path", ["log/live", "log/live.txt"])
def test_what_does_not_run_cannot_be_followed(client: Client, path: str) -> None:
    for name, facts in (("queued", {"state": 0}), ("done", {"state": 2}), ("homeless", {"state": 1, "node": ""})):
        assert client.get(f"{make_job(name, **facts).get_absolute_url()}{path}").status_code == 404


def test_the_page_of_a_running_job_offers_to_follow(client: Client) -> None:
    job = make_job("running", state=1, node=address("node"), started_at=NOON)
    offer, followed = get(client, job.get_absolute_url()), get(client, f"{job.get_absolute_url()}?follow=1")

    assert 'href="?follow=1#log"' in offer
    assert "data-live" not in offer
    assert f'data-live="{job.get_absolute_url()}log/live"' in followed
    assert get(client, f"{job.get_absolute_url()}log/", **HTMX).count("data-live") == 0
    assert settings.BASE_DIR.joinpath("static/js/log-live.js").exists()
