"""The admin of jobs: everything can be looked at, nothing changed."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.jobs.factories import cid, make_definition, make_job, make_result

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["job", "definition", "result"])
def test_admin_shows_rows_and_changes_none(admin_client: Client, name: str) -> None:
    job = make_job("a", ipfs_result=cid("r"))
    make_definition(job, {"ops": []})
    make_result(job, {"status": "success"}, lines=[])
    key = job.ipfs_job if name == "definition" else job.pk

    for search in ("", f"?q={key}"):
        page = admin_client.get(f"/admin/jobs/{name}/{search}")
        assert (page.status_code, page.context["cl"].result_count) == (200, 1)
    assert admin_client.get(f"/admin/jobs/{name}/{key}/change/").status_code == 200
    assert admin_client.post(f"/admin/jobs/{name}/{key}/change/", {}).status_code == 403
    assert admin_client.post(f"/admin/jobs/{name}/{key}/delete/", {"post": "yes"}).status_code == 403
