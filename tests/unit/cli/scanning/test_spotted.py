from __future__ import annotations

import msgspec

from wardlaw.cli.scanning.spotted import Lines, Spotted, context, masked_excerpt, with_fingerprints
from wardlaw.facts.finding import Finding, FindingKind, Level


def _finding(text: str, part: str, kind: FindingKind = FindingKind.SECRET) -> Finding:
    start = text.index(part)
    return Finding(kind, "d", "1", "r", Level.BLOCK, 900, start=start, end=start + len(part))


def test_lines_and_columns_count_from_one() -> None:
    lines = Lines("ab\n\ncd", first=5)
    assert [lines.place(offset) for offset in (0, 2, 3, 4, 6)] == [(5, 1), (5, 3), (6, 1), (7, 1), (7, 3)]


def test_excerpts_are_short_and_on_one_line() -> None:
    assert masked_excerpt("a\nb", 0, 3, masks=False) == "a\\nb"
    assert len(masked_excerpt("x" * 900, 0, 900, masks=False)) == 49
    assert masked_excerpt("secret", 0, 6, masks=True) == "••••••"


def test_what_it_is_known_by_stays_when_lines_move_and_changes_with_the_value() -> None:
    first, moved, other = "key = AAAA # x", "\n\n   key  =  AAAA   # x\n", "key = BBBB # x"
    names = [context(text, _finding(text, part)) for text, part in ((first, "AAAA"), (moved, "AAAA"), (other, "BBBB"))]
    assert names[0] == names[1] != names[2]
    assert "AAAA" not in names[0]
    assert names[0].rpartition("\0")[0] == names[2].rpartition("\0")[0]


def test_the_neighbours_secrets_are_not_in_it() -> None:
    text = "a = AAAA, b = BBBB"
    first, second = _finding(text, "AAAA"), _finding(text, "BBBB")
    assert "BBBB" not in context(text, first, (first, second))


def test_equal_ones_are_told_apart_by_their_number() -> None:
    one = Spotted("p", 1, 1, 1, 1, "", 0, 1, "k", "r", Level.BLOCK, 1, "", "d", "1", "s", "e")
    named = with_fingerprints([(one, "x"), (one, "x"), (one, "y"), (msgspec.structs.replace(one, line=9), "z")])
    assert len({spotted.fingerprint for spotted in named}) == 4
    again = with_fingerprints([(msgspec.structs.replace(one, line=4), "x")])
    assert again[0].fingerprint == named[0].fingerprint
