"""The filters of the catalog's lists, and what the readiness page is asked."""

from __future__ import annotations

from jobs.filters.catalog import CatalogFilter, ImageFilter, ResourceFilter
from jobs.filters.readiness import ReadinessForm

__all__ = ["CatalogFilter", "ImageFilter", "ReadinessForm", "ResourceFilter"]
