from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from explorer.markup import filled, page_of

HOSTILE = "<b>&\"'{}<b>"


@pytest.mark.parametrize("value", [HOSTILE, SafeString("<i>ok</i>"), 7, None, "…"])
def test_filled_escapes_as_django_does(value: object) -> None:
    assert filled('<a title="{}">{}</a>', value, "x") == format_html('<a title="{}">{}</a>', value, "x")
    assert isinstance(filled("{}", value), SafeString)


@pytest.mark.parametrize("name", ["jobs:detail", "jobs:deployer", "markets:detail", "markets:node"])
@pytest.mark.parametrize("address", ["So11111111111111111111111111111111111111112", "ADD", "a b", HOSTILE, "ä", "%41"])
def test_page_of_leads_where_reverse_leads(name: str, address: str) -> None:
    assert page_of(name, address) == reverse(name, args=[address])
