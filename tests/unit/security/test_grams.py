from __future__ import annotations

import re

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from wardlaw.security.grams import char_grams, codes_of, grams_of, sums_of, word_grams

SHIFT = np.uint32(16)


def test_grams_do_not_depend_on_where_a_word_stands_or_what_else_is_there():
    def words(text: str) -> set[int]:
        return set(word_grams(*codes_of(text), SHIFT)[1][0].tolist())

    assert words("apple") <= words("one more apple here")
    assert words("ägypten") <= words("nach ägypten reisen")
    assert words("a1") == words("a7")  # digits are all alike
    ascii_only = char_grams(codes_of("plain")[0], SHIFT)[:, 1:2]
    wide = char_grams(codes_of("plain text – wide")[0], SHIFT)[:, 1:2]
    assert ascii_only.tolist() == wide.tolist()


def test_running_sums_count_the_grams_that_begin_before_a_place():
    table = np.ones(1 << 16, np.int8)
    sums = sums_of(table, "two words", 16)
    assert len(sums) == len("two words") + 2
    # Four n-grams at each character (and the space before), four at each word.
    assert sums[-1] == 4 * (len("two words") + 1) + 4 * 2
    assert list(sums) == sorted(sums)


MIX, ROLL, PAIR, TRIPLE, GAP, ONE = 0x9E3779B1, 0x85EBCA6B, 0xC2B2AE35, 0x27D4EB2F, 0x165667B1, 0xD3A2646D
WHOLE = 1 << 32


def spelled_out(lower: str, bits: int) -> tuple[list[list[int]], dict[int, list[int]]]:
    """The places of all n-grams as the models were taught them, one number after the other.

    Rows of character n-grams, and for the beginning of each word its four.
    """
    plain = [
        "0" if "0" <= char <= "9" else " " if ord(char) < 32 or char == "\x7f" else char for char in f" {lower}     "
    ]
    mixed = [(ord(char) + 1) * MIX % WHOLE for char in plain]
    letters = []
    for size in range(2, 6):
        row = []
        for at in range(len(mixed) - 5):
            rolled = 0
            for code in mixed[at : at + size]:
                rolled = (rolled * ROLL + code) % WHOLE
            row.append(rolled >> 32 - bits)
        letters.append(row)
    starts, words = [], []
    for match in re.finditer(r"[0-9A-Za-z\x80-\U0010ffff]+", f" {lower}     "):
        own = sum(code * pow(ROLL, place, WHOLE) for place, code in enumerate(mixed[slice(*match.span())], 1)) % WHOLE
        starts.append(match.start() - 1)  # counted from the text; the space before it is no part
        words.append((own ^ own >> 15) * MIX % WHOLE)
    words += [0, 0]
    grams = {}
    for place, start in enumerate(starts):
        here, following, third = words[place : place + 3]
        pair = (here * PAIR + following * ROLL) % WHOLE
        four = (here * ONE, pair, pair * TRIPLE + third, here * GAP + third)
        grams[start] = [gram % WHOLE >> 32 - bits for gram in four]
    return letters, grams


texts = st.text(st.sampled_from("ab z09\n\x7f.'éßжΩ日本😀\ud800")) | st.text(max_size=80)


@given(texts, st.integers(0, 2**32 - 1))
@example("two words", 1)
@example("", 2)
def test_what_is_hashed_on_whole_arrays_is_what_the_models_were_taught(text: str, seed: int):
    lower = text.lower()
    letters, words = spelled_out(lower, 16)
    mixed, in_word = codes_of(lower)
    assert char_grams(mixed, SHIFT).tolist() == letters
    starts, grams = word_grams(mixed, in_word, SHIFT)
    assert dict(zip(starts.tolist(), grams.T.tolist(), strict=True)) == words
    table = np.random.default_rng(seed).integers(-128, 127, 1 << 16, np.int8)
    sums, total = sums_of(table, lower, 16), 0
    for place in range(len(lower) + 1):
        assert sums[place] == total
        total += sum(int(table[row[place]]) for row in letters)
        total += sum(int(table[gram]) for gram in words.get(place, ()))
    assert sums[-1] == total == table.take(grams_of(lower, 16)).sum(dtype=np.int32)
