"""The project: settings, the network client, the sample network, and what every app may use."""

from __future__ import annotations
