"""What pages read again and again, kept for a moment by the process that read it."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from functools import wraps
from typing import Final, ParamSpec, TypeVar

from django.conf import settings

Given = ParamSpec("Given")
Value = TypeVar("Value")

#: Answers of one function to different arguments; with more, all of them are forgotten.
MOST: Final = 500


def kept(read: Callable[Given, Value]) -> Callable[Given, Value]:
    """Have a function answer from memory what it was asked within the last KEPT_SECONDS (settings; 0 turns it off).

    Only for what the syncs write, which is older than that anyway. Arguments are hashable, answers are not changed.
    """
    answers: dict[Hashable, tuple[float, Value]] = {}

    @wraps(read)
    def answer(*given: Given.args, **named: Given.kwargs) -> Value:
        key, now = (given, *named.items()), time.monotonic()
        found = answers.get(key)
        if found and now < found[0]:
            return found[1]
        value = read(*given, **named)
        if len(answers) >= MOST:
            answers.clear()
        if settings.KEPT_SECONDS:
            answers[key] = now + settings.KEPT_SECONDS, value
        return value

    return answer
