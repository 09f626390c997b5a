"""Changes to a definition that leave the rest of its text alone, and comparisons of definitions.

`patches` sets, inserts, moves, removes and renames by JSON pointer; `ops` renames and duplicates an op; `fingerprint`
tells whether two definitions do the same; `comparison` says in words how they differ.
"""

from __future__ import annotations
