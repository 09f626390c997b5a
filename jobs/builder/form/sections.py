"""The sections of a form: what stands in each, whether it is open, and how much of it is set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from jobs.builder.form import tracing
from jobs.builder.form.assembling import Assembler
from jobs.builder.form.choosing import picker_of
from jobs.builder.form.naming import control_id
from jobs.builder.form.nodes import Block, Control, FormSection, Picker
from jobs.builder.form.posting import Refusal
from jobs.builder.form.shown import encodable
from jobs.builder.form.specs import Group, Section
from jobs.builder.form.tracing import Picks, Place
from jobs.definition import pointers
from jobs.definition.document import MISSING, Document
from jobs.definition.findings import Finding


class Sections:
    """Makes the sections of a part. The one in which `at` is comes first to the controls that there may be."""

    def __init__(
        self, document: Document, at: str, findings: Sequence[Finding], picks: Picks, refusals: Sequence[Refusal]
    ) -> None:
        self.document = document
        self.at = at
        self.picks = picks
        self.findings = findings
        self.assembler = Assembler(document, at, findings, picks, {one.name: one for one in refusals})

    @property
    def names(self) -> list[str]:
        """What controls there are."""
        return self.assembler.names

    def of(self, pointer: str, sections: Sequence[Section]) -> list[FormSection]:
        """Return the sections of the part at a pointer, in their order, with one for what no table knows."""
        own = [one for one in self.findings if _is_in(one.pointer, pointer)]
        self.assembler.findings = own
        wanted = [*sections, Section("others", "Other members", self._strange(pointer))]
        first = [one for one in wanted if self._holds(pointer, one)]
        made = {one.key: self._section(pointer, one) for one in (*first, *wanted) if one.ways}
        return [made[one.key] for one in wanted if one.ways]

    def _holds(self, pointer: str, section: Section) -> bool:
        return any(_leads(_to(pointer, way), self.at) for way in section.ways)

    def _strange(self, pointer: str) -> tuple[str, ...]:
        """Return the ways to members that no table knows, and to those whose kind is not the one the table expects."""
        place = tracing.trace(self.document, pointer, self.picks)
        if place is None or not isinstance(place.value, dict):
            return ("",) if place and place.value is not MISSING else ()
        ways = [*_unknown(place)]
        for name, kind in {"": {"ops": list, "global": dict}}.get(pointer, {"args": dict}).items():
            if name in place.value and not isinstance(place.value[name], kind):
                ways.append(name)
        args = tracing.child(place, "args", self.picks)
        return (*ways, *(f"args/{way}" for way in _unknown(args)))

    def _section(self, pointer: str, section: Section) -> FormSection:
        holds = self._holds(pointer, section)
        places = [place for way in section.ways if (place := self._place(pointer, way))]
        count = sum(place.value is not MISSING for place in places)
        starts = tuple(place.pointer for place in places)
        is_deferred = self.assembler.left <= 0 and not holds
        return FormSection(
            key=section.key,
            id=control_id(f"{pointer}/{section.key}", "s"),
            title=section.title,
            summary=_summary(self.document, places, count),
            is_fold=section.is_fold,
            is_open=holds or bool(count),
            nodes=[] if is_deferred else [node for place in places for node in self._nodes(section, place)],
            pointers=tuple(map(encodable, starts)),
            counts=Counter(one.severity.value for one in self.findings if any(_leads(p, one.pointer) for p in starts)),
            deferred=encodable(starts[0]) if is_deferred and starts else "",
        )

    def _place(self, pointer: str, way: str) -> Place | None:
        if way == "type" and pointer.startswith("/ops/"):  # it chooses the shape of the whole op
            return tracing.trace(self.document, pointer, self.picks)
        return tracing.trace(self.document, _to(pointer, way), self.picks)

    def _nodes(self, section: Section, place: Place) -> list[Control | Block]:
        if place.union and place.union.label == "Type":
            return [_type_control(place, picker_of(place), self.assembler)]
        node = self.assembler.node(place)
        begins_whole = place.field is not None and place.field.start is not MISSING
        if isinstance(node, Block) and len(section.ways) == 1 and not node.picker and not begins_whole:
            node.label = ""  # the section's own heading says what it is
        return [node]


def _type_control(place: Place, picker: Picker | None, assembler: Assembler) -> Control:
    pointer = f"{place.pointer}/type"
    if picker:
        picker.at = pointer
    control = Control(
        kind="picker",
        name=f"k:{place.pointer}",
        pointer=pointer,
        id=control_id(pointer),
        label="Type",
        help="",
        anchor="ops.type",
        is_required=True,
        is_pair=True,
        picker=picker,
        findings=[one for one in assembler.findings if one.pointer == pointer],
    )
    assembler.names.append(f"{control.name}\t{picker.shown if picker else ''}")
    assembler.left -= 1
    return control


def _unknown(place: Place | None) -> list[str]:
    """Return the names of members that the table of a place does not have, escaped."""
    if place is None or not isinstance(place.value, dict) or not isinstance(place.spec, Group):
        return []
    known = {*place.spec.hidden, *(one.name for one in place.spec.fields)}
    return [pointers.escape(name) for name in place.value if name not in known][:50]


def _to(pointer: str, way: str) -> str:
    return f"{pointer}/{way}" if way else pointer


def _is_in(pointer: str, part: str) -> bool:
    """Say whether a pointer is in a part; the document's has what is in no other one."""
    return _leads(part, pointer) if part else not pointer.startswith(("/ops/", "/global/"))


def _leads(pointer: str, at: str) -> bool:
    return at == pointer or at.startswith(f"{pointer}/")


def _summary(document: Document, places: Sequence[Place], count: int) -> str:
    """Say how much of a section is set: "2, + 1 from global", "1 HF, 1 S3", "3 set" or "none set"."""
    if len(places) != 1:
        return f"{count} set" if count else "none set"
    value, name = places[0].value, pointers.split(places[0].pointer)[-1:]
    own = str(len(value)) if isinstance(value, (list, dict)) and value else ""
    if name == ["env"] and places[0].pointer != "/global/env":
        shared = document.get("/global/env")
        inherited = (
            [key for key in shared if not isinstance(value, dict) or key not in value]
            if isinstance(shared, dict)
            else []
        )
        return f"{own or 0}, + {len(inherited)} from global" if inherited else own or "none set"
    if name == ["resources"] and isinstance(value, list):
        kinds = Counter(str(one.get("type", "literal"))[:20] if isinstance(one, dict) else "marker" for one in value)
        return ", ".join(f"{number} {kind}" for kind, number in [*kinds.items()][:4])
    return own or ("" if count else "none set")
