"""The explorer's URLs, and an empty page to compare all others with."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from explorer.urls import handler400, handler404, handler500
from explorer.urls import urlpatterns as _urlpatterns

__all__ = ["handler400", "handler404", "handler500", "urlpatterns"]

_EMPTY = '{% extends "base.html" %}{% block title %}Empty{% endblock %}{% block main %}<h1>Empty</h1>{% endblock %}'


def empty(request: HttpRequest) -> HttpResponse:
    """Answer with the frame of every page around nothing."""
    return HttpResponse(engines["django"].from_string(_EMPTY).render({}, request))


urlpatterns = [path("bench/empty/", empty), *_urlpatterns]
