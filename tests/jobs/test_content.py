from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_httpserver import HTTPServer

from explorer.models import Source, SyncRecord
from explorer.nosana import networks
from explorer.nosana.budget import Unlimited
from explorer.nosana.client import Client
from explorer.nosana.errors import Unreachable
from explorer.nosana.fetch import Bounds
from jobs import logs
from jobs.models import Definition, Job, Result
from jobs.sync import content
from jobs.sync.store import store_jobs
from tests.payloads import address, job_payload

pytestmark = pytest.mark.django_db

CID = "QmVp8m3Uq1Cm6JJ3NsuTMSGLNnqXa1mC85uV7YxBREQ78p"
TEXT = '{ "ops" : [{"id":"a","args":{"image":"nosana/whisper"}}, {"id":"b"}] }\n'
RESULT = {
    "status": "success",
    "startTime": 1787310000000,
    "endTime": 1787313600000,
    "opStates": [
        {
            "operationId": "run",
            "status": "failed",
            "exitCode": 1,
            "logs": [{"type": "stdout", "log": "one\n"}, {"type": "stderr", "log": "two\n"}],
        }
    ],
}


@pytest.fixture
def client(httpserver: HTTPServer):
    bounds = Bounds(tries=1)
    with Client(networks.sample(httpserver.url_for("").rstrip("/")), budget=Unlimited(), bounds=bounds) as client:
        yield client


def test_fetch_definitions_keeps_the_exact_bytes_and_fills_in_the_list(client, httpserver):
    store_jobs(jobs=[job_payload(ipfs_job=CID), job_payload("twin", ipfs_job=CID)])
    httpserver.expect_request(f"/ipfs/{CID}").respond_with_data(TEXT)

    content.fetch_definitions(client=client)
    content.fetch_definitions(client=client)

    assert Definition.objects.values_list("text", "is_exact", "error").get() == (TEXT, True, "")
    assert set(Job.objects.values_list("image", "op_count")) == {("nosana/whisper", 2)}
    assert len(httpserver.log) == 1


@pytest.mark.parametrize("text", ["not json", "[1]", '"\\ud800"', ""])
def test_fetch_definitions_keeps_a_text_that_is_no_definition_with_its_error(client, httpserver, text):
    store_jobs(jobs=[job_payload(ipfs_job=CID)])
    httpserver.expect_request(f"/ipfs/{CID}").respond_with_data(text)

    content.fetch_definitions(client=client)

    definition = Definition.objects.get()
    assert (definition.text, definition.is_exact, definition.error != "") == (text, True, True)
    assert Job.objects.values_list("image", "op_count").get() == ("", None)


def test_fetch_definitions_puts_off_what_the_gateway_does_not_have(client, httpserver):
    store_jobs(jobs=[job_payload(ipfs_job=CID)])
    httpserver.expect_request(f"/ipfs/{CID}").respond_with_data("no", status=404)

    content.fetch_definitions(client=client)

    definition = Definition.objects.get()
    assert (definition.attempts, definition.fetched_at, definition.fetch_error != "") == (1, None, True)
    assert timedelta(minutes=1) < definition.due_at - timezone.now() <= timedelta(minutes=2)
    assert SyncRecord.objects.get(source=Source.DEFINITIONS).rows_skipped == 1


def test_fetch_results_stores_body_log_and_outcome(client, httpserver):
    store_jobs(jobs=[job_payload(ipfs_result=CID)])
    httpserver.expect_request(f"/ipfs/{CID}").respond_with_data(json.dumps(RESULT))

    content.fetch_results(client=client)

    result = Result.objects.get()
    assert result.body is not None
    assert result.log is not None
    assert (result.body["ops"][0]["exit_code"], result.cid, result.log_lines, result.due_at) == (1, CID, 2, None)
    assert [line.text for line in logs.window(bytes(result.log), 0, 10)] == ["one", "two"]
    assert Job.objects.get().outcome == "failed"


def test_fetch_results_tries_ever_later_and_gives_up_until_asked(client, httpserver):
    store_jobs(jobs=[job_payload(ipfs_result=CID)])
    httpserver.expect_request(f"/ipfs/{CID}").respond_with_data("<html>", status=200)
    for _ in range(content.ATTEMPTS):
        Result.objects.update(due_at=timezone.now())
        content.fetch_results(client=client)

    result = Result.objects.get()
    assert (result.attempts, result.due_at, result.body) == (content.ATTEMPTS, None, None)

    content.request_result(job=address("job"))
    result.refresh_from_db()
    assert (result.attempts, result.due_at is not None, result.fetch_error) == (0, True, "")


def test_fetch_results_stops_at_an_unreachable_gateway_and_loses_nothing(client, httpserver):
    store_jobs(jobs=[job_payload(f"job {i}", ipfs_result=CID) for i in range(3)])
    httpserver.stop()
    with pytest.raises(Unreachable):
        content.fetch_results(client=client)

    assert Result.objects.filter(due_at__isnull=False, fetched_at=None).count() == 3
    assert SyncRecord.objects.get(source=Source.RESULTS).error_kind == "unreachable"
    httpserver.start()


def test_store_jobs_does_not_undo_a_fetched_result(client, httpserver):
    store_jobs(jobs=[job_payload(ipfs_result=CID)])
    httpserver.expect_request(f"/ipfs/{CID}").respond_with_data(json.dumps(RESULT))
    content.fetch_result(client=client, job=address("job"))

    store_jobs(jobs=[job_payload(ipfs_result=CID)])

    result = Result.objects.get()
    assert result.body is not None
    assert (result.cid, result.due_at, result.body["ops"][0]["status"]) == (CID, None, "failed")


def test_forget_old_logs_drops_the_log_and_keeps_the_result(client, httpserver):
    store_jobs(jobs=[job_payload(ipfs_result=CID)])
    httpserver.expect_request(f"/ipfs/{CID}").respond_with_data(json.dumps(RESULT))
    content.fetch_results(client=client)
    assert content.forget_old_logs() == 0
    Result.objects.update(fetched_at=timezone.now() - content.LOG_KEPT - timedelta(hours=1))

    assert content.forget_old_logs() == 1
    result = Result.objects.get()
    assert (result.log, result.log_lines, result.body is not None) == (None, None, True)
