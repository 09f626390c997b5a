"""What a curator types: decisions about entries of one market, a sheet of them saved at once with one reason."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from django import forms
from django.http import QueryDict

from markets.choices import Decision
from markets.curation import Entry, InvalidEntry, Wish, image_entry, resource_entry
from markets.effective import Served
from markets.listing import row_key

#: How many rows one save may change; more is an import.
MAX_ROWS: Final = 300
#: How many lines a sheet offers for entries that are not in the list yet.
NEW_LINES: Final = 3
#: How much of a text is shown on each side of the character that is wrong.
AROUND: Final = 40
#: What a resource of a type is named by, where it is typed without JSON.
NAMED_BY: Final = {"S3": "url", "HF": "repo", "Ollama": "model"}
KINDS: Final = [("image", "Image"), *((kind, kind) for kind in NAMED_BY), ("json", "JSON")]
#: What takes a decision back, its note included.
NONE: Final = "none"
DECISIONS: Final = [("", "No decision"), *((choice.value, choice.label) for choice in Decision), (NONE, "Taken back")]
#: What the sheet offers.
CHOICES: Final = [("", "–"), (Decision.ADD.value, "Add"), (Decision.PIN.value, "Pin"), (Decision.HIDE.value, "Hide")]
NAME_IT: Final = "Type an image reference, or a URL, a repository, a model or JSON."
SAY_WHY: Final = "Say why; everybody can read it in the history."


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a typed entry is refused, and at which character, counted from 0."""

    message: str
    text: str
    position: int

    @property
    def line(self) -> int:
        """The line of the character, from 1."""
        return self.text.count("\n", 0, self.position) + 1

    @property
    def column(self) -> int:
        """Its place in the line, from 1."""
        return self.position - (self.text.rfind("\n", 0, self.position) + 1) + 1

    @property
    def before(self) -> str:
        """What stands before it, the last forty characters."""
        return self.text[max(self.position - AROUND, 0) : self.position]

    @property
    def at(self) -> str:
        """The character; a space where the text ends too early."""
        return self.text[self.position : self.position + 1] or " "

    @property
    def after(self) -> str:
        """What follows it, the next forty characters."""
        return self.text[self.position + 1 : self.position + 1 + AROUND]


def typed_entry(kind: str, text: str) -> Entry:
    """Return the entry that a text of a kind of `KINDS` names; raises InvalidEntry with the position in the text."""
    if kind == "image":
        return image_entry(text)
    if kind == "json" or text.startswith("{"):
        return resource_entry(text)
    return resource_entry({"type": kind, NAMED_BY[kind]: text})


class RowForm(forms.Form):
    """A decision about one entry: one of the list, named by its identity, or one that is typed."""

    kind = forms.CharField(required=False, max_length=10)
    identity = forms.CharField(required=False, max_length=4000, strip=False, widget=forms.HiddenInput)
    entry = forms.CharField(required=False, max_length=20_000)
    decision = forms.ChoiceField(required=False, choices=DECISIONS)
    note = forms.CharField(required=False, max_length=1000)
    # What the page showed, so that only what was changed on it is saved.
    was_decision = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)
    was_note = forms.CharField(required=False, max_length=1000, widget=forms.HiddenInput)

    @property
    def wanted(self) -> tuple[str, str]:
        """The decision and note that are asked for; a note alone is a decision too. Empty texts: none."""
        data = self.cleaned_data
        decision, note = data.get("decision", ""), data.get("note", "")
        if decision == NONE or (not decision and data.get("was_decision") not in ("", Decision.NOTE)):
            return "", ""
        if decision in ("", Decision.NOTE):
            return (Decision.NOTE.value, note) if note else ("", "")
        return decision, note

    @property
    def is_changed(self) -> bool:
        """Whether the row asks for anything."""
        if not self.cleaned_data.get("identity"):
            return bool(self.cleaned_data.get("entry"))
        return self.wanted != (self.cleaned_data["was_decision"], self.cleaned_data["was_note"])


class ReasonForm(forms.Form):
    """Why, the newest revision that the page knew, and how many rows there are."""

    reason = forms.CharField(max_length=1000, error_messages={"required": SAY_WHY})
    seen = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    count = forms.IntegerField(min_value=0, max_value=MAX_ROWS, widget=forms.HiddenInput)


@dataclass
class Row:
    """A line of the sheet; `served` is None for an entry that is typed."""

    form: RowForm
    served: Served | None = None
    problem: Problem | None = None
    errors: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        """A name for the row's elements."""
        return row_key(self.served.entry) if self.served else "new"

    @property
    def name(self) -> tuple[str, str]:
        """Kind and identity of an entry of the list; empty where it is typed."""
        return self.served.entry.key if self.served else ("", "")

    @property
    def is_refused(self) -> bool:
        """Whether it cannot be saved."""
        return bool(self.errors or self.problem)

    @property
    def decisions(self) -> list[tuple[str, str]]:
        """What can be decided."""
        return CHOICES

    @property
    def kinds(self) -> list[tuple[str, str]]:
        """What can be typed."""
        return KINDS


