"""A small indexer over real HTTP: the job list in the network's order, with whatever happens between two requests."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response
from werkzeug.exceptions import abort

from explorer.nosana import networks
from explorer.nosana.budget import Unlimited
from explorer.nosana.client import Client
from jobs.models import Job
from tests.payloads import AT, address

START = int(AT.timestamp())


def row(name: str, start: int = 0, **facts: Any) -> dict[str, Any]:
    """Return a job as the interface gives it: running since `start` seconds after AT, queued without."""
    return {
        "id": 1,
        "address": address(name),
        "ipfsJob": None,
        "ipfsResult": None,
        "market": address("market"),
        "node": address("node") if start else "11111111111111111111111111111111",
        "payer": address("payer"),
        "project": address("deployer"),
        "price": 115,
        "state": 1 if start else 0,
        "type": "cli",
        "jobDefinition": None,
        "jobResult": None,
        "jobStatus": None,
        "timeStart": START + start if start else 0,
        "timeEnd": 0,
        "timeout": 7200,
        "usdRewardPerHour": 0.12,
        "listedAt": START,
        **facts,
    }


def started(count: int, first: int = 1) -> list[dict[str, Any]]:
    """Return rows of jobs that started ten seconds after each other."""
    return [row(f"job {i}", start=10 * i) for i in range(first, first + count)]


def stored() -> set[str]:
    """Return the addresses of the jobs that are in the database."""
    return set(Job.objects.values_list("pk", flat=True))


@dataclass
class Indexer:
    """Holds jobs by address; `before` runs ahead of every request, `requests` are the paths asked."""

    server: HTTPServer
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    before: Callable[[Request], None] = lambda request: None
    requests: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.server.expect_request("/api/jobs").respond_with_handler(self._list)
        self.server.expect_request("/api/jobs/batch", method="POST").respond_with_handler(self._batch)
        self.server.expect_request(re.compile("^/api/jobs/(?!batch$)")).respond_with_handler(self._one)

    def add(self, *rows: dict[str, Any]) -> None:
        """Add jobs, or change those that are there."""
        self.jobs |= {row["address"]: row for row in rows}

    def fail_at(self, offset: int) -> None:
        """Refuse the page of the list that begins there, from now on."""

        def refuse(request: Request) -> None:
            if request.args.get("offset") == str(offset):
                abort(403)

        self.before = refuse

    def client(self) -> Client:
        """Return a client of this indexer."""
        return Client(networks.sample(self.server.url_for("").rstrip("/")), budget=Unlimited())

    def _list(self, request: Request) -> Response:
        self._note(request)
        offset, limit = int(request.args["offset"]), int(request.args["limit"])
        rows = sorted(self.jobs.values(), key=lambda job: -job["timeStart"])
        return _json({"jobs": rows[offset : offset + limit], "totalJobs": len(rows)})

    def _batch(self, request: Request) -> Response:
        self._note(request)
        wanted = json.loads(request.data)["addresses"]
        rows = [dict(self.jobs[a]) for a in wanted if a in self.jobs]
        for job in rows:
            del job["jobDefinition"], job["jobResult"]
        return _json(rows)

    def _one(self, request: Request) -> Response:
        self._note(request)
        job = self.jobs.get(request.path.rsplit("/", 1)[1])
        return _json(job) if job else _json({"message": "Not Found", "code": "NOT_FOUND"}, 404)

    def _note(self, request: Request) -> None:
        self.before(request)
        self.requests.append(request.full_path.rstrip("?"))


def _json(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")
