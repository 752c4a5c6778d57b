from __future__ import annotations

import msgspec
import pytest

from tests.console_fakes import START, Api
from tests.unit.console.pages.browser import Browser
from wardlaw.console.pages.front import join
from wardlaw.console.pages.site import build_site
from wardlaw.facts.person import Role

PASSWORD = "otters paint quiet lanterns"


@pytest.fixture
def browser(api: Api) -> Browser:
    return Browser(api)


def with_password(browser: Browser, name: str = "ann", *roles: Role) -> None:
    """Somebody who chose a password, in a browser that forgot them."""
    browser.sign_in(name, *roles, proven=False)
    page = browser.get("/me/first")
    chosen = browser.post(
        "/me/password", form=browser.form_of(page.text), password=PASSWORD, again=PASSWORD, first="yes"
    )
    assert (chosen.status, chosen.header("location")) == (303, "/?notice=password")
    browser.cookies.clear()


def test_whoever_comes_with_a_token_is_asked_to_choose(browser: Browser) -> None:
    seen = browser.post("/sign-in", token=browser.invite("ann"))
    assert (seen.status, seen.header("location")) == (303, "/me/first")
    assert "Choose what you sign in with" in browser.get("/me/first").text


def test_a_password_opens_a_session_and_makes_the_browser_known(browser: Browser) -> None:
    with_password(browser)
    seen = browser.post("/sign-in", person="ann", password=PASSWORD, to="/decisions")
    assert (seen.status, seen.header("location")) == (303, "/decisions?notice=credentials")
    told = browser.front.entrance.told_cookie("person:ann")
    assert set(browser.cookies) == {"wardlaw", "wardlaw-device", told}
    assert all(
        "HttpOnly" in value and "samesite=strict" in value.lower() for key, value in seen.headers if key == "set-cookie"
    )
    assert browser.get("/me").status == 200


def test_a_password_set_elsewhere_is_told_once_in_each_browser(browser: Browser, api: Api) -> None:
    with_password(browser)
    mine, other = Browser(api), Browser(api)
    for one in (mine, other):
        assert "notice=credentials" in one.post("/sign-in", person="ann", password=PASSWORD).header("location")
        assert one.post("/sign-in", person="ann", password=PASSWORD).header("location") == "/"
    for later, one in enumerate((mine, other), start=1):
        one.front = msgspec.structs.replace(one.front, clock=lambda later=later: START + 60.0 * later)
        one.app = join(api.app, build_site(one.front), entrance=one.front.entrance)
    api.made.clock.now = START + 30.0
    chosen = "gravel sings to nine foxes"
    other.post("/me/password", form=other.form_of(other.get("/me").text), password=chosen, again=chosen)
    # Whoever set it is told nothing; another browser is, whatever the one that set it keeps.
    assert other.post("/sign-in", person="ann", password=chosen).header("location") == "/"
    mine.cookies = {name: value for name, value in mine.cookies.items() if "told" in name}
    seen = mine.post("/sign-in", person="ann", password=chosen)
    assert seen.header("location") == "/?notice=credentials"
    page = mine.get("/me?notice=credentials").text
    assert "sign out everywhere there and tell an admin" in page
    assert "<p>Set " in page


@pytest.mark.parametrize("kept", ["x", "-1", "1e99", "9" * 40, "\u0661"])
def test_what_a_browser_says_it_was_told_is_a_time_or_nothing(browser: Browser, kept: str) -> None:
    with_password(browser)
    browser.cookies[browser.front.entrance.told_cookie("person:ann")] = kept
    assert browser.post("/sign-in", person="ann", password=PASSWORD).header("location") == "/?notice=credentials"


def test_what_one_person_was_told_another_was_not(browser: Browser) -> None:
    with_password(browser)
    with_password(browser, "bob")
    assert browser.post("/sign-in", person="ann", password=PASSWORD).header("location") == "/?notice=credentials"
    assert browser.post("/sign-in", person="bob", password=PASSWORD).header("location") == "/?notice=credentials"


@pytest.mark.parametrize(
    ("person", "password"), [("ann", "wrong"), ("nobody", PASSWORD), ("", ""), ("person:ann", "x")]
)
def test_a_wrong_name_and_a_wrong_password_are_told_alike(browser: Browser, person: str, password: str) -> None:
    with_password(browser)
    seen = browser.post("/sign-in", person=person, password=password)
    assert seen.status == 401
    assert "The name or the password is not right." in seen.text
    assert "wardlaw" not in browser.cookies


def test_a_session_from_before_is_never_kept(browser: Browser) -> None:
    with_password(browser)
    browser.sign_in("bob", proven=False)
    fixed = browser.cookies["wardlaw"]
    browser.post("/sign-in", person="ann", password=PASSWORD)
    assert browser.cookies["wardlaw"] != fixed
    browser.cookies["wardlaw"] = fixed
    assert browser.get("/me").status == 303  # it has ended


