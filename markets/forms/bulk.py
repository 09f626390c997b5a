"""One decision about one entry, for many markets: what the admin's bulk actions ask for."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Final

from django import forms

from markets.choices import Decision
from markets.curation import Entry, InvalidEntry, Wish
from markets.forms.curation import KINDS, NAME_IT, NONE, SAY_WHY, Problem, typed_entry

_DECISIONS: Final = [("add", "Add"), ("pin", "Pin"), ("hide", "Hide"), (NONE, "Take the decision back")]


class BulkForm(forms.Form):
    """What to decide about which entry, and why."""

    kind = forms.ChoiceField(choices=KINDS, label="Kind")
    entry = forms.CharField(max_length=20_000, error_messages={"required": NAME_IT}, label="Entry")
    decision = forms.ChoiceField(choices=_DECISIONS, label="Decision")
    note = forms.CharField(required=False, max_length=1000, label="Note for readers of the list")
    reason = forms.CharField(max_length=1000, error_messages={"required": SAY_WHY}, label="Why")

    problem: Problem | None = None

    def clean(self) -> None:
        """Read the entry; a refusal stands at the entry and in `problem` with its position."""
        super().clean()
        if "entry" in self.cleaned_data and "kind" in self.cleaned_data:
            text = self.cleaned_data["entry"]
            try:
                self.cleaned_data["typed"] = typed_entry(self.cleaned_data["kind"], text)
            except InvalidEntry as error:
                self.problem = Problem(error.message, text, min(error.position, len(text)))
                self.add_error("entry", error.message)

    @cached_property
    def named(self) -> Entry:
        """The entry."""
        entry: Entry = self.cleaned_data["typed"]
        return entry

    def wish(self) -> Wish:
        """Return what is wanted in each market."""
        decision = self.cleaned_data["decision"]
        if decision == NONE:
            return Wish(self.named, None)
        return Wish(self.named, Decision(decision), self.cleaned_data["note"])

    def seen(self, markets: Iterable[str]) -> dict[str, int]:
        """Return the newest revision of each market that the preview showed; 0 where it says nothing usable."""
        return {market: number(self.data.get(f"seen-{market}", "")) for market in markets}


def number(text: str) -> int:
    """Return a revision number that a form carried; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
