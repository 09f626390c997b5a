"""Errors that nodes report of an op: by their event, what each kind of message means.

The messages are those of the container engines, registries and stores that a node passes on (nosana-cli).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from jobs.reasons.advice import Advice, advise

#: What is said where no message fits, by event.
_DEFAULTS: Final[Mapping[str, Advice]] = {
    "image-pull-error": Advice("The node could not pull the image.", "image"),
    "resource-error": Advice("The node could not fetch a resource of the op.", "resources"),
    "container-runtime-error": Advice("The container engine could not start the container."),
    "operation-error": Advice("The node failed over the op before its container started."),
}
#: Words by which a message without an event is told apart, those of older nodes.
_WORDS: Final = {"image-pull-error": ("manifest", "registry", "pull"), "resource-error": ("resource", "bucket", "s3:")}
_OPERATION, _RUNTIME = "operation-error", "container-runtime-error"


def of_error(message: str) -> Advice | None:
    """Return what an error of an op means, from "event: message" or, of older nodes, the message alone."""
    event, _, rest = message.partition(": ")
    if event == _OPERATION:
        return advise(_OPERATION, rest) or advise(_RUNTIME, rest) or _DEFAULTS[event]
    if event in _DEFAULTS:
        return advise(event, rest) or _DEFAULTS[event]
    start = message[:300].lower()
    for kind, words in _WORDS.items():
        if any(word in start for word in words) and (found := advise(kind, message)):
            return found
    return advise(_OPERATION, message) or advise(_RUNTIME, message)


def is_about_literals(advice: Advice) -> bool:
    """Say whether advice is about a literal or marker, whose place has to be looked for."""
    return not advice.field and ("literal" in advice.text or "marker" in advice.text)
