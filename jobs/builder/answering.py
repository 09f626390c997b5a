"""What the living editor answers: the parts of a draft's page that are other than the browser shows, as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.http import HttpRequest
from django.template.loader import render_to_string

from explorer.formats import iso
from jobs.builder.form.building import FormState, form_of
from jobs.builder.form.keeping import Kept
from jobs.builder.form.nodes import Block, Control, Form
from jobs.builder.form.suggesting import suggestions_of
from jobs.builder.live import FORM, Asked, Step
from jobs.builder.newlines import shown
from jobs.builder.panels.findings import FindingsPanel, findings_panel
from jobs.builder.panels.paths import key_of
from jobs.builder.panels.runs import plan_panel
from jobs.builder.panels.tree import Tree, tree
from jobs.builder.splicing import splice_between, units
from jobs.builder.suggestions import network_lists
from jobs.definition.check import Report, check
from jobs.definition.findings import Finding
from jobs.models import Draft

#: Lines that the text marks.
_MARKS: Final = 500


def answer(request: HttpRequest, step: Step, asked: Asked, kept: Kept) -> dict[str, Any]:
    """Return the answer to a step. Some 15 ms for fifty ops, most of it for checking them."""
    report = check(step.text)
    picks = kept.picks(report.document)
    form = form_of(report.document, state=FormState(step.at, report.findings, picks, step.refusals, step.notes))
    facts = {
        **_saved(step.draft),
        "size": units(shown(step.text)),
        "splice": splice_between(step.before, step.text),
        "text": shown(step.text) if asked.is_whole else None,
        "form": _form(request, step, asked, form, report),
        "part": form.pointer,
        "at": step.at,
        "notes": list(step.notes),
        "parts": _parts(request, step.draft, asked, report, form.pointer),
        "marks": marks_of(report.findings),
        "errors": sum(one.severity == "error" for one in report.findings),
        "frozen": form.part == "frozen",
    }
    return {name: value for name, value in facts.items() if value is not None}


def start_of(form: Form, report: Report, found: FindingsPanel, ops: Tree) -> str:
    """Return what the script of a draft's page begins with, as JSON."""
    facts = {
        "part": form.pointer,
        "have": {"form": state_of(form), "findings": found.key, "ops": ops.key, "plan": key_of(ops.plan)},
        "marks": marks_of(report.findings),
        "errors": found.errors,
        "frozen": form.part == "frozen",
    }
    return json.dumps(facts)


def marks_of(findings: Sequence[Finding]) -> list[list[Any]]:
    """Return line, severity and sentence of what the text marks."""
    return [[one.line, one.severity.value, f"{one.code} {one.message}"] for one in findings[:_MARKS]]


def state_of(form: Form) -> str:
    """Return a key of the form's controls and one of what they show; while typing only the first matters."""
    shows = [(node.id, node.shown) if isinstance(node, Control) else node.id for node in nodes_of(form)]
    frame = key_of(form.shape, form.title, form.references, form.frozen, form.notes, form.previous, form.next)
    return f"{frame}.{key_of(shows, [(s.id, s.is_open) for s in form.sections])}"


def nodes_of(form: Form) -> Iterator[Control | Block]:
    """Yield every control and block of a form."""
    waiting: list[Control | Block] = [node for section in form.sections for node in section.nodes]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, Block):
            waiting += node.nodes
            for row in node.rows:
                waiting += [row.node, row.name] if row.name else [row.node]


def _saved(draft: Draft) -> dict[str, Any]:
    return {
        "revision": draft.revision,
        "number": draft.number,
        "saved_at": iso(draft.changed_at),
        "undo": len(draft.undo_numbers),
        "redo": len(draft.redo_numbers),
    }


def _form(request: HttpRequest, step: Step, asked: Asked, form: Form, report: Report) -> dict[str, Any]:
    """Return the whole form where its controls are others than the browser's, else only what is told beside them."""
    state = state_of(form)
    have = asked.have.get("form", "")
    is_typing = asked.change == FORM and not asked.data.get("action")
    if (have.partition(".")[0] == state.partition(".")[0]) if is_typing else have == state:
        return {"state": state, **_beside(form)}
    form.lists = suggestions_of(report.document, network_lists())
    html = render_to_string("builder/_form.html", {"form": form, "draft": step.draft}, request)
    return {"state": state, "html": html}


def _beside(form: Form) -> dict[str, Any]:
    """Return what is wrong with which control, and what the heads of sections say."""
    nodes = [*nodes_of(form)]
    told = [node for node in nodes if node.findings or (isinstance(node, Control) and node.problem)]
    counts = {
        section.id: [
            render_to_string("builder/_counts.html", {"counts": section.counts, "pointers": section.pointers})
            if section.counts
            else "",
            section.summary,
        ]
        for section in form.sections
        if section.is_fold
    }
    return {
        "errs": {f"{node.id}-e": render_to_string("builder/_errs.html", {"node": node}) for node in told},
        "wrong": [node.id for node in told if isinstance(node, Control) and node.is_wrong],
        "sections": counts,
    }


def _parts(request: HttpRequest, draft: Draft, asked: Asked, report: Report, part: str) -> dict[str, Any]:
    """Return [key, HTML] of each panel that the browser does not have; of a text that cannot be read, the findings."""
    found = findings_panel(report)
    panels: dict[str, tuple[str, str, dict[str, Any]]] = {
        "findings": (found.key, "builder/_findings.html", {"list": found})
    }
    if report.document.is_readable:
        ops = tree(report.document, report.findings, part)
        panels["ops"] = (ops.key, "builder/_ops.html", {"tree": ops})
        plan_key = key_of(ops.plan)
        if asked.have.get("plan") != plan_key:
            panels["plan"] = (plan_key, "builder/_plan.html", {"plan": plan_panel(ops.plan)})
    return {
        name: [key, render_to_string(template, {**context, "draft": draft}, request)]
        for name, (key, template, context) in panels.items()
        if asked.have.get(name) != key
    }
