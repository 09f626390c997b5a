"""Where an image reference breaks, for whoever wrote it. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Final

from docker_image.regexp import ImageRegexps

from explorer import images

#: Longer than any reference that a registry takes; explorer/images.py has the same bound.
MAX_LENGTH: Final = 600
_GRAMMAR: Final = ImageRegexps.REFERENCE_REGEXP
_STRANGE: Final = re.compile(r"[^\x21-\x7e]")
_UPPER: Final = re.compile("[A-Z]")


def problem(reference: str) -> tuple[str, int] | None:
    """Return what is wrong with a reference and at which character, from 0; None where nothing is. Below 1 ms.

    The position is the end of the longest beginning that some reference has (the grammar is Docker's own).
    """
    if images.parse(reference) is not None:
        return None
    if not reference:
        return "An image reference is needed.", 0
    if len(reference) > MAX_LENGTH:
        return f"An image reference has at most {MAX_LENGTH} characters.", MAX_LENGTH
    if strange := _STRANGE.search(reference):
        return _strange(strange[0]), strange.start()
    if scheme := re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", reference):
        return f"An image reference has no “{scheme[0]}” in front.", 0
    return _broken(reference)


def _broken(reference: str) -> tuple[str, int]:
    end = _longest_beginning(reference)
    upper = _UPPER.search(reference)
    if upper and upper.start() <= end and images.parse(_lowered(reference)) is not None:
        # Capitals in a registry's name are none of the error, so that it is where the grammar stops.
        place = end if _UPPER.match(reference, end) else upper.start()
        return "The name of an image is written in lower case.", place
    if end < len(reference):
        return f"“{reference[end]}” cannot stand here.", end
    name, at, _ = reference.partition("@")
    if at and _GRAMMAR.fullmatch(reference):
        return "The digest has not the length that its algorithm makes.", len(name) + 1
    if _GRAMMAR.fullmatch(reference):
        return "The name of this image is too long, or looks like a digest.", 0
    return "The reference ends too early.", end


def _lowered(reference: str) -> str:
    """Return the reference with its name in lower case; a tag may have capitals."""
    name, at, digest = reference.partition("@")
    folder, slash, last = name.rpartition("/")
    image, colon, tag = last.partition(":")
    return f"{folder.lower()}{slash}{image.lower()}{colon}{tag}{at}{digest}"


def _longest_beginning(reference: str) -> int:
    """Return how many characters of it some reference begins with; beginnings of a beginning are beginnings too."""
    return bisect_left(range(1, len(reference) + 1), x=True, key=lambda end: not _is_beginning(reference[:end]))


def _is_beginning(text: str) -> bool:
    return _GRAMMAR.fullmatch(text, partial=True) is not None


def _strange(character: str) -> str:
    if character.isspace():
        return "An image reference has no spaces or line breaks."
    if not character.isprintable():
        return f"The invisible character U+{ord(character):04X} cannot stand in an image reference."
    return f"“{character}” cannot stand in an image reference."
