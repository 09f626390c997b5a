"""What the schema cannot say: accepted definitions that will not do what they say. One module per subject.

A rule takes what `facts` knows and yields what it finds. Rules never judge whether the network accepts something.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from jobs.definition.facts import Job
from jobs.definition.found import Found
from jobs.definition.rules import (
    command,
    dependencies,
    documented,
    environment,
    exposing,
    images,
    literals,
    markets,
    mounts,
    patterns,
    resources,
    secrets,
    shape,
)
from jobs.definition.validation.profiles import Profile

_OF_JOBS = (
    dependencies.of_job,
    literals.of_job,
    environment.of_job,
    exposing.of_job,
    patterns.of_job,
    mounts.of_job,
    shape.of_job,
)
_OF_OPS = (
    dependencies.of_op,
    literals.of_op,
    command.of_op,
    environment.of_op,
    exposing.of_op,
    images.of_op,
    resources.of_op,
    mounts.of_op,
    secrets.of_op,
    shape.of_op,
)


#: Within the size of a text there is no room for more ops that the network accepts.
MOST_OPS: Final = 20_000
#: After so many findings no more are looked for.
MOST: Final = 2000


def run(job: Job, profile: Profile) -> Iterator[Found]:
    """Return what all rules find, up to MOST; each looks at each op once."""
    return islice(_run(job, profile), MOST)


def _run(job: Job, profile: Profile) -> Iterator[Found]:
    if len(job.document.ops) > MOST_OPS:
        return
    for rule in _OF_JOBS:
        yield from rule(job)
    for op in job.ops:
        for op_rule in _OF_OPS:
            yield from op_rule(op, job)
    yield from markets.of_job(job)
    if profile == "documented":
        yield from documented.of_job(job)
