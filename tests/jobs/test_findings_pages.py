from __future__ import annotations

import pytest
from django.test import Client

from jobs.definition.codes.catalogue import ENTRIES

pytestmark = pytest.mark.django_db


def test_finding_list_links_to_the_page_of_every_code(client: Client) -> None:
    page = client.get("/docs/findings/").content.decode()

    assert len(ENTRIES) >= 40
    assert [page.count(f'href="/docs/findings/{entry.code}/"') for entry in ENTRIES] == [1] * len(ENTRIES)


def test_every_code_has_a_page_with_both_examples(client: Client) -> None:
    for entry in ENTRIES:
        response = client.get(f"/docs/findings/{entry.code}/")
        assert (response.status_code, response.templates[0].name) == (200, "findings/detail.html"), entry.code
        page = response.content.decode()
        assert page.count("<pre>") == 2, entry.code
        assert "<script>" not in page, entry.code


def test_an_unknown_code_is_not_found_and_said(client: Client) -> None:
    response = client.get("/docs/findings/ND999/")

    assert response.status_code == 404
    assert "There is no finding ND999." in response.content.decode()
