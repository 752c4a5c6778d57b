"""Words as pieces of a vocabulary, the way BERT's uncased models read them.

A text in lower case is split at white space and around every punctuation mark and ideograph, accents are dropped,
and each word becomes the longest pieces that the vocabulary holds (Devlin et al. 2018, the reference tokeniser;
Wu et al. 2016 for the greedy match). Every piece keeps the place of its word, so that a finding can be shown where
it stands.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from wardlaw.security.steps import Steps, drained

UNKNOWN: Final = "[UNK]"
BEGIN: Final = "[CLS]"
END: Final = "[SEP]"
PAD: Final = "[PAD]"
_LONGEST = 100  # characters of a word; longer ones are unknown, as in the reference
_REMEMBERED = 50_000  # words whose pieces are kept; a mebibyte or two, since longer ones are not kept
# What splits in a step, in words that are known already (2 µs each): half a window of the encoder.
_STEP_WORDS = 4_000
_STEP_COST = 0.5
_TRIED = 25  # stretches of a new word that are looked up in the time one known word takes; there are n² / 2
# Blocks that hold marks; a mark belongs to the word it stands in.
_BLOCKS = ((0x300, 0x2000), (0x20D0, 0x2100), (0x2CEF, 0x3100), (0xA66F, 0xAC00), (0xFB1E, 0xFB1F), (0xFE00, 0xFE30))
_MARKS = "".join(
    chr(code) for low, high in _BLOCKS for code in range(low, high) if unicodedata.category(chr(code))[0] == "M"
)
# A word, or one character by itself: ideographs (the blocks the reference names), underscores, punctuation, symbols.
_IDEOGRAPHS = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002a6df\U0002a700-\U0002ceaf\U0002f800-\U0002fa1f"
_WORD = re.compile(rf"[{_IDEOGRAPHS}]|(?:(?![{_IDEOGRAPHS}_])[\w{_MARKS}])+|[^\w\s]|_")


class WordPiece:
    """Splits texts by one vocabulary.

    Args:
        vocabulary: The pieces in the order of their ids; those inside a word begin with ``##``.
    """

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._ids = {piece: number for number, piece in enumerate(vocabulary)}
        try:
            self.begin, self.end, self.pad = self._ids[BEGIN], self._ids[END], self._ids[PAD]
            self._unknown = (self._ids[UNKNOWN],)
        except KeyError as error:
            raise ValueError(f"the vocabulary has no {error}") from error
        self._known: dict[str, tuple[int, ...]] = {}

    def pieces(self, lower: str) -> tuple[list[int], list[int]]:
        """Ids of all pieces of a text in lower case, and for each where its word begins."""
        return drained(self.splitting(lower))

    def splitting(self, lower: str) -> Steps[tuple[list[int], list[int]]]:
        """What ``pieces`` gives, in steps."""
        ids: list[int] = []
        places: list[int] = []
        known = self._known
        left = 0
        for match in _WORD.finditer(lower):
            if left <= 0:
                yield _STEP_COST * min(1.0, (len(lower) - match.start()) / _STEP_WORDS)
                left = _STEP_WORDS
            left -= 1
            word = match[0]
            found = known.get(word)
            if found is None:
                found = self._split(word)
                left -= min(len(word), _LONGEST) ** 2 // _TRIED
                if len(word) <= _LONGEST:  # else one text could fill the memory with words as long as itself
                    self._keep(word, found)
            ids += found
            if len(found) == 1:
                places.append(match.start())
            else:
                places += [match.start()] * len(found)
        return ids, places

    def _keep(self, word: str, found: tuple[int, ...]) -> None:
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[word] = found

    def _split(self, word: str) -> tuple[int, ...]:
        if not word.isascii():
            word = "".join(char for char in unicodedata.normalize("NFD", word) if unicodedata.category(char) != "Mn")
        if len(word) > _LONGEST:
            return self._unknown
        found: list[int] = []
        at = 0
        while at < len(word):
            for end in range(len(word), at, -1):
                number = self._ids.get(word[at:end] if at == 0 else f"##{word[at:end]}")
                if number is not None:
                    break
            else:
                return self._unknown
            found.append(number)
            at = end
        return tuple(found)
