from __future__ import annotations

import pytest

from tests.console_fakes import Api
from tests.unit.console.pages.browser import Browser
from wardlaw.console.pages.callers import state_of
from wardlaw.console.pages.people import PERMISSIONS, person_id
from wardlaw.facts.person import Permission, Role

COVERS = ("callers",)


@pytest.fixture
def browser(api: Api) -> Browser:
    found = Browser(api)
    found.sign_in("adm", Role.ADMIN)
    return found


def test_somebody_is_added_invited_once_and_comes_in(api: Api, browser: Browser) -> None:
    page = browser.get("/people").text
    made = browser.post("/people", form=browser.form_of(page), id="B Lang", name="Bea Lang", roles="legal")
    assert made.status == 200
    assert "Shown this once" in made.text
    token = made.text.split("/sign-in#")[1].split("<")[0]
    assert "Bea Lang" in browser.get("/people?find=LANG&role=legal").text
    assert "Nobody fits" in browser.get("/people?find=zz").text
    bea = Browser(api)
    assert bea.post("/sign-in", token=token).status == 303
    assert Browser(api).post("/sign-in", token=token).status >= 400
    assert token not in browser.get("/people/person:b.lang").text


def test_a_refusal_keeps_what_was_typed(api: Api, browser: Browser) -> None:
    api.person("bea", Role.LEGAL)
    form = browser.form_of(browser.get("/people").text)
    refused = browser.post("/people", form=form, id="bea", name="<b>Twice</b>", roles="owner")
    assert refused.status == 409
    assert "&lt;b&gt;Twice&lt;/b&gt;" in refused.text
    assert 'value="owner" checked' in refused.text


def test_roles_are_changed_but_not_ones_own_and_people_are_disabled(api: Api, browser: Browser) -> None:
    api.person("bea", Role.LEGAL)
    page = browser.get("/people/person:bea").text
    form = browser.form_of(page)
    assert "Approve clauses" in page
    assert browser.post("/people/person:bea", form=form, name="Bea", roles="risk").status == 303
    assert "Risk</span>" in browser.get("/people/person:bea").text
    own = browser.post("/people/person:adm", form=form, name="Adm", roles="owner")
    assert own.status == 403
    assert "SOD-5" in own.text
    token = browser.post("/people/person:bea/invite", form=form)
    assert "/sign-in#" in token.text
    ways = browser.get("/people/person:bea").text
    ident = ways.split('name="token" value="')[1].split('"')[0]
    assert browser.post("/people/person:bea/token", form=form, token=ident).status == 303
    assert browser.post("/people/person:bea/disable", form=form).status == 303
    gone = browser.get("/people/person:bea").text
    assert "No token of theirs opens anything" in gone
    assert browser.post("/people/person:bea", form=form, enable="1").status == 303
    assert browser.get("/people/person:none").status == 404


def test_the_matrix_says_what_each_role_may_and_who_only_reads_changes_nothing(api: Api, browser: Browser) -> None:
    page = browser.get("/people/roles").text
    assert "Manage people" in page
    assert "SOD-1" in page
    assert set(PERMISSIONS) == {one.value for one in Permission}
    rows = browser.get("/people/roles?format=csv").text.splitlines()
    assert len(rows) == 1 + len(Permission)
    reader = Browser(api)
    reader.sign_in("aud", Role.AUDITOR)
    api.person("bea", Role.LEGAL)
    assert "Add somebody" not in reader.get("/people").text
    shown = reader.get("/people/person:bea").text
    assert "Disable" not in shown
    refused = [facts for facts in api.made.recorder.records if "refused" in facts[3]]
    assert refused == []


def test_keys_are_made_once_shown_replaced_and_revoked(browser: Browser) -> None:
    page = browser.get("/people/keys").text
    assert "wardlaw key create my-app" in page
    form = browser.form_of(page)
    refused = browser.post("/people/keys", form=form, id="crm", principal="nobody", days="90", models="gpt-*")
    assert refused.status == 400
    assert ">gpt-*</textarea>" in refused.text
    made = browser.post("/people/keys", form=form, id="crm", principal="agent:crm", days="90", models="gpt-*")
    assert made.status == 200
    text = made.text.split('aria-label="Key">')[1].split("<")[0]
    assert text.startswith("wl")
    listed = browser.get("/people/keys?find=crm").text
    assert "agent:crm" in listed
    assert text not in listed
    rotated = browser.post("/people/keys/rotate", form=form, id="key:crm")
    assert "Shown this once" in rotated.text
    assert browser.post("/people/keys/rotate", form=form, id="key:none").status == 404
    assert browser.post("/people/keys/revoke", form=form, id="key:crm").status == 303
    assert "Revoked" in browser.get("/people/keys?ended=true").text


def test_states_of_keys_and_ids_of_people() -> None:
    key = {"revoked_at": 0.0, "expires_at": 10.0}
    assert [state_of(key, at).word for at in (5.0, 10.0)] == ["Lives", "Ended"]
    assert [state_of(key | {"revoked_at": 8.0}, at).word for at in (5.0, 8.0)] == ["Being replaced", "Revoked"]
    assert person_id(" A Meyer ") == "person:a.meyer"
    assert person_id("person:x") == "person:x"
    assert person_id("") == ""
