"""An answer held against its own conversation. Texts of a conversation come again with each turn; their gists are kept.

Nothing is made until an answer holds something to compare: a link, or as many words as a passage has.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import NamedTuple, TypeVar

import msgspec

from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import Finding
from wardlaw.security.carrying import (
    PASSAGE_RULE,
    Said,
    carrying_links,
    may_link,
    passages,
    weakened,
)
from wardlaw.security.exfiltration import NAME as EXFILTRATION
from wardlaw.security.gist import GRAM_CHARS, MOST_CHARS, Grams, said_grams, said_links, said_runs
from wardlaw.security.tripwire import PromptTripwires

_MOST_BYTES = 33_554_432  # of all gists in a worker
_EACH_BYTES = 64  # a hash in a set, and what an entry costs besides
_MOST_TEXTS = 256  # of one conversation, the newest
_TOLD_IN = ("/messages/", "/input/")  # where texts nobody knows the kind of are what somebody said: documents, results
_WORD_CHARS = 16  # of a long word and what follows it
_ECHO = "/instructions"  # a vendor's answer repeats the caller's own

_Made = TypeVar("_Made")


class Gists:
    """The gists of texts, each made once as long as there is room.

    Args:
        most_bytes: Room for all of them.
    """

    def __init__(self, *, most_bytes: int = _MOST_BYTES) -> None:
        self._most = most_bytes
        self.bytes = 0
        """Room taken now."""
        self._grams: dict[bytes, Grams] = {}
        self._links: dict[bytes, tuple[frozenset[int], frozenset[str]]] = {}
        self._runs: dict[bytes, frozenset[int]] = {}

    def grams(self, segment: Segment) -> Grams:
        """The shingles of a text."""
        return self._of(self._grams, segment, said_grams, lambda made: made.nbytes)

    def links(self, segment: Segment) -> tuple[frozenset[int], frozenset[str]]:
        """The addresses of a text and their hosts."""
        return self._of(self._links, segment, said_links, lambda made: _EACH_BYTES * sum(map(len, made)))

    def runs(self, segment: Segment) -> frozenset[int]:
        """The runs of words of a text."""
        return self._of(self._runs, segment, said_runs, lambda made: _EACH_BYTES * len(made))

    def knows(self, segment: Segment) -> bool:
        """Whether the shingles of a text are at hand."""
        return segment.sha256 in self._grams

    def _of(
        self, known: dict[bytes, _Made], segment: Segment, make: Callable[[str], _Made], size: Callable[[_Made], int]
    ) -> _Made:
        key = segment.sha256
        found = known.get(key)
        if found is None:
            found = make(segment.text)
            self.bytes += size(found) + _EACH_BYTES
            if self.bytes > self._most:
                # All go: what a conversation still needs is made again by its next answer.
                for kind in (self._grams, self._links, self._runs):
                    kind.clear()
                self.bytes = size(found) + _EACH_BYTES
            known[key] = found
        return found


class Leaks(NamedTuple):
    """What a worker needs to tell that an answer gives its conversation away.

    Attributes:
        gists: What conversations said.
        tripwires: Tokens to plant in system prompts of the models that the registry names.
        passage_words: Words in a row of a system prompt that make a passage; 0 for none.
    """

    gists: Gists
    tripwires: PromptTripwires
    passage_words: int


class Conversation:
    """One request's texts, for its answer to be compared with.

    Args:
        gists: Of the worker.
        segments: Texts of the request.
        passage_words: Words in a row of the system prompt that make a passage; 0 for no such look.
    """

    def __init__(self, gists: Gists, segments: Sequence[Segment], *, passage_words: int) -> None:
        self._gists = gists
        self._segments = segments
        self._least = passage_words if any(one.channel is Channel.SYSTEM for one in segments) else 0

    @cached_property
    def _said(self) -> Said:
        texts = [one for one in self._segments if len(one.text) >= GRAM_CHARS][-_MOST_TEXTS:]
        links: set[int] = set()
        hosts: set[str] = set()
        for one in texts:
            if may_link(one.text) or "\\/" in one.text:
                stood, named = self._gists.links(one)
                links |= stood
                hosts |= named if one.channel is Channel.SYSTEM else set()
        return Said(
            guarded=[self._gists.grams(one) for one in texts if _is_guarded(one)],
            own=[self._gists.grams(one) for one in texts if one.channel is Channel.USER],
            links=frozenset(links),
            hosts=frozenset(hosts),
        )

    @cached_property
    def _prompted(self) -> frozenset[int]:
        return self._runs_in(Channel.SYSTEM)

    @cached_property
    def _own(self) -> frozenset[int]:
        return self._runs_in(Channel.USER)

    def _runs_in(self, channel: Channel) -> frozenset[int]:
        """The runs of words that stand in one channel."""
        return frozenset().union(*(self._gists.runs(one) for one in self._segments if one.channel is channel))

    def unread(self, text: str) -> int:
        """Characters whose gists a comparison with this text takes and nobody has made yet, roughly."""
        if "_said" in self.__dict__ or not may_link(text):
            return 0
        return sum(min(len(one.text), MOST_CHARS) for one in self._segments if not self._gists.knows(one))

    def compare(self, segments: Sequence[Segment], found: Sequence[Finding]) -> tuple[Finding, ...]:
        """The findings of an answer's texts, weighed by the conversation, with what the comparison adds.

        Args:
            segments: Texts of the answer, in order of their index.
            found: What was found in them, or in others of no place.
        """
        texts = {one.index: one.text for one in segments}
        told = [self._weigh(finding, texts.get(finding.segment)) for finding in found]
        for one in segments:
            told += self._look(one)
        return tuple(told)

    def piece(
        self, text: str, found: Sequence[Finding], *, after: int, noted: Sequence[Finding]
    ) -> tuple[Finding, ...]:
        """The same for a piece of a stream.

        Args:
            text: The piece with what stands around it.
            found: What was found in it.
            after: Length of what of it was judged before.
            noted: What was found in the stream so far; a passage that goes on is told once.
        """
        told = [self._weigh(finding, text) for finding in found]
        more = self._look(Segment(0, Channel.ANSWER, "/stream", text), after=after)
        passed = any(finding.rule == PASSAGE_RULE for finding in noted)
        return (*told, *(finding for finding in more if finding.rule != PASSAGE_RULE or not passed))

    def _weigh(self, finding: Finding, text: str | None) -> Finding:
        if finding.detector != EXFILTRATION or text is None:
            return finding
        return weakened(finding, text, self._said)

    def _look(self, one: Segment, *, after: int = 0) -> list[Finding]:
        found: list[Finding] = []
        if one.channel is Channel.ANSWER and may_link(one.text):
            found += carrying_links(one.text, self._said, segment=one.index, after=after)
        if self._least and one.pointer != _ECHO and one.text.count(" ") >= self._least // 2:
            # Of a stream, as much of what went before as a passage may have begun in.
            skipped = max(0, after - self._least * _WORD_CHARS)
            found += passages(
                one.text, self._prompted, lambda: self._own, least=self._least, segment=one.index, begin=skipped
            )
        return [msgspec.structs.replace(finding, channel=one.channel.value) for finding in found]


def _is_guarded(segment: Segment) -> bool:
    if segment.channel is Channel.OTHER:
        return segment.pointer.startswith(_TOLD_IN)
    return segment.channel in (Channel.SYSTEM, Channel.TOOL_RESULT)
