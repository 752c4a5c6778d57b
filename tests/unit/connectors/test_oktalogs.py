from __future__ import annotations

import pytest

from tests.organisations import NOW, acts, okta_connector, organisation, pages, things
from tests.unit.connectors.scripted import Answer, Platform
from wardlaw.connectors.oktalogs import KEPT_S, LOGS_PATH, OVERLAP_S, read_events
from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.model import Consent, Grant
from wardlaw.testing.saas.okta import OktaPlatform
from wardlaw.testing.saas.server import serve


def event(word: str, /, *targets: dict, **more: object) -> dict:
    return {
        "uuid": "e", "published": "2026-09-20T12:00:00.000Z", "eventType": word, "target": list(targets),
        "actor": {"id": "00uAda", "type": "User"}, "outcome": {"result": "SUCCESS"},
    } | more  # fmt: skip


def one(word: str, /, *targets: dict, **more: object) -> Activity:
    (found,) = read_events([event(word, *targets, **more)]).activities
    return found


CLIENT = {"type": "PublicClientApp", "id": "0oa", "displayName": "Notes"}


def test_the_log_of_an_organisation() -> None:
    platform = OktaPlatform(organisation())
    platform.page_size = 1
    with serve(platform) as served:
        found = pages(okta_connector(served.url), "logs")
    told = acts(found)
    assert told["e1"] == Activity(
        "e1", NOW - 500, Deed.CONSENT, "00uAda", app="0oaNotes", app_name="Notes", consent=Consent.USER, scopes=("notes.read",),
        method="app.oauth2.as.consent.grant", object="Notes",
    )  # fmt: skip
    assert (told["e2"].deed, told["e2"].credential, told["e2"].asn, told["e2"].country) == (
        Deed.CREDENTIAL_ADDED,
        "at1",
        64_500,
        "NL",
    )
    assert (told["e3"].deed, told["e3"].app, told["e3"].user_agent, told["e3"].via) == (
        Deed.SIGN_IN,
        "0oaNotes",
        "curl/8",
        "device_code",
    )
    (grant,) = things(found)
    assert grant == Grant("user/00uAda/0oaNotes", "00uAda", "0oaNotes", Consent.USER, ("notes.read",), NOW - 500)
    assert (found[-1].watermark, found[-1].covered_until) == (repr(NOW - 300), NOW - 300)


def test_the_next_run_reads_the_last_hour_again_and_says_what_is_lost(platform: Platform) -> None:
    platform.on(LOGS_PATH, Answer([]))
    connector = okta_connector(platform.url)
    assert pages(connector, "logs", repr(NOW - 10))[-1].notes == ()
    assert (OVERLAP_S, KEPT_S) == (3_600, 90 * 86_400)
    assert platform.asked[0][2] == {
        "since": "2026-09-21T13:13:10.000Z", "until": "2026-09-21T14:13:20.000Z", "limit": "1000", "sortOrder": "ASCENDING",
    }  # fmt: skip
    last = pages(connector, "logs", repr(NOW - 100 * 86_400))[-1]
    assert "no longer kept" in last.notes[0]
    assert last.watermark == repr(NOW - 100 * 86_400)


@pytest.mark.parametrize(
    ("word", "deed"),
    [
        ("app.oauth2.as.consent.revoke.implicit.user", Deed.REVOKE),
        ("app.oauth2.admin.consent.revoke", Deed.REVOKE),
        ("app.oauth2.as.token.grant.access_token", Deed.SIGN_IN),
        ("system.api_token.revoke", Deed.CREDENTIAL_REMOVED),
        ("user.account.privilege.grant", Deed.ROLE_ASSIGNED),
        ("event_hook.deleted", Deed.TRACE_REMOVED),
        ("user.session.start", Deed.OTHER),
    ],
)
def test_words_of_the_log(word: str, deed: Deed) -> None:
    assert one(word, CLIENT).deed is deed


def test_an_administrator_agrees_for_all() -> None:
    found = one(
        "app.oauth2.admin.consent.grant", CLIENT, {"type": "scope", "id": "s", "displayName": "okta.users.read"}
    )
    assert (found.account, found.actor, found.consent, found.scopes) == (
        "",
        "00uAda",
        Consent.ADMIN,
        ("okta.users.read",),
    )
    assert read_events([event("app.oauth2.admin.consent.grant", CLIENT)]).sightings == ()


def test_a_consent_of_an_own_server_names_app_and_person_in_its_details() -> None:
    token = {"type": "access_token", "id": "t", "detailEntry": {"publicclientapp": "0oa", "user": "00uBob"}}
    debug = {"debugData": {"grantedScopes": "b, a"}}
    found = one("app.oauth2.as.consent.grant", token, actor={"id": "00uBob", "type": "User"}, debugContext=debug)
    assert (found.app, found.account, found.actor, found.scopes) == ("0oa", "00uBob", "", ("a", "b"))


def test_what_failed_is_no_consent_and_no_key() -> None:
    failed = {"result": "FAILURE"}
    assert one("app.oauth2.as.consent.grant", CLIENT, outcome=failed).deed is Deed.REFUSAL
    assert one("system.api_token.create", CLIENT, outcome=failed).deed is Deed.OTHER


@pytest.mark.parametrize(
    "bad",
    [
        3, None, [], {}, {"uuid": "", "eventType": "x", "published": "2026-01-01T00:00:00Z"}, {"uuid": "u", "eventType": "x"},
        event("x", published="never"), event("x", actor=3), event("x", client=[1]),
        event("x", securityContext={"asNumber": -1}), event("x", CLIENT | {"id": {"a": 1}}), event("x\x00"),
    ],
)  # fmt: skip
def test_an_event_that_is_not_understood_is_a_gap(bad: object) -> None:
    page = read_events([bad, event("user.session.start")])
    assert (len(page.gaps), len(page.activities)) == (1, 1)


def test_hostile_texts_are_kept_harmless() -> None:
    agent = {"userAgent": {"rawUserAgent": "x\x1b[2J"}, "ipAddress": "203.0.113.9"}
    found = one("app.oauth2.as.consent.grant", CLIENT | {"displayName": "\u202e<script>"}, client=agent)
    assert (found.user_agent, found.app_name) == ("x\ufffd[2J", "\ufffd<script>")
