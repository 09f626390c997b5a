"""Why a job failed, or ended as it did: in a sentence, with what to do and the field to change. Pure Python."""

from __future__ import annotations

from jobs.reasons.advice import Advice
from jobs.reasons.flow_errors import WORDS
from jobs.reasons.why import Reason, Saying, ending, reason

__all__ = ["WORDS", "Advice", "Reason", "Saying", "ending", "reason"]
