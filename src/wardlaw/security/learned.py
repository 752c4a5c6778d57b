"""Text that tries to take over the model, seen by a linear model over hashed n-grams.

Every place of a text gives four character n-grams (2 to 5) and every word four word n-grams (1 to 3, and a pair with
one word between). Each is hashed into a table of 8-bit weights; what a window of the text adds up to, divided by a
power of its length, is its score, and the highest window counts. There is a table for what a person writes and one
for what tools and documents bring, since an ordinary instruction is an attack only where it stands.

The model has seen how attacks are worded, in few languages mostly; its figures on sources it was not trained with
stand in ``tools/train_injection/MODEL_CARD.md`` and are far from complete. Not covered: what nobody worded like that
before, and attacks spread thinly over a long text.
"""

from __future__ import annotations

import hashlib
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.security.injection import speaks_of_attacks
from wardlaw.security.normalise import Views

NAME: Final = "injection-linear"
MAGIC: Final = b"WLIL1\n"
ORDERS = 4  # n-grams that begin at one character, and at one word
_CHUNK = 3600  # characters hashed at once, about; chunks overlap by a window
MAX_WINDOW: Final = 600  # characters; a paragraph
MOST: Final = 3  # times that one n-gram counts in a window: a word said a hundred times is no attack
# Windows are first scored with every n-gram counted; what comes this near to the threshold is counted as taught.
_NEAR = 0.5
_SHORTEST = 12  # characters; fewer say nothing
_DIGEST_BYTES = 32
_DIFFERENT_WORDS: Final = 5  # the shortest attacks that stop by themselves have more
_POINTS: Final = (0, 250, 500, 750, 1000)  # REVIEW begins at the third, BLOCK at the fourth

Codes = npt.NDArray[np.uint32]
_Table = npt.NDArray[np.int8]

# Odd constants from the fractional parts of the golden ratio and of square roots; any odd numbers would do.
_MIX = np.uint32(0x9E3779B1)
_ROLL = np.uint32(0x85EBCA6B)
_PAIR, _TRIPLE, _GAP, _ONE = np.uint32(0xC2B2AE35), np.uint32(0x27D4EB2F), np.uint32(0x165667B1), np.uint32(0xD3A2646D)
_HALF = np.uint32(15)


