"""The tables of everything a definition can say: for each field its kind, its name for people, and what a node does."""

from __future__ import annotations
