from __future__ import annotations

from typing import Any

import pytest

from tests.console_fakes import Api
from tests.unit.console.pages.browser import Browser
from tests.unit.register.answered import QUESTIONNAIRE, answered
from wardlaw.console.pages.consequences import Follows, choices_of
from wardlaw.facts.person import Role
from wardlaw.store.database import reading
from wardlaw.store.people import get_person

COVERS = ("consequences",)
CV = {"id": "cv", "title": "CV ranker", "owner": "person:own", "purpose": "ranks applications"}
PATH = "/systems/cv/questionnaire"


def uid_of(api: Api, name: str) -> int:
    """The account of the machine by which somebody who signed in can be called for too."""
    with reading(api.made.engine) as connection:
        return get_person(connection, f"person:{name}").unix_uid


@pytest.fixture
def browser(api: Api) -> Browser:
    found = Browser(api)
    found.sign_in("own", Role.OWNER)
    api.ok("POST", "/systems", CV, uid=uid_of(api, "own"))
    return found


def fill(browser: Browser, group: str, **given: Any) -> Any:
    """Send a group as its form would be sent."""
    form = browser.form_of(browser.get(f"{PATH}?group={group}").text)
    fields: dict[str, str] = {}
    for question in QUESTIONNAIRE.questions:
        if question.group == group and question.id in given:
            fields |= {f"asked_{question.id}": "1", f"answer_{question.id}": given[question.id]}
    return browser.post(PATH, form=form, group=group, **fields)


def hand_in_all(api: Api, name: str, version: int = 0, **given: Any) -> Any:
    said = {name: {"value": value} for name, value in answered(**given).items()}
    return api.ok("POST", "/systems/cv/classification", {"answers": said, "version": version}, uid=uid_of(api, name))


def test_questions_come_a_group_at_a_time_and_are_kept_as_one_goes(browser: Browser) -> None:
    first = browser.get(PATH).text
    assert "Does the law concern it" in first
    assert "Does it infer from what it is given" in first
    assert "Does it use subliminal" not in first
    went = fill(browser, "scope", is_ai="yes", eu_scope="yes", excluded="no")
    assert went.header("location").startswith(f"{PATH}?group=prohibited")
    again = browser.get(f"{PATH}?group=scope").text
    assert 'name="answer_is_ai" value="yes" checked' in again
    assert "Kept for you alone" in again
    assert "3 / " in again


def test_what_an_answer_would_mean_stands_beside_it_in_the_words_of_the_rules(browser: Browser) -> None:
    page = browser.get(f"{PATH}?group=prohibited").text
    assert "It is a prohibited practice." in page
    assert "from 2025-02-02" in page
    assert "Prohibited</b>" in page


def test_consequences_follow_from_the_other_answers() -> None:
    question = next(one for one in QUESTIONNAIRE.questions if one.id == "p_manip")
    known = {"is_ai": "yes", "eu_scope": "yes", "excluded": "no"}
    yes, no, unknown = choices_of(QUESTIONNAIRE, question, known, {})
    assert [one.follows for one in yes.consequences] == [Follows.DECIDES]
    assert yes.consequences[0].tier == "Prohibited"
    assert [one.follows for one in no.consequences] == [Follows.FALLS_AWAY]
    assert unknown.consequences == ()
    outside = choices_of(QUESTIONNAIRE, question, {"is_ai": "no"}, {})
    assert outside[0].consequences == ()
    may = choices_of(QUESTIONNAIRE, question, {}, {})[0].consequences
    assert [one.follows for one in may] == [Follows.MAY]


def test_an_answer_that_is_none_is_refused_and_stays_in_the_form(browser: Browser) -> None:
    refused = fill(browser, "general-purpose", gpai_flop="many")
    assert refused.status == 400
    assert 'value="many"' in refused.text


