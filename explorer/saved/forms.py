"""What people send about saved views."""

from __future__ import annotations

from django import forms

from explorer.models.saved import NAME_LENGTH, QUERY_LENGTH, ListPage
from explorer.saved.store import canonical
from explorer.text import visible

TOO_LONG = f"This filter is too long to be kept: more than {QUERY_LENGTH} characters."


class Name(forms.Form):
    """A view's name."""

    name = forms.CharField(
        max_length=NAME_LENGTH,
        error_messages={
            "required": "A view needs a name.",
            "max_length": f"A name has at most {NAME_LENGTH} characters.",
        },
    )

    def clean_name(self) -> str:
        """Return the name as it is shown, on one line."""
        name = " ".join(visible(self.cleaned_data["name"]).split())
        if len(name) > NAME_LENGTH:
            raise forms.ValidationError("This name holds characters that cannot be seen. Write it without them.")
        return name


class Shown(forms.Form):
    """The list that somebody comes from: its page and its query string."""

    page = forms.ChoiceField(choices=ListPage, error_messages={"invalid_choice": "There is no such list to save."})
    query = forms.CharField(
        required=False,
        max_length=QUERY_LENGTH,
        error_messages={"max_length": TOO_LONG},
    )

    def clean_query(self) -> str:
        """Return the query string as it is kept, which may be longer than what was sent: ü becomes %C3%BC."""
        query = canonical(self.cleaned_data["query"])
        if len(query) > QUERY_LENGTH:
            raise forms.ValidationError(TOO_LONG)
        return query


class NewView(Name, Shown):
    """A view to be saved."""


def sentences(form: forms.Form) -> list[str]:
    """Return what is wrong with a form, a sentence each."""
    return [str(error) for errors in form.errors.values() for error in errors]
