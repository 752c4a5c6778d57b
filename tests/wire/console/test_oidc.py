"""Signing in through an identity provider that others wrote, over real sockets."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests import console_fakes
from tests.wire.console.providers import MISSING, Caller, Console, _TrueClock, free_port, provider
from wardlaw.facts.person import Role

pytestmark = [
    pytest.mark.skipif(bool(MISSING), reason=MISSING),
    pytest.mark.xdist_group("console-oidc"),  # one provider for all of them
]


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    port = free_port()
    with pytest.MonkeyPatch.context() as patch, provider(f"http://localhost:{port}") as issuer:
        patch.setattr(console_fakes, "Clock", _TrueClock)
        with Console(tmp_path_factory.mktemp("console"), port, issuer) as console:
            yield console


@pytest.fixture
def caller(console: Console) -> Iterator[Caller]:
    caller = Caller(console)
    yield caller
    caller.close()


def test_somebody_new_comes_in_and_has_the_roles_of_their_groups(console: Console, caller: Caller) -> None:
    caller.become("u-1", name="Ann Example", email="ann@acme.example", email_verified=True, groups=["security", "x"])
    assert "Sign in with Acme" in caller.get("/sign-in").text
    seen = caller.sign_in("/sign-in/oidc?to=/decisions")
    assert (seen.status_code, seen.headers["refresh"]) == (200, "0;url=/decisions")
    assert "Ann Example" in caller.get("/").text
    person = console.person("ann")
    assert (person.name, person.identity, person.roles) == ("Ann Example", "ann@acme.example", (Role.SECOPS,))
    (session,) = console.sessions("ann")
    assert session.method == "identity-provider"
    assert abs(session.auth_time - time.time()) < 60
    told = console.told("provider.finish")
    assert (told["issuer"], told["given"], told["address"]) == (console.issuer, "secops", "127.0.0.1")


def test_roles_follow_the_groups_from_sign_in_to_sign_in(console: Console, caller: Caller) -> None:
    console.add("bob", "u-2", Role.RISK)
    for groups, roles in ((["counsel"], ("legal", "risk")), ([], ("risk",)), (["security"], ("risk", "secops"))):
        caller.become("u-2", groups=groups)
        assert caller.sign_in().status_code == 200
        assert console.person("bob").roles == roles
    caller.become("u-2", groups=["audit"])
    seen = caller.sign_in()
    assert seen.status_code == 403
    assert "SOD-6" in seen.text
    assert console.person("bob").roles == ("risk",)  # what is gone is gone all the same


def test_an_answer_is_worth_nothing_twice_later_or_elsewhere(console: Console, caller: Caller) -> None:
    console.add("cleo", "u-3")
    caller.become("u-3")
    address = caller.leave()
    other = Caller(console)
    assert other.home.get(address).status_code == 400  # not the browser it began in
    assert other.get("/sign-in/oidc").status_code == 303
    assert other.home.get(address).status_code == 400  # nor with an attempt of its own
    other.close()
    assert console.sessions("cleo") == []
    kept = httpx.Client(cookies=caller.home.cookies, timeout=30)
    assert caller.home.get(address).status_code == 200
    assert "WL-OID-004" in kept.get(address).text  # nor again in the same
    kept.close()
    # With the state and cookie of another attempt the code is the provider's to refuse: it was used.
    code = parse_qs(urlsplit(address).query)["code"][0]
    second = caller.leave()
    swapped = second.replace(parse_qs(urlsplit(second).query)["code"][0], code)
    seen = caller.home.get(swapped)
    assert seen.status_code == 400
    assert "WL-OID-005" in seen.text
    assert "invalid_grant" in seen.text
    assert len(console.sessions("cleo")) == 1


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("state", "x" * 43, "WL-OID-004"),
        ("iss", "https://evil.example", "WL-OID-006"),
        ("code", "x" * 43, "WL-OID-005"),
    ],
)
def test_answers_that_were_changed_on_the_way_are_refused(
    console: Console, caller: Caller, name: str, value: str, code: str
) -> None:
    caller.become("u-4")
    address = caller.leave()
    changed = httpx.URL(address).copy_set_param(name, value)
    seen = caller.home.get(changed)
    assert seen.status_code in (400, 403)
    assert code in seen.text
    assert "wardlaw" not in caller.home.cookies
    assert console.told("provider.finish")["refused"] == code


def test_it_never_leads_to_another_site(caller: Caller) -> None:
    caller.become("u-1")
    for to in ("https://evil.example/", "//evil.example", "/%5Cevil.example", "/\\evil.example"):
        seen = caller.sign_in("/sign-in/oidc?to=" + to)
        assert seen.headers["refresh"] in ("0;url=/", "0;url=/%5Cevil.example"), to


def test_new_keys_of_the_provider_are_found(console: Console, caller: Caller) -> None:
    console.add("dan", "u-5")
    caller.become("u-5")
    assert caller.sign_in().status_code == 200
    caller.away.post(f"{console.issuer}/test/keys").raise_for_status()
    caller.become("u-5")
    end = time.monotonic() + 60
    while (seen := caller.sign_in()).status_code != 200 and time.monotonic() < end:
        # Keys are asked for again every 30 s at most; until then nobody gets in by a key that is not known.
        assert "its signature is not the issuer" in seen.text
        time.sleep(2)
    assert seen.status_code == 200


def test_the_provider_ends_what_it_began(console: Console, caller: Caller) -> None:
    console.add("eve", "u-6")
    caller.become("u-6")
    caller.sign_in()
    assert caller.get("/").status_code == 200
    page = caller.away.get(f"{console.issuer}/session/end")
    found = re.search(r'name="xsrf" value="([^"]+)"', page.text)
    assert found, page.text
    xsrf = found[1]
    caller.away.post(f"{console.issuer}/session/end/confirm", data={"xsrf": xsrf, "logout": "yes"})
    end = time.monotonic() + 20
    while console.sessions("eve") and time.monotonic() < end:
        time.sleep(0.1)
    assert console.sessions("eve") == []
    assert caller.get("/").status_code == 303
    told = console.told("provider.ended")
    assert (told["sessions"], told["person"]) == (1, "person:eve")


def test_a_fresh_proof_is_given_by_signing_in_again_there(console: Console, caller: Caller) -> None:
    console.add("fay", "u-7")
    caller.become("u-7")
    caller.sign_in()
    (before,) = console.sessions("fay")
    secret = caller.home.cookies["wardlaw"]
    time.sleep(1.1)  # the provider counts in whole seconds
    address = caller.get("/sign-in/oidc?again=1").headers["location"]
    answer = caller.away.get(address)  # the provider knows them, and asks all the same
    assert "/interaction/" in answer.headers["location"]
    assert caller.sign_in("/sign-in/oidc?again=1").status_code == 200
    (after,) = console.sessions("fay")
    assert after.id == before.id
    assert after.auth_time > before.auth_time
    assert caller.home.cookies["wardlaw"] != secret


def test_without_the_provider_nobody_waits_for_long(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console_fakes, "Clock", _TrueClock)
    with Console(tmp_path, free_port(), f"http://127.0.0.1:{free_port()}") as console:
        seen = httpx.get(console.address + "/sign-in/oidc", timeout=30)
        assert seen.status_code == 503
        assert "WL-OID-001" in seen.text
        assert httpx.get(console.address + "/sign-in", timeout=30).status_code == 200


def test_in_a_real_browser_from_one_site_to_the_other_and_back(console: Console, caller: Caller, chromium) -> None:
    console.add("gil", "u-8", Role.SECOPS)
    caller.become("u-8", groups=["security"])
    context = chromium.new_context()
    faults: list[str] = []
    page = context.new_page()

    def note(message) -> None:
        if message.type == "error" and message.location["url"].startswith(console.address):
            faults.append(message.text)

    page.on("console", note)
    page.goto(console.address + "/decisions")
    page.get_by_role("link", name="Sign in with Acme").click()
    page.click("#login")
    # The provider's page sent the browser: the session's cookie must be there all the same.
    page.wait_for_url(console.address + "/decisions")
    assert page.locator(".me b").inner_text() == "gil"
    cookies = {one["name"]: one for one in context.cookies(console.address)}
    assert cookies["wardlaw"]["sameSite"] == "Strict"
    assert "wardlaw_idp" not in cookies
    assert faults == []
    context.close()
