from __future__ import annotations

import numpy as np

from wardlaw.security.grams import char_grams, codes_of, sums_of, word_grams

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
