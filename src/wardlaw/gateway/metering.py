"""What a request or an answer moves: data subjects and bytes in results.

*Meaning, not rows*: bulk is metered on what comes back. A tool result that an agent resends with its
history was counted when it first came and is not counted again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from wardlaw.facts.exchange import Channel, Measures, Segment
from wardlaw.security.subjects import SubjectCounter, Subjects

_REMEMBERED = 20_000  # results; a set of subjects is a few hundred bytes on average, so some 10 MB at most
# What a person's data in an answer cannot do without: an address, a number, or the lines of a table or list.
_MAY_NAME = re.compile(r"[@\d\n{\[]")
_NEVER_NAMES = bytes(code for code in range(128) if not _MAY_NAME.match(chr(code)))
# A message of a role nobody knows may be a result under another name.
_UNKNOWN_MESSAGE = re.compile(r"/messages/\d+/content")


class Moved(msgspec.Struct, frozen=True):
    """What moves with a request or an answer.

    Attributes:
        subjects: Keyed digests of the distinct persons in results.
        fresh: Marks of the results counted now; given to ``Meter.settle`` once they were released.
    """

    measures: Measures
    subjects: frozenset[str] = frozenset()
    fresh: tuple[tuple[bytes, bytes], ...] = ()


class Meter:
    """Counts what results hold, each result once per session.

    Args:
        subject_key: Key of the digests of data subjects.
    """

    def __init__(self, subject_key: bytes) -> None:
        self._counter = SubjectCounter(subject_key)
        self._counted: dict[bytes, Subjects] = {}
        self._released: dict[tuple[bytes, bytes], None] = {}

    def results(self, session: bytes, segments: Sequence[Segment], measures: Measures) -> Moved:
        """Add what the tool results among the segments move.

        Args:
            session: Key of the session; a result counts once in it.
            segments: Segments of the request.
            measures: The other countable facts.
        """
        held: set[str] = set()
        size = 0
        unparsed = False
        fresh: list[tuple[bytes, bytes]] = []
        for segment in segments:
            if not _is_result(segment):
                continue
            mark = (session, segment.sha256)
            counted = self._count(mark[1], segment.text)
            held |= counted.digests
            if mark not in self._released:
                fresh.append(mark)
                size += len(segment.text.encode("utf-8", "surrogatepass"))
                unparsed = unparsed or counted.unparsed
        if not fresh:
            return Moved(measures, frozenset(held))
        changed = msgspec.structs.replace(
            measures, data_subjects=len(held), result_bytes=size, result_unparsed=unparsed
        )
        return Moved(changed, frozenset(held), tuple(fresh))

    def answer(self, texts: Sequence[str], size: int) -> Moved:
        """What a model's answer moves.

        Args:
            texts: Text leaves of the answer.
            size: Bytes of the answer.
        """
        held: set[str] = set()
        for text in texts:
            if not _may_name(text):
                continue
            held |= self._counter.distinct_subjects(text).digests
        return Moved(Measures(data_subjects=len(held), result_bytes=size), frozenset(held))

    def carried(self, arguments: str) -> int:
        """Distinct persons in the arguments of a tool call, JSON text."""
        return len(self._counter.distinct_subjects(arguments).digests) if _may_name(arguments) else 0

    def settle(self, moved: Moved) -> None:
        """Remember that these results were released, so that history is not counted again."""
        for mark in moved.fresh:
            if len(self._released) >= _REMEMBERED:
                for old in list(self._released)[: _REMEMBERED // 4]:
                    self._released.pop(old, None)  # a thread beside may have been faster
            self._released[mark] = None

    def _count(self, mark: bytes, text: str) -> Subjects:
        known = self._counted.get(mark)
        if known is None:
            known = self._counter.distinct_subjects(text)
            if len(self._counted) >= _REMEMBERED:
                for old in list(self._counted)[: _REMEMBERED // 4]:
                    self._counted.pop(old, None)  # a thread beside may have been faster
            self._counted[mark] = known
        return known


def _may_name(text: str) -> bool:
    if text.isascii():
        return bool(text.encode().translate(None, _NEVER_NAMES))
    return _MAY_NAME.search(text) is not None


def _is_result(segment: Segment) -> bool:
    if segment.channel is Channel.OTHER:
        return _UNKNOWN_MESSAGE.match(segment.pointer) is not None
    return segment.channel is Channel.TOOL_RESULT
