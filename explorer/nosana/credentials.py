"""Takes credentials out of what the network says: markets' required resources may carry keys of S3 buckets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from explorer.nosana.payloads import JsonValue

#: Names are compared without case, "_", "-" and ".".
_SEPARATORS: Final = re.compile(r"[^a-z0-9]")
_CREDENTIAL: Final = re.compile(
    r"^(iam|auth|authentication|authorization|key|sig|cookie)$"
    r"|secret|passw|token(?!iz)|credential|accesskey|apikey|privatekey|signature"
)


def without(value: JsonValue) -> JsonValue:
    """Return a copy without any field that is named like a credential, at any depth, and with bare URLs."""
    if isinstance(value, dict):
        return {key: without(item) for key, item in value.items() if not is_credential(key)}
    if isinstance(value, list):
        return [without(item) for item in value]
    return bare_url(value) if isinstance(value, str) else value


def places(value: JsonValue, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of every field that `without` leaves out, and of every text that it changes."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from [(*path, key)] if is_credential(key) else places(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from places(item, (*path, index))
    elif isinstance(value, str) and bare_url(value) != value:
        yield path


def is_credential(name: str) -> bool:
    """Say whether a field's name is that of a credential: "IAM", "accessToken", "SECRET_ACCESS_KEY", …."""
    return _CREDENTIAL.search(_SEPARATORS.sub("", name.lower())) is not None


def bare_url(text: str) -> str:
    """Return a URL without user name, password and signed query fields; any other text comes back unchanged."""
    if "://" not in text or ("@" not in text and "?" not in text):
        return text
    try:
        parts = urlsplit(text)
        query = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return ""  # nothing that can be fetched, and nobody can tell what is secret in it
    kept = [(name, value) for name, value in query if not is_credential(name)]
    changed = {"netloc": parts.netloc.rpartition("@")[2]}
    if len(kept) != len(query):
        changed["query"] = urlencode(kept)
    return parts._replace(**changed).geturl()
