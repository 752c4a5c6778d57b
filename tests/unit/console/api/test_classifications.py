from __future__ import annotations

from typing import Any

from tests.console_fakes import Api
from tests.unit.register.answered import answered
from wardlaw.facts.person import Role

CV = {"id": "cv", "title": "CV ranker", "owner": "person:own", "purpose": "ranks applications"}
PATH = "/systems/cv/classification"


def answers(version: int = 0, **given: Any) -> dict[str, Any]:
    said = {name: {"value": value, "reason": "looked"} for name, value in answered(**given).items()}
    return {"answers": said, "version": version}


def test_a_system_is_classified_reopened_and_made_milder_by_legal_alone(api: Api) -> None:
    owner, legal, auditor = (
        api.person("own", Role.OWNER),
        api.person("leg", Role.LEGAL),
        api.person("aud", Role.AUDITOR),
    )
    api.ok("POST", "/systems", CV, uid=owner)
    assert api.ok("GET", PATH, uid=auditor)["standing"].startswith("never")
    assert api.error("POST", PATH, answers(), uid=auditor) == (403, "WL-RGT-010")
    high = api.ok("POST", PATH, answers(annex_iii=["annex-iii-4a"], profiling="yes"), uid=owner)
    assert (high["standing"], high["current"]["found"]["rule"]) == ("approved", "high-annex-iii")
    system = api.ok("GET", "/systems/cv", uid=owner)["kept"]["system"]
    assert (system["tier"], system["annex_point"]) == ("high", "annex-iii-4a")
    assert api.error("PATCH", "/systems/cv", {"tier": "minimal"}, uid=owner) == (403, "WL-RGT-010")
    assert api.error("PATCH", "/systems/cv", {"tier": "minimal", "reason": "x"}, uid=legal) == (409, "WL-SYS-007")
    assert api.error("POST", PATH, answers(1), uid=owner) == (403, "WL-RGT-010")
    assert api.made.recorder.of("classification.hand_in")[-1] == {"refused": "SOD-8"}
    unknown = api.ok("POST", PATH, {"answers": {"annex_iii": {"value": "unknown"}}, "version": 1}, uid=owner)
    assert unknown["current"]["found"]["tier"] == "undetermined"
    assert api.error("POST", PATH, answers(2), uid=owner) == (403, "WL-RGT-010")
    assert api.error("POST", PATH, answers(1), uid=legal) == (409, "WL-CLS-003")
    assert api.ok("POST", PATH, answers(2), uid=legal)["current"]["found"]["tier"] == "minimal"
    api.ok("PATCH", "/systems/cv", {"made_of": {"model": "b" * 64}}, uid=owner)
    assert api.ok("GET", PATH, uid=owner)["standing"].startswith("reopened")
    assert api.error("POST", PATH, {"answers": {"is_ai": {"value": "perhaps"}}, "version": 3}, uid=owner) == (
        400,
        "WL-CLS-002",
    )
