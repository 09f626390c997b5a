"""Every shape of a result that the network has or had, as its job's whole page shows it.

`results/NAME.json` is what a node reported, with the definition and the job; `results/NAME.txt` all that a reader sees
between the head and the foot of the page, a line for each block, and then what JSON says of the ops and the reason.
"""

from __future__ import annotations

import html
import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from explorer.nosana import results as network
from jobs import logs
from jobs.models import Job
from jobs.results import outcome_of, to_body
from markets.models import NosPrice
from tests.jobs.factories import NOON, address, cid, make_definition, make_job, make_result
from tests.jobs.pages import dangers, part
from tests.markets.pages import get

pytestmark = pytest.mark.django_db

FOLDER = Path(__file__).parent / "results"
CASES = sorted(path.stem for path in FOLDER.glob("*.json"))
#: What begins a line.
BLOCKS = r"<(?:p|div|li|tr|section|h\d|dt|summary|details|pre|aside|nav|form|option|text|svg|figure)\b[^>]*>"


def recorded(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def make(name: str) -> Job:
    """Create the job of an example, read from what its node reported by the reader of the network."""
    case = recorded(name)
    facts, (start, end) = case["job"], case["job"]["seconds"]
    listed = datetime.fromisoformat(facts["listed"]) if "listed" in facts else NOON
    result = network.parse(case["result"]) if case["result"] else None
    job = make_job(
        name,
        state=facts["state"],
        outcome=facts["outcome"],
        node=address("node"),
        listed_at=listed,
        started_at=listed + timedelta(seconds=start),
        ended_at=None if end is None else listed + timedelta(seconds=end),
        ipfs_result=cid("result") if result and end else "",
        checked_at=NOON,
    )
    make_definition(job, case["definition"])
    if result:
        make_result(job, to_body(result), lines=logs.lines_of(result) if end else None)
    NosPrice.objects.create(at=NOON, usd=Decimal("0.25"))
    return job


def seen(page: str) -> str:
    """Return what a reader sees of a page's main part, a line for each block that says something."""
    shown = re.sub(r"<(script|style|title)\b.*?</\1>", " ", part(page, "main"), flags=re.S)
    lines = re.split(BLOCKS, shown)
    texts = [" ".join(html.unescape(re.sub(r"<[^>]*>", " ", line)).split()) for line in lines]
    return "\n".join(text for text in texts if text) + "\n"


def told(client: Client, job: Job) -> str:
    """Return what JSON says of why the job ended, and of its ops."""
    found = client.get(f"/jobs/{job.pk}.json").json()
    ops = [{name: op[name] for name in ("id", "outcome", "exit_code", "run_s", "results")} for op in found["ops"]]
    return json.dumps({"reason": found["reason"], "ending": found["ending"], "ops": ops}, indent=1, ensure_ascii=False)


@pytest.mark.parametrize("name", [name for name in CASES if recorded(name)["job"]["seconds"][1]])
def test_page_of_every_variant(client: Client, name: str) -> None:
    job = make(name)
    page = get(client, job.get_absolute_url())

    assert f"{seen(page)}\n{told(client, job)}\n" == (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    assert dangers(page) == []
    assert "aB3aB3" not in page


@pytest.mark.parametrize("name", [name for name in CASES if recorded(name)["result"]])
def test_outcome_of_every_variant_is_that_of_its_ops(name: str) -> None:
    case = recorded(name)

    assert outcome_of(network.parse(case["result"])) == case["job"]["outcome"]


def test_page_of_a_running_job_tells_how_its_endpoint_is(client: Client) -> None:
    job = make("running")
    Job.objects.filter(pk=job.pk).update(started_at=datetime.now(UTC) - timedelta(minutes=10))
    page = get(client, job.get_absolute_url())

    assert "s3cretId" not in page
    lines = seen(page).splitlines()
    at = lines.index("8888 private: its address is random, and only the deployer can ask for it none")
    assert lines[at + 1] == "online"
    assert "Finished –" in lines
