"""Hold back the unfinished end of a stream, so that only judged text leaves.

Text is released at white space between two words that are complete and not part of a spelled-out run. What is held:

- the last run without white space (zero-width characters do not end one), since a secret, encoded or not, may
  still be growing there;
- short neighbours in a row (spaced letters, groups of digits, cards, telephone numbers), since together they may
  be one;
- as many letters and digits as the longest registered pass phrase has, where one with spaces is registered;
- a word with a digit, until what follows it has been seen as far as detectors look: the word that says what a number
  is may stand behind it;
- a private key from its first line to its last, since its lines say nothing by themselves (``armour``).

With each piece goes what is already known to follow it, so that a finding which begins in the piece is seen there.

Scripts written without spaces (Han, kana, Thai …) may be cut after any of their characters.
A run longer than ``cap`` is released but for its last ``keep`` characters, which are shown to the inspector with
it: a secret whose written form is no longer than ``keep`` is still seen whole before any of it leaves.
"""

from __future__ import annotations

import re

import msgspec

from wardlaw.security.armour import begun_in, kept_whole

# A run held longer than this is let go in part; a base64 image of megabytes must not fill memory.
CAP_CHARS = 4096
KEEP_CHARS = 1024
# Words up to these lengths may be groups of a spelled-out value: cards and IBANs are written in fours, hexadecimal
# and mixed groups in up to eight, and the longest telephone number has 15 digits (ITU-T E.164).
_SHORT_LETTERS, _SHORT_MIXED, _SHORT_NUMBER = 4, 8, 15
# How far detectors look behind a value: 12 characters for the word that names it (``pii``), and behind what is long
# enough for a token the whole of another line of base64 (``secretvalue``: a line break and 40 characters).
_AFTER_NUMBER, _AFTER_TOKEN, _TOKEN_CHARS = 16, 48, 16
_WIDEST_GAP = 3  # white space of at most this width may stand inside a spelled-out run

_BREAKS = (" ", "\n", "\t", "\u3000")
_DENSE = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3001-\u30ff\u3400-\u9fff\uf900-\ufaff"
_PARTS = re.compile(rf"(?P<space>\s+)|(?P<dense>[{_DENSE}])|(?P<word>[^\s{_DENSE}]+)")


class Piece(msgspec.Struct, frozen=True):
    """Text to judge and, when it may pass, to release.

    Attributes:
        context: Text already released, to see what straddles.
        text: What is released when the verdict allows it.
        ahead: Text still held that follows it.
    """

    context: str
    text: str
    ahead: str = ""

    @property
    def judged(self) -> str:
        """What the inspector must see."""
        return self.context + self.text + self.ahead


