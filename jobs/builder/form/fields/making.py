"""How a value of one shape becomes one of another: with the same meaning where there is one, else an empty start."""

from __future__ import annotations

import re
import shlex
from typing import Final

from explorer.nosana.payloads import JsonObject, JsonValue
from jobs.builder.form.specs import Make, is_number
from jobs.definition.document import Missing

#: Words that mean the same to a shell and without one.
_PLAIN: Final = re.compile(r"[\w@%+=:,./ \t'\"-]*")
_SHELLS: Final = {"sh", "/bin/sh"}
_LITERAL: Final = re.compile(r"%%(?:ops|global).[^%]+%%")


def constant(value: JsonValue) -> Make:
    """Return what makes this value, whatever stood there."""
    return lambda _: value


def words(old: JsonValue | Missing) -> JsonValue:
    """Return a command as its arguments: the text's own words, or those that have a shell run it."""
    if isinstance(old, list):
        return old
    if not isinstance(old, str) or not old.strip():
        return []
    if _PLAIN.fullmatch(old):
        try:
            return [*shlex.split(old)]
        except ValueError:  # a quote that is not closed: the shell shall say so
            pass
    return ["/bin/sh", "-c", old]


def command(old: JsonValue | Missing) -> JsonValue:
    """Return a command as a shell's text, the way back from `words`."""
    if isinstance(old, str):
        return old
    texts = [item for item in old if isinstance(item, str)] if isinstance(old, list) else []
    if len(texts) == 3 and texts[0] in _SHELLS and texts[1] == "-c":
        return texts[2]
    return shlex.join(texts)


def listed(old: JsonValue | Missing) -> JsonValue:
    """Return a text as the only item of a list."""
    if isinstance(old, list):
        return old
    return [old] if isinstance(old, str) and old else []


def first(old: JsonValue | Missing) -> JsonValue:
    """Return the first text of a list."""
    if isinstance(old, list):
        return next((item for item in old if isinstance(item, str)), "")
    return old if isinstance(old, str) else ""


def names(old: JsonValue | Missing) -> JsonValue:
    """Return names that a text has between commas as a list."""
    if isinstance(old, str):
        return [name.strip() for name in old.split(",") if name.strip()]
    return old if isinstance(old, list) else []


def joined(old: JsonValue | Missing) -> JsonValue:
    """Return a list of names as one text, with commas between them."""
    if isinstance(old, list):
        return ",".join(item for item in old if isinstance(item, str))
    return old if isinstance(old, str) else ""


def text(old: JsonValue | Missing) -> JsonValue:
    """Return a text, or what a number says as one."""
    if isinstance(old, str):
        return old
    return str(old) if not isinstance(old, Missing) and is_number(old) else ""


def number(old: JsonValue | Missing) -> JsonValue:
    """Return the number that a text says, else the text itself, which can then be corrected; 0 for what is neither."""
    if not isinstance(old, Missing) and is_number(old):
        return old
    if isinstance(old, str) and re.fullmatch(r"-?[0-9]{1,15}", old):
        return int(old)
    return 0


def port_number(old: JsonValue | Missing) -> JsonValue:
    """Return the port of any shape that has one."""
    if isinstance(old, list):
        return port_number(old[0]) if old and not isinstance(old[0], list) else 8000
    if isinstance(old, dict):
        return port_number(old.get("port", 8000))
    return old if not isinstance(old, Missing) and is_number(old) else 8000


def port(old: JsonValue | Missing) -> JsonValue:
    """Return a port as an object."""
    if isinstance(old, list) and old and isinstance(old[0], dict) and "port" in old[0]:
        return old[0]
    return old if isinstance(old, dict) and "port" in old else {"port": port_number(old)}


def ports(old: JsonValue | Missing) -> JsonValue:
    """Return what is exposed as a list; a bare object, which nodes overlook, becomes an item that they see."""
    if isinstance(old, list):
        return old
    if isinstance(old, str):
        return [old]
    return [old] if isinstance(old, dict) else [{"port": port_number(old)}]


def literal(old: JsonValue | Missing) -> JsonValue:
    """Return a literal: the one of a spread, else one to begin with."""
    if isinstance(old, dict) and isinstance(old.get("__spread__"), str):
        return old["__spread__"]
    return old if isinstance(old, str) and _LITERAL.fullmatch(old) else "%%global.variables.NAME%%"


def spread(old: JsonValue | Missing) -> JsonValue:
    """Return an object that stands for the items a literal leads to."""
    return old if isinstance(old, dict) and "__spread__" in old else {"__spread__": literal(old)}


def with_type(kind: str, *kept: str, **start: JsonValue) -> Make:
    """Return what makes an object of a type: members named in `kept` go over from the old one, the rest begin anew."""

    def make(old: JsonValue | Missing) -> JsonValue:
        members = old if isinstance(old, dict) else {}
        made: JsonObject = {"type": kind, **start}
        return made | {name: members[name] for name in kept if name in members}

    return make


def pattern(old: JsonValue | Missing) -> JsonValue:
    """Return a result's pattern as a text."""
    if isinstance(old, dict) and isinstance(old.get("regex"), str):
        return old["regex"]
    return old if isinstance(old, str) else ""


def pattern_of_logs(old: JsonValue | Missing) -> JsonValue:
    """Return a result's pattern with the logs that it is looked for in."""
    return old if isinstance(old, dict) and "regex" in old else {"regex": pattern(old), "logType": ["stdout"]}


def policy(old: JsonValue | Missing) -> JsonValue:
    """Return a restart policy as one word."""
    if isinstance(old, dict):
        return "on-failure"
    return old if isinstance(old, str) else "on-failure"


def limited_policy(old: JsonValue | Missing) -> JsonValue:
    """Return the restart policy that has a limit."""
    return old if isinstance(old, dict) else {"policy": "on-failure", "restart_tries": 3}


def an_object(old: JsonValue | Missing) -> JsonValue:
    """Return an object, empty unless there was one."""
    return old if isinstance(old, dict) else {}
