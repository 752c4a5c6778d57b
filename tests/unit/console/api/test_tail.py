from __future__ import annotations

import pytest
from sqlalchemy import insert

from tests.console_fakes import Api
from wardlaw.audit.envelope import Envelope, RecordKind, encode
from wardlaw.console.api import tail
from wardlaw.facts.person import Role
from wardlaw.store.database import writing
from wardlaw.store.tables import RECORD, SEALED_PART


def add(api: Api, leaf: int, kind: RecordKind = RecordKind.DECISION, *, sealed: bool = True) -> None:
    facts = {"result": "complete", "status": 200} if kind is RecordKind.OUTCOME else {}
    envelope = Envelope(
        at=1000, clauses=("SEC-05",), epoch=1, exchange="exc_0", facts=facts, gateway="g", id=f"rec_{leaf}", kind=kind, seq=leaf
    )  # fmt: skip
    row = {
        "leaf_index": leaf, "id": f"rec_{leaf}", "kind": kind.value, "exchange": "exc_0", "at_ms": 1000, "gateway": "g",
        "epoch": 1, "seq": leaf, "subject": "aabb", "effect": "cut", "demanded": "cut", "action": "ModelCall",
        "route": "chat.completions", "policies": "ff", "code": "clause", "envelope": encode(envelope),
    }  # fmt: skip
    part = {"leaf_index": leaf, "klass": "inputs", "subject": "aabb", "month": "2026-11", "ciphertext": b"x"}
    with writing(api.made.engine) as connection:
        connection.execute(insert(RECORD), [row])
        if sealed:
            connection.execute(insert(SEALED_PART), [part])


def test_lines_in_the_order_of_the_log_with_names_by_right(api: Api) -> None:
    add(api, 0)
    add(api, 1, RecordKind.CONTROL)
    add(api, 2, RecordKind.OUTCOME, sealed=False)
    add(api, 3, sealed=False)  # erased
    secops, legal = api.person("sec", Role.SECOPS), api.person("legal", Role.LEGAL)
    page = api.ok("GET", "/tail", uid=secops)
    assert [one["leaf_index"] for one in page["lines"]] == [0, 2, 3]
    assert page["next"] == 3
    decision, outcome, erased = page["lines"]
    assert (decision["principal"], decision["resource"], decision["clauses"]) == (
        "user:of-rec_0",
        "model:gpt",
        ["SEC-05"],
    )
    assert (outcome["result"], outcome["status"], outcome["principal"]) == ("complete", 200, "")
    assert (erased["principal"], erased["resource"]) == ("aabb", "")
    assert api.ok("GET", "/tail", uid=legal)["lines"][0]["principal"] == "aabb"
    assert api.made.recorder.records == []


def test_it_begins_where_it_is_told(api: Api) -> None:
    for leaf in range(5):
        add(api, leaf)
    legal = api.person("legal", Role.LEGAL)
    leaves = lambda query: [one["leaf_index"] for one in api.ok("GET", f"/tail?{query}", uid=legal)["lines"]]  # noqa: E731
    assert leaves("last=2") == [3, 4]
    assert leaves("last=0") == []
    assert leaves("last=200") == [0, 1, 2, 3, 4]
    assert leaves("after=1&limit=2") == [2, 3]
    assert leaves("after=4") == []
    assert api.ok("GET", "/tail?last=0", uid=legal)["next"] == 4


def test_an_empty_log_is_followed_from_its_first_record(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "LOOK_S", 0.01)
    legal = api.person("legal", Role.LEGAL)
    assert api.ok("GET", "/tail?last=20", uid=legal) == {"lines": [], "next": -1}
    assert api.ok("GET", "/tail?after=-1&wait_s=0.05", uid=legal) == {"lines": [], "next": -1}
    add(api, 0)
    assert [one["id"] for one in api.ok("GET", "/tail?after=-1", uid=legal)["lines"]] == ["rec_0"]


def test_records_nobody_is_shown_are_passed_over(api: Api) -> None:
    add(api, 0, RecordKind.CONTROL)
    legal = api.person("legal", Role.LEGAL)
    assert api.ok("GET", "/tail?after=-1&wait_s=20", uid=legal) == {"lines": [], "next": 0}


@pytest.mark.parametrize("query", ["after=-2", "last=201", "wait_s=26", "limit=0"])
def test_questions_out_of_range(api: Api, query: str) -> None:
    assert api.error("GET", f"/tail?{query}", uid=api.person("legal", Role.LEGAL)) == (400, "WL-API-003")


def test_whoever_may_not_read_the_log_sees_nothing(api: Api) -> None:
    assert api.error("GET", "/tail", uid=api.person("own", Role.OWNER)) == (403, "WL-RGT-010")
