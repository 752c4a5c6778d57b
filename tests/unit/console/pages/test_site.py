from __future__ import annotations

import re

import pytest

from tests.console_fakes import Api
from tests.unit.console.api.test_tail import add
from tests.unit.console.pages.browser import HOST, Browser
from wardlaw.facts.person import Role

COVERS = ("front", "problems", "signing", "decided", "visit", "live")


@pytest.fixture
def browser(api: Api) -> Browser:
    return Browser(api)


def test_nothing_is_shown_to_whoever_is_not_signed_in(browser: Browser) -> None:
    for path in ("/", "/decisions", "/decisions/dec_1", "/live"):
        seen = browser.get(path)
        assert (seen.status, seen.text) == (303, ""), path
        assert seen.header("location").startswith("/sign-in"), path
    assert browser.get("/decisions/dec_1").header("location") == "/sign-in?to=%2Fdecisions%2Fdec_1"


def test_a_one_time_token_opens_a_session_that_ends_everywhere(browser: Browser) -> None:
    token = browser.invite("sec", Role.SECOPS)
    answer = browser.post("/sign-in", token=token, to="/decisions")
    assert (answer.status, answer.header("location")) == (303, "/decisions")
    cookie = answer.header("set-cookie")
    assert re.fullmatch(r"wardlaw=wls_\S+; Path=/; Max-Age=86400; HttpOnly; SameSite=Strict", cookie)
    kept = dict(browser.cookies)
    page = browser.get("/")
    assert page.status == 200
    assert "<b>sec</b>" in page.text

    assert Browser(browser.api).post("/sign-in", token=token).status == 401  # it was used
    browser.post("/sign-out", form="0" * 64)  # not from a page of this session: the session stays
    browser.cookies = dict(kept)
    assert browser.get("/").status == 200
    browser.post("/sign-out", form=browser.form_of(page.text))
    assert [name for name in browser.cookies if "told" not in name] == []
    browser.cookies = kept  # a copy of the cookie is worth nothing afterwards
    assert browser.get("/").status == 303


def test_a_wrong_token_says_what_to_do_and_shows_none_of_it(browser: Browser) -> None:
    seen = browser.post("/sign-in", token="<script>alert(1)</script>")
    assert seen.status == 401
    assert "not valid" in seen.text
    assert "alert(1)" not in seen.text
    assert seen.header("set-cookie") == ""


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": ""},
        {"origin": "null"},
        {"origin": f"https://{HOST}"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_form_of_somebody_else_changes_nothing(browser: Browser, headers: dict[str, str]) -> None:
    token = browser.invite("sec", Role.SECOPS)
    assert browser.post("/sign-in", headers, token=token).status == 403
    assert browser.post("/sign-in", token=token).status == 303  # it was not used up


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8081", "127.0.0.1:80", "", "127.0.0.1.evil.example:8081"]
)
def test_another_host_is_refused_before_anything(browser: Browser, host: str) -> None:
    browser.sign_in("sec", Role.SECOPS)
    for path in ("/", "/sign-in", "/static/x/wardlaw.css"):
        assert browser.get(path, host=host).status == 421


@pytest.mark.parametrize("host", ["localhost:8081", "127.0.0.1:8081", "[::1]:8081"])
def test_this_machines_own_names_are_ours(browser: Browser, host: str) -> None:
    assert browser.get("/sign-in", host=host).status == 200


def test_with_tls_the_cookie_is_bound_to_this_host(api: Api) -> None:
    browser = Browser(api, secure=True)
    answer = browser.post("/sign-in", token=browser.invite("sec", Role.SECOPS))
    assert answer.header("set-cookie").startswith("__Host-wardlaw=")
    assert answer.header("set-cookie").endswith("; Secure")


@pytest.mark.parametrize("path", ["/", "/api/session", "/api/nothing", "/static/0/none.js"])
def test_with_tls_browsers_are_told_to_come_through_it_alone(api: Api, path: str) -> None:
    browser, there = Browser(api, secure=True), "wardlaw.acme.example"
    assert browser.get(path, host=there).header("strict-transport-security") == "max-age=31536000; includeSubDomains"
    assert browser.get(path, host="localhost:8443").header("strict-transport-security") == ""  # others serve there too
    assert Browser(api).get(path).header("strict-transport-security") == ""


