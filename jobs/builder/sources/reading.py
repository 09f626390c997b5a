"""Reads what a form posted: which way to start, and with what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from explorer.nosana.guarded import PUBLIC, Guard
from jobs.builder import saved, starters, templates
from jobs.builder.newlines import typed
from jobs.builder.owners import Owner
from jobs.builder.sources.network import from_cid, from_job
from jobs.builder.sources.start import UNTITLED, NoStart, Start, empty, label, name_of, reference, written
from jobs.builder.sources.texts import LONGEST, exact, imported, start_from
from jobs.builder.sources.web import from_url
from jobs.definition import encoding
from jobs.definition.imports.compose import import_compose
from jobs.definition.imports.outcome import Leftover
from jobs.definition.imports.run_line import import_run_lines

#: The fields, each a way to start, in the order in which they count, and what to say to an empty one.
_WAYS: Final = {
    "definition": "",
    "paste": "Paste a definition, a compose file or a run line.",
    "job": "Write a job's address, or paste a link to the job.",
    "cid": "Write the CID of a definition.",
    "template": "Choose a template.",
    "url": "Write the address of a file.",
    "run_line": "Paste a `docker run` or `podman run` line.",
    "compose": "Paste a compose file.",
    "starter": "Choose a starter.",
}


def start_of(
    data: QueryDict,
    files: MultiValueDict[str, UploadedFile[bytes]],
    *,
    owner: Owner | None = None,
    guard: Guard = PUBLIC,
) -> Start:
    """Return what a draft begins with; NoStart where the way that was chosen leads nowhere.

    Fields: none of them, or an empty `definition`, for an empty one; else the first that is filled in counts.
    `definition` is kept to the byte, whatever it is. YAML, compose files and run lines in a `paste`, a `file` or at a
    `url` are converted; JSON stays as it is there too, but for the line ends of a text box.
    `owner` may have templates of their own; `guard` says whom a `url` may make us ask.
    """
    if uploaded := files.get("file"):
        return _from_file(uploaded)
    given = {name: str(data.get(name, "")) for name in _WAYS}
    filled = next((name for name, text in given.items() if text.strip()), None)
    if filled is not None:
        return _by(filled, given[filled], owner, guard)
    if "file" in files or "file" in data:
        raise NoStart("Choose a file.", "file")
    asked = [name for name in _WAYS if name in data and name != "definition"]
    if len(asked) == 1:
        raise NoStart(_WAYS[asked[0]], asked[0])
    return Start(written(empty()), UNTITLED, "empty")


def _by(field: str, text: str, owner: Owner | None, guard: Guard) -> Start:
    ways: dict[str, Callable[[], Start]] = {
        "definition": lambda: exact(text),
        "paste": lambda: start_from(typed(text), "paste", field),
        "job": lambda: from_job(text),
        "cid": lambda: from_cid(text),
        "template": lambda: _from_template(text.strip(), owner),
        "url": lambda: from_url(text, guard),
        "run_line": lambda: imported(import_run_lines(text), "run_line", field),
        "compose": lambda: imported(import_compose(text), "compose", field),
        "starter": lambda: _from_starter(text.strip()),
    }
    return ways[field]()


def _from_file(uploaded: UploadedFile[bytes]) -> Start:
    """Return a start from a file: JSON as it is, YAML, compose and run lines converted."""
    if (uploaded.size or 0) > LONGEST:
        raise NoStart(f"The file is longer than {LONGEST:,} bytes, which no definition is.", "file")
    text, notes = encoding.decode(uploaded.read())
    start = start_from(text, "file", "file")
    file = uploaded.name or ""
    name = start.name if start.name != UNTITLED else label(PurePosixPath(file).stem)
    report = (*(Leftover("Letters", note.message) for note in notes), *start.report)
    return replace(start, name=name, reference=reference(file), report=report)


def _from_template(slug: str, owner: Owner | None) -> Start:
    template = templates.find(slug)
    if template is None and owner is not None:
        entry = saved.find(owner, slug)
        template = saved.used(entry) if entry else None
    if template is None:
        raise NoStart(f"There is no template called {label(slug)}.", "template")
    return Start(template.text, label(template.name), "template", template.slug)


def _from_starter(slug: str) -> Start:
    starter = starters.find(slug)
    if starter is None:
        raise NoStart(f"There is no starter called {label(slug)}.", "starter")
    value = empty() | {"ops": [starter.op()]}
    return Start(written(value), name_of(value), "starter", starter.slug)
