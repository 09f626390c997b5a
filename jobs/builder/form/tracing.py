"""What the tables say about a place in a definition: which kind of value stands there, in which of its shapes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from explorer.nosana.payloads import JsonValue
from jobs.builder.form.fields.whole import DOCUMENT
from jobs.builder.form.shown import displays
from jobs.builder.form.specs import Field, Group, Json, Lines, List, Map, Several, Shape, Spec, Text, Union
from jobs.definition import pointers
from jobs.definition.document import MISSING, Document, Missing

#: Shapes that were chosen, by pointer: they hold although the value would fit another one better.
Picks = Mapping[str, str]
NO_PICKS: Final[Picks] = {}
_ITEM: Final = Text()


#: Names of no shape: there is no value, or one that fits none of the shapes.
NOT_SET: Final = "none"
OTHER: Final = "other"


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a definition. `spec` is that of its shape; `field` None for items and members that have no field."""

    pointer: str
    value: JsonValue | Missing
    spec: Spec
    field: Field | None = None
    union: Union | None = None
    shape: Shape | None = None
    is_fit: bool = True  # its shape was picked or is that of its value
    anchor: str = ""  # the fields on the way, without the names that the author chose: "ops.args.env"

    @property
    def shape_key(self) -> str:
        """The key of the shape that is shown, NOT_SET without a value, OTHER for one that fits none."""
        if self.value is MISSING:
            return NOT_SET
        return self.shape.key if self.shape and self.is_fit else OTHER

    @property
    def is_required(self) -> bool:
        """Say whether it stays when it is emptied: required members, items, and members with names of their own."""
        return self.field is None or self.field.is_required


def root(document: Document) -> Place:
    """Return the place of the whole definition."""
    return Place("", document.value, DOCUMENT)


def trace(document: Document, pointer: str, picks: Picks = NO_PICKS) -> Place | None:
    """Return what is at a pointer, whether there is a value or not; None where no table leads."""
    place: Place | None = root(document)
    for part in pointers.split(pointer):
        if place is None:
            return None
        place = child(place, part, picks)
    return place


def child(place: Place, part: str, picks: Picks = NO_PICKS) -> Place | None:
    """Return the place of a member or item."""
    value = place.value
    if isinstance(value, list):
        item = _item_spec(place.spec)
        is_there = part.isascii() and part.isdigit() and len(part) < 10 and int(part) < len(value)
        if not is_there or item is None:
            return None
        return at(pointers.join(place.pointer, part), value[int(part)], item, picks, anchor=place.anchor)
    if not isinstance(value, (dict, Missing)):
        return None
    members = {} if isinstance(value, Missing) else value
    found = members.get(part, MISSING)
    field = field_of(place.spec, part)
    if field is None and found is MISSING:
        return None
    spec = field.spec if field else place.spec.item if isinstance(place.spec, Map) else Json()
    anchor = f"{place.anchor}.{part}".removeprefix(".") if field else place.anchor
    return at(pointers.join(place.pointer, part), found, spec, picks, field, anchor)


def at(
    pointer: str,
    value: JsonValue | Missing,
    spec: Spec,
    picks: Picks = NO_PICKS,
    field: Field | None = None,
    anchor: str = "",
) -> Place:
    """Return a place, with the shape that its value has if there are several."""
    if not isinstance(spec, Union):
        return Place(pointer, value, spec, field, anchor=anchor)
    picked = picks.get(pointer, "")
    shape = shape_of(spec, value, picked)
    is_fit = shape is not None and (shape.key == picked or isinstance(value, Missing) or shape.fits(value))
    return Place(pointer, value, shape.spec if shape else Json(), field, spec, shape, is_fit, anchor)


def shape_of(union: Union, value: JsonValue | Missing, picked: str = "") -> Shape | None:
    """Return the shape in which a value is shown: the picked one if it can be, else the first that fits.

    For no value it is the picked or the first one, in which a value could be typed.
    """
    wanted = union.shape(picked) if picked else None
    if isinstance(value, Missing):
        return wanted or union.shapes[0]
    if wanted and displays(wanted.spec, value):
        return wanted
    return next((one for one in union.shapes if one.fits(value)), None) or _fallback(union, value)


def _fallback(union: Union, value: JsonValue) -> Shape | None:
    shape = union.shape(union.fallback) if union.fallback else None
    return shape if shape and displays(shape.spec, value) else None


def field_of(spec: Spec, name: str) -> Field | None:
    """Return the field that a table has for a member's name."""
    if isinstance(spec, Group):
        return spec.field(name)
    return next((one for one in spec.named if one.name == name), None) if isinstance(spec, Map) else None


def _item_spec(spec: Spec) -> Spec | None:
    if isinstance(spec, List):
        return spec.item
    if isinstance(spec, (Lines, Several)):
        return _ITEM
    return Json() if isinstance(spec, Json) else None
