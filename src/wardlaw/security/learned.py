"""Text that tries to take over the model, seen by a linear model over hashed n-grams.

The n-grams of a text (``grams``) are places in a table of 8-bit weights; what a window of the text adds up to,
divided by a power of its length, is its score, and the highest window counts. There is a table for what a person
writes and one for what tools and documents bring, since an ordinary instruction is an attack only where it stands.

The model has seen how attacks are worded, in few languages mostly; its figures on sources it was not trained with
stand in ``tools/train_injection/MODEL_CARD.md`` and are far from complete. Not covered: what nobody worded like that
before, and attacks spread thinly over a long text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.security.grams import CHUNK, MAX_WINDOW, Codes, Table, grams_of, sums_of
from wardlaw.security.injection import speaks_of_attacks
from wardlaw.security.normalise import Views
from wardlaw.security.steps import Steps

NAME: Final = "injection-linear"
DOUBT: Final = "linear-doubt"
"""Rule of a finding that says no more than that somebody should look more closely."""
MAGIC: Final = b"WLIL1\n"
MOST: Final = 3  # times that one n-gram counts in a window: a word said a hundred times is no attack
# Windows are first scored with every n-gram counted; what comes this near to the threshold is counted as taught.
_NEAR = 0.5
SHORTEST: Final = 12  # characters; fewer say nothing
_DIGEST_BYTES = 32
# Of one full window of the encoder: a chunk with every window counted as taught (2.8 ms), and one merely summed up.
_COUNTED_COST, _SUMMED_COST = 0.2, 0.03
_DIFFERENT_WORDS: Final = 5  # the shortest attacks that stop by themselves have more
POINTS: Final = (0, 250, 500, 750, 1000)  # REVIEW begins at the third, BLOCK at the fourth


class Head(msgspec.Struct, frozen=True):
    """What belongs to one channel's table.

    Attributes:
        window: Characters scored together, at most ``MAX_WINDOW``; windows begin half a window apart. Short ones
            see an order inside a document, long ones the manner of a whole prompt.
        unit: What one step of a weight stands for.
        bias: Score of a window without any n-gram known.
        review: Score from which a text is for review.
        block: Score from which it is stopped.
        scale: Scores that stand for 0, 250, 500, 750 and 1000 points; ascending, so that points are comparable
            whatever the channel: 500 is the threshold of review, 750 that of blocking.
    """

    window: int
    unit: float
    bias: float
    review: float
    block: float
    scale: tuple[float, float, float, float, float]


class Description(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The head of a weights file.

    Attributes:
        bits: Each table has ``2 ** bits`` weights.
        power: A window's sum is divided by ``(length + pad) ** power``.
        pad: See ``power``; keeps a few words from looking certain.
        prompt: For what a person writes.
        data: For what tools and documents bring.
    """

    bits: int
    power: float
    pad: float
    prompt: Head
    data: Head


class Weights(msgspec.Struct, frozen=True):
    """A model, read."""

    description: Description
    prompt: Table
    data: Table
    version: str


def pack_weights(description: Description, prompt: Table, data: Table) -> bytes:
    """The file that ``parse_weights`` reads: magic, SHA-256 of the rest, length of the head, head, tables."""
    head = msgspec.json.encode(description)
    rest = len(head).to_bytes(4, "big") + head + prompt.tobytes() + data.tobytes()
    return MAGIC + hashlib.sha256(rest).digest() + rest


def parse_weights(raw: bytes) -> Weights:
    """The model in ``raw``.

    Raises:
        ValueError: It is not such a file, or was changed.
    """
    start = len(MAGIC) + _DIGEST_BYTES
    rest = memoryview(raw)[start:]
    digest = hashlib.sha256(rest).digest()
    if raw[: len(MAGIC)] != MAGIC or raw[len(MAGIC) : start] != digest:
        raise ValueError("it is not whole")
    until = 4 + int.from_bytes(rest[:4], "big")
    try:
        description = msgspec.json.decode(bytes(rest[4:until]), type=Description)
    except msgspec.MsgspecError as error:
        raise ValueError(f"its head cannot be read: {error}") from error
    tables = np.frombuffer(rest[until:], np.int8)
    size = 1 << description.bits
    if len(tables) != 2 * size:
        raise ValueError("its tables have another size than its head says")
    if not all(2 <= head.window <= MAX_WINDOW for head in (description.prompt, description.data)):
        raise ValueError("its windows have a size that is not served")
    return Weights(description, tables[:size], tables[size:], digest.hex()[:12])


