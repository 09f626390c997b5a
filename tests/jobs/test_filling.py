from __future__ import annotations

from datetime import datetime

import pytest
from django.core.management import call_command

from explorer.nosana.payloads import JsonObject
from jobs.definition.edit.fingerprint import fingerprint
from jobs.models import Definition, Job, JobRollup
from markets.models import Image, Resource
from tests.jobs.factories import NOON, make_definition, make_job
from tests.jobs.rollups.test_maintain import rebuilt, sums

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
