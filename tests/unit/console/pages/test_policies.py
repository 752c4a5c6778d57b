"""Clauses on their pages: written by one, approved by others, published by a third; nothing anybody wrote is lost."""

from __future__ import annotations

import re

import pytest

from tests.console_fakes import START, TWO_CLAUSES, Api
from tests.unit.console.pages.browser import Browser
from wardlaw.console.pages.policies import bars_of, changed_lines, matrix_of, worst_by_clause
from wardlaw.facts.person import Role
from wardlaw.store.database import writing

COVERS = ("reviewing", "writing")
ONE = TWO_CLAUSES["one.yaml"]
LOOSER = ONE.replace("over: 1000", "over: 5000")
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def api(tmp_path):
    made = Api(tmp_path)
    life = made.made.life
    life.is_on = True
    with writing(made.made.engine) as connection:
        life.keep(connection, life.adopt(connection, at=START), by="wardlaw", at=START, reason="", record="ctl_0")
    made.made.grants.sources = made.made.policies.files
    yield made
    made.close()


def person(api: Api, name: str, *roles: Role) -> Browser:
    browser = Browser(api)
    browser.sign_in(name, *roles)
    return browser


def hand_in(browser: Browser, text: str, clause: str = "GOV-20"):
    page = browser.get(f"/policies/{clause}/edit").text
    based_on = re.search(r'name="based_on" value="([0-9a-f]*)"', page)
    assert based_on
    return browser.post(
        f"/policies/{clause}/edit",
        form=browser.form_of(page),
        text=text,
        based_on=based_on[1],
        reason="why",
        act="hand-in",
    )


def test_the_list_shows_stages_and_the_matrix_every_state(api: Api) -> None:
    legal = person(api, "legal", Role.LEGAL)
    page = legal.get("/policies").text
    assert "No bulk exports" in page
    assert "enforced" in page
    assert "/policies/new" in page
    assert "No calls at night" not in legal.get("/policies?find=bulk").text
    assert "No clause is so." in legal.get("/policies?stage=draft").text
    lines = legal.get("/policies?format=csv").text.splitlines()
    assert lines[0] == "clause,stage,coverage,risk,needs,note"
    assert len(lines) == 3
    api.ok(
        "POST",
        "/systems",
        {"id": "crm", "title": "CRM", "owner": "person:legal", "purpose": "sells"},
        uid=api.person("r", Role.RISK),
    )
    matrix = legal.get("/policies?view=matrix").text
    assert 'href="/evidence/GOV-20?system=crm"' in matrix
    assert "No bulk exports" not in legal.get("/policies?view=matrix&state=proven").text


def test_a_clause_is_shown_in_three_parts_with_its_life(api: Api) -> None:
    legal = person(api, "legal", Role.LEGAL)
    page = legal.get("/policies/GOV-20").text
    for words in ("What it says", "Nobody may ask a tool", "What is compiled", "What it did in 30 days", "Version 1"):
        assert words in page
    assert legal.get("/policies/GOV-77").status == 400
    owner = person(api, "olu", Role.OWNER)
    told = owner.get("/policies/GOV-20").text
    assert "The text is for those who" in told
    assert "Nobody may ask a tool" not in told
    assert "/edit" not in told


def test_two_people_bring_a_clause_from_text_to_force(api: Api) -> None:
    author, legal = person(api, "mara", Role.COMPLIANCE), person(api, "lena", Role.LEGAL)
    assert hand_in(author, LOOSER).header("location") == "/policies/GOV-20?notice=asked"
    mine = author.get("/policies/GOV-20/review").text
    assert "You wrote it, so others approve it" in mine
    assert 'value="approve"' not in mine
    page = legal.get("/policies/GOV-20/review").text
    assert "loosened" in page
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', page)
    assert digest
    given = {"form": legal.form_of(page), "digest": digest[1]}
    refused = legal.post("/policies/GOV-20/review", **given, act="reject", reason="")
    assert refused.status == 400
    assert "A rejection without a reason" in refused.text
    assert legal.post("/policies/GOV-20/review", **given, act="approve", reason="read it").status == 303
    ciso = person(api, "cem", Role.CISO)
    given["form"] = ciso.form_of(ciso.get("/policies/GOV-20/review").text)
    assert ciso.post("/policies/GOV-20/review", **given, act="approve", reason="").status == 303
    ci = person(api, "ci", Role.DEVSECOPS)
    form = {"form": ci.form_of(ci.get("/policies/publish").text)}
    assert "shadow" in ci.post("/policies/publish", **form).text
    assert ci.post("/policies/GOV-20/enforce", **form).status == 400  # nobody has tried it on past traffic
    assert (
        ci.post("/policies/GOV-20/backtest", **form, days="7").header("location").startswith("/policies/GOV-20/review")
    )
    assert ci.post("/policies/GOV-20/enforce", **form).status == 303
    assert api.made.policies.set_now.clauses[0].when.all[0].over == 5000


