"""Pages of saved views: open one, save one, look after one's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from django.contrib.auth.models import User
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from explorer.models import SavedView
from explorer.saved import store
from explorer.saved.forms import Name, NewView, Shown, sentences


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def saved_views(request: HttpRequest) -> HttpResponse:
    """Show a person's own views; saves one that is posted, and goes to it."""
    if request.method != "POST":
        return _own(request)
    if not isinstance(request.user, User):
        return _own(request, status=403)
    form = NewView(request.POST)
    if not form.is_valid():
        return _own(request, sentences(form), status=422)
    try:
        view = store.keep(request.user, **form.cleaned_data)
    except store.Refused as refusal:
        return _own(request, [str(refusal)], status=422)
    return redirect(store.address(view.page, view.query))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def saved_view(request: HttpRequest, token: str) -> HttpResponse:
    """Go to the list that a view shows: its owner may, and everyone once it is shared. Its owner's POST changes it."""
    if request.method == "POST":
        return _change(request, token)
    view = SavedView.objects.open_to(request.user).filter(token=token).first()
    if view is None:
        raise Http404("This view is gone, or the one who saved it does not share it.")
    return redirect(store.address(view.page, view.query))


def _change(request: HttpRequest, token: str) -> HttpResponse:
    """Do with one of one's own views what the button `do` says, and go back to all of them."""
    view = SavedView.objects.of(request.user).filter(token=token).first()
    if view is None:
        raise Http404("This view is gone, or it is somebody else's: only the one who saved it changes it.")
    action = _ACTIONS.get(request.POST.get("do", ""))
    if action is None:
        raise BadRequest("A view can be renamed, updated, shared and deleted; this was something else.")
    try:
        action(request, view)
    except store.Refused as refusal:
        return _own(request, [str(refusal)], status=422)
    return redirect(f"{reverse('explorer:views')}?{request.GET.urlencode()}".rstrip("?"))


def _rename(request: HttpRequest, view: SavedView) -> None:
    form = Name(request.POST)
    if not form.is_valid():
        raise store.Refused(" ".join(sentences(form)))
    store.rename(view, form.cleaned_data["name"])


def _update(request: HttpRequest, view: SavedView) -> None:
    form = Shown(request.GET)
    if not form.is_valid() or form.cleaned_data["page"] != view.page:
        raise store.Refused("Open the list with the filter that the view is to have, and come here from there.")
    store.update(view, form.cleaned_data["query"])


_ACTIONS: Mapping[str, Callable[[HttpRequest, SavedView], object]] = {
    "rename": _rename,
    "update": _update,
    "share": lambda request, view: store.share(view, is_shared=True),
    "unshare": lambda request, view: store.share(view, is_shared=False),
    "delete": lambda request, view: view.delete(),
}


def _own(request: HttpRequest, problems: Sequence[str] = (), *, status: int = 200) -> HttpResponse:
    """Render a person's own views, with the list they come from; one query."""
    shown = Shown(request.POST if "page" in request.POST else request.GET)
    here = shown.cleaned_data if shown.is_valid() else {"page": "", "query": ""}
    context = {
        "views": store.own(request.user),
        "problems": problems,
        "here": here,
        "typed": request.POST.get("name", ""),
        "origin": request.build_absolute_uri("/").rstrip("/"),
    }
    return render(request, "saved/list.html", context, status=status)
