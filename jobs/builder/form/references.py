"""What names an op: the dependencies and literals that would lead nowhere without it."""

from __future__ import annotations

from collections import Counter

from jobs.definition import naming, pointers
from jobs.definition.document import Document
from jobs.definition.facts import all_texts, members, texts


def references(document: Document, index: int) -> tuple[str, ...]:
    """Return a sentence for each op that names the op at `index`; nothing where another op has its id too."""
    op_id = document.ops[index].get("id") if index < len(document.ops) else None
    if not isinstance(op_id, str) or not op_id or sum(op.get("id") == op_id for op in document.ops) > 1:
        return ()
    found: Counter[str] = Counter()
    literal = f"%%ops.{op_id}."
    is_named = literal in document.text
    for place, op in enumerate(document.ops):
        if place == index:
            continue
        name = naming.shown(op.get("id"))
        if any(named == op_id for _, named in texts(members(op, "execution").get("depends_on"))):
            found[f"{name} depends on it"] += 1
        if is_named:
            pointer = pointers.join("", "ops", place, "args")
            places = [where for where, text in all_texts(op.get("args"), pointer) if literal in text]
            found.update(f"{name} names it in {naming.place(where)}" for where in places)
    return tuple(f"{sentence}." for sentence in found)
