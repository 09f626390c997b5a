"""What the page of a draft shows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from jobs.builder import store
from jobs.builder.answering import start_of
from jobs.builder.formpanel import form_panel
from jobs.builder.panels.findings import findings_panel
from jobs.builder.panels.runs import plan_panel, runs_panel
from jobs.builder.panels.tree import tree
from jobs.builder.readying import TIMEOUTS
from jobs.definition.check import check
from jobs.filters.readiness import USUAL
from jobs.models import Draft


def page_of(request: HttpRequest, draft: Draft, *, at: str = "") -> dict[str, Any]:
    """Return the context of templates/builder/draft.html; reads the text once. Some 40 ms for fifty ops."""
    text = store.text_of(draft)
    report = check(text)
    form = form_panel(request, draft, report.document, at=at, findings=report.findings)
    found, ops = findings_panel(report), tree(report.document, report.findings, form.pointer)
    runs, more_runs = runs_panel(report.document, form.pointer, domain=settings.NETWORK.service_domain)
    return {
        "draft": draft,
        "text": text,
        "document": report.document,
        "findings": report.findings,
        "at": at,
        "form": form,
        "list": found,
        "tree": ops,
        "plan": plan_panel(ops.plan),
        "runs": runs,
        "more_runs": more_runs,
        "timeouts": TIMEOUTS,
        "usual": USUAL,
        "editor": start_of(form, report, found, ops),
    }
