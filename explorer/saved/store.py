"""What can be done with saved views. Refused says in a sentence why something cannot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.contrib.auth.models import AnonymousUser, User
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from explorer.models import SavedView
from explorer.models.saved import MOST, ListPage
from explorer.paging import query_string

#: The lists by their names in explorer/urls.py.
URLS: Mapping[str, str] = {
    ListPage.JOBS: "jobs:list",
    ListPage.MARKETS: "markets:list",
    ListPage.NODES: "markets:nodes",
}


class Refused(ValueError):
    """A view cannot be saved so; the message is for people."""


def canonical(query: str) -> str:
    """Return a query string in one order, without empty values, a page's position, or a question mark."""
    return query_string(QueryDict(query.removeprefix("?"))).removeprefix("?")


def address(page: str, query: str) -> str:
    """Return where a view leads."""
    return f"{reverse(URLS[page])}?{query}".rstrip("?")


def own(user: User | AnonymousUser, page: str = "") -> Sequence[SavedView]:
    """Return a person's views, of one list or of all; one query, none for somebody who is not signed in."""
    if not isinstance(user, User):
        return []
    found = SavedView.objects.of(user)
    return list(found.filter(page=page) if page else found)


def keep(owner: User, *, page: str, name: str, query: str) -> SavedView:
    """Save a view of a canonical query; two queries.

    Raises Refused for a name that the owner has, and beyond MOST views.
    """
    if SavedView.objects.of(owner).count() >= MOST:
        raise Refused(f"You have {MOST} views, which is as many as are kept. Delete one first.")
    view = SavedView(owner=owner, page=page, name=name, query=query)
    _write(view, is_new=True)
    return view


def rename(view: SavedView, name: str) -> None:
    """Give a view another name. Raises Refused for one that the owner has."""
    view.name = name
    _write(view)


def update(view: SavedView, query: str) -> None:
    """Have a view show another canonical query of its list."""
    view.query = query
    _write(view)


def share(view: SavedView, *, is_shared: bool) -> None:
    """Let everyone open a view by its link, or its owner alone."""
    view.is_shared = is_shared
    _write(view)


def _write(view: SavedView, *, is_new: bool = False) -> None:
    view.updated_at = timezone.now()
    try:
        with transaction.atomic():
            if not is_new and not SavedView.objects.select_for_update().filter(pk=view.pk).exists():
                raise Refused("This view was deleted meanwhile, perhaps in another window.")  # else it would come back
            view.save()
    except IntegrityError as error:
        raise Refused(f"You have a view of this list called “{view.name}”. Choose another name.") from error
