"""Static files as production collects them."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.template import Context, Template
from django.test import override_settings

from explorer.static_files import SCRIPTS

_BUNDLED: dict[str, Any] = {"BACKEND": "explorer.static_files.BundledStaticFilesStorage"}


def _source(name: str) -> str:
    return Path(settings.BASE_DIR, "static", name).read_text()


def _scripts() -> list[str]:
    return re.findall(r'<script src="([^"]+)"></script>', Template("{% page_scripts %}").render(Context()))


def _check_scripts(folder: Path) -> None:
    (address,) = _scripts()
    assert re.fullmatch(r"/static/js/site\.[0-9a-f]{12}\.js", address)
    joined = (folder / address.removeprefix("/static/")).read_text()
    assert joined == "\n".join(_source(name) for name in SCRIPTS)
    assert (folder / "js/site.js").read_text() == joined  # the plain name, which the error page uses
    assert gzip.decompress((folder / (address.removeprefix("/static/") + ".gz")).read_bytes()).decode() == joined


def _check_sheets(folder: Path) -> None:
    sheet = (folder / staticfiles_storage.url("css/site.css").removeprefix("/static/")).read_text()
    imported = re.findall(r'@import url\("([^"]+)"\)', _source("css/site.css"))
    assert len(imported) == 4
    assert "@import" not in sheet
    rules = [line for part in imported for line in _source(f"css/{part}").splitlines() if "url(" not in line]
    assert [line for line in sheet.splitlines() if line in set(rules)] == rules


def test_production_serves_what_every_page_needs_as_one_script_and_one_sheet(tmp_path: Path) -> None:
    """Nothing is lost, and a browser asks once for each."""
    with override_settings(STATIC_ROOT=str(tmp_path), STORAGES=settings.STORAGES | {"staticfiles": _BUNDLED}):
        call_command("collectstatic", "--noinput", verbosity=0)
        _check_scripts(tmp_path)
        _check_sheets(tmp_path)


def test_without_that_storage_each_script_is_named() -> None:
    """As in tests and while somebody works on them."""
    assert _scripts() == [f"/static/{name}" for name in SCRIPTS]
