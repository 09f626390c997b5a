"""From the network's answers to rows: `store` writes, `listing` reads the job list, `content` reads IPFS."""

from __future__ import annotations
