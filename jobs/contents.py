"""What a definition names: images, resources, types of ops, the words it is found by; and its fingerprint. Pure Python.

The definition is a stranger's JSON of any shape: what is not what it should be counts as not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from explorer.nosana import caching, credentials
from explorer.nosana.payloads import JsonObject
from jobs.definition.edit.fingerprint import fingerprint
from jobs.shapes import mapping, sequence

#: More entries of one kind than any real definition has; the rest is left out.
MANY: Final = 50
#: An index takes no entry of more than 2,700 bytes. No registry takes a reference that is nearly as long.
LONGEST: Final = 2000
#: A type of op or resource longer than this is none.
TYPE_LENGTH: Final = 40
#: So much of all commands is searched; real scripts are a tenth of it.
SEARCHED: Final = 50_000
#: Longer words are cut, here and in what is looked for.
WORD_LENGTH: Final = 64

_WORD: Final = re.compile(r"[^\W_]+")
_VARIABLE: Final = re.compile(r"%%global\.variables\.([A-Za-z0-9._-]+)%%")


@dataclass(frozen=True, slots=True)
class Contents:
    """What a definition names, each once and in its order.

    `resources` are pairs of type and cache key (explorer/nosana/caching.py), without credentials. `words` are separated
    by spaces, which is how PostgreSQL reads a tsvector. `image` is that of the first op that has one. `fingerprint` is
    the same for definitions that do the same.
    """

    images: tuple[str, ...] = ()
    resources: tuple[tuple[str, str], ...] = ()
    op_types: tuple[str, ...] = ()
    words: str = ""
    op_count: int = 0
    fingerprint: str = ""

    @property
    def image(self) -> str:
        """What a list shows of the definition; "" without any image."""
        return self.images[0] if self.images else ""


def contents_of(body: JsonObject) -> Contents:
    """Return what a definition names, literals of `global.variables` replaced; never raises.

    An image or resource that is only known when the job runs, for it holds the result of another op, is left out.
    """
    ops = [mapping(op) for op in sequence(body.get("ops"))]
    variables = mapping(mapping(body.get("global")).get("variables"))
    args = [mapping(op.get("args")) for op in ops]
    return Contents(
        images=_some(_image(arg.get("image"), variables) for arg in args),
        resources=_some(_resource(item, variables) for arg in args for item in sequence(arg.get("resources"))),
        op_types=_some(_type(op.get("type")) for op in ops),
        words=" ".join(sorted(words_of(" ".join(_texts(ops, variables))))),
        op_count=len(ops),
        fingerprint=fingerprint(body),
    )


def words_of(text: str) -> set[str]:
    """Return the words of a text as they are indexed: letters and digits, lower case, cut to WORD_LENGTH."""
    return {word[:WORD_LENGTH] for word in _WORD.findall(text.lower())}


def query_of(text: str) -> str:
    """Return what finds the definitions that have all words of a text, as PostgreSQL reads a tsquery; "" without any.

    The word that the text ends with may go on: it is typed, perhaps.
    """
    found = [word[:WORD_LENGTH] for word in _WORD.findall(text.lower())][:MANY]
    open_end = found and text[-1:].isalnum()
    return " & ".join([f"'{word}'" for word in found]) + (":*" if open_end else "")


def _some(found: Iterator[Any]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(item for item in found if item is not None))[:MANY]


def _resolved(text: str, variables: Mapping[str, Any]) -> str:
    """Return a text with the variables' values; one that is empty or no text stays as it is, and the node fails."""
    if "%%" not in text:
        return text
    return _VARIABLE.sub(lambda found: _value(variables.get(found[1])) or found[0], text)


def _value(value: object) -> str:
    return value if isinstance(value, str) else ""


def _image(value: object, variables: Mapping[str, Any]) -> str | None:
    image = _resolved(value, variables) if isinstance(value, str) else ""
    return image if image and _is_name(image) else None


def _resource(item: object, variables: Mapping[str, Any]) -> tuple[str, str] | None:
    if not isinstance(item, dict):
        return None
    resolved = credentials.without(_deep(item, variables))
    kind, key = item.get("type"), caching.resource_key(resolved) if isinstance(resolved, dict) else None
    return (kind, key) if isinstance(kind, str) and key and _is_name(key) else None


def _deep(value: Any, variables: Mapping[str, Any]) -> Any:
    """Return a resource with the variables' values in its texts and in the texts of its lists and buckets."""
    if isinstance(value, str):
        return _resolved(value, variables)
    if isinstance(value, list):
        return [_deep(item, variables) for item in value]
    return {name: _deep(item, variables) for name, item in value.items()} if isinstance(value, dict) else value


def _is_name(text: str) -> bool:
    return "%%" not in text and len(text) <= LONGEST and len(text.encode()) <= LONGEST


def _type(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= TYPE_LENGTH else None


def _texts(ops: list[dict[str, Any]], variables: Mapping[str, Any]) -> Iterator[str]:
    """Yield the texts that a definition is found by: ids, images, commands; SEARCHED characters of them at most."""
    room = SEARCHED
    for text in _all_texts(ops):
        yield _resolved(text[:room], variables)[:room]
        room -= min(len(text), room)
        if not room:
            return


def _all_texts(ops: list[dict[str, Any]]) -> Iterator[str]:
    for op in ops:
        args = mapping(op.get("args"))
        for value in (op.get("id"), args.get("image"), args.get("cmd"), args.get("entrypoint")):
            yield from (item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str))
