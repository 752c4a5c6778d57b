from __future__ import annotations

import pytest

from wardlaw.security.provenance.dates import days_of


@pytest.mark.parametrize(
    "text",
    [
        "2031-05-14 09:00", "14.05.2031", "May 14th, 2031", "the 14th of May 2031", "14. Mai 2031", "14 mai 2031",
        "14 de mayo de 2031", "14 maggio 2031", "14 de maio de 2031", "14 mei 2031", "May 14 2031",
    ],
)  # fmt: skip
def test_a_day_has_one_key_in_every_spelling(text: str) -> None:
    assert {"d:05-14", "d:2031-05-14"} <= days_of(text)


def test_both_ends_of_a_stay_are_found() -> None:
    assert {"d:05-13", "d:05-17"} <= days_of("from the 13th to the 17th of May")
    assert {"d:01-11", "d:01-15"} <= days_of("January 11th to 15th")


def test_an_unclear_day_has_both_readings() -> None:
    assert days_of("03/04/2031") == {"d:04-03", "d:2031-04-03", "d:03-04", "d:2031-03-04"}


@pytest.mark.parametrize("text", ["", "version 1.5", "4/5 stars", "2031-13-45", "99 May"])
def test_no_day_is_made_up(text: str) -> None:
    assert days_of(text) == set()
