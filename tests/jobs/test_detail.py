"""The page of one job."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from redis import Redis

from explorer.nosana.endpoints import service_url
from explorer.nosana.payloads import LogLine, OpResult, ResultPayload
from jobs import logs, results
from jobs.models import Job, Result
from markets.choices import QueueType
from markets.models import Market, NosPrice
from tests.jobs.factories import NOON, address, cid, make_definition, make_job, make_market, make_result
from tests.jobs.pages import dangers, part, words
from tests.jobs.test_ops import VLLM
from tests.markets.pages import HTMX, get, plain, queries, short

pytestmark = pytest.mark.django_db

HOSTILE = "<script>alert(1)</script>\"' onload=x \u202ejavascript:alert(1)\x07\x00".replace("\x00", "") + "A" * 3000
ESC = "\x1b"
CURL = {
    "type": "container/run",
    "id": "summarise",
    "args": {"image": "docker.io/curlimages/curl:8.10.1", "cmd": "curl -sf https://%%ops.vllm.endpoint.8080%%/sum"},
    "execution": {"group": "report"},
}
DEFINITION = {
    "version": "0.1",
    "type": "container",
    "meta": {"trigger": "cli"},
    "global": {"env": {"HF_HUB_OFFLINE": "1"}},
    "ops": [VLLM, CURL],
}


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def line(text: str, seconds: float = 0, stream: str = "stdout") -> LogLine:
    return LogLine(stream, f"{text}\n", at(seconds))


VLLM_RESULT = OpResult(
    op_id="vllm",
    group="serve",
    status="success",
    started_at=at(120),
    ended_at=at(5025),
    exit_code=143,
    results={"speed": ["71.4 tok/s", "71.4"]},
    diagnostics={"reason": {"jobStopped": True}},
    logs=(
        line(f"{ESC}[32mINFO{ESC}[0m ready", 130),
        LogLine("stderr", "\r10%", at(131)),
        line("\r100%", 140, "stderr"),
    ),
)
CURL_RESULT = OpResult(
    op_id="summarise",
    group="report",
    status="failed",
    started_at=at(5026),
    ended_at=at(5050),
    exit_code=22,
    logs=(
        line(f"{ESC}[31mcurl: (22) The requested URL returned error: 404{ESC}[0m", 5049, "stderr"),
        line("+ exit 22", 5049.5, "stderr"),
        line("container exited", 5050, "nodeerr"),
    ),
)
RESULT = ResultPayload("success", at(108), at(5051), (VLLM_RESULT, CURL_RESULT))


def make_failed(**facts: Any) -> Job:
    """Create a job of two ops, of which the second failed, with its definition, result and log."""
    times = {"listed_at": NOON, "started_at": at(108), "ended_at": at(5051)}
    row = {
        "state": 2,
        "outcome": "failed",
        "node": address("node"),
        "ipfs_result": cid("result"),
        "network_id": 1075135,
    }
    job = make_job("failed", **{**times, **row, **facts})
    make_definition(job, DEFINITION)
    make_result(job, results.to_body(RESULT), lines=logs.lines_of(RESULT))
    return job


def make_finished(name: str = "finished", result: ResultPayload | None = None, **facts: Any) -> Job:
    """Create a job that ran for ten minutes, with its result where one is given."""
    times = {"started_at": at(30), "ended_at": at(630)}
    job = make_job(
        name, **{"state": 2, "outcome": "success", "node": address("node"), "ipfs_result": cid(name), **times, **facts}
    )
    if result is not None:
        make_result(job, results.to_body(result), lines=logs.lines_of(result))
    return job


def callout_of(page: str) -> str:
    """Return the callout that says why a job failed."""
    found = page.partition('<div class="callout is-failed reason"')[2].partition('<div class="cols-2">')[0]
    return found.partition('<div class="callout"')[0].partition("</svg>")[2]


def reason_of(page: str) -> str:
    """Return the words of that callout."""
    return plain(callout_of(page))


def test_page_of_a_failed_job_says_why_first(client: Client) -> None:
    job = make_failed()
    page = get(client, job.get_absolute_url())

    assert re.findall(r"<title>(.*?)</title>", page)[0] == f"Job {job.pk[:4]}…{job.pk[-4:]}, failed · Nosana explorer"
    assert plain(page.partition("<h1")[2].partition("</h1>")[0].partition(">")[2]).replace(" ", "") == job.pk
    assert words(page, "top") == (
        f"Failed Market NVIDIA 3090 Node {short(address('node'))} Deployer {short(address('deployer'))}"
        " Trigger cli Listed 21 Aug 2026, 12:00 UTC"
        " Listed 12:00:00 21 Aug 2026 Queued 1m 48s   Picked up 12:01:48".replace("   ", " ")
        + f" by {job.node[:4]}…{job.node[-4:]} Pulling 1s while no op ran Running 1h 22m of 2h 00m timeout"
        " Finished 13:24:11 1 op ok, 1 failed Paid 0.549167 NOS 0.137 USD"
        " Queued 1m 48s Running 1h 22m Pulling 1s to scale, a tick is 5 min"
    )
    assert reason_of(page) == (
        "summarise ended with exit 22. The address that it asked for answered 404."
        " curl: (22) The requested URL returned error: 404 Log line 3 The op Its log Change cmd in the builder"
    )
    callout = callout_of(page)
    assert re.findall(r'href="([^"#]*#[LOl][^"]*|#op[^"]*)"', callout) == ["?log=3#L3", "#op-1", "?op=summarise#log"]
    assert re.findall(r'<input type="hidden" name="(job|at)" value="([^"]*)">', callout) == [
        ("job", job.pk),
        ("at", "/ops/1/args/cmd"),
    ]
    assert dangers(page) == []


def test_ops_show_what_ran_and_how_it_ended(client: Client) -> None:
    page = get(client, make_failed().get_absolute_url())

    assert re.findall(r'<details class="op" id="(op-\d)"( open)?>', page) == [("op-0", ""), ("op-1", " open")]
    ops = part(page, "ops")
    summaries = [plain(text) for text in re.findall(r'<details class="op".*?<summary>(.*?)</summary>', ops, re.S)]
    assert summaries == [
        "Success vllm vllm/vllm-openai :v0.5.4 downloaded exit 143 1h 21m",
        "Failed summarise curlimages/curl :8.10.1 downloaded exit 22 24s",
    ]
    failed = short(address("failed"))
    assert words(page, "op-0").removeprefix(summaries[0]) == (
        f" vllm/vllm-openai :v0.5.4 downloaded {NOT_HELD}"
        f" What the node runs {run_line(page, 'Run line of vllm')}"
        " The command comes after the image's entrypoint, if it has one."
        f" The same with Docker {run_line(page, 'Docker run line of vllm')}"
        " Ports Exposed ports Port Service URL Health checks Last known"
        f" 3000 {service(3000)} none not told"
        f" 8080 api {service(8080)} GET /v1, 200, continuous websocket, answers pong not told"
        " Resources Models and files that the node mounts Type Source Mounted at Of it On this node then"
        " HF TinyLlama/TinyLlama@main /root/models 1 file downloaded S3 https://models.nosana.io/sd /data writable"
        " downloaded Ollama gemma3:4b /root/.ollama/models all downloaded"
        " Environment HF_HUB_OFFLINE 1 global VLLM_LOGGING_LEVEL INFO HF_TOKEN hidden, 39 chars N 1"
        f" NOSANA_ID {failed} node"
        " Settings Restarts on-failure:3 Also called llm Starts after weights Volume weights at /scratch".replace(
            " Starts after weights Volume", " Volume"
        ).replace(" Settings", " Settings Starts after weights")
        + " Results speed 71.4 tok/s 71.4 ([0-9.]+) tok/s · stdout, stderr ready nothing found ready"
        " Ended Exit code 143 ended (SIGTERM) when the job was stopped"
        " Started 21 Aug 2026, 12:02 UTC Ended 21 Aug 2026, 13:23 UTC Job stopped yes Group serve"
    )
    assert words(page, "op-1").removeprefix(summaries[1]) == (
        f" curlimages/curl :8.10.1 downloaded {NOT_HELD}"
        f" What the node runs {run_line(page, 'Run line of summarise')}"
        " The command comes after the image's entrypoint, if it has one."
        f" The same with Docker {run_line(page, 'Docker run line of summarise')}"
        f" Environment HF_HUB_OFFLINE 1 global NOSANA_ID {failed} node"
        " Ended Exit code 22 the program's own code"
        " Started 21 Aug 2026, 13:23 UTC Ended 21 Aug 2026, 13:24 UTC Group report"
    )
    assert run_line(page, "Run line of summarise").endswith(
        f"docker.io/curlimages/curl:8.10.1 /bin/sh \\ -c 'curl -sf {service(8080)}/sum'"
    )
    assert f'<a href="{service(3000)}" rel="noopener nofollow noreferrer"' in page


NOT_HELD = "Not required by its market, and not used by a job of the node in the day before."


def run_line(page: str, label: str) -> str:
    """Return the words of a run line, by its label."""
    return plain(page.partition(f'aria-label="{label}">')[2].partition("</pre>")[0])


def service(port: int) -> str:
    return service_url(address("failed"), 0, port, settings.NETWORK.service_domain)


def test_cost_and_account_show_every_figure(client: Client) -> None:
    job = make_failed(deployer=address("deployer"))
    NosPrice.objects.create(at=NOON, usd=Decimal("0.2"))
    page = get(client, job.get_absolute_url())
    aside = plain(page.partition('<aside class="stack" aria-label="Cost and account">')[2].partition("</aside>")[0])

    # 4,943 s at 101 micro-NOS/s; 0.0906 USD/h when a NOS cost 0.0906 / 0.3636 = 0.24917 USD, and now it costs 0.2
    assert aside.partition(" Checked")[0] == (
        "Cost Cost of this job Part NOS USD then USD now Rate, per hour 0.363600 0.0906 0.0727"
        " × min(runtime, timeout) 4,943 s of 7,200 s Total 0.549167 0.137 0.110"
        " to the node 0.499243 0.124 0.0998 network fee, 10 % 0.049924 0.0124 0.0100"
        " Deposit 0.727200 0.181 0.145 Returned, unused time 0.227957 0.0568 0.0456"
        " One NOS was 0.249 USD when the job was listed, and 0.200 USD 21 Aug 2026 ."
        " Deposit and payment are on chain; the fee is the dashboard's."
        " Would start faster on now, for 2h 00m All markets for this job"
        f" On chain State 2 completed Definition {short(job.ipfs_job)} on IPFS Result {short(job.ipfs_result)} on IPFS"
        f" Payer {short(job.payer)} Price 101 µNOS/s Timeout 7,200 s 2h 00m Number 1075135"
    )
    assert f'href="{settings.NETWORK.ipfs_url}/{job.ipfs_result}"' in page


def test_definition_is_laid_out_with_its_secrets_hidden(client: Client) -> None:
    job = make_failed()
    page = get(client, job.get_absolute_url())
    code = part(page, "definition")
    lines = [plain(text) for text in re.findall(r'<li id="D\d+"><a[^>]*>\d+</a><code>(.*?)</code>', code)]

    assert lines[:5] == ["{", '"version": "0.1" ,', '"type": "container" ,', '"meta": {', '"trigger": "cli"']
    assert len(lines) == json.dumps(DEFINITION, indent=2).count("\n") + 1
    assert '<span class="j-s">&quot;***&quot;</span>' in code
    assert "laid out for reading, 4 secrets hidden" in plain(code)
    for secret in ("hf_aB3", "s3cret", "AKIA", "key:secret"):
        assert secret not in page
    exact = client.get(f"{job.get_absolute_url()}definition.json")
    assert exact.content.decode() == json.dumps(DEFINITION)
    assert exact["Content-Type"] == "application/json; charset=utf-8"
    assert exact["Content-Disposition"] == f'attachment; filename="{job.pk}.json"'


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("nonsense", "“nonsense” is not the address of a job: those have 32 to 44 letters and digits."),
        (
            "%3Cscript%3E%E2%80%AE",
            "“<script>[U+202E]” is not the address of a job: those have 32 to 44 letters and digits.",
        ),
        (address("nobody"), f"No job with the address {address('nobody')} is known here."),
    ],
)
@pytest.mark.parametrize("path", ["", "head/", "log/", "log.txt", "definition.json"])
def test_job_that_is_not_known_is_named(client: Client, name: str, sentence: str, path: str) -> None:
    response = client.get(f"/jobs/{name}/{path}")
    page = response.content.decode()

    assert response.status_code == 404
    assert sentence in words(page, "main")
    assert dangers(page) == []


def test_page_of_a_queued_job_tells_its_place(client: Client) -> None:
    job = make_job("q", listed_at=timezone.now() - timedelta(seconds=90.5), ipfs_job="")
    Market.objects.filter(pk=job.market_id).update(queue_type=QueueType.JOBS, queue=["x", "y", job.pk])
    page = get(client, job.get_absolute_url())

    assert " Queued 1m 30s place 3 of 3 Picked up – Pulling – Running – of 2h 00m timeout Finished – Paid – " in words(
        page, "top"
    )
    assert words(page, "ops").startswith("Ops The definition is being fetched")
    assert words(page, "log") == (
        "Logs The node publishes the log together with the result, when the job has finished."
    )
    assert words(page, "definition") == "Definition The definition is being fetched from IPFS."
    assert "Cost at most" in plain(page)
    assert "× timeout 7,200 s Total 0.799920 0.199 –" in plain(page)


@pytest.mark.parametrize("state", [0, 1])
def test_head_of_an_unfinished_job_is_polled_until_it_ends(client: Client, state: int) -> None:
    job = make_job("r", state=state, node=address("node") * state, started_at=at(60) if state else None)
    head = f"{job.get_absolute_url()}head/"
    assert f'hx-get="{head}" hx-trigger="every 5s, wake"' in get(client, job.get_absolute_url())

    answer = client.get(head, headers=HTMX)
    assert answer.status_code == 200
    assert f'hx-get="{head}"' in answer.content.decode()
    assert "Finished – Paid –" in words(answer.content.decode(), "top")  # no step comes or goes

    Job.objects.filter(pk=job.pk).update(state=2, started_at=at(60), ended_at=at(120))
    answer = client.get(head, headers=HTMX)
    assert answer.status_code == 286
    assert f'hx-get="{head}"' not in answer.content.decode()
    assert words(answer.content.decode(), "top").endswith("The job has ended. Reload for its result and log")
    assert "data-poll" not in part(get(client, job.get_absolute_url()), "main")
    plainly = client.get(head)
    assert (plainly.status_code, plainly["Location"]) == (302, job.get_absolute_url())


def test_withdrawn_job_is_over(client: Client) -> None:
    job = make_job("w", delisted_at=at(300))
    page = get(client, job.get_absolute_url())

    assert words(page, "top").startswith("Withdrawn Market")
    assert (
        "Queued 5m 00s Picked up – Pulling – Running – of 2h 00m timeout Withdrawn 12:05:00 before it ran"
        " Paid nothing all of it goes back"
    ) in words(page, "top")
    assert "It was withdrawn from its queue before a node took it, and its whole deposit went back." in plain(page)
    assert words(page, "log") == "Logs The job was withdrawn before it ran."
    assert "data-poll" not in part(page, "main")


def test_confidential_job_says_so(client: Client) -> None:
    job = make_finished(result=ResultPayload("success", at(30), at(630), ()), image="", op_count=0)
    make_definition(
        job, {"version": "0.1", "type": "container", "ops": [], "logistics": {"send": {"type": "api-listen"}}}
    )
    page = get(client, job.get_absolute_url())

    assert "This job is confidential." in plain(page)
    assert words(page, "ops") == "Ops No public ops A confidential job keeps its ops to itself and its node."
    assert words(page, "log") == "Logs The result names no op, so there is no log."


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ('{"ops": [ // a comment\n<script>]', "It is not JSON: Expecting value (line 1, column 11)."),
        ('"just a text"', "It is text, not an object."),
        ("[" * 2000, "It is nested more than 100 levels deep."),
    ],
)
def test_definition_that_cannot_be_read_is_shown_as_it_is(client: Client, text: str, error: str) -> None:
    job = make_finished()
    make_definition(job, text=text, error=error)
    page = get(client, job.get_absolute_url())

    assert (
        words(page, "ops")
        == "Ops The ops cannot be read The definition is not one that a node could run; its text is below."
    )
    assert error in words(page, "definition")
    shown = re.findall(r"<code>(.*?)</code>", part(page, "definition"))
    assert "".join(plain(line) for line in shown).replace(" ", "") == text.replace("\n", "").replace(" ", "")
    assert client.get(f"{job.get_absolute_url()}definition.json").content.decode() == text


def test_definition_that_could_not_be_fetched_says_why(client: Client) -> None:
    job = make_finished()
    due_at = timezone.now() + timedelta(minutes=8.5)
    make_definition(job, text="", fetched_at=None, fetch_error="The IPFS gateway answered 504.", due_at=due_at)
    page = get(client, job.get_absolute_url())

    assert words(page, "definition") == (
        "Definition The definition could not be fetched from IPFS: The IPFS gateway answered 504."
        " It is tried again in 8m ."
    )
    assert client.get(f"{job.get_absolute_url()}definition.json").status_code == 404


def failed_op(exit_code: int | None, *errors: str, **diagnostics: Any) -> OpResult:
    return OpResult("a", None, "failed", None, None, exit_code, errors=errors, diagnostics=diagnostics)


@pytest.mark.parametrize(
    ("op", "expected"),
    [
        (
            failed_op(137, state={"OOMKilled": True}),
            "a ended with exit 137. Killed, out of memory."
            " Take a market whose nodes have more memory, or let the program use less.",
        ),
        (failed_op(2, "no reason"), "a ended with exit 2. The node could not run it. no reason"),
        (failed_op(0, "b is unwell"), "a ended with exit 0. Aborted before it started. b is unwell"),
        (replace(failed_op(None), op_id=""), "Op 1 failed."),
    ],
)
def test_reasons_of_failures(client: Client, op: OpResult, expected: str) -> None:
    job = make_finished(result=ResultPayload("success", None, None, (op,)), outcome="failed")
    page = get(client, job.get_absolute_url())

    assert reason_of(page).removesuffix(" Fetch the log to see what it said last") == f"{expected} The op"


def flow(status: str, *errors: str) -> ResultPayload:
    return ResultPayload(status, None, None, (), errors)


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (flow("failed", "no listener"), "The job failed. no listener"),
        (
            flow("init error"),
            "The node could not make a plan of its ops. Its node reported “init error”, and named no op.",
        ),
        (flow("broken"), "The job failed. Its node reported “broken”, and named no op."),
        (None, "An op failed. The network says so; the result that says which one is not here yet."),
    ],
)
def test_reasons_of_failures_without_an_op(client: Client, result: ResultPayload | None, expected: str) -> None:
    page = get(client, make_finished(result=result, outcome="failed").get_absolute_url())

    assert reason_of(page).removesuffix(" Fetch the log to see what it said last") == expected


def test_log_shows_colours_progress_and_where_lines_are_from(client: Client) -> None:
    log = part(get(client, make_failed().get_absolute_url()), "log")

    assert [plain(text) for text in re.findall(r"<li (.*?)</li>", log, re.S)] == [
        'id="L1" class="l-out"> 1 12:02:10 vllm out INFO ready',
        'id="L2" class="l-err"> 2 12:02:20 vllm err 100% after 1 update',
        'id="L3" class="l-err"> 3 13:24:09 summarise err curl: (22) The requested URL returned error: 404',
        'id="L4" class="l-err"> 4 13:24:09 summarise err + exit 22',
        'id="L5" class="l-node"> 5 13:24:10 summarise node container exited',
    ]
    assert '<span class="a-g">INFO</span> ready' in log
    assert '<a class="l-n" href="?log=1#L3">3</a>' in log


def numbered(count: int) -> list[logs.Line]:
    text = f"{ESC}[32mINFO{ESC}[0m 08-21 14:10:19 metrics.py:406] Avg generation throughput: 71.4 tokens/s, Running: 2"
    return [
        logs.Line(n, "vllm" if n % 4 else "whisper", "stderr" if n % 100 == 0 else "stdout", at(n), f"{text} {n}")
        for n in range(1, count + 1)
    ]


def make_logged(lines: list[logs.Line]) -> Job:
    job = make_finished()
    make_result(job, results.to_body(RESULT), lines=lines)
    return job


def numbers(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'<li id="L(\d+)"', page)]


def ways(page: str) -> dict[str, str]:
    found = re.findall(r'<a class="btn" href="(\?[^"]*)#log"[^>]*>(\w+)</a>', page)
    return {name: url.replace("&amp;", "&") for url, name in found}


@pytest.mark.parametrize("path", ["", "log/"])
def test_windows_lead_through_a_long_log(client: Client, path: str) -> None:
    headers = HTMX if path else {}
    url = f"{make_logged(numbered(700)).get_absolute_url()}{path}"
    last = get(client, url, **headers)
    shown = numbers(last)
    assert (shown[-1], len(shown)) == (700, len(range(shown[0], 701)))
    assert 100 < len(shown) <= 200
    assert ways(last) == {"First": "?log=1", "Earlier": f"?before={shown[0]}"}

    earlier = get(client, f"{url}{ways(last)['Earlier']}", **headers)
    assert numbers(earlier)[-1] == shown[0] - 1
    assert set(ways(earlier)) == {"First", "Earlier", "Later", "Last"}
    later = get(client, f"{url}{ways(earlier)['Later']}", **headers)
    assert numbers(later)[0] == shown[0]
    first = get(client, f"{url}?log=1", **headers)
    assert (numbers(first)[0], set(ways(first))) == (1, {"Later", "Last"})
    assert numbers(get(client, f"{url}{ways(first)['Last']}", **headers)) == shown


def test_log_can_be_narrowed_to_an_op_and_a_stream(client: Client) -> None:
    url = make_logged(numbered(700)).get_absolute_url()
    page = get(client, f"{url}?op=whisper&stream=stderr")

    assert numbers(page) == [100, 200, 300, 400, 500, 600, 700]
    log = part(page, "log")
    assert re.findall(r'aria-current="true">(.*?)</a>', log) == [
        'err <span class="n">7</span>',
        'whisper <span class="n">175</span>',
    ]
    assert '<a class="l-n" href="?op=whisper&amp;stream=stderr&amp;log=100#L200">200</a>' in log
    assert numbers(get(client, f"{url}?op=vllm&stream=stderr")) == []
    assert "No line of the log is of this op and stream." in words(get(client, f"{url}?op=absent"), "log")


@pytest.mark.parametrize("query", ["log=0", "log=x", "log=-1", "before=99999999999999999999", "op=" + "x" * 1001])
@pytest.mark.parametrize("path", ["", "log/"])
def test_window_that_cannot_be_is_refused(client: Client, query: str, path: str) -> None:
    url = make_logged(numbered(3)).get_absolute_url()

    assert client.get(f"{url}{path}?{query}", headers=HTMX if path else {}).status_code == 400
    assert numbers(get(client, f"{url}?log=900")) == []


def test_page_of_a_job_with_the_longest_log_is_small(client: Client) -> None:
    job = make_failed()
    Result.objects.filter(pk=job.pk).update(log=logs.pack(numbered(24_999)), log_lines=24_999)
    page = client.get(job.get_absolute_url()).content

    assert numbers(page.decode())[-1] == 24_999
    assert len(page) <= 120_000
    assert len(gzip.compress(page)) <= 20_000
    assert "24,999 of 24,999 lines, the newest that are kept" in words(page.decode(), "log")


def test_log_is_downloaded_whole_as_text(client: Client) -> None:
    job = make_failed()
    response = client.get(f"{job.get_absolute_url()}log.txt")

    assert b"".join(response).decode() == (
        "2026-08-21T12:02:10.000+00:00 vllm stdout | INFO ready\n"
        "2026-08-21T12:02:20.000+00:00 vllm stderr | 100%\n"
        "2026-08-21T13:24:09.000+00:00 summarise stderr | curl: (22) The requested URL returned error: 404\n"
        "2026-08-21T13:24:09.500+00:00 summarise stderr | + exit 22\n"
        "2026-08-21T13:24:10.000+00:00 summarise nodeerr | container exited\n"
    )
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["Content-Disposition"] == f'attachment; filename="{job.pk}.log.txt"'
    assert client.get(f"{make_job('q').get_absolute_url()}log.txt").status_code == 404


LATER = "The node publishes the log together with the result, when the job has finished."
FOLLOW = " Follow it now As plain text"
WAITING = {"due_at": timezone.now(), "fetched_at": None, "cid": ""}


@pytest.mark.parametrize(
    ("facts", "result", "expected"),
    [
        ({"state": 1}, None, LATER + FOLLOW),
        ({"ipfs_result": ""}, None, "The node published no result, so there is no log."),
        ({}, None, "The log is on IPFS and was not kept here. Fetch it now"),
        ({}, {"body": None}, "The log is on IPFS and was not kept here. Fetch it now"),
        ({}, WAITING, "The result is being fetched from IPFS. Look again"),
        ({}, {**WAITING, "fetch_error": "504."}, "The result could not be fetched from IPFS. 504. Fetch it now"),
        ({}, {"body": results.to_body(RESULT), "lines": []}, "The ops printed nothing."),
    ],
)  # fmt: skip
def test_log_that_is_not_here_says_why(
    client: Client, facts: dict[str, Any], result: dict[str, Any] | None, expected: str
) -> None:
    job = make_finished(**facts)
    if result is not None:
        make_result(job, **result)

    assert words(get(client, job.get_absolute_url()), "log") == f"Logs {expected}"
    assert words(get(client, f"{job.get_absolute_url()}log/", **HTMX), "log") == f"Logs {expected}"


def asked_for(job: Job) -> list[str]:
    """Return the tasks that wait in Redis for this job; other tests may use the same queue at the same time."""
    waiting: Any = Redis.from_url(settings.REDIS).lrange("sample:celery", 0, -1)
    headers = [json.loads(message)["headers"] for message in waiting]
    return [header["task"] for header in headers if header["argsrepr"] == f"('{job.pk}',)"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_log_is_fetched_when_asked_for(client: Client, headers: dict[str, str]) -> None:
    job = make_finished(f"{headers} {timezone.now()}")
    url = f"{job.get_absolute_url()}log/"
    response = client.post(url, headers=headers)

    if headers:
        page = response.content.decode()
        assert words(page, "log") == "Logs The result is being fetched from IPFS. Look again"
        assert f'hx-get="{url}" hx-trigger="every 3s, wake"' in page
    else:
        assert (response.status_code, response["Location"]) == (302, f"{job.get_absolute_url()}#log")
    assert asked_for(job) == ["jobs.tasks.fetch_result"]
    client.post(url, headers=headers)
    assert asked_for(job) == ["jobs.tasks.fetch_result"]  # it is under way
    assert Result.objects.get(pk=job.pk).due_at is not None


def test_log_of_an_unfinished_job_cannot_be_asked_for(client: Client) -> None:
    job = make_job("r", state=1)
    client.post(f"{job.get_absolute_url()}log/", headers=HTMX)

    assert not Result.objects.exists()


def test_log_url_without_htmx_leads_to_the_page(client: Client) -> None:
    job = make_finished()
    response = client.get(f"{job.get_absolute_url()}log/?log=3")

    assert (response.status_code, response["Location"]) == (302, f"{job.get_absolute_url()}?log=3#log")


def test_queries_stay_the_same_with_more_ops_and_lines(client: Client) -> None:
    small = make_logged(numbered(3))
    make_definition(small, DEFINITION)
    large = make_job(
        "large", state=2, node=address("other"), ipfs_result=cid("large"), started_at=at(0), ended_at=at(9)
    )
    make_definition(large, {**DEFINITION, "ops": [{**VLLM, "id": f"op-{n}"} for n in range(50)]})
    body = results.to_body(replace(RESULT, ops=tuple(replace(VLLM_RESULT, op_id=f"op-{n}") for n in range(50))))
    make_result(large, body, lines=numbered(20_000))

    counts = [queries(client, job.get_absolute_url()) for job in (small, large)]
    # The frame's sync, the job with its result, definition and log; what its node held (2), price, and earlier runs.
    assert counts == [8, 8]


def test_hostile_text_is_inert_everywhere(client: Client) -> None:
    market = make_market("evil", name=HOSTILE[:200])
    op = {
        "type": HOSTILE,
        "id": HOSTILE[:150],
        "args": {
            "image": HOSTILE, "cmd": [HOSTILE, "-x", HOSTILE], "entrypoint": HOSTILE, "work_dir": HOSTILE,
            "env": {HOSTILE: HOSTILE, "TOKEN": HOSTILE}, "volumes": [{"name": HOSTILE, "dest": HOSTILE}],
            "resources": [{"type": HOSTILE, "url": "javascript:alert(1)", "target": HOSTILE}],
            "expose": [{"port": "javascript:alert(1)", "type": HOSTILE, "health_checks": [{"path": HOSTILE}]}],
        },
        "results": {HOSTILE: {"regex": HOSTILE, "logType": [HOSTILE]}},
        "execution": {"group": HOSTILE, "depends_on": [HOSTILE]},
    }  # fmt: skip
    entry = OpResult(
        HOSTILE[:150], HOSTILE, "failed", at(0), at(9), 1, {HOSTILE: [HOSTILE]}, (HOSTILE,),
        {"reason": {"reason": HOSTILE}, "state": {"Error": HOSTILE}},
        (line(HOSTILE, 1, "stderr"),
         line(f"{ESC}]8;;javascript:alert(1){ESC}\\x{ESC}[38;2;1;2;3m<b>\x9b", 2, HOSTILE[:99])),
    )  # fmt: skip
    job = make_finished(
        result=ResultPayload(HOSTILE, None, None, (entry,), (HOSTILE,)),
        market=market, outcome="failed", trigger=HOSTILE[:100], image=HOSTILE,
    )  # fmt: skip
    make_definition(job, {"deployment_id": HOSTILE, "ops": [op], HOSTILE: HOSTILE})

    for path, headers in (("", {}), (f"?op={HOSTILE[:50]}&stream=%3Cb%3E", {}), ("log/", HTMX), ("head/", HTMX)):
        page = client.get(f"{job.get_absolute_url()}{path}", headers=headers).content.decode()
        assert dangers(page) == []
        assert len(page) < 150_000


def test_a_definition_of_one_huge_text_is_cut(client: Client) -> None:
    job = make_finished()
    make_definition(
        job, {"ops": [{"id": "a", "type": "container/run", "args": {"image": "x", "cmd": "y" * 1_000_000}}]}
    )
    page = get(client, job.get_absolute_url())

    assert len(page) < 60_000
    assert "996,000 more characters" in words(page, "definition")
    assert "more characters" in words(page, "op-0")
