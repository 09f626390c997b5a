"""Whose drafts are whose: a person's, or those of a browser's session until somebody signs in there."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from jobs.models import Draft, SavedTemplate
from jobs.models.draft import KEPT, DraftQuerySet

_SECRET: Final = "drafts"  # noqa: S105 - the key of the session's value, not a secret itself
_DAY: Final = "drafts_day"


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody who may have drafts: the user, or else the session, once it has a secret to know its drafts by."""

    user: User | None
    session: SessionBase

    @property
    def holder(self) -> str:
        """Hash of the session's secret, as its drafts have it; empty for a user and before the first draft."""
        secret = "" if self.user else self.session.get(_SECRET, "")
        return _hashed(secret) if secret else ""

    def keep(self) -> Owner:
        """Give a session that has no secret one. Its cookie then lasts as long as a draft does; returns the owner."""
        if self.user is None and not self.session.get(_SECRET):
            self.session[_SECRET] = secrets.token_urlsafe(24)
            self.renew()
        return self

    def renew(self) -> None:
        """Have the session's cookie last for as long as a draft from now on; writes at most once a day."""
        today = timezone.now().date().isoformat()
        if self.holder and self.session.get(_DAY) != today:
            self.session[_DAY] = today
            self.session.set_expiry(int(KEPT.total_seconds()))

    def drafts(self) -> DraftQuerySet:
        """Return the owner's own drafts, and none before there is one."""
        if self.user is not None:
            return Draft.objects.filter(owner=self.user)
        holder = self.holder
        return Draft.objects.filter(holder=holder) if holder else Draft.objects.none()


def owner_of(request: HttpRequest) -> Owner:
    """Return who asks. `store.create` gives the session its secret with the first draft, no page before it does."""
    user = request.user
    return Owner(user if isinstance(user, User) else None, request.session)


def adopt(request: HttpRequest) -> None:
    """Give the session's drafts and templates to the person who signed in there; two queries, once after that."""
    user, secret = request.user, request.session.get(_SECRET)
    if not secret or not isinstance(user, User):
        return
    Draft.objects.filter(holder=_hashed(secret)).update(owner=user, holder="")
    SavedTemplate.objects.filter(holder=_hashed(secret)).update(owner=user, holder="")
    del request.session[_SECRET]
    request.session.pop(_DAY, None)
    request.session.set_expiry(None)


class AdoptionMiddleware:
    """Adopts drafts at the first request after a sign-in, whichever page the sign-in was on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as always. Reads no session where the browser sent none."""
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            adopt(request)
        return self.get_response(request)


def _hashed(secret: str) -> str:
    """Return what the database keeps of a session's secret: enough to recognise it, useless to who reads the table."""
    return hashlib.sha256(secret.encode()).hexdigest()
