"""Text that tries to take over the model, read by a small transformer where cheaper tiers leave a doubt.

The encoder reads windows of 126 word pieces and gives each a score as something a person wrote and one as something
a tool or a document brought. What it says and what the linear model says are weighed together, with weights and
thresholds found on sources that neither had seen (``tools/train_injection``). It costs a hundred times what the
linear model costs, so that a gateway asks it only about the texts of which the linear model is not sure, and leaves
off after each window for others to have theirs.

Nothing here runs the network itself: a ``Runner`` does, so that the rest is plain arithmetic.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

import msgspec
import numpy as np
import numpy.typing as npt

from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.security.general import is_general, unseconded
from wardlaw.security.injection import speaks_of_attacks
from wardlaw.security.learned import NAME as LINEAR
from wardlaw.security.learned import POINTS, SHORTEST, LinearDetector, is_prose
from wardlaw.security.normalise import Views
from wardlaw.security.steps import Steps, drained
from wardlaw.security.views import View
from wardlaw.security.wordpiece import WordPiece

NAME: Final = "injection-encoder"
WINDOW: Final = 126  # pieces, without the marks at begin and end; what the network was taught with
STEP: Final = 96  # pieces between the begins of two windows
# Windows of one text that are read. In longer texts those are taken that the linear model likes least, so that
# padding an attack with harmless text does not push it out.
MOST_WINDOWS: Final = 48
# A document of fewer pieces stops nothing by the models alone: none of the 984 planted orders at hand is that short
# (the rules know the plain short ones), and of short harmless answers of tools one in ten looked like one.
FEWEST_PIECES: Final = 16
_REVISION: Final = 3  # of what is made of the scores
PARTLY: Final = "encoder, in part"
"""Label of a finding about a text of which not every window was read."""
UNSAID: Final = "encoder-note"
"""Rule of a finding that says how little a text looks like an attack."""


class Blend(msgspec.Struct, frozen=True):
    """How both models are weighed on a channel: ``linear * its score + encoder * its score + bias``.

    Attributes:
        linear: See above.
        encoder: See above.
        bias: See above.
        review: What the sum must reach to be for review.
        block: What it must reach to be stopped.
        scale: Sums that stand for 0, 250, 500, 750 and 1000 points, ascending.
        doubt: Score of the linear model from which the encoder is asked.
    """

    linear: float
    encoder: float
    bias: float
    review: float
    block: float
    scale: tuple[float, float, float, float, float]
    doubt: float


class EncoderDescription(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What belongs to a network.

    Attributes:
        network: SHA-256 of its file.
        vocabulary: SHA-256 of the file with its word pieces.
        linear: Version of the linear model it was weighed with.
        prompt: For what a person writes.
        data: For what tools and documents bring.
    """

    network: str
    vocabulary: str
    linear: str
    prompt: Blend
    data: Blend


class Runner(Protocol):
    """Runs the network."""

    def run(self, windows: Sequence[Sequence[int]]) -> npt.NDArray[np.float32]:
        """Scores of windows of piece ids with their marks, one row for each: prompt, data."""


def unsettled(finding: Finding) -> bool:
    """Whether the encoder has the last word on a finding.

    The linear model doubts or warns, but does not stop; or a rule would stop whose words are not sure (``GENERAL``).
    """
    return is_doubt(finding) or is_general(finding)


def is_doubt(finding: Finding) -> bool:
    """Whether the linear model doubts or warns, but does not stop."""
    return finding.detector == LINEAR and finding.level is not Level.BLOCK


def settled(found: Sequence[Finding], read: Finding | None) -> tuple[Finding, ...]:
    """Findings of one text with the encoder's word in place of the linear model's doubts and warnings.

    Rules that are not sure stop only where it, or the linear model by itself, dislikes the text too.

    Args:
        found: What all other detectors say.
        read: What the encoder says; None when it had nothing to read, so that everything stays as it was.
    """
    if read is None:
        return tuple(found)
    kept = [finding for finding in found if not is_doubt(finding)]
    is_harmless = read.level is Level.NOTE and read.label != PARTLY  # what nobody has read, nobody takes for harmless
    if is_harmless and not any(finding.detector == LINEAR for finding in kept):
        kept = unseconded(kept, points=read.score)
    return (*kept, read)


class _Window(msgspec.Struct, frozen=True, gc=False):
    """Some pieces of a view and where they stand in it."""

    ids: tuple[int, ...]
    view: View
    start: int
    end: int


