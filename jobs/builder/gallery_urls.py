"""URLs of templates, and of what goes out of a draft; jobs.builder.urls includes them in its namespace."""

from __future__ import annotations

from django.urls import path

from jobs.builder.views import outputs, template_forms, templates, templates_json

urlpatterns = [
    path("templates/", templates.template_list, name="templates"),
    path("templates.json", templates_json.template_list, name="templates_json"),
    path("templates/<str:slug>.json", templates_json.template, name="template_json"),
    path("templates/<str:slug>/", templates.template_page, name="template"),
    path("templates/<str:slug>/definition.json", templates.template_definition, name="template_definition"),
    path("templates/<str:slug>/markets/", templates.template_markets, name="template_markets"),
    path("templates/<str:slug>/change/", template_forms.template_change, name="template_change"),
    path("templates/<str:slug>/delete/", templates.template_delete, name="template_delete"),
    path("build/<str:draft_id>/snippets/", outputs.draft_snippets, name="snippets"),
    path("build/<str:draft_id>/snippets/<str:slug>", outputs.draft_snippet, name="snippet"),
    path("build/<str:draft_id>/compare/", outputs.draft_comparison, name="compare"),
    path("build/<str:draft_id>/template/", template_forms.template_save, name="template_save"),
]
