"""Where definitions are used: written with the jobs, filled in after an upgrade, asked with their words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from explorer.nosana.payloads import Definition as DefinitionPayload
from explorer.nosana.payloads import JobPayload
from jobs.models import Definition, Job
from jobs.models.places import ANYWHERE, EVERYWHERE, MOST, among, limited, used_in
from jobs.selectors.listing import contents
from jobs.selectors.listing.boxes import Manner
from jobs.selectors.listing.reading import Way
from jobs.sync import filling
from jobs.sync.definitions import place
from jobs.sync.store import store_jobs
from tests.jobs.factories import NOON, cid, make_definition, make_job, make_market
from tests.jobs.lists import read, wanted_of, ways_to_read
from tests.payloads import address, job_payload

pytestmark = pytest.mark.django_db

ECHO = DefinitionPayload("{}", {"ops": [{"id": "echo", "type": "container/run", "args": {"image": "ubuntu"}}]})


def of(job: JobPayload) -> set[int]:
    return set(used_in(market=job.market, deployer=job.project, payer=job.payer, trigger=job.trigger or ""))


def places() -> dict[str, set[int]]:
    return {key: set(found) for key, found in Definition.objects.values_list("key", "places")}


def test_a_place_has_one_number_for_ever():
    """They stand in databases."""
    assert used_in(market="m", deployer="d", payer="", trigger="cli") == [
        3581724950595529995,
        -7624531179990095567,
        7463643134217083776,
    ]
    assert among("market", ["m", "n"])[:3] == [ANYWHERE, EVERYWHERE, *used_in(market="m")]


def test_jobs_are_written_with_where_their_definitions_are_used():
    read_one = job_payload("a", definition=ECHO, ipfs_job=cid("read"))
    elsewhere = job_payload("b", definition=ECHO, ipfs_job=cid("read"), market=address("market 2"), trigger=None)
    unread = job_payload("c", ipfs_job=cid("unread"))
    alone = job_payload("d", definition=ECHO, ipfs_job=None)
    store_jobs(jobs=[read_one, elsewhere, unread, alone])

    expected = {cid("read"): of(read_one) | of(elsewhere), cid("unread"): of(unread), alone.address: of(alone)}
    assert places() == expected

    later = [
        replace(one, address=address(f"later {n}"), payer=address(f"payer {n}"), definition=None)
        for n, one in enumerate([read_one, unread])
    ]
    come = job_payload("e", definition=ECHO, ipfs_job=cid("unread"), project=address("new"))
    store_jobs(jobs=later)
    store_jobs(jobs=[come])
    expected[cid("read")] |= of(later[0])
    expected[cid("unread")] |= of(later[1]) | of(come)
    assert places() == expected


def test_definitions_that_are_used_nowhere_else_are_not_written_again():
    jobs = [job_payload(f"job {n}", definition=ECHO, ipfs_job=cid(n % 2)) for n in range(4)]
    versions = Definition.objects.extra(select={"version": "xmin::text"}).values_list("key", "version")  # noqa: S610 - our own
    store_jobs(jobs=jobs[:2])
    before = dict(versions)

    store_jobs(jobs=jobs)

    assert dict(versions) == before


def test_definition_that_is_used_in_very_many_places_is_used_everywhere():
    assert limited(range(MOST)) == list(range(MOST))
    assert limited(range(MOST + 1)) == [EVERYWHERE]
    place({"a": list(range(10, 10 + MOST)), "b": [10, 11]})
    place({"a": [11, 12], "b": [12]})
    assert places() == {"a": set(range(10, 10 + MOST)), "b": {10, 11, 12}}

    place({"a": [9], "b": [EVERYWHERE]})
    place({"a": [8], "b": [10]})
    assert places() == {"a": {EVERYWHERE}, "b": {EVERYWHERE}}
    jobs = [job_payload("job", definition=ECHO, ipfs_job="a")]
    store_jobs(jobs=jobs)
    assert places()["a"] == {EVERYWHERE}


def test_what_an_older_release_writes_is_used_anywhere():
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO jobs_definition (key, text, is_exact, error, image, image_ids, resource_ids, op_types, "
            "attempts, due_at, fetch_error) VALUES ('old', '', false, '', '', '{}', '{}', '{}', 0, now(), '')"
        )
    assert places() == {"old": {ANYWHERE}}
    job = job_payload("new", definition=ECHO, ipfs_job="old")
    store_jobs(jobs=[job])
    assert places() == {"old": {ANYWHERE, *of(job)}}


@pytest.fixture
def old() -> list[Job]:
    """Create jobs of an older release: two of one definition, one without a CID."""
    jobs = [
        make_job("a", ipfs_job=cid("both"), trigger=""),
        make_job("b", ipfs_job=cid("both"), market=make_market("H100"), trigger="cli"),
        make_job("c", ipfs_job="", trigger="api"),
    ]
    make_definition(jobs[0], {}, words="word")
    make_definition(jobs[2], {}, words="word")
    return jobs


def seen(job: Job) -> set[int]:
    return set(used_in(market=job.market_id, deployer=job.deployer, payer=job.payer, trigger=job.trigger))


def test_read_contents_looks_where_definitions_are_used(old: list[Job]):
    make_definition(make_job("never", ipfs_job=cid("unused")), {}, words="word")
    Job.objects.filter(ipfs_job=cid("unused")).delete()
    place({cid("everywhere"): [EVERYWHERE]})
    Definition.objects.filter(key=cid("everywhere")).update(words="word", fingerprint="")

    call_command("read_contents", verbosity=0)

    assert places() == {
        cid("both"): seen(old[0]) | seen(old[1]),
        old[2].pk: seen(old[2]),
        cid("unused"): set(),
        cid("everywhere"): {EVERYWHERE},
    }


def test_read_contents_finds_what_an_older_release_wrote_beside_this_one():
    """To a worker of it, the definition was there, and nothing to be noted."""
    job = job_payload("new", definition=ECHO, ipfs_job=cid("both"))
    store_jobs(jobs=[job])
    older = make_job("old", ipfs_job=cid("both"), market=make_market("H100"))
    assert places() == {cid("both"): of(job)}

    call_command("read_contents", verbosity=0)

    assert places() == {cid("both"): of(job) | seen(older)}


def test_definitions_are_locked_in_one_order():
    """Written in two goes, those of two writers waited for each other."""
    known = job_payload("a", definition=ECHO, ipfs_job=cid("known"))
    store_jobs(jobs=[known])
    jobs = [
        replace(known, address=address("b"), payer=address("elsewhere")),
        job_payload("c", ipfs_job=cid("unread")),
        job_payload("d", definition=ECHO, ipfs_job=cid("new")),
    ]

    with CaptureQueriesContext(connection) as queries:
        store_jobs(jobs=jobs)

    written = [found["sql"] for found in queries if 'INSERT INTO "jobs_definition"' in found["sql"]]
    assert len(written) == 1
    assert 'ORDER BY "key"' in written[0]


def test_what_was_left_when_reading_was_stopped_is_read_at_the_next_start(old: list[Job]):
    call_command("read_contents", if_needed=True)
    before = places()
    assert not any(ANYWHERE in found for found in before.values())

    wrong = [ANYWHERE + 7]
    Definition.objects.filter(key=cid("both")).update(places=wrong)
    call_command("read_contents", if_needed=True)
    assert places()[cid("both")] == set(wrong)
    Definition.objects.filter(key=old[2].pk).update(words=None, fingerprint=None, fetched_at=NOON)
    call_command("read_contents", if_needed=True)
    assert places()[cid("both")] == before[cid("both")] | set(wrong)


def test_place_that_is_written_while_others_are_looked_for_stays(old: list[Job], monkeypatch: pytest.MonkeyPatch):
    """Its job is written after it."""
    looked = filling._found_in

    def meanwhile(keys: Any) -> Any:
        found = looked(keys)
        Definition.objects.filter(key=cid("both")).update(places=[ANYWHERE, 77])
        return found

    monkeypatch.setattr(filling, "_found_in", meanwhile)
    assert list(filling.place_definitions()) == [2]
    assert places()[cid("both")] == {77, *seen(old[0]), *seen(old[1])}


def test_definitions_are_looked_for_batch_by_batch(old: list[Job], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(filling, "BATCH", 1)
    looking: Iterator[int] = filling.place_definitions()
    assert next(looking) == 1
    assert sum(ANYWHERE in found for found in places().values()) == 1
    assert list(looking) == [1]
    assert not any(ANYWHERE in found for found in places().values())


@pytest.mark.parametrize(
    ("query", "known"),
    [
        ("market=h100", ["both"]),
        ("market=nvidia-3090", ["both", "c"]),
        ("trigger=api", ["c"]),
        ("trigger=web", []),
        (f"deployer={address('deployer')}", ["both", "c"]),
        (f"payer={address('nobody')}", []),
        ("gpu=3090", ["both", "c"]),
        ("market=h100&trigger=api", []),
        (f"node={address('node')}", ["both", "c"]),
    ],
)
def test_words_in_a_place_are_looked_for_among_what_is_used_there(old: list[Job], query: str, known: list[str]):
    make_market(gpu_types=["NVIDIA 3090"])
    list(filling.place_definitions())
    names = {"both": cid("both"), "c": old[2].pk}
    find = lambda: sorted(  # noqa: E731 - asked twice
        contents.definitions_of(wanted_of(f"{query}&q=word")).values_list("pk", flat=True)
    )

    assert find() == sorted(names[name] for name in known)

    make_definition(make_job("new", ipfs_job=cid("new")), {}, words="word")  # used anywhere
    place({cid("many"): [EVERYWHERE]})
    Definition.objects.filter(key=cid("many")).update(words="word")
    assert find() == sorted([*(names[name] for name in known), cid("many"), cid("new")])


def test_few_of_very_many_definitions_with_a_word_are_used_in_a_place(
    nothing_remembered: None, monkeypatch: pytest.MonkeyPatch
):
    """Then the jobs are found by these, and not each job of the place asked for its definition."""
    monkeypatch.setattr(contents, "FEW_DEFINITIONS", 2)
    ways_to_read(monkeypatch, Way(60_000, Manner.WALK))
    here = make_market("H100")
    jobs = [make_job(n, state=2, ipfs_job=cid(n), market=here if n < 2 else make_market()) for n in range(5)]
    for job in jobs:
        make_definition(job, {}, words="word")
    list(filling.place_definitions())

    with CaptureQueriesContext(connection) as queries:
        rows = read("market=h100&q=word", 5).rows

    assert {row.address for row in rows} == {jobs[0].pk, jobs[1].pk}
    asked = [found["sql"] for found in queries if 'FROM "jobs_job"' in found["sql"]][-1]
    assert ("EXISTS" in asked, all(cid(n) in asked for n in range(2)), cid(2) in asked) == (False, True, False)
    with CaptureQueriesContext(connection) as queries:
        assert len(read("q=word", 5).rows) == 5
    assert any("EXISTS" in found["sql"] for found in queries)


@pytest.fixture
def keeping(nothing_remembered: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep definitions that were looked for; nothing else, which other tests would find."""
    monkeypatch.setattr(contents, "settings", SimpleNamespace(KEPT_SECONDS=60))


