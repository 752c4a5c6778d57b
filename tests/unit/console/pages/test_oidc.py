from __future__ import annotations

import os
from collections.abc import Iterator
from urllib.parse import urlencode

import msgspec
import pytest

from tests.console_fakes import START, Api, api_of
from tests.oidcpuppet import CLIENT, SECRET, Puppet, running
from tests.unit.console.pages.browser import Browser, Seen, site_of
from wardlaw.adapters.identityprovider import IdentityProvider
from wardlaw.config.provider import Provider
from wardlaw.config.secretref import SecretRef
from wardlaw.console.desks.provider import ProviderDesk
from wardlaw.console.pages.front import join
from wardlaw.console.pages.inside import InsideApi
from wardlaw.console.pages.keptforms import KeptForms
from wardlaw.console.pages.oidc import BEGIN_PATH
from wardlaw.facts.person import Role
from wardlaw.store.database import writing
from wardlaw.store.providerlogins import ProviderLogin, bind_login


class OidcBrowser(Browser):
    """A browser at a console with an identity provider, which knows Ann."""

    def __init__(self, api: Api, puppet: Puppet, *, secure: bool = False) -> None:
        super().__init__(api, secure=secure)
        settings = Provider(
            issuer=puppet.issuer, name="Acme <SSO>", client_id=CLIENT, client_secret=SecretRef("env", "S")
        )
        desk = ProviderDesk(
            IdentityProvider(settings, secret=SECRET, clock=api.made.clock),
            address="http://127.0.0.1:8081",
            clock=api.made.clock,
            entropy=os.urandom,
        )
        api.app = api_of(msgspec.structs.replace(api.made.deps, provider=desk))
        self.front = msgspec.structs.replace(
            self.front, api=InsideApi(api.app), providers=((settings.name, BEGIN_PATH),), kept=KeptForms(api.made.clock)
        )
        self.app = join(api.app, site_of(self.front), entrance=self.front.entrance)
        self.puppet = puppet
        api.person("ann", Role.SECOPS)
        with writing(api.made.engine) as connection:
            bind_login(connection, ProviderLogin(puppet.issuer, "248289", "person:ann", "test", START))

    def away(self, to: str = "/", **more: str) -> dict[str, str]:
        """Sent to the provider; what the browser comes back with."""
        seen = self.get("/sign-in/oidc?" + urlencode({"to": to} | more))
        assert seen.status == 303, seen.text
        return self.puppet.authorize(seen.header("location"))

    def back(self, answer: dict[str, str]) -> Seen:
        """Comes back from another site: the session's cookie is not sent."""
        own, kept = ("__Host-wardlaw" if self.front.entrance.secure else "wardlaw"), dict(self.cookies)
        self.cookies.pop(own, None)
        seen = self.get("/sign-in/oidc/done?" + urlencode(answer))
        if own in kept:
            self.cookies.setdefault(own, kept[own])
        return seen


@pytest.fixture
def puppet(api: Api) -> Iterator[Puppet]:
    with running(api.made.clock) as puppet:
        yield puppet


def cookies_of(seen: Seen) -> list[str]:
    return [value for name, value in seen.headers if name == "set-cookie"]


def test_the_button_leads_there_and_the_page_that_is_answered_leads_on(api: Api, puppet: Puppet) -> None:
    browser = OidcBrowser(api, puppet)
    page = browser.get("/sign-in?to=/decisions")
    assert 'href="/sign-in/oidc?to=/decisions"' in page.text
    assert "Sign in with Acme &lt;SSO&gt;" in page.text
    answer = browser.away("/decisions?effect=deny")
    seen = browser.back(answer)
    assert (seen.status, seen.header("refresh")) == (200, "0;url=/decisions?effect=deny")
    assert 'href="/decisions?effect=deny"' in seen.text
    session, attempt = sorted(cookies_of(seen))
    assert session.startswith("wardlaw=wls_") and "SameSite=Strict" in session and "HttpOnly" in session
    assert attempt.startswith(('wardlaw_idp="";', "wardlaw_idp=;"))
    assert "wls_" not in seen.text
    assert "<b>ann</b>" in browser.get("/").text


