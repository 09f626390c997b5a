from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from explorer.clients import open_client
from explorer.models import Installation

pytestmark = pytest.mark.django_db


def test_open_client_stamps_the_database_once():
    for _ in range(2):
        with open_client() as client:
            assert client.network.name == "sample"
    assert Installation.objects.values_list("network", flat=True).get() == "sample"


def test_open_client_refuses_a_database_of_another_network():
    Installation.objects.create(network="mainnet")
    with pytest.raises(ImproperlyConfigured, match="holds the data of mainnet, and NETWORK is sample"):
        open_client()
