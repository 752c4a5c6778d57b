"""What a detector of somebody else is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from wardlaw.facts.exchange import Segment
from wardlaw.facts.finding import Finding
from wardlaw.security.normalise import Views

ENTRY_POINTS = "wardlaw.detectors"
"""Group of entry points under which packages offer detectors of their own."""


class ForeignDetector(Protocol):
    """A detector of somebody else, offered as an entry point of the group ``wardlaw.detectors``.

    The entry point names a class or function that is called without arguments and gives the detector. It is asked
    from a thread of its own, may be asked from several at once, and must not change what it is given. One that fails
    or is too slow is a finding that denies.

    Attributes:
        id: Its name in lower case; the one under which the configuration switches it on.
        version: Changes whenever it may find something else in the same text.
    """

    id: str
    version: str

    def inspect(self, segment: Segment, views: Views) -> Sequence[Finding]:
        """Findings with spans in the original text of the segment."""
