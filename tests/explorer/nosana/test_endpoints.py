"""Service addresses, against hashes that the network's own code computed."""

from __future__ import annotations

import pytest

from explorer.nosana import endpoints
from explorer.nosana.networks import DEVNET, MAINNET

JOB = "3EwUexRdXedDk2EL72py5FQd9fG2aVR9trD3EqEbGCDu"


@pytest.mark.parametrize(
    ("port", "name"),
    [
        (3000, "LUyn6L6ahWz8SnBze4vC4BMwaYmYaor2zCLVt49wn1SQ"),
        (8080, "2bechSJhHxuDJExaTkP6buf9EtzDSNikLBqiEWczftdh"),
    ],
)
def test_service_url_of_an_op(port: int, name: str) -> None:
    assert endpoints.service_url(JOB, 0, port, MAINNET.service_domain) == f"https://{name}.node.k8s.prd.nos.ci"
    assert endpoints.service_url(JOB, 0, port, DEVNET.service_domain) == f"https://{name}.node.k8s.dev.nos.ci"


def test_deployment_url_of_an_op() -> None:
    assert endpoints.deployment_hash("DEP", "VAULT") == "5yUNWW5HbHBARjimxUVVhdaYPRoKYrTMvgTQaAy6iyn9c"
    url = endpoints.deployment_url("nginx", "DEP", "VAULT", "example.org")
    assert url == "https://MkPtiFJrqwSa5bPK3d6A6d5gLxTxEZpAnfXbRCu5FAAp.example.org"
