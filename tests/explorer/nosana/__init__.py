"""The network client against real HTTP on loopback and a real Redis."""

from __future__ import annotations
