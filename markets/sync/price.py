"""The price of NOS."""

from __future__ import annotations

from django.utils import timezone

from explorer import sources
from explorer.models import Source
from explorer.nosana.client import Client
from markets.models import NosPrice


def sync_price(*, client: Client) -> None:
    """Fetch what one NOS costs now and keep it; one request."""
    with sources.recorded(Source.PRICE) as run:
        if (price := client.price()) is not None:
            NosPrice.objects.create(at=timezone.now(), usd=price)
            run.add(seen=1, changed=1)
