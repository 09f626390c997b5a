"""What is known about a run beside its definition: the job, the node, the poster, the day, results so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from explorer.nosana.payloads import JsonValue

#: Where the services of the main network are; a literal or a URL needs it (explorer.nosana.networks has the others).
MAINNET_DOMAIN: Final = "node.k8s.prd.nos.ci"
#: Stands for the job's address in names while there is none.
NO_JOB: Final = "JOB"


@dataclass(frozen=True, slots=True)
class Context:
    """None is "not known": what depends on it is left as it is written, or left out.

    `at` is the job's start in seconds since 1970, now if None. `results` are those of ops that have ended, by op id and
    key, each a list of texts as a node keeps them. `group` is what JobManager calls the jobs that it posts together.
    """

    job: str | None = None
    node: str | None = None
    project: str | None = None
    at: float | None = None
    domain: str = MAINNET_DOMAIN
    group: str | None = None
    results: Mapping[str, Mapping[str, JsonValue]] = field(default_factory=dict)

    @property
    def prefix(self) -> str:
        """What the names of the job's containers and volumes begin with."""
        return self.job or NO_JOB
