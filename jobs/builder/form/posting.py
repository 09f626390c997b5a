"""What a posted form changes: the smallest patches that make of the definition what its controls say.

`f:` + pointer is a value, `k:` + pointer the shape that was chosen, `n:` + pointer a member's new name, and `b:` +
pointer the shape that the form showed, or, for switches and choices, only that it showed one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Protocol

from explorer.nosana.payloads import JsonValue
from jobs.builder.form.keeping import FORGETFUL, Kept
from jobs.builder.form.patching import Patching
from jobs.builder.form.shown import Unreadable, as_shown, control_kind, normal, posted_value
from jobs.builder.form.specs import Shape, Union
from jobs.builder.form.tracing import NOT_SET, Place, shape_of, trace
from jobs.definition import naming, pointers
from jobs.definition.document import MISSING, Document, Missing
from jobs.definition.edit import ops
from jobs.definition.edit.patches import apply_patch
from jobs.definition.edit.splices import EditError
from jobs.definition.findings import PatchOp

_OP_ID: Final = re.compile(r"/ops/(\d{1,9})/id")
_GROUPED: Final = frozenset(("switch", "several"))


class Posted(Protocol):
    """A posted form, such as Django's QueryDict."""

    def lists(self) -> Iterable[tuple[str, list[str]]]:
        """Return each name with its values."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A control whose content was not taken over: its name, what was typed, and why not."""

    name: str
    typed: str
    sentence: str


@dataclass(slots=True)
class Changes:
    """What a posted form changes, what it could not, and shapes that hold although others would fit ("" for none)."""

    patches: list[PatchOp] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    picks: dict[str, str] = field(default_factory=dict)


def patches_of(document: Document, data: Posted, *, kept: Kept = FORGETFUL) -> list[PatchOp]:
    """Return the patches for the posted controls that differ from what the form showed; [] for an unreadable text."""
    return changes_of(document, data, kept=kept).patches


def changes_of(document: Document, data: Posted, *, kept: Kept = FORGETFUL) -> Changes:
    """Return everything that a posted form says. `kept` has what left shapes held, and takes what is left now.

    Pointers are those of the document as it was shown. Some 20 µs a control.
    """
    return _Reader(document, data, kept).run() if document.is_readable else Changes()


def label_of(document: Document, patches: Iterable[PatchOp]) -> str:
    """Return in words what patches change, for the list of versions: "vllm: image" or "3 fields"."""
    paths = list(dict.fromkeys(patch.path for patch in patches))
    if len(paths) != 1:
        return f"{len(paths)} fields" if paths else "Nothing"
    parts = pointers.split(paths[0])
    op = document.get(pointers.join("", *parts[:2], "id")) if parts[:1] == ["ops"] and len(parts) > 2 else MISSING
    place = naming.place(paths[0])
    return f"{naming.short(op)}: {place}" if isinstance(op, str) and op else place