def test_signing_out_ends_the_session_itself(browser: Browser) -> None:
    browser.sign_in("ann", proven=False)
    kept = dict(browser.cookies)
    page = browser.get("/me")
    gone = browser.post("/sign-out", form=browser.form_of(page.text))
    assert (gone.header("location"), gone.header("clear-site-data")) == ("/sign-in", '"storage"')
    browser.cookies = kept
    assert browser.get("/me").header("location") == "/sign-in?to=%2Fme"


def test_signing_out_everywhere(browser: Browser) -> None:
    with_password(browser)
    other = Browser(browser.api)
    for one in (other, browser):
        one.post("/sign-in", person="ann", password=PASSWORD)
    browser.post("/sign-out", form=browser.form_of(browser.get("/me").text), everywhere="yes")
    assert other.get("/me").status == 303


def test_the_cookie_opens_pages_and_never_the_api(browser: Browser, api: Api) -> None:
    browser.sign_in("ann", Role.ADMIN, proven=False)
    assert api.error("GET", "/persons", token=browser.cookies["wardlaw"]) == (401, "WL-API-002")
    assert browser.get("/api/session").status == 401


def test_an_api_token_is_no_cookie(browser: Browser, api: Api) -> None:
    uid = api.person("eve")
    browser.cookies["wardlaw"] = api.ok("POST", "/session/tokens", {}, uid=uid)["text"]
    assert browser.get("/me").status == 303


def test_where_passkeys_have_no_name_the_page_says_so(browser: Browser) -> None:
    assert "open the console at localhost" in browser.get("/sign-in").text
    named = browser.get("/sign-in", host="localhost:8081").text
    assert "Sign in with a passkey" in named
    assert "/sign-in/options" in named


def test_a_challenge_names_this_console(browser: Browser) -> None:
    browser.get("/sign-in", host="localhost:8081")
    seen = browser.post("/sign-in/options", {"host": "localhost:8081", "origin": "http://localhost:8081"})
    assert seen.status == 200
    assert '"rpId":"localhost"' in seen.text
    assert '"userVerification":"required"' in seen.text


def test_what_is_no_passkey_opens_nothing(browser: Browser) -> None:
    for credential in ("", "[]", "{}", '{"id":"x"}', "not json"):
        seen = browser.post("/sign-in/passkey", ceremony="x", credential=credential)
        assert seen.status in (401, 403)
        assert "wardlaw" not in browser.cookies


def test_guessing_is_slowed_down_and_the_known_browser_is_not(browser: Browser, api: Api) -> None:
    with_password(browser)
    browser.post("/sign-in", person="ann", password=PASSWORD)
    known = {"wardlaw-device": browser.cookies["wardlaw-device"]}
    stranger = Browser(api)
    told = [stranger.post("/sign-in", person="ann", password=f"guess number {n}").status for n in range(12)]
    assert told[:5] == [401] * 5
    assert told[-1] == 429
    assert stranger.post("/sign-in", person="ann", password=PASSWORD).status == 429
    browser.cookies = known
    assert browser.post("/sign-in", person="ann", password=PASSWORD).status == 303
    failures = [facts for facts in api.made.recorder.of("session.enter_password") if "failed" in facts]
    assert len(failures) == told.count(401)  # what was not looked at fills no log
    assert sum(facts.get("slowed", 0) for facts in failures) == 1
    api.made.clock.now = START + 7_200
    assert stranger.post("/sign-in", person="ann", password=PASSWORD).status == 303


def test_everything_is_recorded_and_no_secret_is(browser: Browser, api: Api) -> None:
    with_password(browser)
    browser.post("/sign-in", person="ann", password="wrong wrong wrong wrong")
    browser.post("/sign-in", person="ann", password=PASSWORD)
    session = browser.cookies["wardlaw"]
    browser.post("/sign-out", form=browser.form_of(browser.get("/me").text))
    records = api.made.recorder.records
    told = [(actor, name) for _, actor, name, _ in records]
    assert [name for _, name in told] == [
        "session.enter_token", "passwords.set", "session.enter_password", "session.enter_password", "session.leave",
    ]  # fmt: skip
    assert {actor for actor, name in told if name != "session.enter_password"} == {"person:ann"}
    assert records[-2][3]["method"] == "password"
    assert not any(secret in str(records) for secret in (PASSWORD, "wrong wrong", session))


def test_whoever_is_disabled_is_out_and_stays_out(browser: Browser, api: Api) -> None:
    with_password(browser)
    admin = api.person("root", Role.ADMIN)
    browser.post("/sign-in", person="ann", password=PASSWORD)
    assert browser.get("/me").status == 200
    api.ok("DELETE", "/persons/person:ann", uid=admin)
    assert browser.get("/me").status == 303
    assert browser.post("/sign-in", person="ann", password=PASSWORD).status == 401
