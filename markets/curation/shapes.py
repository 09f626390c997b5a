"""What shape a resource must have before a curator may add it, by the network's own types. Pure.

Types: S3, HF and Ollama as nodes fetch them (job-definition, "Resource caching"); any other type is taken as it is,
because the network may know more of them than this explorer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from explorer.nosana import credentials, fields
from explorer.nosana.payloads import JsonObject, JsonValue
from explorer.nosana.strict_json import UNSTORABLE

Path = tuple[str | int, ...]
#: Longer than any address, repository, model or file name that is real.
MAX_TEXT: Final = 2000
MAX_TYPE: Final = 40
#: Only the last part names the repository; "library" models of Hugging Face have no owner.
_REPO: Final = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?", re.ASCII)
_MODEL: Final = re.compile(r"[A-Za-z0-9][\w.:/-]*", re.ASCII)
_SCHEMES: Final = ("http", "https", "s3")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a resource, as a sentence, and the path of the value that is."""

    message: str
    path: Path = ()


def fault(spec: JsonValue) -> Fault | None:
    """Return the first thing that is wrong with a resource; None where nothing is."""
    if not isinstance(spec, dict):
        return Fault(f'A resource is an object such as {{"type": "S3", "url": …}}, not {fields.kind(spec)}.')
    for path in credentials.places(spec):
        return Fault(f"“{_dotted(path)}” holds a credential. The list is public: leave it out.", path)
    return next(_faults(spec), None)


def _faults(spec: JsonObject) -> Iterator[Fault]:
    yield from _unstorable(spec, ())
    kind = spec.get("type")
    if not isinstance(kind, str) or not kind.strip():
        yield Fault("The resource needs a “type”: S3, HF, Ollama or what the network calls it.", ("type",))
    elif len(kind) > MAX_TYPE or not kind.isprintable():
        yield Fault(f"A type has at most {MAX_TYPE} characters, all of them visible.", ("type",))
    elif check := _CHECKS.get(kind):
        yield from check(spec)
    elif other := next((name for name in _CHECKS if name.lower() == kind.strip().lower()), ""):
        yield Fault(f"Nodes know this type as “{other}”, written so.", ("type",))


def _s3(spec: JsonObject) -> Iterator[Fault]:
    if "url" in spec and "buckets" in spec:
        yield Fault("A node reads either “url” or “buckets”, never both: leave one out.", ("buckets",))
    if "buckets" in spec:
        yield from _buckets(spec["buckets"])
    else:
        yield from _url(spec, ())
        yield from _files(spec, ())


def _buckets(buckets: JsonValue) -> Iterator[Fault]:
    if not isinstance(buckets, list) or not buckets:
        yield Fault("“buckets” is a list of at least one object with a “url”.", ("buckets",))
        return
    for index, bucket in enumerate(buckets):
        path: Path = ("buckets", index)
        if isinstance(bucket, dict):
            yield from _url(bucket, path)
            yield from _files(bucket, path)
        else:
            yield Fault(f"A bucket is an object with a “url”, not {fields.kind(bucket)}.", path)


def _hugging_face(spec: JsonObject) -> Iterator[Fault]:
    if "repo" not in spec and "url" in spec:  # the typed contract of the network has no "repo", its nodes need it
        yield from _url(spec, ())
    else:
        yield from _matches(spec, "repo", _REPO, "like “TinyLlama/TinyLlama-1.1B-Chat-v1.0”")
    if spec.get("revision") is not None:
        yield from _text(spec, "revision", ())
    yield from _files(spec, ())


def _ollama(spec: JsonObject) -> Iterator[Fault]:
    yield from _matches(spec, "model", _MODEL, "like “llama3.2:3b”")


#: Each yields what is wrong with a resource of its type.
_CHECKS: Final[dict[str, Callable[[JsonObject], Iterator[Fault]]]] = {
    "S3": _s3,
    "HF": _hugging_face,
    "Ollama": _ollama,
}


def _matches(spec: JsonObject, name: str, pattern: re.Pattern[str], such: str) -> Iterator[Fault]:
    wrong = list(_text(spec, name, ()))
    yield from wrong
    value = spec.get(name)
    if not wrong and isinstance(value, str) and not pattern.fullmatch(value):
        yield Fault(f"“{name}” is no name that can be fetched; one looks {such}.", (name,))


def _url(spec: JsonObject, path: Path) -> Iterator[Fault]:
    wrong = list(_text(spec, "url", path))
    yield from wrong
    value = spec.get("url")
    if not wrong and isinstance(value, str) and not _is_url(value):
        yield Fault("“url” is an address that begins with https://, http:// or s3://.", (*path, "url"))


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in _SCHEMES and bool(parts.netloc) and not re.search(r"\s", text)
    except ValueError:
        return False


def _files(spec: JsonObject, path: Path) -> Iterator[Fault]:
    files = spec.get("files")
    if files is None:
        return
    if not isinstance(files, list):
        yield Fault(f"“files” is a list of texts, not {fields.kind(files)}.", (*path, "files"))
        return
    for index, item in enumerate(files):
        if not isinstance(item, str) or not item.strip() or len(item) > MAX_TEXT:
            yield Fault("A file is named by a text.", (*path, "files", index))


def _text(spec: JsonObject, name: str, path: Path) -> Iterator[Fault]:
    value = spec.get(name)
    where: Path = (*path, name)
    if not isinstance(value, str) or not value.strip():
        yield Fault(f"The resource needs “{name}”, a text.", where)
    elif len(value) > MAX_TEXT or not value.isprintable() or value != value.strip():
        yield Fault(f"“{name}” has at most {MAX_TEXT} characters, all visible, no space around.", where)


def _unstorable(value: JsonValue, path: Path) -> Iterator[Fault]:
    """Yield the texts that no database keeps: those with NUL or half a character."""
    if isinstance(value, dict):
        for key, item in value.items():
            if UNSTORABLE.search(key):
                yield Fault("The name of a field holds a character that cannot be stored.", path)
            yield from _unstorable(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unstorable(item, (*path, index))
    elif isinstance(value, str) and UNSTORABLE.search(value):
        yield Fault("A text holds a character that cannot be stored.", path)


def _dotted(path: Path) -> str:
    return ".".join(map(str, path))
