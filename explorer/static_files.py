"""Static files as production serves them: compressed, named by their content, what every page needs in one piece."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import Any

from django.contrib.staticfiles.storage import HashedFilesMixin
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

#: The scripts of every page. Production serves them as one, under the first's name; each is whole by itself.
SCRIPTS = ("js/site.js", "js/keys.js", "js/lists.js")

_IMPORT = re.compile(r'^@import url\("([^"]+)"\);\n', re.MULTILINE)


class BundledStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise ships no types
    """Puts style sheets that another one imports in their place, and joins SCRIPTS: one request for all of them.

    An import is a line of its own, and what it names lies in the same folder: addresses in it stay right. Without this
    storage, as in tests, browsers follow the imports themselves, and the tag {% page_scripts %} names each script.
    """

    #: What {% page_scripts %} names
    page_scripts = SCRIPTS[:1]

    #: Our own modules import each other by their hashed names, so that a browser never mixes those of two versions.
    #: Django's switch for it takes every package's scripts, of which some import what they do not bring.
    patterns = (
        *HashedFilesMixin.patterns,
        ("js/*.js", HashedFilesMixin._js_module_import_aggregation_patterns[1]),  # type: ignore[attr-defined]  # not in the stubs
    )

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """Yield what happened to each file, as Django's storages do."""
        if not dry_run:
            for name, text in dict(self._joined(paths)).items():
                self.delete(name)
                self.save(name, ContentFile(text.encode()))
                paths[name] = (self, name)
        yield from super().post_process(paths, dry_run, **options)

    def _joined(self, paths: dict[str, Any]) -> Iterator[tuple[str, str]]:
        for name in paths:
            if not name.endswith(".css"):
                continue
            text = _text(paths, name)
            if _IMPORT.search(text):
                folder = PurePosixPath(name).parent
                yield name, _IMPORT.sub(partial(_imported, paths, folder), text)
        if all(name in paths for name in SCRIPTS):
            yield SCRIPTS[0], "\n".join(_text(paths, name) for name in SCRIPTS)


def _imported(paths: dict[str, Any], folder: PurePosixPath, found: re.Match[str]) -> str:
    return _text(paths, str(folder / found[1]))


def _text(paths: dict[str, Any], name: str) -> str:
    source, path = paths[name]
    with source.open(path) as file:
        return str(file.read().decode())
