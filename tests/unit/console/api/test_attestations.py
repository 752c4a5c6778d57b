from __future__ import annotations

import pytest

from tests.console_fakes import START, Api
from tests.unit.console.api.test_laws import CRM, PACK
from wardlaw.facts.person import Role
from wardlaw.governance.frameworks.pack import digest_of

DAY = 86_400.0
GIVEN = {"clause": "eu-ai-act:art-4", "system": "crm-bot", "text": "everybody was trained", "until": START + 90 * DAY}


@pytest.fixture
def owner(api: Api) -> int:
    uid = api.person("own", Role.OWNER)
    api.ok("POST", "/systems", CRM, uid=uid)
    return uid


def test_what_is_vouched_for_counts_apart_until_it_ends(api: Api, owner: int) -> None:
    secops = api.person("sec", Role.SECOPS)
    assert api.error("POST", "/attestations", GIVEN, uid=secops) == (403, "WL-RGT-010")
    api.made.clock.now += 60
    body = {**GIVEN, "effective_from": START - 5 * DAY, "file_name": "list.pdf", "file_sha256": "ab" * 32}
    one = api.ok("POST", "/attestations", body, uid=owner)
    assert (one["effective_from"], one["received_at"], one["attested_by"]) == (
        START - 5 * DAY,
        START + 60,
        "person:own",
    )
    asked = api.ok("GET", "/coverage?framework=eu-ai-act", uid=secops)
    line = next(line for line in asked["clauses"] if line["clause"] == "eu-ai-act:art-4")
    assert (line["state"], asked["attested"], asked["proven"]) == ("attested", 1, 0)
    api.made.clock.now = START + 90 * DAY
    assert api.ok("GET", "/coverage?framework=eu-ai-act", uid=secops)["attested"] == 0
    assert api.ok("GET", "/attestations", uid=secops) == []
    assert len(api.ok("GET", "/attestations?ended=true", uid=secops)) == 1


def test_a_clause_may_not_apply_and_it_says_who_says_so(api: Api, owner: int) -> None:
    one = api.ok("POST", "/attestations", {**GIVEN, "clause": "GOV-07", "says": "not-applicable"}, uid=owner)
    line = next(line for line in api.ok("GET", "/coverage", uid=owner)["clauses"] if line["clause"] == "GOV-07")
    assert (line["state"], "says person:own" in line["why"]) == ("not applicable", True)
    assert api.ok("POST", f"/attestations/{one['id']}/withdraw", uid=owner)["withdrawn_by"] == "person:own"
    assert api.error("POST", f"/attestations/{one['id']}/withdraw", uid=owner) == (404, "WL-COV-003")
    line = next(line for line in api.ok("GET", "/coverage", uid=owner)["clauses"] if line["clause"] == "GOV-07")
    assert line["state"] == "stale"


def test_vouching_again_closes_what_a_change_of_the_law_reopened(api: Api, owner: int) -> None:
    legal = api.person("leg", Role.LEGAL)
    api.ok("POST", "/attestations", GIVEN, uid=owner)
    api.ok("POST", "/frameworks/apply", {"pack": PACK.decode(), "digest": digest_of(PACK)}, uid=legal)

    def state() -> str:
        asked = api.ok("GET", "/coverage?framework=eu-ai-act", uid=owner)
        return next(line["state"] for line in asked["clauses"] if line["clause"] == "eu-ai-act:art-4")

    assert state() == "stale"
    api.ok("POST", "/attestations", GIVEN, uid=owner)
    assert state() == "attested"
    assert api.made.recorder.of("attestations.give")[-1]["looked_at_again"] == 1
    removed = {**GIVEN, "clause": "eu-ai-act:art-86"}
    api.ok("POST", "/attestations", removed, uid=owner)
    assert api.error("POST", "/attestations", removed, uid=owner) == (404, "WL-COV-001")  # nobody has to, any more


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"clause": "GOV-99"}, (404, "WL-COV-001")),
        ({"clause": "eu-ai-act:art-999"}, (404, "WL-COV-001")),
        ({"clause": "eu-ai-act:annex-iii-4a"}, (404, "WL-COV-001")),
        ({"system": "none"}, (404, "WL-SYS-001")),
        ({"until": START}, (400, "WL-COV-002")),
        ({"until": START + 367 * DAY}, (400, "WL-COV-002")),
        ({"effective_from": START + 91 * DAY}, (400, "WL-COV-002")),
        ({"text": "ok"}, (400, "WL-API-003")),
        ({"file_sha256": "ab"}, (400, "WL-API-003")),
        ({"says": "proven"}, (400, "WL-API-003")),
    ],
)
def test_what_cannot_be_vouched_for(api: Api, owner: int, fields: dict[str, object], expected: tuple[int, str]) -> None:
    assert api.error("POST", "/attestations", {**GIVEN, **fields}, uid=owner) == expected
