"""Forms that are made for every request and never change their fields."""

from __future__ import annotations

from typing import Any, TypeVar

from django import forms

FormClass = TypeVar("FormClass", bound=type[forms.Form])


class _Shared(dict[str, forms.Field]):
    """Fields of which no copies are made: the copying would cost more than reading the values."""

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, forms.Field]:
        return dict(self)


def shares_fields(form: FormClass) -> FormClass:
    """Have all instances of a form share its fields, which nothing may change; decorates the class."""
    form.base_fields = _Shared(form.base_fields)
    return form
