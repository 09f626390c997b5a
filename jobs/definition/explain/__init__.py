"""What a node will do with a definition: `report.explain` tells all of it, the other modules one subject each.

`plan` the order, `interpolation` and `effective` the values that count, `command` argv and entrypoint, `run_lines` the
lines for podman and docker, `services` the addresses, `caching` the names in a node's cache, `results` what is found
in a log. All take plain JSON values of any shape and never raise.
"""

from __future__ import annotations
