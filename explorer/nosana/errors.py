"""What can go wrong between the explorer and the network.

    NosanaError
    ├── Unreachable       no answer: DNS, connection, timeout, TLS
    ├── Refused           an answer with an HTTP status of 400 or more
    │   └── NotFound      404: the network does not know it
    ├── Malformed         an answer that is not what the interface promises, or over the size cap
    ├── OverBudget        our own request budget, or the network's 429, says: not now
    └── BudgetUnavailable the request budget cannot be read, so nothing was sent

Every message is one plain sentence for people. None carries a credential or a query string.
"""

from __future__ import annotations


class NosanaError(Exception):
    """Base of all; `kind` is a stable word for records and metrics."""

    kind = "error"


class Unreachable(NosanaError):
    """The network gave no answer."""

    kind = "unreachable"


class Refused(NosanaError):
    """The network answered with an error status."""

    kind = "refused"

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class NotFound(Refused):
    """The network does not know what was asked for."""

    kind = "not_found"

    def __init__(self, message: str) -> None:
        super().__init__(message, 404)


class Malformed(NosanaError):
    """The answer is not what the interface promises."""

    kind = "malformed"


class OverBudget(NosanaError):
    """The request was not sent, or was refused with 429; try again in `retry_after` seconds."""

    kind = "over_budget"

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class BudgetUnavailable(NosanaError):
    """Redis, which holds the budget that all processes share, does not answer; nothing was sent."""

    kind = "budget_unavailable"