def test_several_values_are_ticked_or_not_known(api: Api, browser: Browser) -> None:
    form = browser.form_of(browser.get(f"{PATH}?group=use").text)
    sent = {"form": form, "group": "use", "asked_annex_iii": "1", "known_annex_iii": "known", "stay": "1"}
    assert browser.post(PATH, **sent, answer_annex_iii="annex-iii-4a").header("location").endswith("notice=saved")
    draft = api.ok("GET", "/systems/cv/classification/draft", uid=uid_of(api, "own"))
    assert draft["answers"]["annex_iii"]["value"] == ["annex-iii-4a"]
    browser.post(PATH, **(sent | {"known_annex_iii": "unknown"}))
    draft = api.ok("GET", "/systems/cv/classification/draft", uid=uid_of(api, "own"))
    assert draft["answers"]["annex_iii"]["value"] == "unknown"


def test_the_result_says_what_decided_and_what_keeps_it_shut_and_is_handed_in(api: Api, browser: Browser) -> None:
    fill(browser, "scope", is_ai="yes")
    open_still = browser.get(f"{PATH}/result").text
    assert "What keeps it shut" in open_still
    assert "counts as not classified" in open_still
    fill(browser, "scope", is_ai="no")
    page = browser.get(f"{PATH}/result").text
    assert "Hand in" in page
    handed = browser.post(f"{PATH}/hand-in", form=browser.form_of(page), version="0")
    assert handed.status == 303
    after = browser.get(f"{PATH}/result").text
    assert "Handed in by" in after
    assert "person:own" in after


def test_a_milder_result_is_for_legal_as_a_new_version(api: Api, browser: Browser) -> None:
    hand_in_all(api, "own", annex_iii=["annex-iii-4a"], profiling="yes")
    form = browser.form_of(browser.get(f"{PATH}?group=use").text)
    browser.post(
        PATH,
        form=form,
        group="use",
        asked_annex_iii="1",
        known_annex_iii="known",
        asked_profiling="1",
        answer_profiling="no",
    )
    mine = browser.get(f"{PATH}/result").text
    assert "Only somebody with the role legal" in mine
    assert f'action="{PATH}/hand-in"' not in mine
    refused = browser.post(f"{PATH}/hand-in", form=form, version="1")
    assert refused.status == 403
    assert "SOD-8" in refused.text
    legal = Browser(api)
    legal.sign_in("leg", Role.LEGAL)
    form = legal.form_of(legal.get(f"{PATH}?group=use").text)
    legal.post(
        PATH,
        form=form,
        group="use",
        asked_annex_iii="1",
        known_annex_iii="known",
        asked_profiling="1",
        answer_profiling="no",
    )
    assert legal.post(f"{PATH}/hand-in", form=form, version="1").status == 303
    assert api.ok("GET", "/systems/cv/classification", uid=uid_of(api, "own"))["versions"] == 2


def test_somebody_who_was_quicker_is_named_before_anything_is_handed_in(api: Api, browser: Browser) -> None:
    fill(browser, "scope", is_ai="yes")
    hand_in_by = Browser(api)
    hand_in_by.sign_in("leg", Role.LEGAL)
    hand_in_all(api, "leg")
    assert "Somebody handed in version 1 since you began" in browser.get(PATH).text
    form = browser.form_of(browser.get(f"{PATH}?group=scope").text)
    stale = browser.post(f"{PATH}/hand-in", form=form, version="0")
    assert stale.status == 409
    assert "is at version 1" in stale.text
    assert browser.post(f"{PATH}/drop", form=form).status == 303
    assert "since you began" not in browser.get(PATH).text


def test_why_it_is_open_again_is_told_and_readers_answer_nothing(api: Api, browser: Browser) -> None:
    hand_in_all(api, "own")
    api.ok("PATCH", "/systems/cv", {"made_of": {"model": "b" * 64}}, uid=uid_of(api, "own"))
    assert "Open again: since version 1 the model digest changed" in browser.get(PATH).text
    reader = Browser(api)
    reader.sign_in("aud", Role.AUDITOR)
    page = reader.get(PATH).text
    assert "<fieldset disabled>" in page
    assert "Keep and go on" not in page
    assert "Hand in<" not in reader.get(f"{PATH}/result").text