class EncoderDetector:
    """Weighs the encoder and the linear model.

    Args:
        description: See there.
        words: Splits texts.
        runner: Runs the network.
        linear: The linear model it was weighed with.
    """

    name = NAME

    def __init__(
        self, description: EncoderDescription, words: WordPiece, runner: Runner, linear: LinearDetector
    ) -> None:
        self.description = description
        self.version = f"{description.network[:12]}-{_REVISION}"
        self._words = words
        self._runner = runner
        self._linear = linear

    @property
    def doubted(self) -> tuple[float, float]:
        """Scores of the linear model from which this one is asked: prompt, data."""
        return self.description.prompt.doubt, self.description.data.doubt

    def look(self, views: Views, segment: Segment) -> Finding | None:
        """What both models together say of a text, however little; None for channels and texts not judged.

        Below the threshold of review the finding has level NOTE: it is no news to anybody but serves to rank texts.
        """
        return drained(self.reading(views, segment))

    def reading(self, views: Views, segment: Segment) -> Steps[Finding | None]:
        """What ``look`` says, in steps of at most one window."""
        match segment.channel:
            case Channel.USER | Channel.OTHER:
                blend, column = self.description.prompt, 0
            case Channel.TOOL_RESULT:
                blend, column = self.description.data, 1
            case _:
                return None
        windows, is_whole = yield from self._windows(views, segment.channel)
        first = yield from self._linear.best(views, segment.channel)
        if not windows or first == -np.inf:
            return None
        scores = np.empty(len(windows), np.float32)
        for number, window in enumerate(windows):
            yield len(window.ids) / (WINDOW + 2)
            scores[number] = self._runner.run([window.ids])[0, column]
        highest = int(scores.argmax())
        total = blend.linear * first + blend.encoder * float(scores[highest]) + blend.bias
        found = self._finding(total, blend, windows[highest], views, segment)
        return found if is_whole else msgspec.structs.replace(found, label=PARTLY)

    def _finding(self, total: float, blend: Blend, window: _Window, views: Views, segment: Segment) -> Finding:
        certain = (
            total >= blend.block
            and (segment.channel is not Channel.TOOL_RESULT or len(window.ids) - 2 >= FEWEST_PIECES)
            and is_prose(window.view.lower[window.start : window.end])
            and not speaks_of_attacks(views.folded.lower, segment.channel)
        )
        level = Level.BLOCK if certain else Level.REVIEW if total >= blend.review else Level.NOTE
        points = round(float(np.interp(total, blend.scale, POINTS)))
        match level:
            case Level.REVIEW:
                points = min(points, POINTS[3] - 1)
            case Level.NOTE:
                points = min(points, POINTS[2] - 1)
            case _:
                pass
        start, end = window.view.origin(window.start, window.end)
        return Finding(
            FindingKind.INJECTION, NAME, self.version, f"encoder-{level.value}", level, points,
            label="encoder", segment=segment.index, start=start, end=end,
        )  # fmt: skip

    def _windows(self, views: Views, channel: Channel) -> Steps[tuple[list[_Window], bool]]:
        """The windows to read, and whether they are all there are."""
        found: list[_Window] = []
        cut: list[tuple[View, list[_Window]]] = []
        for view in (views.folded, *views.others):
            if len(view.lower) >= SHORTEST:
                ids, places = yield from self._words.splitting(view.lower)
                own = self._cut(view, ids, places)
                cut.append((view, own))
                found += own
        if len(found) <= MOST_WINDOWS:
            return found, True
        standing: list[float] = []
        for view, own in cut:
            standing += yield from self._linear.standing(view.lower, [window.start for window in own], channel)
        order = sorted(range(len(found)), key=lambda number: -standing[number])[:MOST_WINDOWS]
        return [found[number] for number in sorted(order)], False

    def _cut(self, view: View, ids: Sequence[int], places: Sequence[int]) -> list[_Window]:
        windows: list[_Window] = []
        for begin in range(0, max(1, len(ids) - WINDOW + STEP), STEP):
            at = min(begin, max(0, len(ids) - WINDOW))
            until = at + WINDOW
            if ids[at:until]:
                marked = (self._words.begin, *ids[at:until], self._words.end)
                end = places[until] if until < len(places) else len(view.lower)
                windows.append(_Window(marked, view, places[at], max(end, places[at] + 1)))
        return windows
