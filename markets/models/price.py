"""The price of NOS."""

from __future__ import annotations

from django.db import models


class NosPrice(models.Model):
    """What one NOS cost in USD at some moment."""

    at = models.DateTimeField(primary_key=True)
    usd = models.DecimalField(max_digits=20, decimal_places=10)

    class Meta:
        ordering = ["-at"]
        get_latest_by = "at"

    def __str__(self) -> str:
        return f"{self.usd} USD at {self.at:%Y-%m-%d %H:%M}"
