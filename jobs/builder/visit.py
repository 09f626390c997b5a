"""What the form keeps for the visit, in the session: values of shapes that were left, and what is to be said next."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from jobs.builder.form.keeping import Visit
from jobs.builder.form.posting import Refusal
from jobs.models import Draft

_FORMS: Final = "forms"
_SAID: Final = "forms_said"
#: Drafts of which something is kept, the last ones worked on.
_DRAFTS: Final = 3
_LONGEST: Final = 20_000


class Said:
    """What a button's answer says on the page that it leads to: once, and with what was typed and not taken over."""

    def __init__(self, notes: tuple[str, ...] = (), refusals: tuple[Refusal, ...] = ()) -> None:
        self.notes = notes
        self.refusals = refusals


def visit_of(request: HttpRequest, draft: Draft) -> Visit:
    """Return what is kept of a draft; the session is written when something is added."""
    session = request.session
    forms: dict[str, Any] = session.get(_FORMS, {})
    values = forms.get(draft.pk, {})

    def changed() -> None:
        kept = {name: found for name, found in session.get(_FORMS, {}).items() if name != draft.pk}
        recent = [*kept.items()][-(_DRAFTS - 1) :]
        session[_FORMS] = {**dict(recent), draft.pk: values}

    return Visit(values, changed)


def say(session: SessionBase, draft: Draft, said: Said) -> None:
    """Keep what is to be said on the draft's page when it is shown next."""
    if said.notes or said.refusals:
        refusals = [[one.name, one.typed[:_LONGEST], one.sentence] for one in said.refusals]
        session[_SAID] = [draft.pk, [*said.notes], refusals]


def heard(session: SessionBase, draft: Draft) -> Said:
    """Return what is to be said, and forget it."""
    draft_id, notes, refusals = session.get(_SAID, ["", [], []])
    if draft_id != draft.pk:
        return Said()
    del session[_SAID]
    return Said(tuple(notes), tuple(Refusal(*one) for one in refusals))
