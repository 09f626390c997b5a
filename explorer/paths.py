"""Any text as a part of a URL's path, and back: names of images and resources hold slashes, "//", "?" and worse.

A text that can be read in a path stands there as it is, percent-encoded by Django. Any other, which a browser or proxy
would change ("..") or nobody should meet in an address bar (control characters, direction overrides), or which is
longer than a request line should be, is "@" and its UTF-8 bytes as URL-safe base64. Each text has one form only.
"""

from __future__ import annotations

import base64
from urllib.parse import quote

#: Marks the encoded form; a text that begins with it is encoded too, so that no two texts share a form.
MARK = "@"
#: Bytes of the percent-encoded form; servers take a request line of some 4,000.
LONGEST = 1500


def to_path(text: str, *, is_word: bool = False) -> str:
    """Return the form of a text in a path, before percent-encoding; of a word, which is to hold no slash."""
    if _is_plain(text) and not (is_word and "/" in text):
        return text
    return MARK + base64.urlsafe_b64encode(text.encode("utf-8", "surrogatepass")).decode().rstrip("=")


def from_path(part: str) -> str:
    """Return the text that a part of a path stands for; ValueError for what is no form of any."""
    if not part.startswith(MARK):
        return part
    encoded = part.removeprefix(MARK)
    try:
        return base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True).decode()
    except ValueError as error:
        raise ValueError(f"not the form of a text: {part[:100]!r}") from error


def _is_plain(text: str) -> bool:
    if not text or not text.isprintable() or text.startswith(MARK) or {".", ".."} & set(text.split("/")):
        return False
    return len(quote(text)) <= LONGEST


class Whole:
    """A text of any characters, to the end of the path or to what the pattern says follows."""

    regex = r"[\s\S]+"

    def to_python(self, part: str) -> str:
        """Return the text; ValueError, which is a 404, for what is no form of any."""
        return from_path(part)

    def to_url(self, text: str) -> str:
        """Return the form of a text."""
        return to_path(text)


class Word(Whole):
    """A text as one segment of a path."""

    regex = r"[^/]+"

    def to_url(self, text: str) -> str:
        """Return the form of a text, without slashes."""
        return to_path(text, is_word=True)
