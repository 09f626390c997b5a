"""Static files as production serves them: compressed, named by their content, style sheets in one piece."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from django.contrib.staticfiles.storage import HashedFilesMixin
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

_IMPORT = re.compile(r'^@import url\("([^"]+)"\);\n', re.MULTILINE)


class BundledStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise ships no types
    """Puts the style sheets that another one imports in their place, so that a page needs one request for all.

    An import is a line of its own, and what it names lies in the same folder: addresses in it stay right. Without this
    storage, as in tests, browsers follow the imports themselves.
    """

    #: Our own modules import each other by their hashed names, so that a browser never mixes those of two versions.
    #: Django's switch for it takes every package's scripts, of which some import what they do not bring.
    patterns = (
        *HashedFilesMixin.patterns,
        ("js/*.js", HashedFilesMixin._js_module_import_aggregation_patterns[1]),  # type: ignore[attr-defined]  # not in the stubs
    )

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """Yield what happened to each file, as Django's storages do."""
        for name, (source, path) in list(paths.items()):
            if not name.endswith(".css") or dry_run:
                continue
            with source.open(path) as file:
                text = file.read().decode()
            if _IMPORT.search(text):
                self._write(name, self._joined(name, text, paths))
                paths[name] = (self, name)
        yield from super().post_process(paths, dry_run, **options)

    def _joined(self, name: str, text: str, paths: dict[str, Any]) -> str:
        def imported(found: re.Match[str]) -> str:
            source, path = paths[str(PurePosixPath(name).with_name(found[1]))]
            with source.open(path) as file:
                return str(file.read().decode())

        return _IMPORT.sub(imported, text)

    def _write(self, name: str, text: str) -> None:
        self.delete(name)
        self.save(name, ContentFile(text.encode()))
