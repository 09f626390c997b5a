"""What there is to choose from: the shapes of a union, the words of a choice, the ops to depend on."""

from __future__ import annotations

from typing import Final

from jobs.builder.form.naming import control_id
from jobs.builder.form.nodes import Option, Picker
from jobs.builder.form.shown import as_json, can_show
from jobs.builder.form.specs import Choice, Several
from jobs.builder.form.tracing import NOT_SET, OTHER, Place
from jobs.definition import pointers
from jobs.definition.document import MISSING, Document
from jobs.definition.facts import text

#: More ops than this are not offered to depend on; the text takes any.
_MOST: Final = 200


def picker_of(place: Place) -> Picker | None:
    """Return what chooses the shape of a place; None for a place that only has one."""
    if place.union is None:
        return None
    options = [Option(one.key, one.label, one.key == place.shape_key) for one in place.union.shapes]
    if not place.is_required or place.value is MISSING:
        options.append(Option(NOT_SET, "not set", place.value is MISSING))
    if place.shape_key == OTHER:
        options.append(Option(OTHER, "something else", is_on=True))
    identity = control_id(place.pointer, "k")
    is_menu = place.union.is_menu or len(options) > 4
    return Picker(place.pointer, identity, place.union.label, options, is_menu, place.shape_key)


def control_options(document: Document, place: Place, kind: str) -> list[Option]:
    """Return the options of a choice, of which the present value is always one; [] for other controls."""
    if kind == "choice" and isinstance(place.spec, Choice):
        return _of_choice(document, place, place.spec)
    return _of_several(document, place, place.spec) if isinstance(place.spec, Several) and kind == "several" else []


def _of_choice(document: Document, place: Place, spec: Choice) -> list[Option]:
    options = [Option(value, label, value == place.value) for value, label in spec.options]
    if place.value is MISSING:
        return [Option("", "not set", is_on=True), *options]
    if not any(option.is_on for option in options):
        shown = place.value if isinstance(place.value, str) else as_json(document, place.pointer)
        options.append(Option(shown, f"{shown} (unknown)" if shown else "empty", is_on=True))
    if not place.is_required:
        options.append(Option("", "not set"))
    return options


def _of_several(document: Document, place: Place, spec: Several) -> list[Option]:
    chosen = [item for item in place.value if isinstance(item, str)] if isinstance(place.value, list) else []
    offered = [value for value, _ in spec.options]
    if spec.of == "ops":
        own = pointers.join("", *pointers.split(place.pointer)[:2], "id")
        ids = [text(op, "id") for op in document.ops[:_MOST]]
        offered = [name for name in ids if name and name != document.get(own) and can_show(name) and "\n" not in name]
    every = dict.fromkeys([*offered, *chosen])
    known = set(offered)
    return [Option(name, name if name in known else f"{name} (unknown)", name in chosen) for name in every]
