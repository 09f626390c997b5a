"""The form as the page of a draft shows it."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest

from jobs.builder.form.building import FormState, form_of
from jobs.builder.form.nodes import Form
from jobs.builder.suggestions import network_lists
from jobs.builder.visit import heard, visit_of
from jobs.definition.document import Document
from jobs.definition.findings import Finding
from jobs.models import Draft


def form_panel(
    request: HttpRequest, draft: Draft, document: Document, *, at: str, findings: Sequence[Finding] = ()
) -> Form:
    """Return the form in which the place `at` is, with what the last button has to say; four queries at most."""
    said = heard(request.session, draft)
    picks = visit_of(request, draft).picks(document)
    state = FormState(at, findings, picks, said.refusals, said.notes)
    return form_of(document, lists=network_lists(), state=state)