class Sheet:
    """Rows about one market's entries with one reason. Bound when `data` is given; `served` is the list as it is."""

    def __init__(self, served: Sequence[Served], data: QueryDict | None = None) -> None:
        self.served: Mapping[tuple[str, str], Served] = {s.entry.key: s for s in served}
        self.data = data
        self.head = ReasonForm(data)
        self.rows: list[Row] = []
        self.wishes: list[Wish] = []

    @classmethod
    def blank(cls, shown: Sequence[Served], *, seen: int, new: int = 0) -> Sheet:
        """Return an unbound sheet of these entries, with `new` empty lines to type into."""
        sheet = cls(shown)
        sheet.rows = [Row(_shown(number, served), served) for number, served in enumerate(shown)]
        sheet.rows += [Row(_empty(len(shown) + number)) for number in range(new)]
        sheet.head = ReasonForm(initial={"seen": seen, "count": len(sheet.rows)})
        return sheet

    @cached_property
    def is_valid(self) -> bool:
        """Whether everything can be saved; fills `rows`, without those that ask for nothing, and `wishes`."""
        head_is_valid = self.head.is_valid()
        count = self.head.cleaned_data.get("count") or 0
        asked = [self._row(RowForm(self.data, prefix=f"rows-{number}")) for number in range(count)]
        self.rows = [row for row in asked if row.is_refused or row.form.is_changed or len(asked) == 1]
        if len(asked) == 1 and not asked[0].is_refused and not asked[0].served and not self.wishes:
            asked[0].errors = [NAME_IT]
        self._refuse_twice()
        return head_is_valid and not self.head.errors and not any(row.is_refused for row in self.rows)

    @property
    def seen(self) -> int:
        """The newest revision that the page knew."""
        return int(self.head.cleaned_data["seen"])

    @property
    def reason(self) -> str:
        """Why."""
        return str(self.head.cleaned_data["reason"])

    @property
    def is_saved(self) -> bool:
        """Whether it was valid, and nothing spoke against it since."""
        return self.is_valid and not self.head.errors

    def refuse(self, sentence: str) -> None:
        """Note what speaks against the whole sheet."""
        self.head.add_error(None, sentence)

    def again(self, served: Sequence[Served], *, seen: int) -> Sheet:
        """Return the same wishes upon the list as it is now, to be looked at and saved once more."""
        sheet = Sheet(served)
        now = [sheet.served.get(row.name) if row.served else None for row in self.rows]
        sheet.rows = [Row(_asked(number, row, now[number]), now[number]) for number, row in enumerate(self.rows)]
        sheet.head = ReasonForm(initial={"seen": seen, "count": len(sheet.rows), "reason": self.reason})
        return sheet

    def _row(self, form: RowForm) -> Row:
        row = Row(form)
        if not form.is_valid():
            row.errors = [str(text) for errors in form.errors.values() for text in errors]
        elif form.cleaned_data["identity"]:
            self._decide_listed(row)
        elif form.cleaned_data["entry"]:
            self._decide_typed(row)
        return row

    def _decide_listed(self, row: Row) -> None:
        data = row.form.cleaned_data
        row.served = self.served.get((data["kind"], data["identity"]))
        if row.served is None:
            row.errors = ["This entry is not in the list any more."]
        elif row.form.is_changed:
            self._wish(row.served.entry, row.form)

    def _decide_typed(self, row: Row) -> None:
        kind, text = row.form.cleaned_data["kind"], row.form.cleaned_data["entry"]
        if kind not in dict(KINDS):
            row.errors = ["Choose what it is."]
            return
        try:
            entry = typed_entry(kind, text)
        except InvalidEntry as error:
            row.problem = Problem(error.message, text, min(error.position, len(text)))
            return
        if not row.form.wanted[0]:
            row.errors = ["Choose what to do with it."]
            return
        self._wish(entry, row.form)

    def _wish(self, entry: Entry, form: RowForm) -> None:
        decision, note = form.wanted
        self.wishes.append(Wish(entry, Decision(decision) if decision else None, note))

    def _refuse_twice(self) -> None:
        keys = [wish.entry.key for wish in self.wishes]
        twice = next((wish.entry.name for wish in self.wishes if keys.count(wish.entry.key) > 1), None)
        if twice is not None:
            self.refuse(f"“{twice}” is named twice.")


def _shown(number: int, served: Served) -> RowForm:
    """Return a row that shows how an entry stands."""
    decision, note = current(served)
    facts = {"decision": decision, "note": note, "was_decision": decision, "was_note": note}
    return RowForm(prefix=f"rows-{number}", initial={**_named(served), **facts})


def _asked(number: int, row: Row, now: Served | None) -> RowForm:
    """Return a row that asks for the same again, upon what stands now; of an entry that went, what can be typed."""
    data = row.form.cleaned_data
    decision, note = current(now) if now else ("", "")
    asked: dict[str, Any] = {**data, "was_decision": decision, "was_note": note}
    if row.served and not now:
        kind = row.served.entry.kind
        asked |= {"identity": "", "kind": kind if kind == "image" else "json", "entry": _typed(row.served.entry)}
    return RowForm(prefix=f"rows-{number}", initial=asked)


def _typed(entry: Entry) -> str:
    """Return what a curator would type for an entry."""
    return entry.name if entry.spec is None else json.dumps(entry.spec, ensure_ascii=False)


def _empty(number: int) -> RowForm:
    return RowForm(prefix=f"rows-{number}", initial={"kind": "image", "decision": Decision.ADD.value})


def _named(served: Served) -> dict[str, str]:
    return {"kind": served.entry.kind, "identity": served.entry.identity}


def current(served: Served) -> tuple[str, str]:
    """Return the decision and note that stand for an entry; empty texts where nobody decided."""
    return (served.decision.decision, served.decision.note) if served.decision else ("", "")
