"""What a form is made of, as its templates read it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from jobs.builder.starters import Starter
from jobs.definition.findings import Finding


@dataclass(slots=True)
class Option:
    """One of several things to choose."""

    value: str
    label: str
    is_on: bool = False


@dataclass(slots=True)
class Picker:
    """Chooses the shape of a value: posts `k:` + pointer, and `b:` + pointer with the shape that was shown."""

    pointer: str
    id: str
    label: str
    options: list[Option]
    is_menu: bool
    shown: str
    at: str = ""  # the place in the text that it belongs to, where that is not the value's own


@dataclass(slots=True)
class Control:
    """A value that is edited. `kind` is text, area, number, switch, choice, lines, several, json, picker or fixed."""

    kind: str
    name: str
    pointer: str
    id: str
    label: str
    shown: str = ""
    help: str = ""
    anchor: str = ""  # of its description
    suggestions: str = ""
    placeholder: str = ""
    unit: str = ""
    is_secret: bool = False
    is_required: bool = False
    is_pair: bool = False
    can_unset: bool = False
    can_split: bool = False  # its lines can have controls of their own
    rows: int = 0
    options: list[Option] = field(default_factory=list)
    picker: Picker | None = None
    findings: Sequence[Finding] = ()
    problem: str = ""  # why what was typed was not taken over

    is_control = True

    @property
    def is_wrong(self) -> bool:
        """Say whether something is wrong with it."""
        return bool(self.problem) or any(finding.severity == "error" for finding in self.findings)


@dataclass(slots=True)
class Row:
    """An item of a list, or a member with a name of its own (`name`)."""

    pointer: str
    id: str
    title: str
    node: Control | Block
    name: Control | None = None
    can_up: bool = False
    can_down: bool = False
    can_act: bool = True  # its pointer is one that a browser gives back as it is


@dataclass(slots=True)
class Block:
    """Parts that belong together. `kind` is group, list or map; `is_plain`: each row is one short control."""

    kind: str
    pointer: str
    id: str
    label: str
    help: str = ""
    anchor: str = ""
    noun: str = ""
    new_name: str = ""  # suggested for a new member
    suggestions: str = ""
    is_plain: bool = False
    is_empty: bool = False  # there is nothing yet but a button
    is_pair: bool = False
    can_unset: bool = False
    can_add: bool = False
    can_join: bool = False  # its items can be shown as lines
    takes_env: bool = False
    picker: Picker | None = None
    nodes: list[Control | Block] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    earlier: str = ""  # pointers of items that are not shown
    later: str = ""
    count: int = 0
    findings: Sequence[Finding] = ()

    is_control = False


@dataclass(slots=True)
class FormSection:
    """A part of the form with a heading."""

    key: str
    id: str
    title: str
    summary: str
    is_fold: bool
    is_open: bool
    nodes: list[Control | Block]
    pointers: tuple[str, ...]
    counts: Counter[str]  # of findings, by severity
    deferred: str = ""  # the pointer that shows it, where it is too long to be shown as well


@dataclass(slots=True)
class Form:
    """The form of one part of a definition. `shape` is the same as long as it has the same controls."""

    title: str
    pointer: str
    part: str  # document, global, op or frozen
    shape: str = ""
    frozen: str = ""  # why nothing can be edited
    can_convert: bool = False
    index: int = -1  # of the op
    count: int = 0  # of ops
    at: str = ""
    sections: list[FormSection] = field(default_factory=list)
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    references: tuple[str, ...] = ()
    previous: str = ""
    next: str = ""
    notes: tuple[str, ...] = ()
    starters: tuple[Starter, ...] = ()  # of a definition that has no op yet
