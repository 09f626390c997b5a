"""Settings of PostgreSQL for single statements, sent along with them: one answer of the server instead of four."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction


@dataclass(slots=True)
class Along:
    """The settings of the statements to come, by name; values are words and numbers of ours."""

    settings: dict[str, str]
    _seen: set[str] = field(default_factory=set)

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        """Execute a statement with the settings, as Django's connection.execute_wrapper() asks for it.

        Several statements in one message are one transaction, at the end of which PostgreSQL undoes what is set LOCAL.
        Inside of another one, the other sends the settings of both; what both have is set as the inner one has it.
        """
        nested = [wrapper for wrapper in connection.execute_wrappers if isinstance(wrapper, Along)]
        self._seen |= self.settings.keys()
        if nested[0] is not self:
            return execute(sql, params, many, context)
        settings = {name: value for each in nested for name, value in each.settings.items()}
        before = "".join(f"SET LOCAL {name} = {value}; " for name, value in settings.items())
        answer = execute(before + sql, params, many, context)
        while context["cursor"].nextset():  # on to what the statement itself answers
            pass
        return answer

    def reset(self) -> None:
        """Undo what was set, where the transaction goes on."""
        if not self._seen:
            return
        with connection.cursor() as cursor:
            cursor.execute("; ".join(f"SET LOCAL {name} TO DEFAULT" for name in self._seen))


@contextmanager
def along(**settings: str) -> Iterator[Along]:
    """Have statements inside run with these settings: none of them may be a server-side cursor. No query of its own.

    What is changed in the yielded object holds from the next statement on. Inside of a transaction, an error undoes
    what was done inside, and three statements more are needed.
    """
    own = Along(settings)
    if not connection.in_atomic_block:
        with connection.execute_wrapper(own):
            yield own
        return
    with transaction.atomic():
        with connection.execute_wrapper(own):
            yield own
        own.reset()
