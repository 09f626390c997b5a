"""What a definition needs before it runs: images and resources by op, memory of GPUs, versions of CUDA. Pure Python."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from explorer.nosana import javascript
from explorer.nosana.payloads import JsonObject, JsonValue
from jobs.definition.explain import store
from jobs.definition.explain.context import Context
from jobs.definition.explain.interpolation import interpolate
from jobs.definition.explain.literals import has_literal
from jobs.definition.explain.plan import op_id

IMAGE, RESOURCE = "image", "resource"
#: No definition has more; what comes after is not looked at, so that one text cannot keep the database busy.
MOST_OPS: Final = 500
MOST_ITEMS: Final = 2000
#: No registry takes a name as long, and no index of ours.
LONGEST: Final = 2000
_MB_PER_GB: Final = 1024
_AMOUNT: Final = re.compile(r"\s*(\d{1,9}(?:\.\d{1,6})?)\s*(g|gb|gib|m|mb|mib)?\s*", re.IGNORECASE)
#: "70b" in llama3.1:70b, "1.1B" in TinyLlama-1.1B-Chat; not the "A3B" of Qwen3-30B-A3B, nor the "8x7B" of a mixture.
_PARAMETERS: Final = re.compile(r"(?<![a-z0-9.])(\d{1,4}(?:\.\d{1,2})?)b(?![a-z0-9])", re.IGNORECASE)
_VERSION: Final = re.compile(r"\d{1,3}(?:\.\d{1,3})?")


@dataclass(frozen=True, slots=True)
class Item:
    """An image or resource of an op: `name` as a person knows it, literals replaced.

    `problem` says why no node can have it; `spec` is the whole resource. Items that are the same to a node have the
    same `number`, counted from 0.
    """

    op: str
    kind: str
    name: str
    spec: JsonObject | None = None
    is_private: bool = False
    problem: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Needs:
    """What a definition needs. `vram_mb` and `cuda` are what it says itself: None and () where it says nothing.

    `cuda` are the versions that it says it runs with. `parameters` is the size of the largest model that it names, in
    billions, 0 where no name tells one.
    """

    items: tuple[Item, ...] = ()
    has_gpu: bool = False
    vram_mb: int | None = None
    cuda: tuple[str, ...] = ()
    parameters: float = 0.0


def needs_of(definition: JsonValue) -> Needs:
    """Return what a definition of any shape needs; never raises. About 0.1 ms for each op."""
    if not isinstance(definition, dict) or javascript.depth(definition, 64) > 64:
        return Needs()
    listed = definition.get("ops")
    ops = [op if isinstance(op, dict) else {} for op in listed[:MOST_OPS]] if isinstance(listed, list) else []
    runs = [op for op in ops if op.get("type") == store.RUN]
    items = tuple(_numbered(islice(_items(definition, ops), MOST_ITEMS)))
    return Needs(
        items=items,
        has_gpu=any(javascript.is_true(_members(op, "args").get("gpu")) for op in runs)
        or (bool(runs) and javascript.is_true(_members(definition, "global").get("gpu"))),
        vram_mb=_vram(definition, runs),
        cuda=_cuda(definition),
        parameters=max((parameters_of(item.name) for item in items if item.kind == RESOURCE), default=0.0),
    )


def _members(value: JsonObject, name: str) -> JsonObject:
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def _items(definition: JsonObject, ops: list[JsonObject]) -> Iterator[Item]:
    """Yield the items of each op that runs a container, its image first, as a node reads them."""
    context = Context()
    shared, others = store.global_values(definition, context), store.op_values(definition, ops, context)
    for op in ops:
        if op.get("type") != store.RUN:
            continue
        args = _members(op, "args")
        wanted: JsonObject = {name: value for name, value in args.items() if name in {"image", "resources"}}
        found = interpolate(wanted, shared, others).values
        yield _image(op_id(op), found.get("image"), is_private=_signs_in(args))
        listed = found.get("resources")
        for resource in listed if isinstance(listed, list) else ():
            if isinstance(resource, dict):
                yield _resource(op_id(op), resource)


def _numbered(items: Iterable[Item]) -> Iterator[Item]:
    numbers: dict[tuple[str, str, bool], int] = {}
    for item in items:
        text = item.name if item.spec is None else javascript.json_text(_named(item.spec))
        yield replace(item, number=numbers.setdefault((item.kind, text, item.is_private), len(numbers)))


def _signs_in(args: JsonObject) -> bool:
    """Say whether the image is pulled with a sign-in, which keeps it out of the cache (nosana-cli, pullImage)."""
    return javascript.is_true(_members(args, "authentication").get("docker"))


def _image(op: str, image: JsonValue, *, is_private: bool) -> Item:
    if not isinstance(image, str) or not image:
        return Item(op, IMAGE, "", problem="The op names no image, so that no node can run it.")
    return Item(op, IMAGE, image, is_private=is_private, problem=_problem(image))


def _resource(op: str, spec: JsonObject) -> Item:
    named = [spec.get(name) for name in ("url", "repo", "model")]
    buckets = spec.get("buckets")
    if isinstance(buckets, list):
        named += [bucket.get("url") for bucket in buckets if isinstance(bucket, dict)]
    texts = [text for text in named if isinstance(text, str) and text]
    texts = texts if isinstance(buckets, list) and not spec.get("url") else texts[:1]
    name = "-".join(texts) or javascript.text(spec.get("type"))
    return Item(op, RESOURCE, name, spec=spec, problem=_problem(javascript.json_text(_named(spec))))


def _named(spec: JsonObject) -> JsonValue:
    """Return what of a resource is part of its name in the cache."""
    return [spec.get(name) for name in ("type", "url", "buckets", "repo", "revision", "files", "model")]


def _problem(text: str) -> str:
    if has_literal(text):
        return "Its name holds a literal without a value here, so that no node can have it before the job runs."
    if "%%" in text:
        return "Its name holds what looks like a literal, but nodes do not replace it."
    return "Its name is longer than any that can be kept." if len(text) > LONGEST else ""


def _vram(definition: JsonObject, runs: list[JsonObject]) -> int | None:
    """Return the memory of GPUs in MB that a definition says it needs, the most where it says so more than once.

    `vram_total_mb` is in MB, `required_vram` in GB; both stand in `meta.system_requirements`, or in the documented
    `meta.system_resources`. SDK 0.4.x had `required_vram` in the arguments of an op.
    """
    said: list[int | None] = []
    for name in ("system_requirements", "system_resources"):
        where = _members(_members(definition, "meta"), name)
        said += [_megabytes(where.get("vram_total_mb"), 1), _megabytes(where.get("required_vram"), _MB_PER_GB)]
    said += [_megabytes(_members(op, "args").get("required_vram"), _MB_PER_GB) for op in runs]
    return max((amount for amount in said if amount), default=None)


def _megabytes(value: JsonValue, unit: int) -> int | None:
    """Return an amount in MB; a text may name its unit. None for what is no amount."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    found = _AMOUNT.fullmatch(value if isinstance(value, str) else javascript.number(value))
    if found is None:
        return None
    named = (found[2] or "").lower()
    factor = unit if not named else _MB_PER_GB if named.startswith("g") else 1
    return round(float(found[1]) * factor)


def _cuda(definition: JsonObject) -> tuple[str, ...]:
    """Return the versions that `meta.system_requirements.required_cuda` lists, as texts or numbers."""
    said = _members(_members(definition, "meta"), "system_requirements").get("required_cuda")
    listed = said if isinstance(said, list) else [said]
    texts = [javascript.text(item) for item in listed if isinstance(item, int | float | str)]
    return tuple(dict.fromkeys(text for text in texts if _VERSION.fullmatch(text)))


def parameters_of(name: str) -> float:
    """Return how many billions of parameters the name of a model tells, the most where it tells more; 0 for none."""
    return max((float(found[1]) for found in _PARAMETERS.finditer(name)), default=0.0)
