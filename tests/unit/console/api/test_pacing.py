"""Requests that other people must look at: so many an hour for each human, then a refusal that says until when."""

from __future__ import annotations

import msgspec
import pytest

from tests.console_fakes import Api, api_of
from wardlaw.console.api.pacing import HOUR_S, too_many_filed
from wardlaw.facts.person import Person, Role
from wardlaw.store.database import reading, writing
from wardlaw.store.people import add_person

ASKED = {"clause": "OPS-30", "reason": "a test", "minutes": 60, "principals": ["user:ana"]}


@pytest.fixture
def api(tmp_path):
    made = Api(tmp_path)
    made.made.grants.sources = made.made.policies.files
    made.app = api_of(msgspec.structs.replace(made.made.deps, requests_per_hour=3))
    yield made
    made.close()


def tool(name: str) -> dict[str, object]:
    return {
        "system": name, "kind": "tool", "title": name, "purpose": "writes notes", "owner": "person:dev", "routes": ["x"],
        "vendor": "ACME",
    }  # fmt: skip


def test_what_one_person_files_counts_together_and_the_refusal_says_until_when(api: Api) -> None:
    dev, other = api.person("dev", Role.DEVSECOPS), api.person("mara", Role.COMPLIANCE)
    clock = api.made.clock
    api.ok("POST", "/waivers", ASKED, uid=dev)
    clock.now += 600
    api.ok("POST", "/waivers", ASKED, uid=dev)
    api.ok("POST", "/intake", tool("notes"), uid=dev)
    kept = len(api.ok("GET", "/waivers", uid=dev))
    assert api.error("POST", "/waivers", ASKED, uid=dev) == (429, "WL-API-026")
    assert api.headers[b"retry-after"] == b"3000"
    assert api.error("POST", "/intake", tool("other"), uid=dev) == (429, "WL-API-026")
    assert len(api.ok("GET", "/waivers", uid=dev)) == kept
    assert api.made.recorder.of("waivers.request")[-1] == {"refused": "PACE"}
    assert api.made.recorder.of("intake.ask")[-1] == {"refused": "PACE"}
    api.ok("POST", "/waivers", ASKED, uid=other)  # it is one person's limit, not everybody's
    clock.now += HOUR_S - 600 - 1
    assert api.error("POST", "/waivers", ASKED, uid=dev) == (429, "WL-API-026")
    clock.now += 1
    api.ok("POST", "/waivers", ASKED, uid=dev)  # the first of the three is an hour old


def test_a_second_account_of_the_same_human_files_no_more(api: Api) -> None:
    with writing(api.made.engine) as connection:
        for name, uid in (("dev", 2001), ("dev-two", 2002)):
            person = Person(f"person:{name}", name, (Role.DEVSECOPS,), unix_uid=uid, identity="dev@acme.example")
            add_person(connection, person, by="test", now=api.made.clock.now)
    for _ in range(3):
        api.ok("POST", "/waivers", ASKED, uid=2001)
    assert api.error("POST", "/waivers", ASKED, uid=2002) == (429, "WL-API-026")


def test_whoever_may_not_ask_at_all_is_told_so_and_not_when(api: Api) -> None:
    legal = api.person("lena", Role.LEGAL)
    assert api.error("POST", "/waivers", ASKED, uid=legal) == (403, "WL-RGT-010")
    assert api.made.recorder.of("waivers.request") == [{"refused": "ROLE"}]


def test_reading_and_answering_are_never_paced(api: Api) -> None:
    dev, lena = api.person("dev", Role.DEVSECOPS), api.person("lena", Role.LEGAL)
    ids = [api.ok("POST", "/waivers", ASKED, uid=dev)["waiver"]["id"] for _ in range(3)]
    for one in ids:
        api.ok("POST", f"/waivers/{one}/answer", {"approves": False, "reason": "no"}, uid=lena)
    assert len(api.ok("GET", "/waivers?everything=true", uid=dev)) == 3
    with reading(api.made.engine) as connection:
        found = too_many_filed(connection, frozenset({"person:lena"}), most=1, now=api.made.clock.now)
    assert found is None


def test_the_hint_gives_a_time_that_is_never_too_early(api: Api) -> None:
    dev = api.person("dev", Role.DEVSECOPS)
    api.made.clock.now += 0.4
    for _ in range(3):
        api.ok("POST", "/waivers", ASKED, uid=dev)
    assert "UTC" in api.call("POST", "/waivers", ASKED, uid=dev)[1]["error"]["hint"]
    wait = int(api.headers[b"retry-after"])
    api.made.clock.now += wait
    api.ok("POST", "/waivers", ASKED, uid=dev)
