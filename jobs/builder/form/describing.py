"""Every field of a definition in the order of the form, for the page that describes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from jobs.builder.form.fields.arguments import VOLUME_ARGS
from jobs.builder.form.fields.op import RUN_OP
from jobs.builder.form.fields.whole import DOCUMENT
from jobs.builder.form.specs import (
    Choice,
    Field,
    Group,
    Json,
    Lines,
    List,
    Map,
    Number,
    Several,
    Spec,
    Switch,
    Text,
    Union,
)
from jobs.definition.facts import CREATE_VOLUME, RUN

_KINDS = {
    Text: "text",
    Number: "number",
    Switch: "true or false",
    Choice: "one of",
    Lines: "list of texts",
    Several: "list of texts",
    Json: "any value",
    Map: "object of named values",
    List: "list",
    Group: "object",
}
_TYPE = Field(
    "type",
    "Type",
    Choice(((RUN, RUN), (CREATE_VOLUME, CREATE_VOLUME))),
    "Whether the op runs a container or makes a volume for others. The network does not see whether the arguments fit.",
    codes=("ND170",),
    is_required=True,
)


@dataclass(frozen=True, slots=True)
class Described:
    """A field: where it stands (`args.cmd`), what it takes, what a node does with it, and the findings about it."""

    anchor: str
    path: str
    label: str
    kind: str
    is_required: bool
    help: str
    shapes: tuple[tuple[str, str], ...]
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """Fields that belong together."""

    title: str
    fields: tuple[Described, ...]


@cache
def chapters() -> tuple[Chapter, ...]:
    """Return all fields; made once."""
    whole = [field for field in DOCUMENT.fields if field.name not in {"ops", "global"}]
    inner = DOCUMENT.field("global")
    return (
        Chapter("The document", _all(whole, "")),
        Chapter("global: for every op", _all([inner], "") if inner else ()),
        Chapter("An op that runs a container", _all((_TYPE, *RUN_OP.fields), "ops")),
        Chapter("An op that makes a volume", _all(VOLUME_ARGS.fields, "ops.args")),
    )


def _all(fields: list[Field] | tuple[Field, ...], path: str) -> tuple[Described, ...]:
    found: dict[str, Described] = {}
    for one in fields:
        for each in _described(one, path):
            found.setdefault(each.anchor, each)
    return tuple(found.values())


def _described(field: Field, path: str) -> Iterator[Described]:
    here = ".".join(filter(None, (path, field.name)))
    shapes = field.spec.shapes if isinstance(field.spec, Union) else ()
    yield Described(
        anchor=here,
        path=here.removeprefix("ops."),
        label=field.label,
        kind=_kind(field.spec),
        is_required=field.is_required,
        help=" ".join(filter(None, (field.help, *field.more))),
        shapes=tuple((shape.label, shape.help) for shape in shapes),
        codes=field.codes,
    )
    for spec in _within(field.spec):
        yield from (each for one in _fields(spec) for each in _described(one, here))


def _fields(spec: Spec) -> tuple[Field, ...]:
    if isinstance(spec, Group):
        return spec.fields
    return spec.named if isinstance(spec, Map) else ()


def _within(spec: Spec) -> Iterator[Spec]:
    """Yield a spec, its shapes, and what lists and maps of them hold."""
    if isinstance(spec, Union):
        for shape in spec.shapes:
            yield from _within(shape.spec)
        return
    yield spec
    if isinstance(spec, (List, Map)):
        yield from _within(spec.item)


def _kind(spec: Spec) -> str:
    if isinstance(spec, Union):
        kinds = dict.fromkeys(_kind(shape.spec) for shape in spec.shapes)
        return ", ".join(kinds)
    if isinstance(spec, Choice):
        return f"one of {', '.join(value for value, _ in spec.options)}"
    return _KINDS[type(spec)]