class _Reader:
    def __init__(self, document: Document, data: Posted, kept: Kept) -> None:
        self.document = document
        self.posted = dict(data.lists())
        self.shown = {name[2:]: found[-1] for name, found in self.posted.items() if name[:2] == "b:" and found}
        self.kept = kept
        self.out = Changes()
        self.patching = Patching(document)

    def run(self) -> Changes:
        """Read values first, then shapes, then names: each by the pointers that the form showed."""
        new_id = self._values()
        for name, found in self.posted.items():
            if name.startswith("k:") and found:
                self._shape(name[2:], found[-1])
        names = sorted((name for name in self.posted if name.startswith("n:")), key=lambda name: -name.count("/"))
        for name in names:
            self._name(name, self.posted[name][-1])
        self.out.patches = self.patching.patches
        if new_id:
            self._rename_op(*new_id)
        return self.out

    def _values(self) -> tuple[str, int, str] | None:
        new_id = None
        for name, found in self.posted.items():
            if name.startswith("f:"):
                op = _OP_ID.fullmatch(name, 2)
                new_id = (name, int(op[1]), found[-1]) if op and isinstance(self._now(name[2:]), str) else new_id
                if not op or not isinstance(self._now(name[2:]), str):
                    self._value(name[2:], found)
            elif name.startswith("b:") and f"f:{name[2:]}" not in self.posted:
                self._value(name[2:], [])
        return new_id

    def _now(self, pointer: str) -> JsonValue | Missing:
        return self.document.get(pointer)

    def _place(self, pointer: str) -> Place | None:
        try:
            return trace(self.document, pointer, self.shown)
        except ValueError:  # not a pointer
            return None

    def _value(self, pointer: str, found: list[str]) -> None:
        place = self._place(pointer)
        if place is None or not pointer:
            return
        kind = control_kind(place.spec, place.value)
        if kind in _GROUPED:
            self._group(place, kind, found)
        elif found and kind not in {"fixed", "parts"}:
            self._single(place, kind, found[-1])

    def _group(self, place: Place, kind: str, found: list[str]) -> None:
        """Take over a switch, or a list of choices, of which a browser only posts what is on."""
        if kind == "switch":
            is_on = bool(found) and found[-1] == "true"
            if is_on != (place.value is True):
                self.patching.set(place.pointer, is_on)
            return
        old = place.value if isinstance(place.value, list) else []
        wanted = [*dict.fromkeys(found)]
        new: list[JsonValue] = [item for item in old if item in wanted]
        new += [item for item in wanted if item not in old]
        if new != old:
            self._put(place, new, is_empty=not new)

    def _single(self, place: Place, kind: str, posted: str) -> None:
        shown = as_shown(kind, self.document, place.pointer, place.value)
        if normal(posted) == shown:
            return
        try:
            value = posted_value(kind, posted, place.value)
        except Unreadable as problem:
            if posted.strip() or place.value is not MISSING:
                self.out.refusals.append(Refusal(f"f:{place.pointer}", posted, str(problem)))
            return
        self._put(place, value, is_empty=not posted)
        if place.union and place.shape:
            self._hold(place.pointer, place.union, place.shape, value)

    def _put(self, place: Place, value: JsonValue, *, is_empty: bool) -> None:
        """Set a value; an optional member that was emptied goes, with an object around it that then has nothing."""
        if not is_empty or place.is_required:
            self.patching.set(place.pointer, value)
            return
        self.patching.remove(place.pointer)
        around = self._place(pointers.parent(place.pointer))
        is_bare = around is not None and self.patching.get(around.pointer) == {}
        if around and is_bare and around.pointer and around.field and not around.is_required:
            self.patching.remove(around.pointer)

    def _hold(self, pointer: str, union: Union, shape: Shape, value: JsonValue) -> None:
        """Remember a shape that its value does not show any more, so that typing never changes the shape."""
        natural = shape_of(union, value)
        self.out.picks[pointer] = "" if natural is shape else shape.key

    def _shape(self, pointer: str, chosen: str) -> None:
        place = self._place(pointer)
        if place is None or place.union is None:
            return
        current = self.patching.get(pointer)
        shown = self.shown.get(pointer) or place.shape_key
        wanted = place.union.shape(chosen)
        if chosen == shown or (wanted is None and chosen != NOT_SET):
            return
        if not isinstance(current, Missing):
            self.kept.keep(self.document, pointer, shown, current)
        self.out.picks[pointer] = ""
        if wanted is None:
            self._clear(place)
        else:
            self.patching.turn(pointer, self._made(pointer, wanted, current))

    def _clear(self, place: Place) -> None:
        if not place.is_required:
            self._put(place, None, is_empty=True)

    def _made(self, pointer: str, shape: Shape, current: JsonValue | Missing) -> JsonValue:
        """Return what the place held in that shape before, with what both shapes share as it is now."""
        kept = self.kept.value(self.document, pointer, shape.key)
        if isinstance(kept, Missing):
            return shape.make(current)
        if isinstance(kept, dict) and isinstance(current, dict):
            own = {"type", "args"}
            return {name: member if name in own else current.get(name, member) for name, member in kept.items()}
        return kept

    def _name(self, name: str, typed: str) -> None:
        pointer = name[2:]
        place = self._place(pointer)
        parts = pointers.split(pointer) if place else []
        if not parts or place is None or place.value is MISSING or normal(typed) == normal(parts[-1]):
            return
        around = self.patching.get(pointers.parent(pointer))
        if not isinstance(around, dict) or self.patching.get(pointer) is MISSING:
            return
        new = normal(typed)
        if not new:
            self.out.refusals.append(Refusal(name, typed, "A name cannot be empty; the member keeps the one it had."))
        elif new in around:
            said = f"There is a “{naming.short(new)}” already; this one keeps the name it had."
            self.out.refusals.append(Refusal(name, typed, said))
        else:
            self.patching.rename(pointer, new)

    def _rename_op(self, name: str, index: int, typed: str) -> None:
        """Give an op another id, here and wherever it is named."""
        now = self.document.get(pointers.join("", "ops", index, "id"))
        if not isinstance(now, str) or normal(typed) == normal(now):
            return
        try:
            document = apply_patch(self.document, self.out.patches) if self.out.patches else self.document
            renamed = ops.rename_op(document, index, typed)
        except EditError as problem:
            self.out.refusals.append(Refusal(name, typed, str(problem)))
            return
        self.out.patches += [PatchOp("replace", change.pointer, change.new) for change in renamed.changes]
