from __future__ import annotations

import pytest

from tests.unit.inventory.watching.life import DAY, MAIL, START, Life
from wardlaw.inventory.activity import Deed
from wardlaw.inventory.model import App, Consent, Tristate
from wardlaw.inventory.watching.surroundings import AppFacts, Surroundings

BAD = "110671459871-30f1spbu0hptbs60cb4vsmv79i7bbvqj.apps.googleusercontent.com"
CALENDAR = ("https://www.googleapis.com/auth/calendar.readonly",)
DRIVE_READ = ("https://www.googleapis.com/auth/drive.readonly",)
OK = {"n": AppFacts(approved=True)}


def of(deed: Deed, *, around: Surroundings | None = None, days: int = 40, **facts) -> Life:
    life = Life(around, days=days)
    life.happen(deed, days + 0.5, **({"app": "n", "account": "u2"} | facts))
    return life


CASES = [
    ("known-bad-client", Deed.CONSENT, {"app": BAD}, {"app": BAD, "consent": Consent.REQUESTED, "_seen": True}),
    ("known-bad-client", Deed.USE, {"app": BAD}, {"app": BAD + "x"}),
    ("unapproved-powerful-grant", Deed.CONSENT, {"scopes": MAIL}, {"scopes": CALENDAR}),
    ("unapproved-powerful-grant", Deed.CONSENT, {"scopes": MAIL}, {"scopes": MAIL, "_facts": OK}),
    ("unapproved-powerful-grant", Deed.CONSENT, {"scopes": MAIL}, {"scopes": MAIL, "_app": App("n", first_party=Tristate.YES)}),
    ("unapproved-powerful-grant", Deed.CONSENT, {"scopes": DRIVE_READ, "_app": App("n", verified=Tristate.NO)}, {"scopes": DRIVE_READ}),
    ("unapproved-powerful-grant", Deed.CONSENT, {"scopes": MAIL}, {"scopes": MAIL, "consent": Consent.REQUESTED}),
    ("unapproved-powerful-grant", Deed.CONSENT, {"scopes": MAIL}, {"scopes": ("never.heard.of",)}),
    ("shadow-ai-grant", Deed.CONSENT, {"scopes": DRIVE_READ, "app_name": "ChatGPT"}, {"scopes": DRIVE_READ, "app_name": "Notes"}),
    ("shadow-ai-grant", Deed.CONSENT, {"scopes": DRIVE_READ, "app_name": "ChatGPT"}, {"scopes": CALENDAR[:0], "app_name": "ChatGPT"}),
    ("shadow-ai-grant", Deed.CONSENT, {"scopes": MAIL, "app_name": "ChatGPT"}, {"scopes": MAIL, "app_name": "ChatGPT", "_facts": OK}),
    ("admin-consent", Deed.CONSENT, {"scopes": MAIL, "account": "", "consent": Consent.ADMIN}, {"scopes": MAIL, "account": "", "consent": Consent.ADMIN, "_facts": OK}),
    ("admin-consent", Deed.CONSENT, {"scopes": MAIL, "account": "", "consent": Consent.ADMIN}, {"scopes": ("openid",), "account": "", "consent": Consent.ADMIN}),
    ("device-code-consent", Deed.CONSENT, {"via": "device_code"}, {"via": "authorization_code"}),
    ("device-code-consent", Deed.CONSENT, {"via": "device_code"}, {"via": "device_code", "_facts": OK}),
    ("lookalike-app", Deed.CONSENT, {"app_name": "Micros0ft Teams"}, {"app_name": "Microsoft Teams"}),
    ("lookalike-app", Deed.USE, {"app_name": "Data  Loader"}, {"app_name": "Data Lake"}),
    ("lookalike-app", Deed.USE, {"app_name": "Data Loader"}, {"app_name": "Data Loader", "_app": App("n", first_party=Tristate.YES)}),
    ("lookalike-app", Deed.USE, {"app_name": "Data Loader"}, {"app_name": "Data Loader", "_days": 5}),
    ("role-assigned", Deed.ROLE_ASSIGNED, {"scopes": ("Directory.ReadWrite.All",), "_platform": "entra"}, {"scopes": ("User.Read",), "_platform": "entra"}),
    ("role-assigned", Deed.ROLE_ASSIGNED, {"scopes": ("Directory.ReadWrite.All",), "_platform": "entra", "_facts": OK},
     {"scopes": ("Directory.ReadWrite.All",), "_platform": "entra", "_facts": {"n": AppFacts(approved=True, scopes=("Directory.ReadWrite.All",))}}),
    ("mailbox-role-assigned", Deed.ROLE_ASSIGNED, {"scopes": ("full_access_as_app",), "account": "", "_platform": "entra"},
     {"scopes": ("full_access_as_app",), "account": "", "_platform": "entra", "_facts": {"n": AppFacts(approved=True, scopes=("full_access_as_app",))}}),
    ("mailbox-role-assigned", Deed.ROLE_ASSIGNED, {"scopes": ("Mail.Read",), "account": "", "_platform": "entra"}, {"scopes": ("Mail.Read",), "account": "u2", "_platform": "entra"}),
    ("delegation-added", Deed.DELEGATION_ADDED, {"scopes": MAIL, "_facts": OK}, {"scopes": MAIL, "_facts": {"n": AppFacts(approved=True, scopes=MAIL)}}),
    ("trace-removed", Deed.TRACE_REMOVED, {"method": "delete job"}, {"method": "delete job", "_days": 5}),
    ("trace-removed", Deed.TRACE_REMOVED, {"method": "DeleteAuditLogSink", "_days": 5}, {"method": "delete job", "_days": 5}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "deed", "bad", "good"), CASES)
