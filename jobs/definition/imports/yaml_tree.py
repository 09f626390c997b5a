"""Reads the YAML of compose files: anchors and merge keys, but no bombs; every scalar as it is written.

Compose writes most values into texts, so that 8080, "8080" and 1.10 have to stay what they are; only null, true and
false are told apart.
"""

from __future__ import annotations

from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from explorer.nosana.payloads import JsonObject, JsonValue

#: The longest text read, in characters: reading takes about 5 ms for each thousand.
LIMIT: Final = 100_000
#: How many values a file may have once its aliases are followed.
_MOST: Final = 20_000
_DEEPEST: Final = 40
_CORE: Final = "tag:yaml.org,2002:"
_TRUE: Final = {"true", "yes", "on"}


class TreeError(ValueError):
    """The text is not YAML, or it is too much; the message says which, and where."""


def load(text: str) -> JsonValue:
    """Return what a YAML text holds; TreeError when it cannot be read."""
    if len(text) > LIMIT:
        raise TreeError(f"It is longer than {LIMIT:,} characters.")
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        where = f" in line {mark.line + 1}" if mark else ""
        raise TreeError(f"It is not YAML: {str(problem.problem or 'it ends too early')[:100]}{where}.") from None
    except RecursionError:
        raise TreeError("It is nested too deeply.") from None
    except (YAMLError, ValueError) as problem:
        raise TreeError(f"It is not YAML ({type(problem).__name__}).") from None
    return None if node is None else _Reader().value(node, 0)


class _Reader:
    def __init__(self) -> None:
        self.count = 0

    def value(self, node: Node, depth: int) -> JsonValue:
        self.count += 1
        if self.count > _MOST:
            raise TreeError(f"With its aliases it has more than {_MOST:,} values.")
        if depth > _DEEPEST:
            raise TreeError("It is nested too deeply, or it contains itself.")
        if isinstance(node, ScalarNode):
            return _scalar(node)
        if isinstance(node, SequenceNode):
            return [self.value(item, depth + 1) for item in node.value]
        return self.members(node, depth) if isinstance(node, MappingNode) else None

    def members(self, node: MappingNode, depth: int) -> JsonObject:
        found: JsonObject = {}
        merged: JsonObject = {}
        for key, held in node.value:
            value = self.value(held, depth + 1)
            if isinstance(key, ScalarNode) and key.value == "<<" and key.style is None:
                for base in reversed(value if isinstance(value, list) else [value]):
                    merged |= base if isinstance(base, dict) else {}
            elif isinstance(key, ScalarNode):
                found[str(key.value)] = value
        return merged | found


def _scalar(node: ScalarNode) -> JsonValue:
    written = str(node.value)
    if node.style is not None:
        return written
    if node.tag == f"{_CORE}null":
        return None
    if node.tag == f"{_CORE}bool":
        return written.lower() in _TRUE
    return written