def _frozen(array: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    array.flags.writeable = False
    return array


# Digits are one sign, control characters are white space.
_PLAIN = bytes(48 if 48 <= code <= 57 else 32 if code < 32 or code == 127 else code for code in range(256))
_PLAIN_CODES: Codes = np.frombuffer(_PLAIN, np.uint8).astype(np.uint32)
_MIXED: Codes = (_PLAIN_CODES + np.uint32(1)) * _MIX
_IN_WORD = np.array([not (code < 128 and not chr(code).isalnum()) for code in range(256)])
_SPAN = _CHUNK + MAX_WINDOW + 16
_POWERS: Codes = np.cumprod(np.full(_SPAN, _ROLL, np.uint32), dtype=np.uint32)
_BACK: Codes = np.cumprod(np.full(_SPAN, pow(int(_ROLL), -1, 1 << 32), np.uint32), dtype=np.uint32)
for _array in (_PLAIN_CODES, _MIXED, _IN_WORD, _POWERS, _BACK):
    _frozen(_array)


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
    prompt: _Table
    data: _Table
    version: str


def pack_weights(description: Description, prompt: _Table, data: _Table) -> bytes:
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


def codes_of(lower: str) -> tuple[Codes, npt.NDArray[np.bool_]]:
    """Mixed codes of a text in lower case, a space before and five after, and which of them stand in a word."""
    padded = f" {lower}     "
    if padded.isascii():
        small = np.frombuffer(padded.encode(), np.uint8)
        return _MIXED[small], _IN_WORD[small]
    wide = np.frombuffer(padded.encode("utf-32-le", "surrogatepass"), np.uint32)
    low = np.minimum(wide, np.uint32(255))
    plain = np.where(wide < 128, _PLAIN_CODES[low], wide)
    return (plain + np.uint32(1)) * _MIX, _IN_WORD[low]


def char_grams(mixed: Codes, shift: np.uint32) -> Codes:
    """Places in the table, a row for each length of n-gram, a column for each character of the text."""
    count = len(mixed) - 5
    grams = np.empty((ORDERS, count), np.uint32)
    rolled = mixed[:count]
    for order in range(ORDERS):
        rolled = np.add(rolled * _ROLL, mixed[order + 1 : order + 1 + count], out=grams[order])
    return grams >> shift


def word_grams(mixed: Codes, in_word: npt.NDArray[np.bool_], shift: np.uint32) -> tuple[npt.NDArray[np.intp], Codes]:
    """Where words begin, and their places in the table, a row for each kind."""
    edges = np.flatnonzero(in_word[1:] != in_word[:-1])
    starts, ends = edges[::2], edges[1::2]
    # The sum of code times power up to a place; a word's own is the difference, moved back to the beginning.
    sums = np.cumsum(mixed * _POWERS[: len(mixed)], dtype=np.uint32)
    words = np.zeros(len(starts) + 2, np.uint32)
    own = (sums[ends] - sums[starts]) * _BACK[starts]
    words[:-2] = (own ^ (own >> _HALF)) * _MIX
    here, following, third = words[:-2], words[1:-1], words[2:]
    grams = np.empty((ORDERS, len(here)), np.uint32)
    pair = here * _PAIR
    grams[0] = here * _ONE
    np.add(pair, following * _ROLL, out=grams[1])
    np.add(grams[1] * _TRIPLE, third, out=grams[2])
    np.add(here * _GAP, third, out=grams[3])
    return starts, grams >> shift


def sums_of(table: _Table, lower: str, bits: int) -> npt.NDArray[np.int32]:
    """Running sum of the weights of all n-grams that begin before each place of ``lower``."""
    shift = np.uint32(32 - bits)
    mixed, in_word = codes_of(lower)
    total = np.zeros(len(lower) + 2, np.int32)
    places = total[1:]
    table.take(char_grams(mixed, shift)).sum(axis=0, dtype=np.int32, out=places)
    starts, grams = word_grams(mixed, in_word, shift)
    places[starts] += table.take(grams).sum(axis=0, dtype=np.int32)
    return np.cumsum(total, dtype=np.int32)


def _is_prose(text: str) -> bool:
    """Enough different words to say something: one word over and over weighs what it weighs, many times."""
    return len(set(text.split())) >= _DIFFERENT_WORDS


class LinearDetector:
    """Scores the views of a text by its weights."""

    name = NAME

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self.version = weights.version

    def detect(self, views: Views, segment: Segment) -> list[Finding]:
        """At most one finding: the window that looks most like an attack."""
        match segment.channel:
            case Channel.USER | Channel.OTHER:
                head, table = self._weights.description.prompt, self._weights.prompt
            case Channel.TOOL_RESULT:
                head, table = self._weights.description.data, self._weights.data
            case _:
                # What the operator, the model or a tool's author writes is full of instructions; the rules judge it.
                return []
        best, where, seen = -np.inf, (0, 0), views.folded
        for view in (views.folded, *views.others):
            score, start, end = self.score(view.lower, head, table)
            if score > best:
                best, where, seen = score, (start, end), view
        if best < head.review:
            return []
        certain = (
            best >= head.block
            and _is_prose(seen.lower[where[0] : where[1]])
            and not speaks_of_attacks(views.folded.lower, segment.channel)
        )
        level = Level.BLOCK if certain else Level.REVIEW
        start, end = seen.origin(*where)
        points = round(float(np.interp(best, head.scale, _POINTS)))
        if not certain:
            points = min(points, _POINTS[3] - 1)
        return [
            Finding(
                FindingKind.INJECTION, NAME, self.version, f"linear-{level.value}", level, points,
                label="linear", segment=segment.index, start=start, end=end,
            )
        ]  # fmt: skip

    def score(self, lower: str, head: Head, table: _Table) -> tuple[float, int, int]:
        """The highest window of a folded text in lower case: score, begin and end; -inf when none is near."""
        if len(lower) < _SHORTEST:
            return -np.inf, 0, 0
        best = (-np.inf, 0, 0)
        step = head.window // 2
        chunk = _CHUNK // step * step
        for begin in range(0, max(1, len(lower) - head.window + 1), chunk):
            part = lower[begin : begin + chunk + head.window]
            for start, end in self._near(part, head, table):
                score = self._counted(part[start:end], head, table)
                if score > best[0]:
                    best = score, begin + start, begin + end
        return best

    def _near(self, part: str, head: Head, table: _Table) -> list[tuple[int, int]]:
        """Windows that may reach the threshold."""
        description = self._weights.description
        sums = sums_of(table, part, description.bits)
        window, step = head.window, head.window // 2
        size = min(window, len(part))
        unit = head.unit / (size + description.pad) ** description.power
        if len(part) <= window:
            return [(0, size)] if float(sums[-1]) * unit + head.bias >= head.review - _NEAR else []
        # The last window ends with the text, wherever the steps fall.
        begins = np.minimum(np.arange(0, len(part) - window + step, step), len(part) - window)
        found = sums[begins + window] - sums[begins]
        return [(start, start + size) for start in begins[found * unit + head.bias >= head.review - _NEAR].tolist()]

    def _counted(self, text: str, head: Head, table: _Table) -> float:
        """The score of one window, each n-gram counted at most ``MOST`` times."""
        description = self._weights.description
        shift = np.uint32(32 - description.bits)
        mixed, in_word = codes_of(text)
        grams = np.concatenate((char_grams(mixed, shift).ravel(), word_grams(mixed, in_word, shift)[1].ravel()))
        known, times = np.unique(grams, return_counts=True)
        total = int((table.take(known).astype(np.int32) * np.minimum(times, MOST)).sum())
        return float(total * head.unit / (len(text) + description.pad) ** description.power + head.bias)