def test_each_is_noticed_and_its_neighbour_is_not(kind, deed, bad, good) -> None:
    for facts, wanted in ((bad, True), (good, False)):
        known = {"n": facts["_app"]} if "_app" in facts else {}
        around = Surroundings(facts.get("_platform", "google"), apps=known, facts=facts.get("_facts", {}))
        told = {name: value for name, value in facts.items() if not name.startswith("_")}
        life = of(deed, around=around, days=facts.get("_days", 40), **told)
        if facts.get("_seen"):  # at first sight it is noticed whatever it is there for
            continue
        assert (kind in life.kinds()) is wanted, (kind, facts, life.noticed)


def test_many_agree_within_the_hour() -> None:
    for count, gap_h, facts, wanted in (
        (6, 0.1, {}, True),
        (5, 0.1, {}, False),
        (6, 0.4, {}, False),
        (6, 0.1, OK, False),
    ):
        life = Life(Surroundings("google", facts=facts), days=40)
        for number in range(count):
            life.happen(Deed.CONSENT, 40.5 + number * gap_h / 24, app="n", account=f"v{number}")
        assert ("consent-burst" in life.kinds()) is wanted
    again = Life(days=40)
    for number in range(9):
        again.happen(Deed.CONSENT, 40.5 + number / 1_000, app="n", account="the same")
    assert "consent-burst" not in again.kinds()


def test_a_key_added_by_somebody_new_or_to_what_sleeps() -> None:
    life = Life(days=40)
    first = life.happen(Deed.CREDENTIAL_ADDED, 40.5, actor="newcomer", credential="k1")
    assert life.noticed == [("credential-added", first)]
    assert life.weights["credential-added"] == "high"
    life.happen(Deed.CREDENTIAL_ADDED, 45, actor="newcomer")  # who does such work
    assert len(life.noticed) == 1
    asleep = life.happen(Deed.CREDENTIAL_ADDED, 75, actor="newcomer")
    assert life.noticed[1:] == [("credential-added", asleep)]
    assert life.weights["credential-added"] == "critical"


def test_a_key_of_an_app_that_is_being_set_up_is_none_added() -> None:
    life = Life(days=40)
    life.happen(Deed.APP_CREATED, 40.1, app="fresh", actor="dev")
    life.happen(Deed.CREDENTIAL_ADDED, 40.2, app="fresh", actor="dev")
    assert life.noticed == []
    early = Life(days=3)
    early.happen(Deed.CREDENTIAL_ADDED, 3.5, actor="dev")
    assert early.noticed == []


def test_who_tidies_up_by_habit_is_left_alone() -> None:
    life = Life(days=2)
    for day in range(2, 20):
        life.happen(Deed.TRACE_REMOVED, day, method="delete job")
    life.usual(range(20, 30))
    life.happen(Deed.TRACE_REMOVED, 30, method="delete job")
    assert life.noticed == []
    event = life.happen(Deed.TRACE_REMOVED, 31, method="disable log sink")
    assert life.noticed == [("trace-removed", event)]


def test_an_app_many_sign_in_to_by_code_is_meant_to_be() -> None:
    life = Life(days=20)
    for number in range(5):
        life.happen(Deed.CONSENT, 20 + number * 9, app="cli", account=f"v{number}", via="device_code")
    assert [kind for kind, _ in life.noticed] == ["device-code-consent"] * 3


def test_an_approved_name_on_another_client() -> None:
    life = Life(Surroundings("google", facts={"app": AppFacts(approved=True)}), days=20, app_name="Acme Sync")
    event = life.happen(Deed.USE, 20.5, app="n", app_name="ACME  sync")
    assert life.noticed == [("lookalike-app", event)]


def test_an_advisory_meets_the_apps_of_its_vendor_and_no_others() -> None:
    known = {"gs": App("gs", "Success", "Gainsight, Inc"), "far": App("far", "Far", "Other")}
    facts = {"own": AppFacts(vendor="Gainsight, Inc")}
    for told, wanted in (
        ({"object": "gainsight, inc"}, {"gs", "own"}), ({"app": "app"}, {"app"}), ({"app_name": "Acme"}, {"app"}),
        ({"object": "nobody"}, set()), ({}, set()),
    ):  # fmt: skip
        life = Life(Surroundings("google", apps=known, facts=facts), days=3, app_name="Acme")
        life.happen(Deed.CONSENT, 3.1, account="u2")
        life.happen(Deed.ADVISORY, 3.5, **({"app": ""} | told))
        met = {
            name
            for name, app in life.lookout.apps.items()
            if any(key.startswith("vendor-advisory") for key in app.open)
        }
        assert met == wanted, told
        assert len(life.noticed) == len(wanted)


def test_the_times_of_an_alarm_decide_whether_it_is_told_anew() -> None:
    life = Life()
    life.happen(Deed.DELEGATION_ADDED, 0.1)
    life.happen(Deed.DELEGATION_ADDED, 0.9)
    life.happen(Deed.DELEGATION_ADDED, 5.0)
    assert [event for _, event in life.noticed] == ["e1", "e3"]
    assert [one.count for one in life.lookout.apps["app"].open.values()] == [3]
    assert life.lookout.directory.clock == START + 5 * DAY
