from __future__ import annotations

import pytest

from tests.console_fakes import HABITS_SECRET, START, Api
from wardlaw.facts.action import Action
from wardlaw.facts.person import Role
from wardlaw.security.anomaly.event import Event
from wardlaw.security.anomaly.image import picture
from wardlaw.security.anomaly.profile import Profile
from wardlaw.state.callers import state_key
from wardlaw.state.habitsfile import HabitsImage, PackedProfile, write_image
from wardlaw.store.database import reading
from wardlaw.store.habitorders import list_orders

KEY = state_key(HABITS_SECRET, "caller", "user:ana")


def know_habits(api: Api, caller: str) -> None:
    """Have a gateway know a caller that took much at once."""
    folder = api.made.log.folder / "state"
    folder.mkdir()
    key = state_key(HABITS_SECRET, "caller", caller)
    profile = Profile(key)
    profile.observe(Event(key, START, Action.TOOL_CALL, records=200_000))
    image = HabitsImage(1, [PackedProfile(key, picture(profile), caller, "", START)])
    (folder / "habits-gateway-1.state").write_bytes(write_image(image))


@pytest.fixture
def known(api: Api) -> Api:
    know_habits(api, "user:ana")
    return api


def test_those_who_answer_for_incidents_see_behaviour_and_nobody_else(known: Api) -> None:
    secops, risk = known.person("sec", Role.SECOPS), known.person("risk", Role.RISK)
    (listed,) = known.ok("GET", "/habits", uid=secops)
    shown = known.ok("GET", "/habits/user%3Aana", uid=secops)
    assert listed["principal"] == shown["principal"] == "user:ana"
    assert listed["alerting"]
    assert "200,000 records" in shown["reasons"][0]
    assert known.error("GET", "/habits", uid=risk) == (403, "WL-RGT-010")
    assert known.error("GET", "/habits/user%3Aana", uid=risk) == (403, "WL-RGT-010")
    assert len(known.ok("GET", "/habits?alerting=true", uid=secops)) == 1


def test_accepting_is_recorded_with_who_and_why_and_reaches_the_gateways(known: Api) -> None:
    ciso = known.person("ciso", Role.CISO)
    order = known.ok("POST", "/habits/user%3Aana/accept", {"reason": "moved to the migration"}, uid=ciso)
    assert (order["number"], order["kind"], order["placed_by"]) == (1, "accept", "person:ciso")
    with reading(known.made.engine) as connection:
        assert [(one.caller, one.reason) for one in list_orders(connection)] == [(KEY.hex(), "moved to the migration")]
    (told,) = known.made.recorder.of("habits.accept")
    assert told == {
        "principal": "user:ana", "key": KEY.hex(), "order": 1, "score": 1000, "reason": "moved to the migration",
    }  # fmt: skip


def test_forgetting_is_an_order_too(known: Api) -> None:
    secops = known.person("sec", Role.SECOPS)
    assert known.ok("POST", f"/habits/{KEY.hex()}/forget", {"reason": "left"}, uid=secops)["kind"] == "forget"
    assert known.made.recorder.of("habits.forget")[0]["principal"] == "user:ana"


@pytest.mark.parametrize("work", ["accept", "forget"])
def test_bad_input_changes_nothing(known: Api, work: str) -> None:
    secops, owner = known.person("sec", Role.SECOPS), known.person("own", Role.OWNER)
    assert known.error("POST", f"/habits/user%3Abob/{work}", {"reason": "x"}, uid=secops) == (400, "WL-ANO-004")
    assert known.error("POST", f"/habits/user%3Aana/{work}", {"reason": ""}, uid=secops) == (400, "WL-API-003")
    assert known.error("POST", f"/habits/user%3Aana/{work}", {}, uid=secops) == (400, "WL-API-003")
    assert known.error("POST", f"/habits/user%3Aana/{work}", {"reason": "x"}, uid=owner) == (403, "WL-RGT-010")
    with reading(known.made.engine) as connection:
        assert list_orders(connection) == ()


def test_erasing_a_person_takes_its_profile_along(known: Api) -> None:
    compliance, ciso = known.person("comp", Role.COMPLIANCE), known.person("ciso", Role.CISO)
    known.made.deps.habits._same_subject = lambda subject: lambda name: (subject, name) == ("aabbccdd", "user:ana")
    asked = known.ok("POST", "/audit/erasures", {"subject": "aabbccdd", "reason": "asked"}, uid=compliance)
    known.ok("POST", f"/audit/erasures/{asked['erasure']['id']}/confirm", uid=ciso)
    with reading(known.made.engine) as connection:
        (order,) = list_orders(connection)
    assert (order.caller, order.kind, order.reason) == (KEY.hex(), "forget", asked["erasure"]["id"])
