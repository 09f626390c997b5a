"""The job that an address names, for every view that shows one."""

from __future__ import annotations

from django.http import Http404

from explorer.nosana.base58 import is_address
from explorer.text import shortened, visible
from jobs.models import Job
from jobs.selectors.job import find_job


def found_job(address: str) -> Job:
    """Return a job with its market, or say in a 404 what was looked for; one query."""
    shown = shortened(visible(address), 100)
    if not is_address(address):
        raise Http404(f"“{shown}” is not the address of a job: those have 32 to 44 letters and digits.")
    job = find_job(address)
    if job is None:
        raise Http404(f"No job with the address {shown} is known here. Older jobs are read in the background.")
    return job
