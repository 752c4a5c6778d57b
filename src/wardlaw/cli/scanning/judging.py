"""One text judged by the detectors: findings, a score and a verdict."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from functools import cache

import msgspec

from wardlaw.adapters.encoder import load_encoder
from wardlaw.adapters.weights import load_weights
from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.security.detectors import chosen
from wardlaw.security.encoder import NAME as ENCODER
from wardlaw.security.encoder import UNSAID, settled, unsettled
from wardlaw.security.fingerprint import FingerprintBook
from wardlaw.security.injection import NAME as INJECTION
from wardlaw.security.inspect import HiddenDetector, Inspector
from wardlaw.security.normalise import Normaliser

_KEY_BYTES = 32
_WHOLE = 1000  # scores of findings run to this
_VERDICTS = {Level.NOTE: "allow", Level.REVIEW: "review", Level.BLOCK: "block"}
_ORDER = (Level.NOTE, Level.REVIEW, Level.BLOCK)
# In the text of a file the same rule may match many times; a detector reports the first. More places than this are
# no news to whoever reads a report.
_MOST_PLACES = 50
_REST_SCORE = 700
MORE_PLACES = "more-places"
"""Rule of the finding that stands for the places beyond those."""
MASKED = (FindingKind.SECRET, FindingKind.FINGERPRINT, FindingKind.TRIPWIRE, FindingKind.PII)
"""Kinds of findings that are somebody's secret or personal data; their text is not shown again."""


class TextJudge:
    """The detectors of some groups.

    Args:
        groups: ``injection``, ``secrets``, ``pii``; all when empty.
        closely: The encoder reads every text, so that all can be ranked; else those that the linear model doubts,
            as in a gateway.
    """

    def __init__(self, groups: Sequence[str] = (), *, closely: bool = False) -> None:
        # A key of this run alone: nothing that is printed can be matched elsewhere.
        book = FingerprintBook((), key=secrets.token_bytes(_KEY_BYTES), base=257)
        wanted = chosen(groups)
        only = wanted | {HiddenDetector.name} if groups else None
        self._hidden = HiddenDetector.name in wanted
        key = secrets.token_bytes(_KEY_BYTES)
        weights = load_weights()
        self._closely = closely
        self._normaliser = Normaliser()
        self._encoder = load_encoder(weights) if ENCODER in wanted else None
        doubted = self._encoder.doubted if self._encoder else None
        self._inspector = Inspector(
            book=book, subject_key=key, weights=weights, doubted=doubted, people=True, only=only
        )
        self.version = self._inspector.version
        self.versions = dict(self._inspector.versions)
        if self._encoder is not None:
            self.versions[ENCODER] = self._encoder.version

    def judge(self, text: str, channel: Channel) -> tuple[Finding, ...]:
        """What stands in a text, the first place of each rule; of one read closely also what is no finding yet."""
        segment = Segment(0, channel, "", text)
        found = self._settled(segment, self._inspector.inspect(segment))
        if self._hidden:
            return found
        return tuple(finding for finding in found if finding.kind is not FindingKind.HIDDEN_TEXT)

    def _settled(self, segment: Segment, found: tuple[Finding, ...]) -> tuple[Finding, ...]:
        """``found`` with the encoder's word in place of the linear model's doubts and warnings."""
        if self._encoder is None or not (self._closely or any(map(unsettled, found))):
            return found
        try:
            read = self._encoder.look(self._normaliser.normalise(segment.text), segment)
        except Exception as error:  # noqa: BLE001 (a detector that fails is a finding)
            fault = Finding(
                FindingKind.FAULT, ENCODER, self._encoder.version, "encoder-failed", Level.BLOCK, _WHOLE,
                label=type(error).__name__[:64], end=len(segment.text),
            )  # fmt: skip
            return (*found, fault)
        word = settled(found, read)
        return word if self._closely else tuple(finding for finding in word if finding.rule != UNSAID)

    def judge_everywhere(self, text: str, channel: Channel) -> tuple[Finding, ...]:
        """What stands in a text, later places of the same rule too, so that none hides behind an accepted one."""
        whole = self.judge(text, channel)
        found = {(finding.rule, finding.start, finding.end): finding for finding in whole}
        offset, latest = 0, whole
        for _ in range(_MOST_PLACES):
            ends = [one.end for one in latest if one.kind is FindingKind.INJECTION and one.end < len(text) - offset]
            if not ends:
                break
            offset += min(ends)
            latest = self.judge(text[offset:], channel)
            for one in latest:
                if one.kind is FindingKind.INJECTION:
                    moved = msgspec.structs.replace(one, start=one.start + offset, end=one.end + offset)
                    found.setdefault((moved.rule, moved.start, moved.end), moved)
        else:
            # Said, so that whoever has accepted all that was told learns when the rest changes.
            rest = Finding(
                FindingKind.UNINSPECTED, INJECTION, self.version, MORE_PLACES, Level.REVIEW, _REST_SCORE,
                label="text", start=offset, end=len(text),
            )  # fmt: skip
            found[MORE_PLACES, offset, len(text)] = rest
        return tuple(sorted(found.values(), key=lambda one: (one.start, one.end, one.rule)))


@cache
def text_judge(groups: tuple[str, ...], *, closely: bool = False) -> TextJudge:
    """The judge of this process for some groups; its rules are compiled once."""
    return TextJudge(groups, closely=closely)


def score_of(findings: Sequence[Finding]) -> float:
    """The highest score, 0 to 1; 0 when nothing was found. The same scale for every text and detector."""
    return max((finding.score for finding in findings), default=0) / _WHOLE


def verdict_of(findings: Sequence[Finding]) -> str:
    """``allow``, ``review`` or ``block``: what the gravest finding demands; a detector that failed blocks."""
    gravest = max((_ORDER.index(finding.level) for finding in findings), default=0)
    return _VERDICTS[_ORDER[gravest]]


def faulty(findings: Sequence[Finding]) -> bool:
    """Whether a detector failed, so that the text was not judged as it should be."""
    return any(finding.kind is FindingKind.FAULT for finding in findings)
