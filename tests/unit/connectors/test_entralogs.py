from __future__ import annotations

import json

import pytest

from tests.organisations import (
    ADA,
    BOB,
    HELPER,
    HELPER_SP,
    LEDGER,
    NOTES,
    NOW,
    SECRET,
    acts,
    entra_connector,
    gaps,
    pages,
    tenant,
)
from tests.unit.connectors.scripted import Answer, Platform
from wardlaw.connectors.entralogs import AUDITS_PATH, OVERLAP_S, SIGN_INS_PATH
from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.model import Consent, Grant
from wardlaw.testing.saas.entra import EntraPlatform
from wardlaw.testing.saas.server import serve

SP = "cccccccc-0000-4000-8000-0000000000ff"


def audit(word: str, /, result: str = "success", by: dict | None = None, **properties: str) -> dict:
    told = [
        {"displayName": name.replace("__", "."), "oldValue": None, "newValue": json.dumps(value)}
        for name, value in properties.items()
    ]
    return {
        "id": "Directory_1", "activityDateTime": "2026-09-20T12:00:00.1234567Z", "activityDisplayName": word, "result": result,
        "initiatedBy": by or {"user": {"id": ADA, "ipAddress": "203.0.113.1"}},
        "targetResources": [{"id": SP, "displayName": "Notes", "modifiedProperties": told}],
    }  # fmt: skip


def read(platform: Platform, *entries: object) -> list:
    platform.on(AUDITS_PATH, Answer({"value": list(entries)}))
    return pages(entra_connector(platform.url), "audits")


def one(platform: Platform, entry: dict) -> Activity:
    (found,) = acts(read(platform, entry)).values()
    return found


def test_the_logs_of_a_tenant() -> None:
    world = tenant()
    world.happen(
        Activity(
            "c2",
            NOW - 200,
            Deed.CONSENT,
            actor=BOB,
            app=NOTES,
            consent=Consent.ADMIN,
            scopes=("Mail.Read", "User.Read"),
        ),
        Activity("r1", NOW - 100, Deed.ROLE_ASSIGNED, actor=BOB, app=LEDGER, scopes=("full_access_as_app",)),
    )
    world.revoke("of-bob", actor=ADA)
    with serve(EntraPlatform(world)) as served:
        connector = entra_connector(served.url)
        found = pages(connector, "audits")
        signed = acts(pages(connector, "sign-ins"))
    told = {id_.removeprefix("Directory_"): activity for id_, activity in acts(found).items()}
    consent = told["c1"]
    assert (consent.deed, consent.account, consent.actor, consent.app) == (Deed.CONSENT, ADA, "", NOTES)
    assert (consent.consent, consent.scopes) == (Consent.USER, ("Mail.Read",))
    for_all = told["c2"]
    assert (for_all.account, for_all.actor, for_all.consent) == ("", BOB, Consent.ADMIN)
    assert for_all.scopes == ("Mail.Read", "User.Read")
    assert (told["k1"].deed, told["k1"].app, told["k1"].credential) == (Deed.CREDENTIAL_ADDED, LEDGER, SECRET)
    assert (told["r1"].deed, told["r1"].app, told["r1"].scopes) == (Deed.ROLE_ASSIGNED, LEDGER, ("full_access_as_app",))
    (revoked,) = [activity for activity in told.values() if activity.deed is Deed.REVOKE]
    assert (revoked.account, revoked.app, revoked.actor, revoked.scopes) == (BOB, NOTES, ADA, ("Files.Read",))
    grants = [sighting.thing for page in found for sighting in page.sightings]
    assert {(grant.account, grant.granted_at) for grant in grants if isinstance(grant, Grant)} == {
        (ADA, NOW - 500),
        ("", NOW - 200),
    }
    assert signed["s1"] == Activity(
        "s1", NOW - 300, Deed.SIGN_IN, HELPER_SP, app=HELPER, app_name="Helper", object="Microsoft Graph", ip="203.0.113.9",
        asn=64_500, country="NL", user_agent="python-requests/2.32", credential=SECRET, agent=HELPER_SP,
    )  # fmt: skip
    assert (found[-1].covered_until, found[-1].watermark, gaps(found)) == (NOW, repr(NOW), [])