def asked(query: str) -> tuple[int, int]:
    """Read a page; return how many jobs it has, and how many times definitions were looked for."""
    with CaptureQueriesContext(connection) as queries:
        rows = read(query, 9).rows
    return len(rows), sum('FROM "jobs_definition"' in found["sql"] for found in queries)


def test_definitions_that_were_looked_for_are_known_for_the_moment_that_all_is_kept(keeping: None, old: list[Job]):
    """The counts and facets beside a list ask the same."""
    assert [asked("q=word"), asked("q=word")] == [(3, 1), (3, 0)]
    assert asked("q=word&trigger=web") == (0, 1)


def test_definitions_are_not_kept_for_no_time(nothing_remembered: None, old: list[Job]):
    assert [asked("q=word"), asked("q=word")] == [(3, 1), (3, 1)]


def test_definitions_are_looked_for_again_when_a_job_came(
    keeping: None, old: list[Job], monkeypatch: pytest.MonkeyPatch
):
    """Else it would be missing from a page, whose live bar does not announce what is older than the newest job."""
    assert asked("q=word") == (3, 1)
    make_definition(make_job("new", ipfs_job=cid("new"), listed_at=timezone.now()), {}, words="word")
    assert asked("q=word") == (4, 1)

    monkeypatch.setattr(contents, "VERY_FEW", 0)
    make_definition(make_job("other", ipfs_job=cid("other"), listed_at=timezone.now()), {}, words="word")
    assert [asked("q=word"), asked("q=word")] == [(5, 1), (5, 1)]