def test_the_second_author_sees_both_texts_and_loses_nothing(api: Api) -> None:
    author, other = person(api, "mara", Role.COMPLIANCE), person(api, "lena", Role.LEGAL)
    page = other.get("/policies/GOV-20/edit").text
    based_on = re.search(r'name="based_on" value="([0-9a-f]*)"', page)
    assert based_on
    assert hand_in(author, LOOSER).status == 303
    mine = ONE.replace("over: 1000", "over: 77")
    seen = other.post(
        "/policies/GOV-20/edit", form=other.form_of(page), text=mine, based_on=based_on[1], reason="mine", act="hand-in"
    )
    assert seen.status == 409
    assert "over: 77" in seen.text
    assert "over: 5_000" in seen.text
    assert 'value="mine"' in seen.text
    fresh = re.search(
        r'name="text" value="[^"]*"><input[^>]*><input type="hidden" name="based_on" value="([0-9a-f]+)"', seen.text
    )
    assert fresh
    assert fresh[1] != based_on[1]
    assert other.post(
        "/policies/GOV-20/edit", form=other.form_of(page), text=mine, based_on=fresh[1], reason="mine", act="hand-in"
    ).status == 303  # fmt: skip


def test_what_is_typed_is_tried_and_markup_in_it_stays_text(api: Api) -> None:
    author = person(api, "mara", Role.COMPLIANCE)
    form = author.form_of(author.get("/policies/GOV-20/edit").text)
    good = author.post("/policies/try", form=form, text=LOOSER.replace("\n", "\r\n"), clause="GOV-20").text
    assert "Nothing is wrong with it." in good
    assert "loosened" in good
    bad = author.post(
        "/policies/try", form=form, text=ONE.replace("owner: legal", f'ownr: "{HOSTILE}"'), clause="GOV-20"
    ).text
    assert "line 5" in bad
    assert HOSTILE not in bad
    assert "&lt;script&gt;" in bad
    assert "What you write is read here." in author.post("/policies/try", form=form, text=" ").text


def test_a_form_in_plain_words_makes_the_text(api: Api) -> None:
    author = person(api, "mara", Role.COMPLIANCE)
    assert "Purpose of data" in author.get("/policies/new").text
    page = author.get("/policies/new?template=purpose").text
    given = {
        "form": author.form_of(page),
        "template": "purpose",
        "purpose": "paying invoices",
        "data:bank accounts": "1",
    }
    refused = author.post("/policies/new", **given)
    assert refused.status == 400
    assert "paying invoices" in refused.text
    assert "checked" in refused.text
    made = author.post("/policies/new", **given, teams="finance, audit")
    assert "id: PUR-01" in made.text
    assert "Nothing is wrong with it." in made.text


def test_forms_of_other_sessions_change_nothing(api: Api) -> None:
    author, ci = person(api, "mara", Role.COMPLIANCE), person(api, "ci", Role.DEVSECOPS)
    based_on = api.ok("GET", "/policy/clauses/GOV-20/reading", uid=api.person("x", Role.LEGAL))["on_disk"]
    seen = author.post("/policies/GOV-20/edit", form="0" * 64, text=LOOSER, based_on=based_on, act="hand-in")
    assert seen.status == 403
    assert "over: 5000" in seen.text
    assert ci.post("/policies/publish", form="0" * 64).status == 403
    assert author.post("/policies/try", form="0" * 64, text=LOOSER).status == 403
    assert author.post("/policies/GOV-20/retire", form="0" * 64, reason="x").status == 403
    assert api.made.recorder.of("policy.hand_in") == []


def test_an_end_is_asked_for_with_a_reason(api: Api) -> None:
    author = person(api, "mara", Role.COMPLIANCE)
    form = author.form_of(author.get("/policies/GOV-20").text)
    assert author.post("/policies/GOV-20/retire", form=form, reason="no longer needed").status == 303
    assert "The clause ends with this." in author.get("/policies/GOV-20/review").text


def test_parts_of_the_pages() -> None:
    line = {"clause": "A-01", "system": "one", "state": "gap", "why": ""}
    many = [line | {"system": f"s{number:02}"} for number in range(30)]
    assert matrix_of(many, {}, find="", state="").left_out == 6
    assert matrix_of(many, {}, find="s01", state="").systems == ("s01",)
    assert matrix_of(many, {}, find="", state="proven").clauses == ()
    assert worst_by_clause([line, line | {"state": "proven"}, line | {"clause": "B-01"}]) == {
        "A-01": "gap",
        "B-01": "gap",
    }
    bars = bars_of([{"day": 100, "count": 3}, {"day": 100, "count": 1}, {"day": 99, "count": 2}], 100, days=2)
    assert [(one.count, one.height) for one in bars] == [(2, 20.0), (4, 40.0)]
    far = "\n".join(f"l{number}" for number in range(20))
    told = changed_lines(far, far.replace("l10", "x"))
    assert [line for sign, line in told if sign != " "] == ["l10", "x"]
    assert (told[0], len(told)) == ((" ", "…"), 10)
    assert changed_lines("a", "a") == ()
    assert changed_lines("a\nb", "a\nc") == ((" ", "a"), ("-", "b"), ("+", "c"))
