"""Where a draft starts from: nothing, a text, a file, a job, a CID, a template, a URL, a run line or a compose file.

`start_of` reads what a form posted. What was imported is told about in the Start's report; NoStart says why not.
"""

from __future__ import annotations

from jobs.builder.sources.reading import start_of
from jobs.builder.sources.start import NoStart, Start

__all__ = ["NoStart", "Start", "start_of"]
