from __future__ import annotations

from datetime import date

import msgspec
import pytest

from wardlaw.facts.tier import Tier
from wardlaw.governance.frameworks.framework import Certainty, DateScope, Framework, Provision
from wardlaw.governance.shipped import shipped_frameworks

EU = shipped_frameworks()["eu-ai-act"]


@pytest.mark.parametrize(("day", "count"), [("2026-11-22", 21), ("2026-12-02", 23), ("2027-12-02", 41)])
def test_what_applies_is_counted_by_day(day: str, count: int) -> None:
    assert len(EU.provisions) == 41
    assert len(EU.applying(date.fromisoformat(day))) == count


def test_every_framework_has_as_many_provisions_as_its_makers_list() -> None:
    counts = {name: len(one.provisions) for name, one in shipped_frameworks().items()}
    assert counts["nist-ai-rmf"] == 72
    assert counts["nist-ai-600-1"] == 12
    assert counts["iso-42001-annex-a"] == 38
    assert counts["owasp-llm-2025"] == counts["owasp-agentic-2026"] == counts["owasp-nhi-2025"] == 10
    assert counts["mitre-atlas"] == 178


def test_a_date_that_was_moved_says_from_when_and_by_what() -> None:
    article = EU.provision("art-14")
    assert article is not None
    by_scope = {one.scope: one for one in article.dates}
    assert by_scope[DateScope.ANNEX_III].was == date(2026, 8, 2)
    assert by_scope[DateScope.ANNEX_III].day == date(2027, 12, 2)
    assert by_scope[DateScope.ANNEX_I].day == date(2028, 8, 2)
    assert by_scope[DateScope.ANNEX_I].changed_by
    assert article.binds == (Tier.HIGH,)


def test_no_date_claims_more_certainty_than_its_source_gives() -> None:
    for framework in shipped_frameworks().values():
        read = {one.id for one in framework.sources if one.read}
        for provision in framework.provisions:
            for one in provision.dates:
                assert one.source in read
                assert one.verified is Certainty.SECONDARY  # nobody of us has read the Official Journal


def test_the_standard_that_is_sold_ships_without_its_text_and_notices_are_kept() -> None:
    assert all(not one.summary for one in shipped_frameworks()["iso-42001-annex-a"].provisions)
    assert "Apache License" in shipped_frameworks()["mitre-atlas"].notice


def test_an_older_system_has_no_say_in_the_first_date() -> None:
    article = EU.provision("art-50-2")
    assert article is not None
    assert {one.scope for one in article.dates} == {DateScope.ALL, DateScope.LEGACY}
    assert article.first_date == date(2026, 8, 2)


def test_ids_take_no_words_a_terminal_obeys() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"id": "art\x1b[31m", "title": "x"}, Provision)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"id": "../x", "title": "x"}, Framework)
