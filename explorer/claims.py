"""Work that is due, taken by one worker at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils import timezone

Model = TypeVar("Model", bound=models.Model)


@transaction.atomic
def claim(due: models.QuerySet[Model], field: str, *, limit: int, hold: timedelta) -> list[Any]:
    """Return the keys of up to `limit` rows whose `field`, a time, has come, and put it off by `hold`.

    Rows that another worker is claiming are passed over. A worker that dies loses nothing: the rows are due again
    after `hold`. Two statements.
    """
    now = timezone.now()
    rows = due.filter(**{f"{field}__lte": now}).order_by(field).select_for_update(skip_locked=True, of=("self",))
    keys = list(rows.values_list("pk", flat=True)[:limit])
    due.model._default_manager.filter(pk__in=keys).update(**{field: now + hold})
    return keys
