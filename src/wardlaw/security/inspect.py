"""The inspector: all detectors over one segment, total and deterministic."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Protocol

from wardlaw.facts.exchange import Segment
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.security.exfiltration import NAME as EXFILTRATION
from wardlaw.security.exfiltration import ExfiltrationDetector
from wardlaw.security.fingerprint import FingerprintBook
from wardlaw.security.general import is_modelled, unseconded
from wardlaw.security.injection import NAME as INJECTION
from wardlaw.security.injection import InjectionDetector
from wardlaw.security.learned import NAME as LINEAR
from wardlaw.security.learned import LinearDetector, Weights
from wardlaw.security.normalise import Normaliser, Views
from wardlaw.security.people import NAME as PEOPLE
from wardlaw.security.people import PeopleDetector
from wardlaw.security.pii import NAME as PII
from wardlaw.security.pii import PiiDetector
from wardlaw.security.secrets import NAME as SECRETS
from wardlaw.security.secrets import SecretDetector
from wardlaw.security.tripwire import TripwireDetector

# Changes whenever the code of a detector changes what it finds; rule tables and registered secrets are added to it.
REVISION = "4"
_CERTAIN, _LIKELY = 1000, 700


class Detector(Protocol):
    """One way of looking at the views of a text."""

    name: str
    version: str

    def detect(self, views: Views, segment: Segment) -> list[Finding]:
        """Findings with spans in the original text."""


class Inspector:
    """Runs every detector over a segment.

    Args:
        book: The registered secrets, and the tokens planted in system prompts.
        subject_key: Key of the digests by which data subjects are counted, at least 16 bytes.
        weights: The learned model of injections, judged beside the rules; None for the rules alone.
        people: Look for names, postal addresses and ages too; they cost more and err more often than formats do.
        doubted: Scores of that model (prompt, data) from which it reports a doubt; None for no doubts.
        only: Names of the detectors to run, for scans that look for one thing and gateways that switched some off;
            None for all of them.
    """

    def __init__(
        self,
        *,
        book: FingerprintBook,
        subject_key: bytes,
        weights: Weights | None = None,
        people: bool = False,
        doubted: tuple[float, float] | None = None,
        only: frozenset[str] | None = None,
    ) -> None:
        self._normaliser = Normaliser()
        self.book = book
        self._fingerprints = FingerprintDetector(book)
        makers: list[tuple[str, Callable[[], Detector]]] = [
            (HiddenDetector.name, HiddenDetector),
            (FingerprintDetector.name, lambda: self._fingerprints),
            (INJECTION, InjectionDetector),
            (SECRETS, SecretDetector),
            (PII, lambda: PiiDetector(subject_key)),
            (EXFILTRATION, ExfiltrationDetector),
        ]
        if people:
            makers.append((PEOPLE, lambda: PeopleDetector(subject_key)))
        if weights is not None:
            learned = weights
            makers.insert(3, (LINEAR, lambda: LinearDetector(learned, doubted=doubted)))
        if book.tripwires is not None:
            planted = book.tripwires
            makers.insert(2, (TripwireDetector.name, lambda: TripwireDetector(planted)))
        # A detector that is not asked for is not made: the rules of some take a tenth of a second to compile.
        self._detectors = tuple(make() for name, make in makers if only is None or name in only)
        # With an encoder to ask, it says whether rules that are not sure are right; without, the linear model does.
        self._seconds = doubted is None and any(isinstance(one, LinearDetector) for one in self._detectors)
        self.versions = {detector.name: detector.version for detector in self._detectors}
        parts = ":".join(f"{detector.name}={detector.version}" for detector in self._detectors)
        parts += f":{doubted}" if doubted else ""
        self.version = f"{REVISION}-{hashlib.sha256(parts.encode()).hexdigest()[:16]}"

    def inspect(self, segment: Segment) -> tuple[Finding, ...]:
        """What stands in ``segment``; never raises.

        A detector that fails is itself a finding (kind ``FAULT``, level ``BLOCK``), so that the door denies
        instead of overlooking it.
        """
        return self.inspect_all((segment,))[0]

    def inspect_all(self, segments: Sequence[Segment]) -> list[tuple[Finding, ...]]:
        """What stands in each of ``segments``, as ``inspect`` says it; cheaper for many short ones."""
        made = [self._views(segment) for segment in segments]
        cleared = len(made) > 1 and self._cleared([views for views in made if isinstance(views, Views)])
        return [
            self._detect(views, segment, cleared=cleared) if isinstance(views, Views) else (views,)
            for views, segment in zip(made, segments, strict=True)
        ]

    def _views(self, segment: Segment) -> Views | Finding:
        """The views of a segment, or what to report when there are none."""
        try:
            return self._normaliser.normalise(segment.text)
        except Exception as error:  # noqa: BLE001 (the inspector is total: a failure is a finding)
            return _fault("normaliser", self.version, segment, error)

    def _cleared(self, made: list[Views]) -> bool:
        """Whether one search over all texts says that no registered secret stands in any of them."""
        try:
            return self.book.clears(view for views in made for view in (views.folded, *views.others))
        except Exception:  # noqa: BLE001 (the inspector is total: each text is searched by itself then)
            return False

    def _detect(self, views: Views, segment: Segment, *, cleared: bool) -> tuple[Finding, ...]:
        findings: list[Finding] = []
        for detector in self._detectors:
            if cleared and detector is self._fingerprints:
                continue
            try:
                findings += detector.detect(views, segment)
            except Exception as error:  # noqa: BLE001 (the inspector is total: a failure is a finding)
                findings.append(_fault(detector.name, detector.version, segment, error))
        if self._seconds and is_modelled(segment.channel) and not any(one.detector == LINEAR for one in findings):
            findings = unseconded(findings, points=0)
        return tuple(findings)


def _fault(name: str, version: str, segment: Segment, error: Exception) -> Finding:
    return Finding(
        FindingKind.FAULT, name, version, "detector-failed", Level.BLOCK, _CERTAIN,
        label=type(error).__name__, segment=segment.index, end=len(segment.text),
    )  # fmt: skip


class HiddenDetector:
    """Reports invisible text and texts whose encodings were too many to undo."""

    name = "hidden-text"
    version = "2"

    # A run this long spells something on purpose; shorter ones come from fonts, emoji and word processors.
    _ON_PURPOSE = 8

    def detect(self, views: Views, segment: Segment) -> list[Finding]:
        """One finding for each hidden stretch, one when a bound was hit."""
        found: list[Finding] = []
        if not views.hidden and not views.bound_hit:
            return found
        for stretch in views.hidden:
            certain = len(stretch.text) >= self._ON_PURPOSE
            found.append(
                Finding(
                    FindingKind.HIDDEN_TEXT,
                    self.name,
                    self.version,
                    stretch.rule,
                    Level.BLOCK if certain else Level.REVIEW,
                    _CERTAIN if certain else _LIKELY,
                    segment=segment.index,
                    start=stretch.start,
                    end=stretch.end,
                )
            )
        if views.bound_hit:
            found.append(
                Finding(
                    FindingKind.UNINSPECTED,
                    self.name,
                    self.version,
                    "decode-bound",
                    Level.REVIEW,
                    _LIKELY,
                    label="encoded",
                    segment=segment.index,
                    end=len(segment.text),
                )
            )
        return found


class FingerprintDetector:
    """Reports registered secrets and tripwires in any view."""

    name = "fingerprints"

    def __init__(self, book: FingerprintBook) -> None:
        self._book = book
        macs = ",".join(sorted(f"{entry.id}={entry.mac}" for entry in book.entries))
        self.version = hashlib.sha256(macs.encode()).hexdigest()[:12]

    def detect(self, views: Views, segment: Segment) -> list[Finding]:
        """One finding for each place of each registered secret."""
        if not self._book.entries:
            return []
        found: dict[tuple[str, int, int], Finding] = {}
        for view in (views.folded, *views.others):
            for entry, start, end in self._book.search(view):
                span = view.origin(start, end)
                kind = FindingKind.TRIPWIRE if entry.tripwire else FindingKind.FINGERPRINT
                found[entry.id, *span] = Finding(
                    kind, self.name, self.version, entry.id, Level.BLOCK, _CERTAIN,
                    label=entry.id, segment=segment.index, start=span[0], end=span[1],
                )  # fmt: skip
        return list(found.values())
