from __future__ import annotations

from tests.organisations import ADA, LEDGER, LEDGER_SP, NOTES, NOW, SECRET, tenant
from wardlaw.inventory.activity import Activity, Deed
from wardlaw.testing.saas.entralog import AUDITED, audit, sign_in
from wardlaw.testing.saas.entrashape import EntraShapes

SHAPES = EntraShapes(tenant())


def test_each_deed_of_the_audit_log_has_its_word() -> None:
    for deed in Deed:
        entry = audit(Activity("x", NOW, deed, ADA, app=NOTES, credential=SECRET, scopes=("a",)), SHAPES)
        assert (entry is None) is (deed not in AUDITED)
        if entry is not None:
            assert entry["activityDisplayName"] == AUDITED[deed]
            assert all(
                set(one) == {"displayName", "oldValue", "newValue"}
                for one in entry["targetResources"][0]["modifiedProperties"]
            )


def test_an_app_may_have_done_it() -> None:
    entry = audit(Activity("x", NOW, Deed.APP_CHANGED, actor="app:robot", app=LEDGER), SHAPES)
    assert entry is not None
    assert (entry["initiatedBy"]["user"], entry["initiatedBy"]["app"]["displayName"]) == (None, "robot")


def test_a_person_and_an_app_sign_in_apart() -> None:
    person = sign_in(Activity("a", NOW, Deed.SIGN_IN, ADA, app=NOTES, via="device_code"), SHAPES)
    assert (person["signInEventTypes"], person["userId"], person["authenticationProtocol"]) == (
        ["interactiveUser"],
        ADA,
        "deviceCode",
    )
    app = sign_in(Activity("b", NOW, Deed.SIGN_IN, app=LEDGER, credential=SECRET, asn=7), SHAPES)
    assert (app["servicePrincipalId"], app["servicePrincipalCredentialKeyId"], app["autonomousSystemNumber"]) == (
        LEDGER_SP,
        SECRET,
        7,
    )
    assert app["agent"]["agentType"] == "notAgentic"
