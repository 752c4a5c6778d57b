"""Tokens that the gateway plants in system prompts: whoever shows one gives the system prompt away.

A token is 24 characters, letters and digits in turn, and proves itself: five pairs name whose prompt it stands in, six
seal those five under a key, the last is a sum that a whole text can be searched by at once. So any worker knows any
token of the installation, also in a later conversation of somebody else, and nothing is kept.

Found in every view of a text (see ``decode`` and ``fold``), in any case, with anything that is no ASCII letter or digit
between its characters, written backwards, and by ROT13. Not covered: what the views do not cover, other ciphers, the
letters apart from the digits, characters spelled as words, and parts of a token.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.facts.mac import hmac_sha256
from wardlaw.security.normalise import Views
from wardlaw.security.views import View

NAME = "system-prompt-tripwire"
VERSION = "1"
LABEL = "system-prompt"

# No vowels, so that no word comes about, and no l, which is read as 1.
_LETTERS = "bcdfghjkmnpqrstvwxyz"
_PAIR_VALUES = len(_LETTERS) * 10
_NAME_PAIRS, _SEAL_PAIRS = 5, 6  # 38 and 46 bits; a text of a million chances is taken for a token once in 7e9
_PAIRS = _NAME_PAIRS + _SEAL_PAIRS + 1
TOKEN_CHARS = 2 * _PAIRS
HELD_CHARS = 2 * TOKEN_CHARS
"""Letters and digits a stream holds back, so that a token leaves in no grouping: it in hexadecimal, the longest way."""

_ANSWERED = (Channel.ANSWER, Channel.TOOL_ARGUMENTS)
_NOT_KEPT = bytes(code for code in range(128) if not chr(code).isalnum())
_NOT_DIGITS = bytes(code for code in range(256) if not 0x30 <= code <= 0x39)
_KINDS = bytes(ord("0") if 0x30 <= code <= 0x39 else ord("a") for code in range(256))
_FORWARD, _BACKWARD = b"a0" * _PAIRS, b"0a" * _PAIRS
_ROTATED = bytes((code - 97 + 13) % 26 + 97 if 97 <= code <= 122 else code for code in range(256))
_LETTER_VALUES = np.full(256, -1, dtype=np.int32)
_LETTER_VALUES[[ord(char) for char in _LETTERS]] = range(len(_LETTERS))
_LETTER_VALUES.flags.writeable = False
_DIGIT_VALUES = np.full(256, -1, dtype=np.int32)
_DIGIT_VALUES[0x30:0x3A] = range(10)
_DIGIT_VALUES.flags.writeable = False


class PromptTripwires:
    """The tokens of one installation.

    Args:
        key: Secret of the installation, at least 16 bytes.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        drawn = hmac_sha256(key, b"weights")
        # Prime to the number of values, so that every single change of a pair changes the sum.
        prime = [one for one in range(1, _PAIR_VALUES) if one % 2 and one % 5]
        self._weights = tuple(prime[drawn[place] % len(prime)] for place in range(_PAIRS - 1))

    def token(self, owner: str, prompt: bytes) -> str:
        """The token of one caller's system prompt; always the same one.

        Args:
            owner: Id of the principal.
            prompt: SHA-256 of the prompt's text.
        """
        named = hmac_sha256(self._key, b"name\0" + owner.encode("utf-8", "surrogatepass") + b"\0" + prompt)
        name = _written(int.from_bytes(named[:8], "big"), _NAME_PAIRS)
        body = name + self._seal(name)
        return body + _written(self._sum(body), 1)

    def find(self, text: bytes) -> list[tuple[int, int]]:
        """Where tokens stand in a text of ASCII letters and digits in lower case, in order of place."""
        kinds = text.translate(_KINDS)
        if _FORWARD not in kinds and _BACKWARD not in kinds:
            return []
        found: set[tuple[int, int]] = set()
        for letters in (text, text.translate(_ROTATED)):
            found.update((at, at + TOKEN_CHARS) for at in self._starts(letters))
            found.update((len(text) - at - TOKEN_CHARS, len(text) - at) for at in self._starts(letters[::-1]))
        return sorted(found)

    def _starts(self, text: bytes) -> Iterator[int]:
        """Where tokens begin: by their form and sum in one pass over the text, then each by its seal."""
        codes = np.frombuffer(text, dtype=np.uint8)
        letters, digits = _LETTER_VALUES[codes[:-1]], _DIGIT_VALUES[codes[1:]]
        pairs = letters * 10 + digits
        good = (letters >= 0) & (digits >= 0)
        count = len(text) - TOKEN_CHARS + 1
        fits = good[2 * (_PAIRS - 1) :][:count].copy()
        total: npt.NDArray[np.int32] = -pairs[2 * (_PAIRS - 1) :][:count]
        for place, weight in enumerate(self._weights):
            fits &= good[2 * place :][:count]
            total += weight * pairs[2 * place :][:count]
        for at in np.flatnonzero(fits & (total % _PAIR_VALUES == 0)).tolist():
            body = text[at : at + TOKEN_CHARS].decode()
            name = body[: 2 * _NAME_PAIRS]
            if body[2 * _NAME_PAIRS : -2] == self._seal(name):
                yield at

    def _seal(self, name: str) -> str:
        return _written(int.from_bytes(hmac_sha256(self._key, b"seal\0" + name.encode())[:8], "big"), _SEAL_PAIRS)

    def _sum(self, body: str) -> int:
        values = [_LETTERS.index(body[at]) * 10 + int(body[at + 1]) for at in range(0, len(body), 2)]
        return sum(weight * value for weight, value in zip(self._weights, values, strict=True)) % _PAIR_VALUES


def _written(value: int, pairs: int) -> str:
    """The low part of a number as that many pairs of a letter and a digit."""
    parts: list[str] = []
    for _ in range(pairs):
        value, low = divmod(value, _PAIR_VALUES)
        parts.append(_LETTERS[low // 10] + str(low % 10))
    return "".join(parts)


class TripwireDetector:
    """Reports tokens of this installation in any view of a text, wherever it stands.

    Args:
        tripwires: The tokens of the installation.
    """

    name = NAME
    version = VERSION

    def __init__(self, tripwires: PromptTripwires) -> None:
        self._tripwires = tripwires

    def detect(self, views: Views, segment: Segment) -> list[Finding]:
        """One finding for each place of a token: leaked in what a model says, replayed in what it is told."""
        found: dict[tuple[int, int], Finding] = {}
        rule = "tripwire-leaked" if segment.channel in _ANSWERED else "tripwire-replayed"
        for view in (views.folded, *views.others):
            for start, end in self._search(view):
                span = view.origin(start, end)
                found[span] = Finding(
                    FindingKind.LEAK, NAME, VERSION, rule, Level.BLOCK, 1000,
                    label=LABEL, segment=segment.index, start=span[0], end=span[1],
                )  # fmt: skip
        return list(found.values())

    def _search(self, view: View) -> list[tuple[int, int]]:
        raw = view.lower.encode("ascii", "ignore")
        if len(raw.translate(None, _NOT_DIGITS)) < _PAIRS:
            return []
        hits = self._tripwires.find(raw.translate(None, _NOT_KEPT))
        if not hits:
            return []
        places = [place for place, char in enumerate(view.lower) if char.isascii() and char.isalnum()]
        return [(places[start], places[end - 1] + 1) for start, end in hits]