def is_prose(text: str) -> bool:
    """Enough different words to say something: one word over and over weighs what it weighs, many times."""
    return len(set(text.split())) >= _DIFFERENT_WORDS


def _chunks(lower: str, head: Head) -> Iterator[tuple[int, str]]:
    """The parts of a text that are hashed at once, and where each begins; they overlap by a window."""
    chunk = CHUNK // (head.window // 2) * (head.window // 2)
    for begin in range(0, max(1, len(lower) - head.window + 1), chunk):
        yield begin, lower[begin : begin + chunk + head.window]


def _score_of(window: tuple[float, int, int]) -> float:
    return window[0]


class LinearDetector:
    """Scores the views of a text by its weights.

    Args:
        weights: The model.
        doubted: Scores of the prompt and the data channel from which a text is reported as doubtful (level NOTE, rule
            ``linear-doubt``), for whoever looks more closely; None reports no doubts.
    """

    name = NAME

    def __init__(self, weights: Weights, *, doubted: tuple[float, float] | None = None) -> None:
        self._weights = weights
        self._bits = weights.description.bits
        self._doubted = doubted
        self.version = weights.version

    def detect(self, views: Views, segment: Segment) -> list[Finding]:
        """At most one finding: the window that looks most like an attack."""
        found = self.head_of(segment.channel)
        if found is None:
            return []
        head, table, from_score = found
        best, where, seen = -np.inf, (0, 0), views.folded
        for view in (views.folded, *views.others):
            score, start, end = self.score(view.lower, head, table, lowest=from_score)
            if score > best:
                best, where, seen = score, (start, end), view
        if best < from_score:
            return []
        level = self._level(best, head, seen.lower[where[0] : where[1]], views, segment)
        start, end = seen.origin(*where)
        points = round(float(np.interp(best, head.scale, POINTS)))
        if level is Level.REVIEW:
            points = min(points, POINTS[3] - 1)
        rule = DOUBT if level is Level.NOTE else f"linear-{level.value}"
        return [
            Finding(
                FindingKind.INJECTION, NAME, self.version, rule, level, points,
                label="linear", segment=segment.index, start=start, end=end,
            )
        ]  # fmt: skip

    def head_of(self, channel: Channel) -> tuple[Head, Table, float] | None:
        """Head and table that judge a channel, and the lowest score that is told; None for channels not judged."""
        description = self._weights.description
        match channel:
            case Channel.USER | Channel.OTHER:
                head, table, number = description.prompt, self._weights.prompt, 0
            case Channel.TOOL_RESULT:
                head, table, number = description.data, self._weights.data, 1
            case _:
                # What the operator, the model or a tool's author writes is full of instructions; the rules judge it.
                return None
        return head, table, min(head.review, self._doubted[number]) if self._doubted else head.review

    @staticmethod
    def _level(score: float, head: Head, window: str, views: Views, segment: Segment) -> Level:
        if score < head.review:
            return Level.NOTE
        certain = (
            score >= head.block and is_prose(window) and not speaks_of_attacks(views.folded.lower, segment.channel)
        )
        return Level.BLOCK if certain else Level.REVIEW

    def score(self, lower: str, head: Head, table: Table, *, lowest: float) -> tuple[float, int, int]:
        """The highest window of a folded text in lower case: score, begin and end; -inf when none is near ``lowest``."""
        if len(lower) < SHORTEST:
            return -np.inf, 0, 0
        best = (-np.inf, 0, 0)
        for begin, part in _chunks(lower, head):
            best = max(best, self._highest(part, head, table, lowest=lowest, begin=begin), key=_score_of)
        return best

    def _highest(self, part: str, head: Head, table: Table, *, lowest: float, begin: int) -> tuple[float, int, int]:
        """The highest window of a chunk that begins at ``begin``."""
        if len(part) <= head.window:
            score = self._whole(part, head, table, lowest - _NEAR)
            return (score, begin, begin + len(part)) if score > -np.inf else (score, 0, 0)
        best = (-np.inf, 0, 0)
        for start, end in self._near(part, head, table, lowest - _NEAR):
            score = self._counted(grams_of(part[start:end], self._bits), end - start, head, table)
            if score > best[0]:
                best = score, begin + start, begin + end
        return best

    def _whole(self, part: str, head: Head, table: Table, limit: float) -> float:
        """The score of a text of one window; -inf when with every n-gram counted it does not reach ``limit``."""
        grams = grams_of(part, self._bits)
        total = int(table.take(grams).sum(dtype=np.int32))
        if total * self._unit(head, len(part)) + head.bias < limit:
            return -np.inf
        return self._counted(grams, len(part), head, table)

    def _unit(self, head: Head, length: int) -> float:
        """What a step of a weight is worth in a window of that length."""
        description = self._weights.description
        return float(head.unit / (length + description.pad) ** description.power)

    def best(self, views: Views, channel: Channel) -> Steps[float]:
        """The highest window of all views of a text, however low; -inf where nothing is judged."""
        found = self.head_of(channel)
        best = -np.inf
        if found is None:
            return best
        head, table, _ = found
        for view in (views.folded, *views.others):
            if len(view.lower) < SHORTEST:
                continue
            for begin, part in _chunks(view.lower, head):
                yield _COUNTED_COST * len(part) / CHUNK
                best = max(best, self._highest(part, head, table, lowest=-np.inf, begin=begin)[0])
        return best

    def standing(self, lower: str, places: Sequence[int], channel: Channel) -> Steps[list[float]]:
        """What this model says of the windows that begin at ``places``, every n-gram counted; for their order only."""
        found = self.head_of(channel)
        if found is None:
            return [0.0] * len(places)
        head, table, _ = found
        description = self._weights.description
        chunks: dict[int, npt.NDArray[np.int32]] = {}
        standing: list[float] = []
        for place in places:
            begin = place // CHUNK * CHUNK
            sums = chunks.get(begin)
            if sums is None:
                yield _SUMMED_COST
                part = lower[begin : begin + CHUNK + head.window]
                sums = chunks[begin] = sums_of(table, part, description.bits)
            start = place - begin
            end = min(start + head.window, len(sums) - 2)
            standing.append(float(sums[end] - sums[start]) / (end - start + description.pad) ** description.power)
        return standing

    def _near(self, part: str, head: Head, table: Table, limit: float) -> list[tuple[int, int]]:
        """Windows of a longer text that reach ``limit`` with every n-gram counted."""
        window, unit = head.window, self._unit(head, head.window)
        sums = sums_of(table, part, self._bits)
        step, last = window // 2, len(part) - window
        begins = list(range(0, last + 1, step))
        lows, highs = sums[: last + 1 : step].tolist(), sums[window : len(part) + 1 : step].tolist()
        if last % step:  # the last window ends with the text, wherever the steps fall
            begins.append(last)
            lows.append(int(sums[last]))
            highs.append(int(sums[len(part)]))
        return [
            (begin, begin + window)
            for begin, low, high in zip(begins, lows, highs, strict=True)
            if (high - low) * unit + head.bias >= limit
        ]

    def _counted(self, grams: Codes, length: int, head: Head, table: Table) -> float:
        """The score of one window, each n-gram counted at most ``MOST`` times; sorts ``grams``."""
        description = self._weights.description
        grams.sort()
        # Equal ones stand together now: what equals the one MOST places before it is one too many.
        beyond = grams[MOST:][grams[MOST:] == grams[:-MOST]]
        total = int(table.take(grams).sum(dtype=np.int32)) - int(table.take(beyond).sum(dtype=np.int32))
        return float(total * head.unit / (length + description.pad) ** description.power + head.bias)
