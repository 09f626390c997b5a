"""The builder: drafts, their versions, and links to them."""

from __future__ import annotations

from django.urls import include, path

from jobs.builder.views import draft, drafts, fields, form, live, shares, versions

app_name = "builder"

urlpatterns = [
    path("", include("jobs.builder.gallery_urls")),
    path("docs/fields/", fields.fields, name="fields"),
    path("build/", drafts.drafts, name="drafts"),
    path("build/shared/<str:token>/", shares.shared, name="shared"),
    path("build/shared/<str:token>/definition.json", shares.shared_definition, name="shared_definition"),
    path("build/shared/<str:token>/copy/", shares.shared_copy, name="shared_copy"),
    path("build/<str:draft_id>/", draft.draft, name="draft"),
    path("build/<str:draft_id>/definition.json", draft.definition, name="definition"),
    path("build/<str:draft_id>/edit/", form.edit, name="edit"),
    path("build/<str:draft_id>/live/", live.live, name="live"),
    path("build/<str:draft_id>/fix/", live.fix, name="fix"),
    path("build/<str:draft_id>/runs/", live.runs, name="runs"),
    path("build/<str:draft_id>/readiness/", live.readiness, name="readiness"),
    path("build/<str:draft_id>/text/", draft.text, name="text"),
    path("build/<str:draft_id>/undo/", draft.undo, name="undo"),
    path("build/<str:draft_id>/redo/", draft.redo, name="redo"),
    path("build/<str:draft_id>/name/", draft.name, name="name"),
    path("build/<str:draft_id>/read/", draft.read, name="read"),
    path("build/<str:draft_id>/copy/", draft.copy, name="copy"),
    path("build/<str:draft_id>/delete/", draft.delete, name="delete"),
    path("build/<str:draft_id>/versions/", versions.versions, name="versions"),
    path("build/<str:draft_id>/versions/<int:number>/", versions.version, name="version"),
    path("build/<str:draft_id>/versions/<int:number>/definition.json", versions.definition, name="version_definition"),
    path("build/<str:draft_id>/versions/<int:number>/restore/", versions.restore, name="restore"),
    path("build/<str:draft_id>/share/", shares.shares, name="share"),
    path("build/<str:draft_id>/share/<str:token>/", shares.share, name="share_change"),
]
