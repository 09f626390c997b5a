from __future__ import annotations

from collections.abc import Iterator

import pytest

from explorer.nosana.payloads import Definition, JobPayload
from explorer.upsert import Written
from jobs.models import Job
from jobs.sync.stream import store_batches
from tests.payloads import address, job_payload

pytestmark = pytest.mark.django_db(transaction=True)

CID = "QmVp8m3Uq1Cm6JJ3NsuTMSGLNnqXa1mC85uV7YxBREQ78p"
WHISPER = Definition("{}", {"ops": [{"type": "container/run", "id": "a", "args": {"image": "nosana/whisper"}}]})


def test_store_batches_writes_each_and_is_one_ahead():
    taken: list[int] = []

    def batches() -> Iterator[list[JobPayload]]:
        for number in range(4):
            taken.append(number)
            yield [job_payload(f"{number} {i}") for i in range(number)]  # the first has none

    seen = [(written, len(taken), Job.objects.count()) for written in store_batches(batches())]

    assert seen == [(Written(1), 3, 1), (Written(2), 4, 3), (Written(3), 4, 6)]


def test_store_batches_completes_jobs_whose_definition_comes_with_a_later_batch():
    first = [job_payload("a", ipfs_job=CID)]
    second = [job_payload("b", ipfs_job=CID, definition=WHISPER)]

    assert list(store_batches([first, second, first])) == [Written(1), Written(1), Written()]

    assert set(Job.objects.values_list("pk", "image", "op_count")) == {
        (address(name), "nosana/whisper", 1) for name in "ab"
    }


def test_store_batches_stops_at_a_batch_that_cannot_be_stored():
    good, bad = [job_payload("good")], [job_payload("bad", market="x" * 45)]
    with pytest.raises(Exception, match="value too long"):
        list(store_batches([good, bad, [job_payload("after")]]))

    assert list(Job.objects.values_list("pk", flat=True)) == [address("good")]
