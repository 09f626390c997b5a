"""The explorer's settings with one page and one header more, for the benchmark alone."""

from __future__ import annotations

from explorer.settings import *  # noqa: F403 - all of them
from explorer.settings import MIDDLEWARE as _MIDDLEWARE

ROOT_URLCONF = "tests.bench.urls"
MIDDLEWARE = ["tests.bench.counting.count_queries", *_MIDDLEWARE]
