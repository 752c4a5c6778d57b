"""From a law article to a proof: every step on its page, and what does not hold said so."""

from __future__ import annotations

import pytest

from tests.console_fakes import Api
from tests.unit.console.pages.browser import Browser
from wardlaw.console.pages.laws import STEPS, best_of
from wardlaw.facts.person import Role


@pytest.fixture
def aud(tmp_path):
    api = Api(tmp_path)
    browser = Browser(api)
    browser.sign_in("aud", Role.AUDITOR)
    yield browser
    api.close()


def test_frameworks_and_their_articles(aud: Browser) -> None:
    assert 'href="/frameworks/eu-ai-act"' in aud.get("/frameworks").text
    page = aud.get("/frameworks/eu-ai-act").text
    assert 'id="art-14"' in page
    assert 'href="/evidence/eu-ai-act%3Aart-14"' in page
    assert "art-14" not in aud.get("/frameworks/eu-ai-act?find=literacy").text.partition("<main")[2]
    assert "No provision is so." in aud.get("/frameworks/eu-ai-act?find=nothing+like+it").text
    assert aud.get("/frameworks/nonsense").status == 404


def test_evidence_says_what_is_missing(aud: Browser) -> None:
    page = aud.get("/evidence/eu-ai-act:art-14").text
    assert "No decision shows it at work yet." in page
    assert "Controls that answer it" in page
    assert aud.get("/evidence/GOV-77").status == 404
    owner = Browser(aud.api)
    owner.sign_in("olu", Role.OWNER)
    assert owner.get("/evidence/GOV-07").status == 403
    assert "/evidence/" not in owner.get("/frameworks/eu-ai-act").text


def test_the_trail_that_can_be_proven_comes_first() -> None:
    none = {"decision": None}
    old = {"decision": {"is_proven": True, "at": 1.0}}
    new = {"decision": {"is_proven": False, "at": 2.0}}
    assert best_of([none, new, old]) is old
    assert best_of([none]) is None
    assert set(STEPS) == {"record", "proof", "leaf", "path", "checkpoint", "witness"}
