"""The client of the configured network, as tasks and commands use it."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from explorer.models import Installation
from explorer.nosana.budget import RedisBudget
from explorer.nosana.client import Client
from explorer.nosana.fetch import Bounds


def open_client(*, bounds: Bounds | None = None) -> Client:
    """Return a client whose requests all processes count together; close it, or use it as a context manager.

    The first client marks the database as its network's; one of another network raises ImproperlyConfigured before
    anything of it is fetched. One query.
    """
    mine = settings.NETWORK.name
    installation, _ = Installation.objects.get_or_create(id=1, defaults={"network": mine})
    if installation.network != mine:
        raise ImproperlyConfigured(
            f"This database holds the data of {installation.network}, and NETWORK is {mine}. Nothing was changed. "
            "Set NETWORK to what it holds, or DATABASE_URL to a database of its own."
        )
    return Client(settings.NETWORK, budget=RedisBudget(settings.REDIS), bounds=bounds)
