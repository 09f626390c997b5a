"""The filters of the catalog's lists: every value that a query string may carry, and the columns to sort by."""

from __future__ import annotations

from typing import ClassVar

from django import forms

from jobs.selectors import catalog
from markets.forms.columns import Column, ListFilter, Select, same
from markets.models import Image, Resource

#: What an entry is to markets and jobs.
USES = (
    ("required", "Required by a market"),
    ("used", "Used by a job"),
    ("candidate", "Used, required nowhere"),
    ("unused", "Required, never used"),
)

_FIGURES = (
    Column("Jobs", "jobs", "-", "r", "that were ever listed with it"),
    Column("Success", "success", "-", "r", "of its jobs that were judged"),
    Column("Ran", css="r c-mid", note="on average, of its jobs that ended"),
    Column("Required by", "markets", "-", "r", "listed markets whose nodes must keep it"),
    Column("Last used", "used", "-", "r", "when a job last used it; of an older use only the day is kept"),
    Column("First seen", css="r c-low", note="when it was first met here, in a job or in a market's list"),
)


class CatalogFilter(ListFilter):
    """The filter of a catalog list. Values that nothing has are no error: their list is empty."""

    usual = "-jobs"
    #: The order of each sort: non-null, indexed columns, the last one unique.
    orders: ClassVar[dict[str, tuple[str, ...]]] = {
        f"{sign}{name}": (f"{sign}{column}", f"{sign}id")
        for sign in ("", "-")
        for name, column in (
            ("name", "name_key"),
            ("jobs", "jobs"),
            ("success", "success_key"),
            ("used", "used_key"),
            ("markets", "markets"),
        )
    }

    use = forms.ChoiceField(
        required=False,
        label="Use",
        choices=[("", "Any use"), *USES],
        error_messages={"invalid_choice": "A use is required, used, candidate or unused, not “%(value)s”."},
    )

    def wanted(self) -> dict[str, str]:
        """Return the valid values that choose entries, without the sort."""
        return {name: value for name, value in self.cleaned_data.items() if name != "sort"}

    def order(self) -> tuple[str, ...]:
        """Return the columns of the chosen sort."""
        return self.orders[self.cleaned_data["sort"]]


class ImageFilter(CatalogFilter):
    """The image list's filter."""

    columns = (Column("Image", "name"), *_FIGURES)
    registry = forms.CharField(required=False, max_length=255, label="Registry")

    def selects(self) -> list[Select]:
        """Return use and registry, with the registries that most images come from; one query."""
        return [self.select("use", USES), self.select("registry", same(catalog.commonest(Image, "registry")))]


class ResourceFilter(CatalogFilter):
    """The resource list's filter."""

    columns = (Column("Type"), Column("Resource", "name"), *_FIGURES)
    type = forms.CharField(required=False, max_length=40, label="Type")

    def selects(self) -> list[Select]:
        """Return use and type, with the types that most resources have; one query."""
        return [self.select("use", USES), self.select("type", same(catalog.commonest(Resource, "type")))]
