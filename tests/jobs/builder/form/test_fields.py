"""The form knows every field of the network's schema, in all its shapes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jobs.builder.form.describing import chapters
from jobs.builder.form.fields.op import RUN_SECTIONS, VOLUME_SECTIONS
from jobs.builder.form.fields.whole import DOCUMENT, DOCUMENT_SECTIONS, GLOBAL_SECTIONS
from jobs.builder.form.specs import Choice, Field, Group, List, Map, Shape, Spec, Union
from jobs.definition.codes.catalogue import ENTRIES
from jobs.definition.validation.profiles import schema


def of_schema(part: dict[str, Any], way: str = "") -> Iterator[tuple[str, frozenset[str]]]:
    """Yield each member that the schema names, with the words that it may have."""
    for branch in part.get("anyOf", [part]):
        for name, inner in branch.get("properties", {}).items():
            words = [word for one in inner.get("anyOf", [inner]) for word in one.get("enum", [])]
            yield f"{way}/{name}", frozenset(words)
            yield from of_schema(inner, f"{way}/{name}")
        for inner in (branch.get("items"), branch.get("additionalProperties")):
            if isinstance(inner, dict):
                yield from of_schema(inner, f"{way}/*")
        if branch is not part:
            yield from of_schema({key: value for key, value in branch.items() if key == "anyOf"}, way)


def of_form(spec: Spec, way: str = "") -> Iterator[tuple[str, frozenset[str]]]:
    """Yield each member that the tables of the form know, with the words that may be chosen."""
    if isinstance(spec, Union):
        for shape in spec.shapes:
            yield from of_form(shape.spec, way)
            yield from ((f"{way}/{name}", typed(shape)) for name in hidden(shape.spec))
    elif isinstance(spec, Group):
        for field in spec.fields:
            yield f"{way}/{field.name}", words_of(field.spec)
            yield from of_form(field.spec, f"{way}/{field.name}")
    elif isinstance(spec, List):
        yield from of_form(spec.item, f"{way}/*")
    elif isinstance(spec, Map):
        yield from of_form(spec.item, f"{way}/*")
        for field in spec.named:
            yield f"{way}/{field.name}", frozenset()
            yield from of_form(field.spec, f"{way}/{field.name}")


def hidden(spec: Spec) -> tuple[str, ...]:
    return spec.hidden if isinstance(spec, Group) else ()


def typed(shape: Shape) -> frozenset[str]:
    return frozenset([shape.key.partition("-")[0] if shape.key.startswith("S3") else shape.key])


def words_of(spec: Spec) -> frozenset[str]:
    shapes = spec.shapes if isinstance(spec, Union) else ()
    found = frozenset(word for shape in shapes for word in words_of(shape.spec))
    return frozenset(word for word, _ in spec.options) if isinstance(spec, Choice) else found


def gathered(pairs: Iterator[tuple[str, frozenset[str]]]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for way, words in pairs:
        found[way] = found.get(way, frozenset()) | words
    return found


def test_every_member_of_the_schema_and_every_word_is_in_the_form():
    wanted, known = gathered(of_schema(schema("network"))), gathered(of_form(DOCUMENT))

    assert len(wanted) > 70
    assert {way: words for way, words in wanted.items() if way not in known or not words <= known[way]} == {}


def test_required_members_are_the_schemas_own():
    assert required(DOCUMENT, "") >= {"/version", "/type", "/ops"}
    wanted = {
        f"{way}/{name}"
        for way, part in parts_of_schema(schema("network"))
        for name in part.get("required", [])
        if name != "type" or not way.startswith("/ops/*")
    }
    assert wanted - required(DOCUMENT, "") == set()


def parts_of_schema(part: dict[str, Any], way: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    yield way, part
    for branch in part.get("anyOf", []):
        yield from parts_of_schema(branch, way)
    for name, inner in part.get("properties", {}).items():
        yield from parts_of_schema(inner, f"{way}/{name}")
    for inner in (part.get("items"), part.get("additionalProperties")):
        if isinstance(inner, dict):
            yield from parts_of_schema(inner, f"{way}/*")


def required(spec: Spec, way: str) -> set[str]:
    if isinstance(spec, Union):
        return {name for shape in spec.shapes for name in required(shape.spec, way)}
    if isinstance(spec, (List, Map)):
        return required(spec.item, f"{way}/*")
    fields = spec.fields if isinstance(spec, Group) else ()
    own = {f"{way}/{field.name}" for field in fields if field.is_required}
    return own | {name for field in fields for name in required(field.spec, f"{way}/{field.name}")}


def leads(spec: Spec, way: str) -> Field | None:
    """Return the field at the end of a way through groups and through the ops' shapes."""
    found: Field | None = None
    for part in way.split("/"):
        shapes = spec.shapes if isinstance(spec, Union) else ()
        groups = [shape.spec for shape in shapes] or [spec]
        found = next((f for group in groups if isinstance(group, Group) and (f := group.field(part))), None)
        if found is None:
            return None
        spec = found.spec
    return found


def test_every_field_stands_in_a_section():
    ops, inner = DOCUMENT.field("ops"), DOCUMENT.field("global")
    assert ops is not None
    assert inner is not None
    assert isinstance(ops.spec, List)
    assert isinstance(ops.spec.item, Union)
    run, volume = ops.spec.item.shapes

    def shown(sections: Any) -> set[str]:
        return {way for section in sections for way in section.ways}

    def names(spec: Spec) -> set[str]:
        assert isinstance(spec, Group)
        return {field.name for field in spec.fields}

    args = leads(run.spec, "args")
    assert args is not None
    assert shown(RUN_SECTIONS) == {"type", "id", "results", "execution"} | {f"args/{name}" for name in names(args.spec)}
    assert shown(VOLUME_SECTIONS) == {"type", "id", "args/name", "results", "execution"}
    assert shown(GLOBAL_SECTIONS) == names(inner.spec)
    assert shown(DOCUMENT_SECTIONS) == (names(DOCUMENT) - {"ops", "global", "ssh"}) | {"ssh/public_keys"}


def test_every_field_says_what_a_node_does_or_what_it_is():
    fields = [field for chapter in chapters() for field in chapter.fields]

    assert len(fields) > 60
    assert len({field.anchor for field in fields}) == len(fields)
    codes = {entry.code for entry in ENTRIES}
    assert [code for field in fields for code in field.codes if code not in codes] == []
    told = {"ops.args.image", "ops.args.cmd", "ops.args.expose", "ops.args.env", "ops.execution.depends_on", "meta"}
    assert [field.anchor for field in fields if field.anchor in told and not field.help] == []
