"""The first sentences under a job's lifecycle: why it failed, or how else it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from explorer.nosana.payloads import ResultPayload
from explorer.text import shortened
from jobs.definition import naming, pointers
from jobs.definition.facts import all_texts
from jobs.exits import reason as told
from jobs.ops import OpView
from jobs.reasons import flow_errors, node_errors
from jobs.reasons.advice import Advice
from jobs.reasons.clues import clue
from jobs.shapes import mapping, sequence

_OWN: Final = "the program's own code"
_SHUT: Final = Advice("Nothing is wrong with the definition: run the job again, on another node.")
#: What to change for exit codes that say all there is.
_BY_CODE: Final = {
    125: Advice("", "cmd"),
    126: Advice("What cmd names is there, but may not be executed.", "cmd"),
    127: Advice("A list under cmd is run as it is, without a shell: its first element has to be a program.", "cmd"),
    132: Advice("Take another market, or an image for older processors."),
    139: Advice("The program itself is at fault, or its driver: another tag of the image may help.", "image"),
}
_MEMORY: Final = Advice("Take a market whose nodes have more memory, or let the program use less.", "cmd")


@dataclass(frozen=True, slots=True)
class Saying:
    """A line of a log without its escape sequences, by its number in the whole log."""

    number: int
    stream: str
    text: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a job failed: a short first sentence, the details, and what to do.

    `said` is the node's own message, and `more` are those after it. `pointer` is the place of the definition to change,
    and `field` what that is called; both are "" where there is none. `line` is the line of the log that gives it away.
    """

    lead: str
    text: str = ""
    op: OpView | None = None
    said: str = ""
    advice: str = ""
    pointer: str = ""
    field: str = ""
    line: Saying | None = None
    more: tuple[str, ...] = ()


def reason(
    views: Sequence[OpView], result: ResultPayload | None, definition: Mapping[str, Any], tail: Sequence[Saying]
) -> Reason:
    """Return why a job failed; `tail` are the last lines of the op that did, in order."""
    failed = next((op for op in views if op.is_failed), None)
    if failed is not None and failed.result is not None:
        return _of_op(failed, definition, tail)
    if result and result.errors:
        return _of_flow(result, definition)
    if result and result.status in flow_errors.WORDS:
        return Reason(f"{flow_errors.WORDS[result.status]}.", f"Its node reported “{result.status}”, and named no op.")
    if result and result.status:
        return Reason("The job failed.", f"Its node reported “{shortened(result.status, 100)}”, and named no op.")
    return Reason("An op failed.", "The network says so; the result that says which one is not here yet.")


def _of_op(op: OpView, definition: Mapping[str, Any], tail: Sequence[Saying]) -> Reason:
    code = op.result.exit_code if op.result else None
    name = shortened(op.id, 60) or f"Op {op.index + 1}"
    lead = f"{name} failed." if code is None else f"{name} ended with exit {code}."
    said, advice, line = _found(op, code, tail)
    is_told = bool(advice.text) and (code in (126, 127) or op.exit_meaning == _OWN)  # the advice says it, and more
    text = f"{op.exit_meaning[:1].upper()}{op.exit_meaning[1:]}." if op.exit_meaning and not is_told else ""
    if op.exit_meaning == _OWN and not is_told:
        text = "That is the program's own code: what it means stands in its log, or with its authors."
    pointer = _printable(_pointer(op, advice, said, definition)) if op.is_defined else ""
    field = naming.place(pointer) if pointer else ""
    more = op.result.errors[1:10] if op.result and said in op.result.errors[:1] else ()
    return Reason(lead, text, op, said, advice.text, pointer, field, line, tuple(more))


