from __future__ import annotations

import pytest

from tests.console_fakes import Api
from tests.unit.console.api.test_tail import add
from tests.unit.console.pages.browser import Browser
from wardlaw.audit.envelope import RecordKind
from wardlaw.console.pages.overview import PERIODS, Bar, change, figures, period_of, sentence, series_of
from wardlaw.facts.effect import Effect
from wardlaw.facts.person import Role

TOLD = {
    "since_ms": 60_000,
    "until_ms": 240_000,
    "step_ms": 60_000,
    "counts": [
        {"start_ms": 60_000, "effect": "allow", "count": 3},
        {"start_ms": 180_000, "effect": "cut", "count": 1},
        {"start_ms": 180_000, "effect": "of another version", "count": 9},
    ],
}


def test_counts_become_series_with_zeros_between() -> None:
    series = series_of(TOLD)
    assert series.at == (60, 120, 180)
    assert (series.counts["allow"], series.counts["cut"]) == ((3, 0, 0), (0, 0, 1))
    assert (series.all, series.total(Effect.ALLOW), series.total(Effect.DENY)) == (4, 3, 0)


def test_a_period_stands_beside_the_one_before() -> None:
    before, now = series_of(TOLD | {"until_ms": 300_000}).split()
    assert (before.at, now.at) == ((60, 120), (180, 240))
    found = {one.label: (one.count, one.change) for one in figures(now, before)}
    assert found == {
        "Requests": (1, "\N{MINUS SIGN}67 %"),
        "Changed": (0, ""),
        "Held for approval": (0, ""),
        "Denied": (0, ""),
        "Cut by security": (1, "+1"),
    }


@pytest.mark.parametrize(
    ("count", "before", "words"),
    [(104, 100, "+4 %"), (100, 100, ""), (5_000, 100, "50 \N{MULTIPLICATION SIGN}"), (1_000_001, 1_000_000, ""), (0, 4, "\N{MINUS SIGN}100 %")],
)  # fmt: skip
def test_changes_in_words(count: int, before: int, words: str) -> None:
    assert change(count, before) == words


def test_the_sentence_says_what_wants_somebody() -> None:
    series = series_of(TOLD)
    assert sentence(series, PERIODS[0], 0, None) == "4 requests in the last hour, every one decided."
    told = sentence(series, PERIODS[1], 1, 2)
    assert told.endswith("1 incident is open. 2 calls wait for somebody.")
    assert sentence(series_of(TOLD | {"counts": []}), PERIODS[0], 3, 3) == "Nothing came to the door in the last hour."


def test_periods_have_points_a_chart_has_room_for() -> None:
    assert period_of("24h").id == "24h"
    assert period_of("<b>").id == "1h"
    assert all(one.length_ms // one.step_ms <= 100 for one in PERIODS)


def test_bars_add_up_to_the_whole() -> None:
    bar = Bar("x", "X", applicable=8, proven=4, attested=1, failing=1)
    assert bar.parts == (("b-e", 0.0, 50.0), ("b-t", 50.0, 12.5), ("b-f", 62.5, 12.5), ("b-u", 75.0, 25.0))
    assert Bar("x", "X", 0, 0, 0, 0).parts == ()


def test_the_first_page_shows_the_door_and_its_latest_decisions(api: Api) -> None:
    add(api, 0)
    add(api, 1, RecordKind.OUTCOME, sealed=False, added=2_100)
    browser = Browser(api)
    browser.sign_in("sec", Role.SECOPS, Role.CISO)
    text = browser.get("/").text
    for words in (
        "Security wing",
        "Decision point",
        "Governance wing",
        "user:of-rec_0",
        "SEC-05",
        "2.1 ms",
        "Audit log",
    ):
        assert words in text, words
    assert "/overview/coverage" in text
    assert "Cut off" not in text  # that is offered where traffic is watched


def test_coverage_is_fetched_by_the_open_page(api: Api) -> None:
    browser = Browser(api)
    browser.sign_in("risk", Role.RISK)
    text = browser.get("/overview/coverage").text
    assert "EU AI Act" in text or "No law applies yet" in text
    assert "<html" not in text


def test_whoever_may_not_know_it_is_not_shown_it(api: Api) -> None:
    browser = Browser(api)
    browser.sign_in("nobody")
    before = len(api.made.recorder.records)
    text = browser.get("/").text
    assert "Latest decisions" not in text
    assert api.made.recorder.records[before:] == []  # what is left out is nobody's attempt


def test_a_newcomer_may_send_samples_and_others_are_not_offered_them(api: Api) -> None:
    browser = Browser(api)
    browser.sign_in("boss", Role.ADMIN)
    page = browser.get("/")
    assert 'action="/samples"' in page.text
    answer = browser.post("/samples", form=browser.form_of(page.text))
    assert "WL-API-022" in answer.text  # nothing of ours stands behind this door
    other = Browser(api)
    other.sign_in("aud", Role.AUDITOR)
    assert 'action="/samples"' not in other.get("/").text
