"""The menu of saved views."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from explorer.models.saved import NAME_LENGTH
from explorer.saved import store

register = template.Library()


@register.simple_tag
def place_of(page: str, query: str) -> str:
    """Return where a view of a list leads."""
    return store.address(page, query)


@register.inclusion_tag("saved/_menu.html", takes_context=True)
def saved_menu(context: Mapping[str, Any], page: str) -> dict[str, Any]:
    """Draw the menu of a person's views of the list `page`; one query, none for somebody who is not signed in.

    The context has the list's form and its canonical query string as `top`. What is wrong cannot be saved.
    """
    request = context["request"]
    query = store.canonical(context["top"])
    views = store.own(request.user, page)
    return {
        "views": views,
        "current": next((view for view in views if view.query == query), None),
        "page": page,
        "query": query,
        "is_wrong": bool(context["form"].errors),
        "user": request.user,
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "name_length": NAME_LENGTH,
        "next": store.address(page, query),
    }
