"""Addresses of services, against the network's own vectors."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from explorer.nosana.payloads import JsonObject, JsonValue
from jobs.definition.explain.context import Context
from jobs.definition.explain.services import Port, ServiceUrl, exposed_ports, service_urls

JOB = "3EwUexRdXedDk2EL72py5FQd9fG2aVR9trD3EqEbGCDu"
DOMAIN = "node.k8s.prd.nos.ci"
HOST_3000 = f"https://LUyn6L6ahWz8SnBze4vC4BMwaYmYaor2zCLVt49wn1SQ.{DOMAIN}"
HOST_8080 = f"https://2bechSJhHxuDJExaTkP6buf9EtzDSNikLBqiEWczftdh.{DOMAIN}"
SHARED = f"https://MkPtiFJrqwSa5bPK3d6A6d5gLxTxEZpAnfXbRCu5FAAp.{DOMAIN}"


def urls(args: JsonObject, context: Context, deployment: JsonValue = None) -> list[ServiceUrl]:
    return service_urls(0, "nginx", args, deployment, context)


def test_service_urls_of_a_job() -> None:
    found = urls({"expose": [3000, {"port": 8080}]}, Context(job=JOB))
    assert found == [ServiceUrl(3000, HOST_3000), ServiceUrl(8080, HOST_8080)]


def test_service_urls_of_a_deployment_have_its_shared_address_too() -> None:
    found = urls({"expose": 3000}, Context(job=JOB, project="VAULT"), "DEP")
    assert found == [ServiceUrl(3000, HOST_3000), ServiceUrl(3000, SHARED, is_shared=True)]
    assert urls({"expose": 3000}, Context(job=JOB), "DEP") == [ServiceUrl(3000, HOST_3000)]


def test_service_urls_private_have_a_random_address() -> None:
    args: JsonObject = {"expose": 3000, "private": True}
    assert urls(args, Context(job=JOB)) == [ServiceUrl(3000, None)]
    shared = ServiceUrl(3000, SHARED, is_shared=True)
    assert urls(args, Context(job=JOB, project="VAULT"), "DEP") == [ServiceUrl(3000, None), shared]


def test_service_urls_without_a_job_are_not_known() -> None:
    assert urls({"expose": 3000}, Context()) == [ServiceUrl(3000, None)]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (datetime(2024, 5, 28, tzinfo=UTC), []),
        (datetime(2024, 5, 29, tzinfo=UTC), [ServiceUrl(3000, None)]),
        (datetime(2024, 9, 2, tzinfo=UTC), [ServiceUrl(3000, f"https://{JOB}.{DOMAIN}")]),
        (datetime(2025, 2, 17, tzinfo=UTC), [ServiceUrl(3000, HOST_3000)]),
    ],
)
def test_service_urls_follow_the_formula_of_the_day(day: datetime, expected: list[ServiceUrl]) -> None:
    assert urls({"expose": 3000}, Context(job=JOB, at=day.timestamp())) == expected


@pytest.mark.parametrize(
    ("expose", "ports"),
    [
        (80, (Port(80),)),
        ([80, {"port": 81, "type": "api", "health_checks": [{}]}], (Port(80), Port(81, "api", ({},)))),
        ({"port": 80}, ()),
        ("8000-8010", ()),
        (["8000-8010", True, None, {"type": "web"}, {"__spread__": "x"}], ()),
        (0, ()),
        (None, ()),
        ([0], (Port(0),)),
    ],
)
def test_exposed_ports_are_those_the_node_makes_endpoints_for(expose: JsonValue, ports: tuple[Port, ...]) -> None:
    assert exposed_ports(expose) == ports


def test_service_urls_take_lone_surrogates() -> None:
    assert service_urls(0, "\ud800", {"expose": 80}, "\ud800", Context(job="\ud800", project="\ud800"))[1].url
