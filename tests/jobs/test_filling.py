from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from functools import partial

import pytest
from django.core.management import call_command
from django.db import connection

from explorer.nosana import definitions
from explorer.nosana.payloads import JsonObject
from jobs import rollups
from jobs.definition.edit.fingerprint import fingerprint
from jobs.models import Definition, Job, JobRollup
from jobs.sync import filling
from jobs.sync.store import Prepared, add, prepare, store_jobs, write
from markets.models import Image, Resource
from tests.jobs.factories import NOON, address, cid, make_definition, make_job
from tests.jobs.rollups.test_maintain import rebuilt, sums
from tests.payloads import job_payload

pytestmark = pytest.mark.django_db

BODY: JsonObject = {
    "global": {"variables": {"TAG": "24.04"}},
    "ops": [
        {"type": "container/create-volume", "id": "vol", "args": {"name": "data"}},
        {
            "type": "container/run",
            "id": "main",
            "args": {
                "image": "ubuntu:%%global.variables.TAG%%",
                "cmd": ["echo", "Good_Morning"],
                "resources": [{"type": "HF", "repo": "org/model", "target": "/m"}],
            },
        },
    ],
}


def test_read_contents_fills_in_what_an_older_release_left_out(capsys: pytest.CaptureFixture[str]):
    jobs = [make_job("one", image="", op_count=None), make_job("two", ipfs_job="", image="", op_count=None)]
    for job in jobs:
        make_definition(job, BODY)
    broken = make_definition(make_job("broken", image="", op_count=None), text="{")
    waiting = make_definition(make_job("waiting", image="", op_count=None), text="", fetched_at=None)

    call_command("read_contents")

    image, resource = Image.objects.get(), Resource.objects.get()
    assert (image.reference, resource.type, resource.key) == ("ubuntu:24.04", "HF", "org/model")
    filled = ("ubuntu:24.04", 2, [image.pk], [resource.pk], ["container/create-volume", "container/run"])
    shown = ("image", "op_count", "image_ids", "resource_ids", "op_types")
    empty: tuple[object, ...] = ("", None, [], [], [])
    assert {job.pk: row for job in jobs for row in Job.objects.filter(pk=job.pk).values_list(*shown)} == {
        job.pk: filled for job in jobs
    }
    words = "'04' '24' 'echo' 'good' 'main' 'morning' 'ubuntu' 'vol'"
    assert dict(Definition.objects.values_list("key", "words")) == {
        jobs[0].ipfs_job: words,
        jobs[1].pk: words,
        broken.pk: "",
        waiting.pk: None,
    }
    assert dict(Definition.objects.values_list("key", "fingerprint")) == {
        jobs[0].ipfs_job: fingerprint(BODY),
        jobs[1].pk: fingerprint(BODY),
        broken.pk: "",
        waiting.pk: None,
    }
    for other in (broken.pk, waiting.pk):
        assert Job.objects.values_list(*shown).get(ipfs_job=other) == empty
    assert JobRollup.objects.get(dimension="all", unit="hour", at=NOON).listed == 4
    assert sums() == rebuilt()
    assert "4 definitions" not in capsys.readouterr().out


def test_read_contents_makes_the_fingerprints_that_are_missing():
    made = make_definition(make_job("a"), BODY, words="read", fingerprint="kept")
    missing = make_definition(make_job("b"), BODY, words="read")
    refused = make_definition(make_job("c"), text="{", words=None, error="This is no JSON.")

    call_command("read_contents", verbosity=0)

    found = dict(Definition.objects.values_list("key", "fingerprint"))
    assert found == {made.pk: "kept", missing.pk: fingerprint(BODY), refused.pk: None}
    assert Definition.objects.get(pk=missing.pk).words == "'read'"


def test_read_contents_goes_on_where_it_was_stopped():
    for name in ("a", "b"):
        make_definition(make_job(name), BODY)
    Definition.objects.filter(key=Definition.objects.order_by("key").values("key")[:1]).update(words="kept")

    call_command("read_contents", verbosity=0)

    assert Definition.objects.order_by("key").values_list("words", flat=True)[0] == "'kept'"
    assert not Definition.objects.filter(words=None).exists()
    assert isinstance(JobRollup.objects.latest("at").at, datetime)


def test_a_rebuild_that_was_stopped_is_needed_again():
    make_definition(make_job("one"), BODY)
    call_command("read_contents", verbosity=0)
    assert not filling.is_needed()
    whole = sums()
    with connection.cursor() as cursor:  # as a rebuild leaves them that is stopped in a database of an older release
        cursor.execute("DELETE FROM jobs_jobrollup")
        cursor.execute("DELETE FROM jobs_jobkind")

    assert filling.is_needed()
    call_command("read_contents", "--if-needed", verbosity=0)

    assert sums() == whole
    assert not filling.is_needed()


def test_a_new_database_needs_nothing():
    assert not filling.is_needed()


@pytest.mark.parametrize("how", [write, add])
def test_jobs_that_were_made_ready_before_their_definition_was_read_have_what_it_names(
    how: Callable[[Prepared], object],
):
    shown = ("image", "op_count", "image_ids", "op_types")
    body: JsonObject = {"ops": [{"id": "a", "type": "container/run", "args": {"image": "ubuntu"}}]}
    payload = partial(job_payload, definition=definitions.from_text(json.dumps(body)), ipfs_job=cid("definition"))
    store_jobs(jobs=[payload("one")])
    older: dict[str, list[str]] = {"image_ids": [], "resource_ids": [], "op_types": []}
    Definition.objects.update(words=None, fingerprint=None, **older)
    with rollups.counted() as counted:
        counted.before(Job.objects.values_list("pk", flat=True))
        Job.objects.update(**older)
    ready = prepare([payload("one"), payload("two")])
    assert list(filling.read_contents()) == [1]

    how(ready)

    image = Image.objects.get()
    expected = ("ubuntu", 1, [image.pk], ["container/run"])
    assert dict.fromkeys((address("one"), address("two")), expected) == {
        pk: tuple(found) for pk, *found in Job.objects.values_list("pk", *shown)
    }
    assert sums() == rebuilt()


def test_jobs_that_an_older_release_wrote_beside_a_definition_that_is_read_are_filled_in():
    jobs = [make_job("one", image="", op_count=None), make_job("two", ipfs_job="", image="", op_count=None)]
    for job in jobs:
        make_definition(job, BODY)
    call_command("read_contents", verbosity=0)
    whole = list(Job.objects.order_by("pk").values("image", "op_count", "image_ids", "resource_ids", "op_types"))
    assert whole[0] == whole[1]
    Job.objects.update(image="", op_count=None, image_ids=[], resource_ids=[], op_types=[])

    call_command("read_contents", verbosity=0)

    assert list(Job.objects.order_by("pk").values(*whole[0])) == whole
    assert sums() == rebuilt()
