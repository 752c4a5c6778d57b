"""Hold back the unfinished end of a stream, so that only judged text leaves.

Text is released at white space between two words that are complete and not part of a spelled-out run. What is held:

- the last run without white space (zero-width characters do not end one), since a secret, encoded or not, may
  still be growing there;
- short neighbours in a row (spaced letters, groups of digits, cards, telephone numbers), since together they may
  be one;
- as many letters and digits as the longest registered pass phrase has, where one with spaces is registered.

Scripts written without spaces (Han, kana, Thai …) may be cut after any of their characters.
A run longer than ``cap`` is released but for its last ``keep`` characters, which are shown to the inspector with
it: a secret whose written form is no longer than ``keep`` is still seen whole before any of it leaves.
"""

from __future__ import annotations

import re

import msgspec

# A run held longer than this is let go in part; a base64 image of megabytes must not fill memory.
CAP_CHARS = 4096
KEEP_CHARS = 1024
# Words up to these lengths may be groups of a spelled-out value: cards and IBANs are written in fours, hexadecimal
# and mixed groups in up to eight, and the longest telephone number has 15 digits (ITU-T E.164).
_SHORT_LETTERS, _SHORT_MIXED, _SHORT_NUMBER = 4, 8, 15
_WIDEST_GAP = 3  # white space of at most this width may stand inside a spelled-out run

_BREAKS = (" ", "\n", "\t", "\u3000")
_DENSE = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3001-\u30ff\u3400-\u9fff\uf900-\ufaff"
_PARTS = re.compile(rf"(?P<space>\s+)|(?P<dense>[{_DENSE}])|(?P<word>[^\s{_DENSE}]+)")


class Piece(msgspec.Struct, frozen=True):
    """Text to judge and, when it may pass, to release.

    Attributes:
        context: Text already released, to see what straddles.
        text: What is released when the verdict allows it.
        ahead: Text still held that belongs to the judgement.
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
        self._cut = 0  # latest offset in the held text where it may be cut
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
        if self._length - self._cut > self._cap:
            return self._release(self._length - self._keep, overlong=True)
        return self._release(self._cut) if self._cut else None

    def flush(self) -> Piece | None:
        """The rest, at the end of the stream."""
        return self._release(self._length, last=True) if self._length else None

    def _read(self, kind: str, part: str, at: int) -> None:
        """Take one word or gap into account; ``at`` is its offset in the held text."""
        match kind:
            case "space":
                self._read_space(len(part), at + len(part))
            case "dense":
                if self._after_dense or self._is_long():
                    self._cut = at
                self._begin_word(at + 1)
                self._after_dense = self._open = True
            case _:
                if self._after_dense:
                    self._cut = at
                self._after_dense = False
                self._word += len(part)
                self._has_digit = self._has_digit or any(char.isdigit() for char in part)
                self._has_letter = self._has_letter or any(char.isalpha() for char in part)
                if self._open and self._is_long():
                    self._cut, self._open = self._start, False

    def _read_space(self, width: int, end: int) -> None:
        if self._word or self._after_dense:
            self._open = self._after_dense or self._is_long()
            self._gap = 0
        self._gap += width
        if self._gap > _WIDEST_GAP:
            self._cut = end
        self._begin_word(end)
        self._after_dense = False

    def _begin_word(self, start: int) -> None:
        self._word, self._has_digit, self._has_letter = 0, False, False
        self._start = start

    def _is_long(self) -> bool:
        if self._has_letter:
            return self._word > (_SHORT_MIXED if self._has_digit else _SHORT_LETTERS)
        return self._word > _SHORT_NUMBER

    def _release(self, cut: int, *, last: bool = False, overlong: bool = False) -> Piece | None:
        text = "".join(self._held)
        if self._phrase_chars and not (last or overlong):
            cut = min(cut, self._before_phrase(text))
        if not cut:
            self._held = [text]
            return None
        piece = Piece(self._context, text[:cut], text[cut:] if overlong or self._phrase_chars else "")
        self._context = (self._context + piece.text)[-self._keep :]
        self._held = [text[cut:]] if cut < len(text) else []
        self._length -= cut
        self._cut = max(0, self._cut - cut)
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