def test_the_attempt_travels_in_a_cookie_of_its_own_that_comes_back_from_another_site(api: Api, puppet: Puppet) -> None:
    (cookie,) = cookies_of(OidcBrowser(api, puppet).get("/sign-in/oidc"))
    assert cookie.startswith("wardlaw_idp=")
    assert cookie.endswith("; Path=/; Max-Age=600; HttpOnly; SameSite=Lax")


def test_with_tls_its_cookies_are_bound_to_this_host(api: Api, puppet: Puppet) -> None:
    browser = OidcBrowser(api, puppet, secure=True)
    (cookie,) = cookies_of(browser.get("/sign-in/oidc"))
    assert cookie.startswith("__Host-wardlaw-idp=")
    assert cookie.endswith("; SameSite=Lax; Secure")
    answer = browser.puppet.authorize(browser.get("/sign-in/oidc").header("location"))
    gone = next(one for one in cookies_of(browser.back(answer)) if one.startswith("__Host-wardlaw-idp"))
    assert "secure" in gone.lower() and "path=/" in gone.lower() and "max-age=0" in gone.lower()


@pytest.mark.parametrize(
    "to",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/x\r\nset-cookie: a=b",
        "/\t/evil.example",
        "%2f%2fevil.example",
    ],
)
def test_it_leads_to_paths_of_ours_alone(api: Api, puppet: Puppet, to: str) -> None:
    browser = OidcBrowser(api, puppet)
    seen = browser.back(browser.away(to))
    assert seen.status == 200
    assert seen.header("refresh") == "0;url=/"
    assert "evil" not in seen.text


def test_another_browser_cannot_use_the_answer(api: Api, puppet: Puppet) -> None:
    mine = OidcBrowser(api, puppet)
    answer = mine.away()
    other = Browser(api)
    other.app = mine.app
    seen = other.get("/sign-in/oidc/done?" + urlencode(answer))  # a link an attacker sent: signed in as the attacker
    assert seen.status == 400
    assert "WL-OID-004" in seen.text
    assert "wardlaw" not in other.cookies
    assert mine.back(answer).status == 200


def test_an_answer_given_twice_over_counts_as_none(api: Api, puppet: Puppet) -> None:
    browser = OidcBrowser(api, puppet)
    answer = browser.away()
    seen = browser.get("/sign-in/oidc/done?" + urlencode(answer) + "&code=another")
    assert seen.status == 400
    assert "no code" in seen.text


def test_what_the_provider_says_is_shown_escaped(api: Api, puppet: Puppet) -> None:
    browser = OidcBrowser(api, puppet)
    answer = browser.away() | {"error": "access_denied", "error_description": "<img src=x onerror=alert(1)>"}
    del answer["code"]
    seen = browser.back(answer)
    assert seen.status == 400
    assert "<img" not in seen.text
    assert "&lt;img src=x" in seen.text
    assert 'href="/sign-in"' in seen.text


def test_when_the_provider_is_down_the_page_says_so(api: Api, puppet: Puppet) -> None:
    browser = OidcBrowser(api, puppet)
    puppet.status["metadata"] = 500
    seen = browser.get("/sign-in/oidc?to=/decisions")
    assert seen.status == 503
    assert "WL-OID-001" in seen.text
    assert "to=%2Fdecisions" in seen.text


def test_whoever_is_signed_in_proves_anew_who_they_are(api: Api, puppet: Puppet) -> None:
    browser = OidcBrowser(api, puppet)
    browser.back(browser.away())
    before, form = browser.cookies["wardlaw"], browser.form_of(browser.get("/me").text)
    seen = browser.get("/sign-in/oidc?again=1&to=/decisions")
    assert "prompt=login" in seen.header("location")
    assert browser.back(puppet.authorize(seen.header("location"))).header("refresh") == "0;url=/decisions"
    assert browser.cookies["wardlaw"] != before
    assert browser.form_of(browser.get("/me").text) == form  # forms of other tabs stay good


