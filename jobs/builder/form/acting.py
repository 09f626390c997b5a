"""What the buttons of the form do: add, remove, move, duplicate and rename ops, items and members.

An action is `<verb>:<pointer>`. Controls posted along are taken over first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from jobs.builder.form import rows
from jobs.builder.form.keeping import FORGETFUL, Kept
from jobs.builder.form.posting import Posted, Refusal, changes_of, label_of
from jobs.builder.repairing import repaired
from jobs.definition.document import Document
from jobs.definition.edit.patches import apply_patch
from jobs.definition.edit.splices import EditError
from jobs.definition.findings import PatchOp


@dataclass(frozen=True, slots=True)
class Acted:
    """What an action made: the text, the place to go to, the step's name, and what there is to say about it."""

    text: str
    at: str
    label: str
    notes: tuple[str, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    picks: Mapping[str, str] = field(default_factory=dict)


def act(document: Document, action: str, data: Posted, *, kept: Kept = FORGETFUL) -> Acted:
    """Take over the posted controls, then do what the button says: "" only the first, `add-<starter>:/ops` adds an op.

    Raises EditError where that cannot be done; the message says why.
    """
    verb, _, pointer = action.partition(":")
    verb, _, starter = verb.partition("-")
    if verb == "convert":
        return _converted(document)
    if not document.is_readable:
        raise EditError("The text cannot be read as JSON; correct it by hand first.")
    changed, base, patches = _taken(document, pointer, data, kept)
    if verb in {"", "apply"}:
        return _with_rows(changed, base, data)
    doing = _VERBS.get(verb)
    if doing is None:
        raise EditError("There is no such action.")
    fields = {**rows.fields_of(data), **({"starter": starter} if starter else {})}
    done = doing(changed, _followed(pointer, patches), fields)
    return replace(
        base, text=done.text, at=done.at, label=done.label, notes=done.notes, picks={**base.picks, **done.picks}
    )


def attempt(document: Document, action: str, data: Posted, *, kept: Kept = FORGETFUL) -> Acted:
    """Do what the button says; where that cannot be done, say why, and still take over what was typed."""
    try:
        return act(document, action, data, kept=kept)
    except EditError as problem:
        if not document.is_readable or document.syntax == "yaml":
            raise
        _, taken, _ = _taken(document, "", data, kept)
        return replace(taken, notes=(f"Not done: {problem}",))


def _taken(document: Document, at: str, data: Posted, kept: Kept) -> tuple[Document, Acted, list[PatchOp]]:
    """Take over the posted controls."""
    changes = changes_of(document, data, kept=kept)
    changed = apply_patch(document, changes.patches)
    label, refusals = label_of(document, changes.patches), tuple(changes.refusals)
    return changed, Acted(changed.text, at, label, refusals=refusals, picks=changes.picks), changes.patches


def _with_rows(document: Document, base: Acted, data: Posted) -> Acted:
    """Add the members whose names were typed below their maps."""
    fields = rows.fields_of(data)
    typed = [name[3:] for name, value in fields.items() if name.startswith("+n:") and value.strip()]
    at, label = base.at, base.label
    for pointer in typed:
        done = rows.add(document, pointer, fields)
        document, at, label = done.document, done.at, done.label if label == "Nothing" else "Several fields"
    return replace(base, text=document.text, at=at, label=label)


def _converted(document: Document) -> Acted:
    return Acted(repaired(document).text, "", "Made JSON")


def _followed(pointer: str, patches: list[PatchOp]) -> str:
    """Return where a pointer leads after members on its way were renamed."""
    for patch in patches:
        source = patch.source or ""
        if patch.op == "move" and (pointer == source or pointer.startswith(f"{source}/")):
            pointer = patch.path + pointer[len(source) :]
    return pointer


_Doing = Callable[[Document, str, Mapping[str, str]], rows.Done]
_VERBS: Final[Mapping[str, _Doing]] = {
    "add": rows.add,
    "remove": rows.remove,
    "unset": rows.remove,
    "up": lambda document, pointer, _: rows.moved_by(document, pointer, -1),
    "down": lambda document, pointer, _: rows.moved_by(document, pointer, 1),
    "move": rows.move,
    "duplicate": rows.duplicate,
    "rename": rows.rename,
    "paste": rows.paste,
    "items": lambda document, pointer, _: rows.Done(document, pointer, "Nothing", picks={pointer: "items"}),
    "lines": lambda document, pointer, _: rows.Done(document, pointer, "Nothing", picks={pointer: ""}),
}
