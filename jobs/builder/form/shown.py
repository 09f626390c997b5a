"""How a control shows a value, and what a value is that was posted by one.

A control counts as changed only when what it posts differs from what it showed. So values that no form field can keep
as they are (line ends, spelled numbers, half a character) stay as they are until somebody edits them.
"""

from __future__ import annotations

import json
import re
from typing import Final

from explorer.nosana.payloads import JsonValue
from jobs.builder.form.specs import Choice, Group, Json, Lines, List, Map, Number, Several, Spec, Switch, Text, Union
from jobs.definition.document import MISSING, Document, Missing

#: Longer texts are shown cut and are edited in the text: a form would send them with every change.
LONGEST: Final = 20_000
#: The most items that one control shows as lines.
MOST_LINES: Final = 1000
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_LONE: Final = re.compile("[\ud800-\udfff]")
_LONE_CR: Final = re.compile(r"\r(?!\n)")
_BARE_LF: Final = re.compile(r"(?<!\r)\n")


class Unreadable(ValueError):
    """What was typed is no value; the message says what is expected."""


def displays(spec: Spec, value: JsonValue) -> bool:
    """Say whether a control of this kind can show the value at all; another is shown as JSON."""
    if isinstance(spec, (Text, Choice)):
        return isinstance(value, str)
    if isinstance(spec, Number):
        return isinstance(value, (int, float, str)) and not isinstance(value, bool)
    if isinstance(spec, Switch):
        return isinstance(value, bool)
    if isinstance(spec, (Lines, Several, List)):
        return isinstance(value, list)
    return isinstance(value, dict) if isinstance(spec, (Map, Group)) else isinstance(spec, (Json, Union))


def normal(text: str) -> str:
    """Return a text with the line ends that a text field has."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def can_show(text: str) -> bool:
    """Say whether a form field gives the text back as it is."""
    if len(text) > LONGEST or "\0" in text or _LONE.search(text):
        return False
    return "\r" not in text or not (_LONE_CR.search(text) or _BARE_LF.search(text))


def encodable(text: str) -> str:
    """Return a text that a page can hold: half a character, which UTF-8 cannot, becomes U+FFFD."""
    return _LONE.sub("\ufffd", text)


def as_lines(value: JsonValue) -> str | None:
    """Return a list of texts as lines, or None where an item is no text, is empty or has lines itself."""
    if not isinstance(value, list) or len(value) > MOST_LINES:
        return None
    texts = [item for item in value if isinstance(item, str) and item and "\n" not in item and "\r" not in item]
    if len(texts) < len(value) or not all(map(can_show, texts)):
        return None
    whole = "\n".join(texts)
    return whole if len(whole) <= LONGEST else None


def are_choices(value: JsonValue) -> bool:
    """Say whether a list can be shown as choices: texts, none of them twice."""
    if not isinstance(value, list) or len(value) > MOST_LINES:
        return False
    texts = {item for item in value if isinstance(item, str) and can_show(item) and "\n" not in item}
    return len(texts) == len(value)


def as_json(document: Document, pointer: str) -> str:
    """Return a value as it is written in the text, without the indent of the lines after its first."""
    span = document.value_span(pointer)
    if span is None:
        return ""
    first, *rest = normal(document.text[span.start : span.end]).split("\n")
    indent = min((len(line) - len(line.lstrip(" \t")) for line in rest if line.strip()), default=0)
    return "\n".join([first, *(line[indent:] for line in rest)])


def control_kind(spec: Spec, value: JsonValue | Missing) -> str:
    """Return which control shows a value: text, area, number, switch, choice, lines, several, json, fixed.

    "parts" where its parts have controls of their own.
    """
    if value is MISSING:
        return _empty_kind(spec)
    if not displays(spec, value):
        return "json"
    if isinstance(value, str) and not isinstance(spec, Json):
        return _text_kind(spec, value)
    if isinstance(spec, Lines):
        return "parts" if as_lines(value) is None else "lines"
    if isinstance(spec, Several):
        return "several" if are_choices(value) else "parts"
    return _empty_kind(spec)


def _text_kind(spec: Spec, value: str) -> str:
    if not can_show(value):
        return "fixed"
    if isinstance(spec, Text):
        return "area" if spec.is_long or "\n" in value else "text"
    return "json" if "\n" in value else _empty_kind(spec)


def _empty_kind(spec: Spec) -> str:
    if isinstance(spec, Text):
        return "area" if spec.is_long else "text"
    kinds = {Number: "number", Switch: "switch", Choice: "choice", Lines: "lines", Several: "several", Json: "json"}
    return kinds.get(type(spec), "parts")


def as_shown(kind: str, document: Document, pointer: str, value: JsonValue | Missing) -> str:
    """Return what a control of this kind shows, as a browser gives it back."""
    if isinstance(value, Missing):
        return ""
    if kind == "json":
        return as_json(document, pointer)
    if kind == "lines":
        return as_lines(value) or ""
    if isinstance(value, str):
        return normal(value)
    if kind == "fixed":
        return as_json(document, pointer)
    if kind == "switch":
        return "true" if value is True else ""
    return as_json(document, pointer) if kind == "number" else ""


def posted_value(kind: str, posted: str, old: JsonValue | Missing) -> JsonValue:
    """Return the value that was typed into a control of this kind; raises Unreadable where it is none."""
    text = normal(posted)
    if kind == "json":
        return _from_json(text)
    if kind == "lines":
        return [line for line in text.split("\n") if line]
    if kind == "number" and _NUMBER.fullmatch(text.strip()):
        return _number(text.strip())
    return text.replace("\n", "\r\n") if isinstance(old, str) and "\r\n" in old else text


def _number(text: str) -> JsonValue:
    value: JsonValue = json.loads(text) if len(text) < 300 else text
    return text if value in (float("inf"), float("-inf")) else value


def _from_json(text: str) -> JsonValue:
    try:
        value: JsonValue = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as problem:
        raise Unreadable("This is not JSON yet; the definition keeps what it had.") from problem
    return value


def _no_constant(name: str) -> JsonValue:
    raise ValueError(f"{name} is no number of JSON")
