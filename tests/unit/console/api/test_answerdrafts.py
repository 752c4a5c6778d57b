from __future__ import annotations

from tests.console_fakes import Api
from tests.unit.register.answered import answered
from wardlaw.facts.person import Role

CV = {"id": "cv", "title": "CV ranker", "owner": "person:own", "purpose": "ranks applications"}
PATH = "/systems/cv/classification"
DRAFT = f"{PATH}/draft"


def said(**given):
    return {"answers": {name: {"value": value, "reason": "looked"} for name, value in given.items()}}


def test_a_draft_is_its_authors_alone_until_it_is_handed_in(api: Api) -> None:
    owner, legal = api.person("own", Role.OWNER), api.person("leg", Role.LEGAL)
    api.ok("POST", "/systems", CV, uid=owner)
    empty = api.ok("GET", DRAFT, uid=owner)
    assert (empty["at"], empty["given"], empty["found"]["tier"]) == (0.0, [], "undetermined")
    kept = api.ok("POST", DRAFT, said(is_ai="yes", eu_scope="yes"), uid=owner)
    assert kept["given"] == ["eu_scope", "is_ai"]
    assert "is_ai" not in kept["found"]["still_open"]
    assert api.ok("GET", DRAFT, uid=legal)["given"] == []
    assert api.ok("GET", PATH, uid=legal)["versions"] == 0
    more = api.ok("POST", DRAFT, said(excluded="no"), uid=owner)
    assert more["given"] == ["eu_scope", "excluded", "is_ai"]
    assert api.made.recorder.of("classification.keep_draft")[-1] == {"system": "cv", "answers": 3, "follows": 0}


def test_what_is_asked_and_what_would_follow_go_with_the_answers(api: Api) -> None:
    owner = api.person("own", Role.OWNER)
    api.ok("POST", "/systems", CV, uid=owner)
    api.ok("POST", PATH, said(**answered(annex_iii=["annex-iii-4a"], profiling="yes")) | {"version": 0}, uid=owner)
    view = api.ok("GET", DRAFT, uid=owner)
    assert (view["follows"], view["newest"], view["found"]["tier"], view["lowers"]) == (1, 1, "high", False)
    milder = api.ok("POST", DRAFT, said(annex_iii=[]), uid=owner)
    assert milder["found"]["tier"] != "high"
    assert milder["lowers"]
    outside = api.ok("POST", DRAFT, said(is_ai="no"), uid=owner)
    assert len(outside["asked"]) < len(view["asked"])


def test_wrong_answers_are_refused_and_nothing_of_them_is_kept(api: Api) -> None:
    owner, auditor = api.person("own", Role.OWNER), api.person("aud", Role.AUDITOR)
    api.ok("POST", "/systems", CV, uid=owner)
    assert api.error("POST", DRAFT, said(is_ai="perhaps"), uid=owner) == (400, "WL-CLS-002")
    assert api.ok("GET", DRAFT, uid=owner)["at"] == 0.0
    assert api.error("POST", DRAFT, said(is_ai="yes"), uid=auditor) == (403, "WL-RGT-010")
    assert api.error("GET", "/systems/none/classification/draft", uid=owner) == (404, "WL-SYS-001")


def test_handing_in_and_dropping_end_a_draft(api: Api) -> None:
    owner = api.person("own", Role.OWNER)
    api.ok("POST", "/systems", CV, uid=owner)
    api.ok("POST", DRAFT, said(is_ai="yes"), uid=owner)
    assert api.ok("DELETE", DRAFT, uid=owner)["given"] == []
    api.ok("POST", DRAFT, said(is_ai="yes"), uid=owner)
    api.ok("POST", PATH, said(**answered()) | {"version": 0}, uid=owner)
    after = api.ok("GET", DRAFT, uid=owner)
    assert (after["at"], after["follows"]) == (0.0, 1)
