"""The `url` tag, which remembers where names without arguments lead: a page of links would look each up again."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.conf import settings
from django.template.base import Parser, Token
from django.template.context import Context
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as parsed
from django.urls import get_script_prefix, get_urlconf, reverse

register = template.Library()


@lru_cache(maxsize=300)
def _place(name: str, urlconf: str, prefix: str) -> str:
    return reverse(name, urlconf=urlconf)


class PlaceNode(URLNode):
    """A `url` tag; only one without arguments, which leads to the same place from everywhere, is remembered."""

    def render(self, context: Context) -> str:
        """Return the path, as Django's own tag does."""
        if self.args or self.kwargs or self.asvar:
            return super().render(context)
        name = str(self.view_name.resolve(context))
        return _place(name, get_urlconf() or settings.ROOT_URLCONF, get_script_prefix())


@register.tag
def url(parser: Parser, token: Token) -> PlaceNode:
    """Write the path of a view: `{% url 'jobs:list' %}`."""
    node = parsed(parser, token)
    return PlaceNode(node.view_name, node.args, node.kwargs, node.asvar)
