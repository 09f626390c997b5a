"""What a form knows of a definition: kinds of values, their fields, and the shapes that a value may have.

The tables in `fields` are made of these; `tests/jobs/builder/form/test_fields.py` checks them against the schema.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from explorer.nosana.payloads import JsonValue
from jobs.definition.document import MISSING, Missing

#: Makes the value of a shape out of the one that stood there, MISSING where none did.
Make = Callable[[JsonValue | Missing], JsonValue]
Fits = Callable[[JsonValue], bool]


@dataclass(frozen=True, slots=True)
class Text:
    """A text. `suggestions` names a list of values to choose from."""

    suggestions: str = ""
    is_long: bool = False
    is_secret: bool = False
    placeholder: str = ""


@dataclass(frozen=True, slots=True)
class Number:
    """A number, kept as it is spelled. What is typed and is no number becomes a text, which the findings tell about."""

    unit: str = ""
    placeholder: str = ""


@dataclass(frozen=True, slots=True)
class Switch:
    """True or false; absent counts as false."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One text of a few: each with how it is called."""

    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """A list of texts, one a line; where one of them has lines itself, or is empty, each has a control of its own."""

    noun: str
    suggestions: str = ""
    placeholder: str = ""


@dataclass(frozen=True, slots=True)
class Several:
    """A list of texts that are chosen from `options`, or from those that the definition itself names (`of`)."""

    options: tuple[tuple[str, str], ...] = ()
    of: str = ""


@dataclass(frozen=True, slots=True)
class Json:
    """Any value, written as JSON."""


@dataclass(frozen=True, slots=True)
class Map:
    """An object whose members are named by the author. `named` tells those that the table knows something about."""

    item: Spec
    noun: str
    name: str  # of a new member
    suggestions: str = ""
    start: JsonValue = ""
    takes_env: bool = False
    named: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class List:
    """A list of values of one kind; `start` is a new one."""

    item: Spec
    noun: str
    start: JsonValue = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A member of an object. `start` is the value it is added with; without one its own fields stand in the form."""

    name: str
    label: str
    spec: Spec
    help: str = ""
    more: tuple[str, ...] = ()  # what the page of all fields says beyond `help`
    codes: tuple[str, ...] = ()  # findings about it
    is_required: bool = False
    start: JsonValue | Missing = MISSING
    pair: bool = False  # short: two of these stand side by side


@dataclass(frozen=True, slots=True)
class Group:
    """An object with known members; others of its members are shown as JSON."""

    fields: tuple[Field, ...]
    hidden: tuple[str, ...] = ()  # members that the shape itself decides

    def field(self, name: str) -> Field | None:
        """Return the field of a member's name."""
        return next((one for one in self.fields if one.name == name), None)


@dataclass(frozen=True, slots=True)
class Shape:
    """One of the shapes of a union: what fits it, what it is made from, and how it is edited."""

    key: str
    label: str
    spec: Spec
    fits: Fits
    make: Make
    help: str = ""


@dataclass(frozen=True, slots=True)
class Union:
    """A value of several shapes; a picker chooses. `is_menu`: there are too many for a row of buttons."""

    shapes: tuple[Shape, ...]
    label: str = ""
    is_menu: bool = False
    fallback: str = ""  # the shape of a value that fits none; without one it is shown as JSON

    def shape(self, key: str) -> Shape | None:
        """Return the shape of a key."""
        return next((one for one in self.shapes if one.key == key), None)


Spec = Text | Number | Switch | Choice | Lines | Several | Json | Map | List | Group | Union


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the form with a heading of its own: fields by their way from the part's pointer, such as `args/env`."""

    key: str
    title: str
    ways: tuple[str, ...]
    is_fold: bool = True


@dataclass(frozen=True, slots=True)
class Part:
    """What the form shows at once: the document, its `global`, or an op."""

    sections: tuple[Section, ...] = field(default=())


def is_text(value: JsonValue) -> bool:
    """Say whether a value is a text."""
    return isinstance(value, str)


def is_list(value: JsonValue) -> bool:
    """Say whether a value is a list."""
    return isinstance(value, list)


def is_object(value: JsonValue) -> bool:
    """Say whether a value is an object."""
    return isinstance(value, dict)


def is_number(value: JsonValue) -> bool:
    """Say whether a value is a number, which true and false are not."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)