@pytest.mark.parametrize(
    "path",
    ["/", "/sign-in", "/nothing", "/decisions/dec_none", "/static/0/none.js",
     "/api", "/api/health", "/api/session", "/api/nothing", "/api/openapi.json"],
)  # fmt: skip
def test_every_answer_forbids_what_is_not_ours(browser: Browser, path: str) -> None:
    browser.sign_in("sec", Role.SECOPS)
    seen = browser.get(path)
    policy = seen.header("content-security-policy")
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert seen.header("x-content-type-options") == "nosniff"
    assert seen.header("cache-control") == "no-store"
    assert seen.header("referrer-policy") == seen.header("cross-origin-opener-policy") == "same-origin"
    assert not [name for name, _ in seen.headers if name.startswith("access-control-")]
    kind = seen.header("content-type")
    assert kind.endswith(("json", "; charset=utf-8")) or not seen.text, kind
    names = [name for name, _ in seen.headers]
    assert all(
        names.count(name) == 1 for name in ("content-security-policy", "x-content-type-options", "cache-control")
    )


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PUT", "PROPFIND"])
@pytest.mark.parametrize("path", ["/", "/decisions", "/api/session"])
def test_methods_nobody_needs_are_refused(browser: Browser, method: str, path: str) -> None:
    browser.sign_in("sec", Role.SECOPS)
    seen = browser.ask(method, path, b"", {"x-told": "told", "origin": f"http://{HOST}"})
    assert seen.status in (405, 501)
    assert "told" not in seen.text
    assert browser.cookies["wardlaw"] not in seen.text


def test_the_nonce_is_of_one_page_and_no_style_or_script_stands_in_it(browser: Browser) -> None:
    browser.sign_in("sec", Role.SECOPS)
    pages = [browser.get("/") for _ in range(2)]
    nonces = [re.search(r"'nonce-([^']+)'", page.header("content-security-policy"))[1] for page in pages]  # type: ignore[index]
    assert nonces[0] != nonces[1]
    for page, nonce in zip(pages, nonces, strict=True):
        scripts = re.findall(r"<script([^>]*)>", page.text)
        assert scripts
        assert all(f'nonce="{nonce}"' in one and 'src="/static/' in one for one in scripts)
        assert not re.search(
            r"<style|style=|\son[a-z]+=|http://|https://(?!www\.w3\.org)", page.text.replace("http://www.w3.org", "")
        )


def test_what_came_to_the_door_is_listed_and_explained(browser: Browser) -> None:
    for leaf in range(3):
        add(browser.api, leaf)
    browser.sign_in("sec", Role.SECOPS)
    page = browser.get("/decisions?effect=cut")
    assert page.text.count("/decisions/rec_") == 3
    assert "No decision fits" in browser.get("/decisions?effect=hold").text
    assert "/decisions/rec_0" in browser.get("/").text
    one = browser.get("/decisions/rec_0")
    assert one.status == 200
    assert "wardlaw audit verify rec_0.tlog-proof" in one.text


def test_whoever_may_not_know_is_told_so_and_sees_the_rest(browser: Browser) -> None:
    add(browser.api, 0)
    browser.sign_in("nobody")
    page = browser.get("/")
    assert page.status == 200
    assert "rec_0" not in page.text
    refused = browser.get("/decisions")
    assert refused.status == 403
    assert "WL-RGT-010" in refused.text


def test_the_management_api_stays_where_it_is(browser: Browser) -> None:
    assert browser.get("/api/health").status == 200
    browser.sign_in("sec", Role.SECOPS)
    # The cookie opens pages, never the API: a page of somebody else cannot use it there.
    assert browser.get("/api/session").status == 401


def test_a_failing_page_says_so_and_tells_no_secret(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    browser.sign_in("sec", Role.SECOPS)

    def fail(*_: object, **__: object) -> None:
        raise ValueError(browser.cookies["wardlaw"])

    monkeypatch.setattr("wardlaw.console.pages.overview.overview_values", fail)
    seen = browser.get("/")
    assert seen.status == 500
    assert "This page failed" in seen.text
    told = capsys.readouterr()
    assert browser.cookies["wardlaw"] not in seen.text + told.out + told.err


def test_light_or_dark_is_kept(browser: Browser) -> None:
    assert "data-theme" not in browser.get("/sign-in").text
    browser.post("/preferences", theme="dark", to="/sign-in")
    assert 'data-theme="dark"' in browser.get("/sign-in").text
    browser.post("/preferences", theme="<b>", to="//evil.example")
    assert 'data-theme="dark"' in browser.get("/sign-in").text
