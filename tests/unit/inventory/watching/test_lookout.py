from __future__ import annotations

from tests.unit.inventory.watching.life import Life
from wardlaw.inventory.activity import Deed
from wardlaw.inventory.watching.alarm import ALARMS, AlarmKind
from wardlaw.inventory.watching.posture import unused_scopes

COVERS = ("posture",)
DRIVE, MAIL = "https://www.googleapis.com/auth/drive", "https://mail.google.com/"


def test_what_comes_late_changes_no_habit_and_is_still_judged_by_what_it_is() -> None:
    life = Life(days=20)
    before = dict(life.lookout.apps["app"].networks)
    life.happen(Deed.USE, 3.5, asn=64_999)
    assert life.lookout.apps["app"].networks == before
    assert life.noticed == []
    event = life.happen(Deed.DELEGATION_ADDED, 3.6)
    assert life.noticed == [("delegation-added", event)]


def test_deeds_that_take_away_and_events_without_an_app_are_no_news() -> None:
    life = Life(days=20)
    for deed in (Deed.REVOKE, Deed.REFUSAL, Deed.CREDENTIAL_REMOVED, Deed.APP_DELETED, Deed.OTHER, Deed.APP_CHANGED):
        life.happen(deed, 20.5, app="n")
    for deed in Deed:
        if deed not in (Deed.DELEGATION_ADDED, Deed.TRACE_REMOVED):
            life.happen(deed, 20.6, app="", items=5_000)
    assert life.noticed == []


def test_each_kind_says_where_it_stands_and_what_to_do() -> None:
    assert set(ALARMS) == set(AlarmKind)
    for facts in ALARMS.values():
        assert facts.remedy.endswith(".")
        assert all(one.startswith("NHI") and 1 <= int(one[3:]) <= 10 for one in facts.owasp)
        assert all(one.startswith("T1") for one in facts.attack)
        assert facts.owasp
        assert facts.attack


def test_a_scope_is_called_unused_only_after_thirty_days_of_told_use() -> None:
    for told_days, wanted in ((29, []), (31, [(MAIL,)])):
        life = Life()
        life.happen(Deed.CONSENT, 0.1, account="u1", scopes=(DRIVE, MAIL, "openid"))
        life.usual(range(told_days), scopes=(DRIVE,))
        life.usual(range(told_days, 60))  # used, and the log does not say what for
        found = unused_scopes("acme", "google", life.lookout.apps, at=life.lookout.directory.clock)
        assert [one.rule for one in found] == ["scope-never-used"] * len(wanted)
        for one in found:
            assert MAIL in one.evidence[0]
            assert DRIVE + "," not in one.evidence[0]
    young = Life()
    young.usual(range(40), scopes=(DRIVE,))
    young.happen(Deed.CONSENT, 40, account="u1", scopes=(MAIL,))
    assert unused_scopes("acme", "google", young.lookout.apps, at=young.lookout.directory.clock) == []
