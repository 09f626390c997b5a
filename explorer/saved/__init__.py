"""Saved views of the lists: kept per person, opened by anyone they are shared with."""
