"""Looser settings of detectors: asked for by who tunes them, agreed to by who answers for risk (SOD-10)."""

from __future__ import annotations

from tests.console_fakes import START, Api
from wardlaw.config.detection import BuiltIn
from wardlaw.config.loosening import Detecting
from wardlaw.facts.person import Role
from wardlaw.store.database import writing
from wardlaw.store.people import change_person, get_person

LESS = Detecting(BuiltIn(secrets=False))


def status(api: Api, uid: int) -> tuple[str, list[str], str]:
    found = api.ok("GET", "/detectors", uid=uid)
    return found["standing"], found["looser"], found["asked_by"]


def test_less_is_seen_only_once_two_have_said_so(api: Api) -> None:
    secops, other, risk = (
        api.person(name, role) for name, role in (("sec", Role.SECOPS), ("sec2", Role.SECOPS), ("ris", Role.RISK))
    )
    book = api.made.detecting
    assert status(api, secops) == ("unapproved", [], "")
    assert api.error("POST", "/detectors/loosen", uid=secops)[1] == "WL-LIF-020"
    book.approve(asked_by="", by="wardlaw", at=START)
    assert status(api, secops) == ("approved", [], "")
    book.wanted = LESS
    assert status(api, secops) == ("drifted", ["built_in.secrets"], "")
    assert api.error("POST", "/detectors/loosen", uid=risk) == (403, "WL-RGT-010")  # nobody has asked
    assert api.made.recorder.of("detectors.loosen")[-1] == {"refused": "SOD-10"}
    api.ok("POST", "/detectors/loosen", uid=secops)
    assert status(api, risk) == ("drifted", ["built_in.secrets"], "person:sec")
    api.ok("POST", "/detectors/loosen", uid=other)  # a second who asks agrees to nothing
    assert book.approved().detecting != LESS
    done = api.ok("POST", "/detectors/loosen", uid=risk)
    assert (done["standing"], done["approved_by"]) == ("approved", "person:ris")
    assert book.approved().asked_by == "person:sec2"
    told = api.made.recorder.of("detectors.loosen")[-1]
    assert (told["looser"], told["asked_by"]) == ("built_in.secrets", "person:sec2")


def test_one_human_does_not_agree_with_themselves_and_other_settings_need_another_word(api: Api) -> None:
    secops, risk = api.person("sec", Role.SECOPS), api.person("ris", Role.RISK)
    with writing(api.made.engine) as connection:
        for name in ("person:sec", "person:ris"):
            known = get_person(connection, name)
            change = type(known)(known.id, known.name, known.roles, unix_uid=known.unix_uid, identity="one@x")
            change_person(connection, change, by="test", now=START)
    book = api.made.detecting
    book.approve(asked_by="", by="wardlaw", at=START)
    book.wanted = LESS
    api.ok("POST", "/detectors/loosen", uid=secops)
    assert api.error("POST", "/detectors/loosen", uid=risk) == (403, "WL-RGT-010")
    another = api.person("ris2", Role.RISK)
    book.wanted = Detecting(BuiltIn(secrets=False, personal_data=False))
    assert api.error("POST", "/detectors/loosen", uid=another) == (403, "WL-RGT-010")
    assert api.error("POST", "/detectors/loosen", uid=api.person("aud", Role.AUDITOR))[0] == 403
