from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.facts.csvcell import csv_cell

BLANKS = st.text(" \u00a0\u3000\ufeff\u200b", max_size=4)
SIGNS = st.sampled_from(["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n"])


@given(BLANKS, SIGNS, st.text(max_size=20))
def test_no_spreadsheet_reads_a_formula(blanks: str, sign: str, rest: str) -> None:
    written = blanks + sign + rest
    assert csv_cell(written) == "'" + written


@pytest.mark.parametrize("plain", ["", "Adult", "a=b", " two words", "'=1", "3-4"])
def test_other_texts_stay_as_they_are(plain: str) -> None:
    assert csv_cell(plain) == plain
