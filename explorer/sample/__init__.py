"""The sample network: a small Nosana network on loopback that speaks the same interfaces, made from a seed, alive.

`server.SampleServer` runs it in threads, `manage.py sample_network` as a process. docs/sample-network.md says what
is in it. It shares nothing with the explorer but the network's own encodings.
"""

from __future__ import annotations

from explorer.sample.server import SampleServer

__all__ = ["SampleServer"]
