"""The URLs of a node's page, included by markets/urls.py by name: their names are those of the markets."""

from __future__ import annotations

from django.urls import path

from jobs.views import node

urlpatterns = [
    path("nodes/<str:address>.json", node.node_as_json, name="node_json"),
    path("nodes/<str:address>/", node.node_detail, name="node"),
]
