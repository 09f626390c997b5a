"""Makes the form of one part of a definition: the document itself, its `global`, or one op.

Only one part is shown at a time, so that a definition of fifty ops costs no more than one of two.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from jobs.builder.form.fields.op import RUN_SECTIONS, VOLUME_SECTIONS
from jobs.builder.form.fields.whole import DOCUMENT_SECTIONS, GLOBAL_SECTIONS
from jobs.builder.form.nodes import Form
from jobs.builder.form.posting import Refusal
from jobs.builder.form.references import references
from jobs.builder.form.sections import Sections
from jobs.builder.form.shown import encodable
from jobs.builder.form.specs import Section
from jobs.builder.form.suggesting import Datalists, suggestions_of
from jobs.builder.form.tracing import Picks
from jobs.builder.starters import STARTERS
from jobs.definition.document import Document, Missing
from jobs.definition.facts import CREATE_VOLUME
from jobs.definition.findings import Finding

_YAML: Final = "This text is YAML, which a form cannot change in place. Nodes take JSON: make it JSON to edit it here."
_NO_OBJECT: Final = "A definition is an object with version, type and ops. Begin the text with { to edit it here."


@dataclass(frozen=True, slots=True)
class FormState:
    """What the form shows besides the document.

    `at` is the pointer to be shown ("" for the first op, "/version" for the document itself); `picks` the shapes that
    were chosen although the values would fit others better; `refusals` what was typed and not taken over.
    """

    at: str = ""
    findings: Sequence[Finding] = ()
    picks: Picks = field(default_factory=dict)
    refusals: Sequence[Refusal] = ()
    notes: tuple[str, ...] = ()


#: The state of a form that was only opened, and no suggestions from the network.
OPENED: Final = FormState()
NO_LISTS: Final = Datalists()


def form_of(document: Document, *, lists: Datalists = NO_LISTS, state: FormState = OPENED) -> Form:
    """Return the form of the part in which `state.at` is; a frozen one for a text that cannot be edited in place.

    About 2 ms for an op with forty controls, whatever the number of ops.
    """
    if not document.is_readable:
        said = document.findings[-1].message if document.findings else "It cannot be read."
        return Form("Form", "", "frozen", frozen=f"{said} Correct the text; until then the form waits.")
    if document.syntax == "yaml":
        return Form("Form", "", "frozen", frozen=_YAML, can_convert=True)
    if not isinstance(document.value, dict):
        return Form("Form", "", "frozen", frozen=_NO_OBJECT)
    form = _frame(document, part_pointer(document, state.at))
    made = Sections(document, state.at, state.findings, state.picks, state.refusals)
    form.sections = made.of(form.pointer, _sections(document, form))
    form.shape = _shape(form, made.names)
    form.lists = suggestions_of(document, lists)
    form.at, form.notes = encodable(state.at), state.notes
    form.starters = () if form.count else STARTERS
    return form


def part_pointer(document: Document, at: str) -> str:
    """Return the pointer of the part that a pointer leads to: "", "/global" or "/ops/N"."""
    parts = at[1:].split("/") if at.startswith("/") else []
    count = len(document.ops)
    if parts[:1] == ["global"]:
        return "/global" if isinstance(document.get("/global"), (dict, Missing)) else ""
    if parts[:1] == ["ops"] and len(parts) > 1 and parts[1].isascii() and parts[1].isdigit():
        return f"/ops/{int(parts[1][:9])}" if int(parts[1][:9]) < count else ""
    return "/ops/0" if count and parts[:1] in ([], ["ops"]) else ""


def _frame(document: Document, pointer: str) -> Form:
    count = len(document.ops)
    if not pointer:
        return Form("Definition", "", "document", count=count, next="/global")
    if pointer == "/global":
        return Form("Global", pointer, "global", count=count, previous="/version", next="/ops/0" if count else "")
    index = int(pointer[5:])
    op_id = document.ops[index].get("id")
    title = op_id if isinstance(op_id, str) and op_id else f"Op {index + 1}"
    return Form(
        title,
        pointer,
        "op",
        index=index,
        count=count,
        previous=f"/ops/{index - 1}" if index else "/global",
        next=f"/ops/{index + 1}" if index + 1 < count else "",
        references=references(document, index),
    )


def _sections(document: Document, form: Form) -> tuple[Section, ...]:
    if form.part != "op":
        return DOCUMENT_SECTIONS if form.part == "document" else GLOBAL_SECTIONS
    is_volume = document.ops[form.index].get("type") == CREATE_VOLUME
    return VOLUME_SECTIONS if is_volume else RUN_SECTIONS


def _shape(form: Form, names: list[str]) -> str:
    whole = "\n".join((form.part, form.pointer, str(form.count), *names))
    return hashlib.blake2b(whole.encode("utf-8", "surrogatepass"), digest_size=9).hexdigest()