def test_a_line_in_the_attempt_counts_only_for_the_session_that_goes_on(api: Api, puppet: Puppet) -> None:
    browser = OidcBrowser(api, puppet)
    browser.back(browser.away())
    line = browser.form_of(browser.get("/me").text)
    browser.cookies.pop("wardlaw")
    answer = browser.away()
    browser.cookies["wardlaw_idp"] += f"~{line}"
    assert browser.back(answer).status == 200
    assert line not in browser.cookies["wardlaw"]


def test_the_providers_server_ends_sessions_without_any_of_our_pages(api: Api, puppet: Puppet) -> None:
    browser = OidcBrowser(api, puppet)
    browser.back(browser.away())
    server = Browser(api)
    server.app = browser.app
    headers = {"content-type": "application/x-www-form-urlencoded"}  # no Origin
    body = urlencode({"logout_token": puppet.logout_token()}).encode()
    for wrong in (b"", b"logout_token=x.y.z", urlencode({"logout_token": puppet.logout_token(nonce="n")}).encode()):
        seen = server.ask("POST", "/sign-in/oidc/logout", wrong, dict(headers))
        assert seen.status == 400
        assert '"invalid_request"' in seen.text
    assert browser.get("/").status == 200
    seen = server.ask("POST", "/sign-in/oidc/logout", body, dict(headers))
    assert (seen.status, seen.text, seen.header("cache-control")) == (200, "", "no-store")
    assert browser.get("/").status == 303
    assert server.ask("POST", "/sign-in/oidc/logout", body, dict(headers)).status == 400
    for path in ("/sign-in", "/sign-out", "/sign-in/oidc/done"):  # no other address is open to servers
        assert server.ask("POST", path, body, dict(headers)).status in (403, 405), path


def test_without_a_provider_there_is_no_button_and_nothing_behind_it(api: Api) -> None:
    browser = Browser(api)
    assert "/sign-in/oidc" not in browser.get("/sign-in").text
    assert browser.get("/sign-in/oidc").status == 404
    assert browser.get("/sign-in/oidc/done?code=x&state=y").status == 404


def test_a_form_waits_for_the_proof_and_is_sent_by_its_person_alone(api: Api, puppet: Puppet) -> None:
    browser = OidcBrowser(api, puppet)
    puppet.claims = {"auth_time": START - 4_000}
    browser.back(browser.away())
    sent = "form=old&name=A+%26+B&text="
    page = browser.get("/prove")
    assert "Prove it at Acme &lt;SSO&gt;" in page.text
    given = {"form": browser.form_of(page.text), "again": "/somewhere?x=1", "sent": sent}
    seen = browser.post("/prove/provider", **given)
    leads = seen.header("refresh").removeprefix("0;url=")
    assert (seen.status, leads.partition("?")[0]) == (200, "/sign-in/oidc")
    puppet.claims = {}
    begun = browser.get(leads)
    assert "prompt=login" in begun.header("location")
    back = browser.back(puppet.authorize(begun.header("location"))).header("refresh").removeprefix("0;url=")
    page = browser.get(back)
    assert page.status == 200
    assert 'action="/somewhere?x=1"' in page.text
    assert 'name="name" value="A &amp; B"' in page.text
    assert 'name="text" value=""' in page.text
    assert "old" not in browser.form_of(page.text)
    assert browser.get(back).header("location") == "/"  # once
    assert browser.post("/prove/provider", **given | {"form": "0" * 64}).header("location") == "/prove"


def test_signing_out_leads_on_to_the_provider(api: Api, puppet: Puppet) -> None:
    browser = OidcBrowser(api, puppet)
    browser.back(browser.away())
    form = browser.form_of(browser.get("/").text)
    kept = dict(browser.cookies)
    seen = browser.post("/sign-out", form=form)
    address = seen.header("refresh").removeprefix("0;url=")
    assert seen.status == 200
    assert address.startswith(f"{puppet.issuer}/end?client_id={CLIENT}&post_logout_redirect_uri=")
    assert "id_token_hint=" in address
    assert "wardlaw" not in browser.cookies
    browser.cookies = kept
    assert browser.get("/").status == 303  # and here it is over whatever happens there
