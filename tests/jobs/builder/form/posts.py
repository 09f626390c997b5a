"""Posts forms as a browser does: reads the controls of a page, and sends what it would send."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

from django.http import QueryDict
from django.template.loader import render_to_string

from jobs.builder.form.acting import Acted, act
from jobs.builder.form.building import FormState, form_of
from jobs.builder.form.keeping import FORGETFUL
from jobs.builder.form.nodes import Form
from jobs.builder.form.posting import patches_of
from jobs.builder.form.suggesting import Datalists
from jobs.definition.document import Document, read
from jobs.definition.edit.patches import apply_patch

DRAFT = SimpleNamespace(pk="a-draft", revision=1, number=1)


@dataclass
class Page(HTMLParser):
    """The controls of a form: what a browser would post, in order, and the buttons."""

    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    pointers: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._area: tuple[str, list[str]] | None = None
        self._select: str | None = None
        self._options: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a control."""
        given = {name: value or "" for name, value in attrs}
        self.ids += [given["id"]] if "id" in given else []
        self.pointers += [given["data-pointer"]] if "data-pointer" in given else []
        name = given.get("name", "")
        if tag == "input" and name and given.get("type") not in {"checkbox", "radio"}:
            self.fields.append((name, given.get("value", "").replace("\r", "").replace("\n", "")))
        elif tag == "input" and name and "checked" in given:
            self.fields.append((name, given.get("value", "on")))
        elif tag == "textarea":
            self._area = (name, [])
        elif tag == "select":
            self._select, self._options = name, []
        elif tag == "option" and self._select is not None:
            self._options.append((given.get("value", ""), "selected" in given))
        elif tag == "button" and name == "action" and "disabled" not in given:
            self.buttons.append(given.get("value", ""))

    def handle_data(self, data: str) -> None:
        """Note what stands in a text field."""
        if self._area:
            self._area[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        """Note the end of a text field or a menu."""
        if tag == "textarea" and self._area:
            name, parts = self._area
            typed = "".join(parts).replace("\r\n", "\n").replace("\r", "\n").removeprefix("\n")
            self.fields.append((name, typed.replace("\n", "\r\n")))
            self._area = None
        elif tag == "select" and self._select is not None:
            chosen = [value for value, is_on in self._options if is_on] or [value for value, _ in self._options[:1]]
            self.fields += [(self._select, value) for value in chosen[-1:]]
            self._select = None


def html_of(document: Document, at: str = "", **state) -> str:
    """Return the form of a document as a page has it."""
    form: Form = form_of(document, lists=Datalists(images=("ubuntu:24.04",)), state=FormState(at=at, **state))
    return render_to_string("builder/_form.html", {"form": form, "draft": DRAFT})


def page_of(document: Document, at: str = "", **state) -> Page:
    """Return the controls of a document's form."""
    page = Page()
    page.feed(html_of(document, at, **state))
    return page


def posted(page: Page, **changes: Any) -> QueryDict:
    """Return what a browser posts with some controls changed: None for what is off, a list for several."""
    data = QueryDict(mutable=True)
    for name, value in page.fields:
        if name not in changes:
            data.appendlist(name, value)
    for name, value in changes.items():
        values = [] if value is None else value if isinstance(value, list) else [value]
        data.setlist(name, values)
        if not values:
            del data[name]
    return data


def edited(text: str, at: str, *, kept: Any = FORGETFUL, **changes: Any) -> str:
    """Return the text after a form was opened at a place, some of its controls changed, and posted."""
    document = read(text)
    data = posted(page_of(document, at, picks=kept.picks(document)), **changes)
    return apply_patch(document, patches_of(document, data, kept=kept)).text


def pressed(text: str, at: str, action: str, *, kept: Any = FORGETFUL, **changes: Any) -> Acted:
    """Return what a button of the form did."""
    document = read(text)
    page = page_of(document, at, picks=kept.picks(document))
    assert action in page.buttons, action
    return act(document, action, posted(page, **changes), kept=kept)
