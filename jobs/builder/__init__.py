"""The builder: drafts of job definitions, edited as a form and as text.

`store` keeps drafts and their versions, `owners` says whose they are, `sharing` makes links for others; `sources` reads
what a draft starts from, `form` is the form of a text. Nothing else writes a draft.
"""

from __future__ import annotations
