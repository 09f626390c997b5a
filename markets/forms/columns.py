"""A filter above a table: the columns to sort by, and fields that choose from what there is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, NamedTuple

from django import forms
from django.http import QueryDict
from django.utils.text import slugify

from explorer.paging import query_string


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `sort` is empty where it cannot be sorted by, `first` is "-" for largest first.

    One that `is_extra` is shown only where it is asked for.
    """

    label: str
    sort: str = ""
    first: str = ""
    css: str = ""
    note: str = ""
    is_extra: bool = False

    @property
    def name(self) -> str:
        """What a query string calls it: usd-h for USD/h."""
        return _name(self.label)


@cache
def _name(label: str) -> str:
    return slugify(label.replace("/", " "))


@dataclass(frozen=True, slots=True)
class Head:
    """A column's head: where its link leads, and how the table is sorted by it now."""

    column: Column
    url: str
    direction: str  # ascending, descending, none, or empty where it cannot be sorted by


class ManyField(forms.Field):
    """Any number of texts under one name, as boxes that are ticked send them; empty ones and repetitions are left out.

    Its value is a list. `label` names it where something is wrong with one.
    """

    widget = forms.MultipleHiddenInput
    longest: ClassVar[int] = 200
    most: ClassVar[int] = 60

    def to_python(self, value: Any) -> list[str]:
        """Return the texts."""
        texts = [str(text) for text in value or []]
        if any("\0" in text for text in texts):
            raise forms.ValidationError("Null characters are not allowed.")
        if any(len(text) > self.longest for text in texts):
            raise forms.ValidationError(f"Ensure this value has at most {self.longest} characters.")
        found = [text for text in dict.fromkeys(text.strip() for text in texts) if text]
        if len(found) > self.most:
            raise forms.ValidationError(f"At most {self.most} values can be chosen.")
        return found


class Select(NamedTuple):
    """A field that chooses from a list: what is chosen, and the list."""

    field: forms.BoundField
    chosen: str
    choices: list[tuple[str, str]]


class ListFilter(forms.Form):
    """A GET form over a table with sortable columns. Empty values mean: everything, in the usual order."""

    columns: ClassVar[Sequence[Column]] = ()
    usual: ClassVar[str] = ""

    q = forms.CharField(required=False, max_length=200, label="Text")
    sort = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    def clean_sort(self) -> str:
        """Return the name of a column, "-" before it for largest first."""
        sort: str = self.cleaned_data["sort"] or self.usual
        names = {column.sort for column in self.columns if column.sort}
        if sort.removeprefix("-") not in names:
            raise forms.ValidationError(f"The list can be sorted by {', '.join(sorted(names))}.")
        return sort

    @property
    def is_filtering(self) -> bool:
        """Whether any value leaves rows out."""
        return any(value for name, value in self.cleaned_data.items() if name != "sort")

    def selects(self) -> list[Select]:
        """Return the fields that choose from a list."""
        return []

    def select(self, name: str, choices: Iterable[tuple[str, str]]) -> Select:
        """Return a field with its choices, and with the chosen value even where it is not among them."""
        offered, chosen = list(choices), str(self.data.get(name, ""))
        if chosen.isprintable() and chosen and chosen not in dict(offered):
            offered.insert(0, (chosen, chosen))
        return Select(self[name], chosen, offered)

    def shown(self) -> list[Column]:
        """Return the columns that `columns` in the query string names, the first one always; the usual ones else.

        It is no field: it leaves no rows out. A name that no column has counts as not there.
        """
        first, *others = self.columns
        return [first, *(self.chosen() or [column for column in others if not column.is_extra])]

    def chosen(self) -> list[Column]:
        """Return the columns that the query string names, without the first."""
        texts = self.data.getlist("columns") if isinstance(self.data, QueryDict) else []
        wanted = {name for text in texts for name in text.split(",")}
        return [column for column in self.columns[1:] if column.name in wanted]

    def kept(self) -> list[tuple[str, str]]:
        """Return the names and values of the fields that were filled in and can be used, each value once."""
        data = self.data if isinstance(self.data, QueryDict) else QueryDict()
        names = [name for name in self.fields if name not in self.errors]
        return [(name, value) for name in names for value in data.getlist(name) if value]

    def heads(self, params: QueryDict) -> list[Head]:
        """Return the heads of the shown columns for a page with these parameters."""
        sort = self.cleaned_data.get("sort", self.usual)
        return [_head(column, sort, params) for column in self.shown()]


def _head(column: Column, sort: str, params: QueryDict) -> Head:
    if not column.sort:
        return Head(column, "", "")
    if sort.removeprefix("-") != column.sort:
        return Head(column, query_string(params, sort=f"{column.first}{column.sort}"), "none")
    is_descending = sort.startswith("-")
    url = query_string(params, sort=column.sort if is_descending else f"-{column.sort}")
    return Head(column, url, "descending" if is_descending else "ascending")


def same(values: Iterable[str]) -> list[tuple[str, str]]:
    """Return choices that are called what they are; one with odd characters, which no page may carry, is left out."""
    return [(value, value) for value in values if value.isprintable()]
