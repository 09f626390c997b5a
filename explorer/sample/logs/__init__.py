"""What containers print: believable logs by kind of work, made from a seed whenever somebody asks.

`write.entries` is the way in; the other modules yield the lines of one kind of work each.
"""

from __future__ import annotations
