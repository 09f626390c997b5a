"""Writes what is measured of a filled database, as JSON: a program of its own.

`python -m tests.bench.naming FILE` in the environment that servers.databases() gives.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.bench.settings")
django.setup()

from tests.bench.cases import cases  # noqa: E402 - settings first
from tests.bench.filling import freshen  # noqa: E402 - settings first

if __name__ == "__main__":
    freshen()
    found = [{"kind": one.kind, "name": one.name, "url": one.url, "headers": dict(one.headers)} for one in cases()]
    Path(sys.argv[1]).write_text(json.dumps(found))