def test_the_next_run_reads_the_last_hour_again(platform: Platform) -> None:
    platform.on(AUDITS_PATH, Answer({"value": []}))
    platform.on(SIGN_INS_PATH, Answer({"value": []}))
    connector = entra_connector(platform.url)
    assert pages(connector, "audits", repr(NOW))[-1].watermark == repr(NOW)
    assert OVERLAP_S == 3_600
    assert platform.asked[0][2]["$filter"] == "activityDateTime ge 2026-09-21T13:13:20Z"
    pages(connector, "sign-ins", repr(NOW))
    assert platform.asked[1][2]["$filter"] == (
        "createdDateTime ge 2026-09-21T13:13:20Z and signInEventTypes/any(t: t eq 'servicePrincipal')"
    )


def test_what_failed_is_no_consent_and_no_key(platform: Platform) -> None:
    refused = one(platform, audit("Consent to application", "failure"))
    assert (refused.deed, refused.consent) == (Deed.REFUSAL, Consent.USER)
    assert one(platform, audit("Add service principal credentials", "failure")).deed is Deed.OTHER


@pytest.mark.parametrize("dash", ["–", "-"])
def test_credentials_of_an_application_by_what_changed(platform: Platform, dash: str) -> None:
    entry = audit(f"Update application {dash} Certificates and secrets management ", KeyDescription="")
    keys = ["[KeyIdentifier=DDDDDDDD-0000-4000-8000-000000000001,KeyType=Password]"]
    change = entry["targetResources"][0]["modifiedProperties"][0]
    change |= {"oldValue": "[]", "newValue": json.dumps(keys)}
    added = one(platform, entry)
    assert (added.deed, added.credential) == (Deed.CREDENTIAL_ADDED, SECRET)
    change |= {"oldValue": json.dumps(keys), "newValue": "[]"}
    removed = one(platform, entry)
    assert (removed.deed, removed.credential) == (Deed.CREDENTIAL_REMOVED, SECRET)


def test_scopes_that_stood_there_before_are_not_given_by_a_consent(platform: Platform) -> None:
    change = "[[ConsentType: Principal, Scope: Mail.Read, Created: ]] => [[ConsentType: Principal, Scope: Mail.Read Chat.Read, Created: ]]; "
    names = {"TargetId__ServicePrincipalNames": f"{NOTES};https://notes.example", "ConsentAction__Permissions": change}
    assert one(platform, audit("Consent to application", **names)).scopes == ("Chat.Read", "Mail.Read")


def test_who_did_it_may_be_an_app(platform: Platform) -> None:
    by = {"user": None, "app": {"servicePrincipalId": SP, "displayName": "Robot"}}
    found = one(platform, audit("Add member to role", by=by, Role__DisplayName="Global Administrator"))
    assert (found.deed, found.actor, found.object) == (Deed.ROLE_ASSIGNED, SP, "Global Administrator")


@pytest.mark.parametrize(
    "entry",
    [
        3,
        {},
        {"id": "x", "activityDateTime": "yesterday"},
        {"id": "", "activityDateTime": "2026-09-20T12:00:00Z"},
        {"id": "x", "activityDateTime": "2026-09-20T12:00:00Z", "targetResources": [{"modifiedProperties": [3]}]},
        {"id": "x", "activityDateTime": "2026-09-20T12:00:00Z", "initiatedBy": 3},
    ],
)
def test_an_entry_that_is_not_understood_is_a_gap(platform: Platform, entry: object) -> None:
    found = read(platform, entry, audit("Add user"))
    assert (len(gaps(found)), [activity.deed for activity in acts(found).values()]) == (1, [Deed.OTHER])


def test_a_sign_in_that_failed_is_none_and_hostile_texts_are_kept_harmless(platform: Platform) -> None:
    entry = {
        "id": "s", "createdDateTime": "2026-09-20T12:00:00Z", "servicePrincipalId": SP, "appId": NOTES,
        "status": {"errorCode": 7000215}, "userAgent": "x\x1b[2J", "autonomousSystemNumber": "12",
    }  # fmt: skip
    platform.on(SIGN_INS_PATH, Answer({"value": [entry]}))
    (found,) = acts(pages(entra_connector(platform.url), "sign-ins")).values()
    assert (found.deed, found.asn, found.user_agent) == (Deed.OTHER, 12, "x\ufffd[2J")