def _found(op: OpView, code: int | None, tail: Sequence[Saying]) -> tuple[str, Advice, Saying | None]:
    """Return what the node said of an op, what that means, and the line of its log that says it."""
    errors = op.result.errors if op.result else ()
    if errors:
        return errors[0], node_errors.of_error(errors[0]) or _by_code(op, code), None
    spoken = next((line for line in reversed(tail) if line.stream == "nodeerr" and line.text.strip()), None)
    if spoken and code in (0, 2, None):
        return spoken.text, node_errors.of_error(spoken.text) or Advice(""), spoken
    if op.problems and code in (0, 2, None):
        advice = node_errors.of_error(op.problems[0]) or Advice("")
        return op.problems[0], advice, None
    if op.result and told(op.result.diagnostics, "hostShutDown") is True:
        return "", _SHUT, _last_words(tail)
    found = clue([line.text for line in tail])
    if found and "memory" not in op.exit_meaning:
        return "", found.advice, tail[found.index]
    return "", _by_code(op, code), tail[found.index] if found else _last_words(tail)


def _last_words(tail: Sequence[Saying]) -> Saying | None:
    """Return the last line that says something of an op's errors, else of its output."""
    for stream in ("stderr", "stdout"):
        # A line that begins with "+ " is a shell telling what it does next.
        said = [line for line in tail if line.stream == stream and line.text.strip() and not line.text.startswith("+ ")]
        if said:
            return said[-1]
    return None


def _by_code(op: OpView, code: int | None) -> Advice:
    if "out of memory" in op.exit_meaning or "want of memory" in op.exit_meaning:
        return _MEMORY
    return _BY_CODE.get(code or 0, Advice(""))


def _of_flow(result: ResultPayload, definition: Mapping[str, Any]) -> Reason:
    lead = flow_errors.WORDS.get(result.status, "The job failed")
    said, advice = flow_errors.of_flow(result.errors[0], definition)
    more = tuple(flow_errors.of_flow(message, definition)[0] for message in result.errors[1:10])
    pointer = _printable(advice.field) if definition else ""
    field = naming.place(pointer) if pointer else ""
    return Reason(f"{lead}.", said=said, advice=advice.text, pointer=pointer, field=field, more=more)


def _printable(pointer: str) -> str:
    """Return the place, or the next one above it that has no odd character in its name: it stands in a page."""
    while not pointer.isprintable():
        pointer = pointers.parent(pointer)
    return pointer


def _pointer(op: OpView, advice: Advice, said: str, definition: Mapping[str, Any]) -> str:
    """Return the place to change; of a literal the text that has it."""
    place = pointers.join("", "ops", op.index)
    ops = sequence(definition.get("ops"))
    args = mapping(mapping(ops[op.index] if op.index < len(ops) else None).get("args"))
    if node_errors.is_about_literals(advice):
        return _literal(args, f"{place}/args", said) or f"{place}/args"
    field = advice.field
    if not field or field.startswith("/"):
        return f"{place}{field}" if field else ""
    if field == "cmd" and "cmd" not in args and "entrypoint" in args:
        field = "entrypoint"
    if field == "authentication" and "authentication" not in args:
        field = "image"
    resources = sequence(args.get("resources"))
    if field == "resources" and resources:
        return pointers.join(place, "args", "resources", _resource(resources, said))
    return pointers.join(place, "args", field)


def _literal(args: Mapping[str, Any], place: str, said: str) -> str:
    """Return the first text with a literal, one that the message names before others; "" without any."""
    texts = [(pointer, value) for pointer, value in all_texts({**args}, place) if "%%" in value]
    named = [pointer for pointer, value in texts if any(part in said for part in value.split("%%")[1::2] if part)]
    return (named or [pointer for pointer, _ in texts] or [""])[0]


def _resource(resources: Sequence[Any], said: str) -> int:
    """Return the place of the resource that a message names, else of the first."""
    for index, resource in enumerate(resources):
        names = [value for _, value in all_texts(resource, "") if len(value) > 5]
        if any(name in said for name in names):
            return index
    return 0


def ending(result: ResultPayload | None) -> str:
    """Return what the node says of a job that ended otherwise than by itself: stopped, expired, shutdown; else ""."""
    for op in result.ops if result else ():
        for name in ("jobStopped", "jobExpired", "hostShutDown"):
            if told(op.diagnostics, name) is True:
                return name
    return "jobStopped" if result and result.status == "stopped" else ""
