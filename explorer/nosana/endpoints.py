"""Where the services that a job exposes are reached: the address follows from the job, the op and the port.

The rule is the network's own (its SDK's expose module): the host name is a piece of a SHA-512 in base58, under
the network's service domain.
"""

from __future__ import annotations

import hashlib

from explorer.nosana import base58


def service_hash(text: str, length: int) -> str:
    """Return the first `length` letters of the base58 of the SHA-512 of `text`."""
    return base58.encode(hashlib.sha512(text.encode()).digest())[:length]


def service_url(job: str, op_index: int, port: int, domain: str) -> str:
    """Return the public URL of a port of a job's op; `op_index` counts all ops, those that only make volumes too.

    Right for jobs since 2025-02-17; a private service has a random name instead, which only its owner can ask for.
    """
    return f"https://{service_hash(f'{op_index}:{port}:{job}', 44)}.{domain}"


def deployment_url(op_id: str, deployment: str, owner: str, domain: str) -> str:
    """Return the URL that all replicas of a deployment share for one op; `owner` is its vault or project."""
    return f"https://{service_hash(f'{op_id}:0:{deployment_hash(deployment, owner)}', 44)}.{domain}"


def deployment_hash(deployment: str, owner: str) -> str:
    """Return the name under which a deployment's services are hashed."""
    return service_hash(f"{deployment}:{owner}", 45)
