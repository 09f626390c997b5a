"""URLs of the catalog and of readiness. A name may hold any character: see explorer/paths.py."""

from __future__ import annotations

from django.urls import path, register_converter

from explorer import paths
from jobs.views import catalog, catalog_json, readiness_page

register_converter(paths.Whole, "whole")
register_converter(paths.Word, "word")

urlpatterns = [
    path("images/", catalog.image_list, name="images"),
    path("images.json", catalog_json.image_list, name="images_json"),
    path("images/<whole:reference>.json", catalog_json.image, name="image_json"),
    path("images/<whole:reference>/", catalog.image_page, name="image"),
    path("resources/", catalog.resource_list, name="resources"),
    path("resources.json", catalog_json.resource_list, name="resources_json"),
    path("resources/<word:type>/<whole:key>.json", catalog_json.resource, name="resource_json"),
    path("resources/<word:type>/<whole:key>/", catalog.resource_page, name="resource"),
    path("readiness/", readiness_page.readiness_page, name="readiness"),
    path("readiness.json", readiness_page.readiness_json, name="readiness_json"),
]
