"""The gallery's filter, and what is said of a template that somebody saves."""

from __future__ import annotations

from django import forms

from jobs.builder.browsing import ORIGINS
from jobs.builder.templates import CATEGORIES

_CATEGORIES = [("", "None"), *CATEGORIES.items()]
README_LENGTH = 10_000


class TemplateFilter(forms.Form):
    """Words, a category, and where templates are from; what is not given leaves nothing out."""

    q = forms.CharField(required=False, max_length=200)
    category = forms.ChoiceField(
        required=False,
        choices=[("", "Any"), *CATEGORIES.items()],
        error_messages={"invalid_choice": f"A category is one of {', '.join(CATEGORIES)}, not “%(value)s”."},
    )
    origin = forms.ChoiceField(
        required=False,
        choices=[("", "Any"), *ORIGINS.items()],
        error_messages={"invalid_choice": f"An origin is one of {', '.join(ORIGINS)}, not “%(value)s”."},
    )

    @property
    def asked(self) -> dict[str, str]:
        """The valid values; those that are not count as not given."""
        return {name: self.cleaned_data.get(name, "") for name in self.fields}

    @property
    def sentences(self) -> list[str]:
        """What is wrong with the others."""
        return [str(error) for errors in self.errors.values() for error in errors]


class TemplateForm(forms.Form):
    """What a saved template is called and says, and who may see it."""

    name = forms.CharField(max_length=80, error_messages={"required": "A template needs a name."})
    summary = forms.CharField(required=False, max_length=200)
    category = forms.ChoiceField(required=False, choices=_CATEGORIES)
    readme = forms.CharField(required=False, max_length=README_LENGTH, widget=forms.Textarea)
    is_shared = forms.BooleanField(required=False)


class CompareForm(forms.Form):
    """What to compare a draft with: `other` as jobs.builder.comparing takes it, or one field for each kind."""

    other = forms.CharField(required=False, max_length=400)
    template = forms.CharField(required=False, max_length=100)
    job = forms.CharField(required=False, max_length=2000)
    version = forms.CharField(required=False, max_length=10)

    @property
    def wanted(self) -> str:
        """What was asked for, "" for nothing."""
        asked = self.cleaned_data
        kinds = (name for name in ("job", "template", "version") if asked.get(name))
        return asked.get("other", "") or next((f"{name}:{asked[name]}" for name in kinds), "")


class SnippetForm(forms.Form):
    """Where a job is to be posted, and for how many minutes at most; the network's bounds are 0.02 and 100 hours."""

    market = forms.CharField(required=False, max_length=100)
    minutes = forms.IntegerField(
        required=False,
        min_value=2,
        max_value=6000,
        error_messages={
            "invalid": "The timeout is a whole number of minutes.",
            "min_value": "The shortest timeout is 2 minutes.",
            "max_value": "The longest timeout is 6,000 minutes, which is 100 hours.",
        },
    )