class ReleaseWindow:
    """Turns the chunks of one stream into pieces to judge.

    Args:
        phrase_chars: Letters and digits of the longest registered pass phrase; 0 when there is none.
        cap: Characters held at most.
        keep: Characters of an overlong run that stay held, and of context that is given.
    """

    def __init__(self, *, phrase_chars: int = 0, cap: int = CAP_CHARS, keep: int = KEEP_CHARS) -> None:
        self._phrase_chars = phrase_chars
        self._cap = cap
        self._keep = min(keep, cap)
        self._context = ""
        self._held: list[str] = []
        self._length = 0
        self._cuts: list[int] = []  # offsets in the held text where it may be cut
        self._numbers: list[tuple[int, int]] = []  # words with a digit: where they begin, and how far must be seen
        self._in_armour = False  # the context begins with a private key that has not ended
        self._word = 0  # length of the word being read
        self._has_digit = self._has_letter = False
        self._gap = 0  # width of the white space before it
        self._start = 0  # where the word begins
        self._open = False  # the text may be cut before the word once that shows to be long
        self._after_dense = False

    @property
    def held(self) -> int:
        """Characters held now."""
        return self._length

    def feed(self, text: str) -> Piece | None:
        """Take the next chunk; a piece to judge when something is complete."""
        if not text:
            return None
        base = self._length
        self._held.append(text)
        self._length += len(text)
        for match in _PARTS.finditer(text):
            self._read(match.lastgroup or "", match[0], base + match.start())
        if not self._cuts and self._length <= self._cap:
            return None
        held = "".join(self._held)
        self._held = [held]
        cut = self._best_cut(held)
        if self._length - cut > self._cap:
            return self._release(held, self._length - self._keep, ahead=self._keep)
        return self._release(held, cut) if cut else None

    def flush(self) -> Piece | None:
        """The rest, at the end of the stream."""
        if not self._length:
            return None
        self._end_word(self._length)
        return self._release("".join(self._held), self._length)

    def _read(self, kind: str, part: str, at: int) -> None:
        """Take one word or gap into account; ``at`` is its offset in the held text."""
        match kind:
            case "space":
                self._read_space(len(part), at + len(part))
            case "dense":
                if self._after_dense or self._is_long():
                    self._cuts.append(at)
                self._end_word(at)
                self._begin_word(at + 1)
                self._after_dense = self._open = True
            case _:
                if self._after_dense:
                    self._cuts.append(at)
                self._after_dense = False
                self._word += len(part)
                self._has_digit = self._has_digit or any(char.isdigit() for char in part)
                self._has_letter = self._has_letter or any(char.isalpha() for char in part)
                if self._open and self._is_long():
                    self._cuts.append(self._start)
                    self._open = False

    def _read_space(self, width: int, end: int) -> None:
        if self._word or self._after_dense:
            self._open = self._after_dense or self._is_long()
            self._gap = 0
            self._end_word(end - width)
        self._gap += width
        if self._gap > _WIDEST_GAP:
            self._cuts.append(end)
        self._begin_word(end)
        self._after_dense = False

    def _end_word(self, end: int) -> None:
        """Note a word with a digit; what must be seen behind it depends on how long it is."""
        if self._has_digit:
            token = end - self._start >= _TOKEN_CHARS
            self._numbers.append((self._start, end + (_AFTER_TOKEN if token else _AFTER_NUMBER)))
        self._has_digit = False

    def _begin_word(self, start: int) -> None:
        self._word, self._has_digit, self._has_letter = 0, False, False
        self._start = start

    def _is_long(self) -> bool:
        if self._has_letter:
            return self._word > (_SHORT_MIXED if self._has_digit else _SHORT_LETTERS)
        return self._word > _SHORT_NUMBER

    def _best_cut(self, held: str) -> int:
        """The last place where ``held`` may be cut now; 0 when there is none."""
        self._numbers = [number for number in self._numbers if number[1] > self._length]
        limit = self._numbers[0][0] if self._numbers else self._length
        if self._phrase_chars:
            limit = min(limit, self._before_phrase(held))
        wholes = kept_whole(self._context + held if self._in_armour else held)
        if self._in_armour:
            before = len(self._context)
            wholes = [(start - before, end - before) for start, end in wholes]
        for cut in reversed(self._cuts):
            if cut <= limit and not any(start < cut < end for start, end in wholes):
                return cut
        return 0

    def _release(self, held: str, cut: int, *, ahead: int = _AFTER_TOKEN) -> Piece:
        if self._phrase_chars:
            ahead = len(held)
        piece = Piece(self._context, held[:cut], held[cut : cut + ahead])
        seen = self._context + piece.text
        begun = begun_in(seen)
        self._in_armour = begun > 0
        self._context = seen[-max(begun, self._keep) :]
        self._held = [held[cut:]] if cut < len(held) else []
        self._length -= cut
        self._cuts = [place - cut for place in self._cuts if place > cut]
        self._numbers = [(max(0, start - cut), end - cut) for start, end in self._numbers if end > cut]
        self._start = max(0, self._start - cut)
        return piece

    def _before_phrase(self, text: str) -> int:
        """Where the last ``phrase_chars`` letters and digits of ``text`` begin, moved back to white space."""
        left = self._phrase_chars
        for at in range(len(text) - 1, -1, -1):
            if text[at].isalnum():
                left -= 1
                if left <= 0:
                    return max(text.rfind(mark, 0, at) for mark in _BREAKS) + 1
        return 0
