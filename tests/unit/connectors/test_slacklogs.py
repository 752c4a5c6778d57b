from __future__ import annotations

from tests.unit.connectors.slackworld import NOW
from wardlaw.connectors.slacklogs import audit_event, integrations, run_event
from wardlaw.inventory.activity import Deed
from wardlaw.inventory.model import Consent, Grant


def log(change: str, at: float, user: str = "U1", **more: object) -> dict[str, object]:
    return {"app_id": "A1", "app_type": "App", "user_id": user, "date": str(int(at)), "change_type": change, **more}


def told(*entries, since: float = 0.0):
    page = integrations(entries, since=since)
    grants = [(one.thing.id, one.ended) for one in page.sightings if isinstance(one.thing, Grant)]
    return page, grants


def test_who_had_installed_takes_away_only_their_own() -> None:
    page, grants = told(log("removed", NOW + 2, "U1"), log("added", NOW, "U1"), log("added", NOW + 1, "U2"))
    assert grants == [("U1/A1", False), ("U2/A1", False), ("U1/A1", True)]
    assert [one.deed for one in page.activities] == [Deed.CONSENT, Deed.CONSENT, Deed.REVOKE]
    assert (page.watermark, page.covered_until) == (repr(NOW + 2), NOW + 2)


def test_somebody_who_had_not_takes_away_the_app() -> None:
    entries = [log("added", NOW, "U1"), log("added", NOW + 1, "U2"), log("removed", NOW + 2, "U9")]
    assert told(*entries)[1][2:] == [("U1/A1", True), ("U2/A1", True)]
    # What an earlier run told still says who had installed it.
    assert told(*entries, since=NOW + 2)[1] == [("U1/A1", True), ("U2/A1", True)]
    assert told(log("removed", NOW, "U9"))[1] == [("U9/A1", True)]


def test_scopes_dates_services_and_other_changes() -> None:
    page, grants = told(
        log("added", NOW, scope="chat:write:user,channels:read"),
        log("expanded", NOW + 1, scope="files:read"),
        log("paused", NOW + 2),
        {"service_id": 123, "service_type": "Calendar", "user_id": "U2", "date": NOW + 3, "change_type": "enabled"},
    )
    assert grants == [("U1/A1", False), ("U1/A1", False), ("U2/service/123", False)]
    added = page.sightings[1].thing
    assert isinstance(added, Grant)
    assert (added.scopes, added.granted_at, added.consent) == (("channels:read", "chat:write:user"), NOW, Consent.USER)
    assert page.activities[2].deed is Deed.OTHER
    assert len({one.id for one in page.activities}) == 4


def test_what_is_no_entry_is_a_gap_and_the_rest_is_told() -> None:
    page, grants = told(7, {}, log("added", NOW, ""), {**log("added", NOW), "app_id": None}, log("added", 0), log("added", NOW, scope=3), log("added", NOW))  # fmt: skip
    assert (len(page.gaps), grants) == (6, [("U1/A1", False)])
    assert integrations((), since=0.0).watermark == ""


def test_the_audit_log_tells_of_apps_and_rights_only() -> None:
    base = {"id": "1", "date_create": int(NOW), "actor": {"user": {"id": "U1"}}}
    role = audit_event({**base, "action": "role_change_to_owner", "entity": {"type": "user", "user": {"id": "U2"}}})
    assert (role.activities[0].account, role.activities[0].actor, role.activities[0].object) == ("U2", "U1", "user/U2")
    approved = audit_event(
        {**base, "action": "app_approved", "entity": {"type": "app", "app": {"id": "A1", "name": "x\x00"}}}
    )
    assert (approved.activities[0].consent, approved.activities[0].app_name) == (Consent.ADMIN, "x\ufffd")
    by_app = audit_event({**base, "action": "message_posted", "context": {"app": {"id": "A1"}}})
    assert (by_app.activities[0].deed, by_app.activities[0].app) == (Deed.USE, "A1")
    assert audit_event({**base, "action": "emoji_added"}).activities == ()


def test_a_run_has_an_id_of_its_own() -> None:
    entry = {
        "app_id": "A1",
        "component_id": "Fn1",
        "event_type": "function_execution_started",
        "created": int(NOW * 1e6),
        "trace_id": "Tr1",
    }
    (one,) = run_event(entry).activities
    assert (one.at, one.object, one.deed) == (NOW, "Fn1", Deed.USE)
    assert run_event(entry).activities == (one,)
    assert run_event({**entry, "trace_id": "Tr2"}).activities[0].id != one.id
