from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, select

from tests.console_fakes import START, Api
from wardlaw.audit.envelope import Envelope, RecordKind, encode
from wardlaw.facts.person import Role
from wardlaw.store.database import reading, writing
from wardlaw.store.tables import NOTIFICATION, RECORD

DAY = 86_400
OPENED = {
    "kind": "death",
    "aware_at": START - 60,
    "system": "triage",
    "description": "Somebody died.",
    "decisions": ["dec_0"],
}


def put(api: Api, *decisions: str, effect: str = "deny", clauses: tuple[str, ...] = ("GOV-07",)) -> None:
    with writing(api.made.engine) as connection:
        for place, name in enumerate(decisions):
            envelope = Envelope(
                at=1_000,
                epoch=1,
                gateway="g",
                id=name,
                kind=RecordKind.DECISION,
                seq=place,
                effect=effect,
                clauses=clauses,
            )
            row = {
                "leaf_index": place, "id": name, "kind": "decision", "exchange": "exc_0", "at_ms": 1000, "gateway": "g",
                "epoch": 1, "seq": place, "subject": f"{place:02x}" * 8, "effect": effect, "demanded": effect,
                "action": "ModelCall", "route": "chat.completions", "policies": "ff", "code": "clause",
                "envelope": encode(envelope),
            }  # fmt: skip
            connection.execute(insert(RECORD), [row])


def test_opening_freezes_the_evidence_tells_everybody_and_starts_the_clock(api: Api) -> None:
    put(api, "dec_0", "dec_1")
    api.made.grants.channels = ("pager",)
    legal = api.person("lex", Role.LEGAL)
    made = api.ok("POST", "/serious-incidents", OPENED, uid=legal)
    serious = made["serious"]
    assert (made["standing"], made["left_s"], serious["due_at"]) == ("open", 10 * DAY - 60, START - 60 + 10 * DAY)
    (hold,) = api.ok("GET", "/audit/holds", uid=legal)
    assert (hold["id"], hold["subject"]) == (serious["holds"][0], "00" * 8)
    assert serious["id"] in hold["reason"]
    with reading(api.made.engine) as connection:
        told = connection.execute(select(NOTIFICATION.c.channel, NOTIFICATION.c.incident)).all()
    assert [tuple(row) for row in told] == [("pager", serious["incident"])]
    (record,) = api.made.recorder.of("serious.open")
    assert (record["serious"], record["holds"], record["due_at"]) == (serious["id"], hold["id"], int(serious["due_at"]))
    draft = api.ok("GET", f"/serious-incidents/{serious['id']}/draft", uid=legal)["draft"]
    assert "Somebody died." in draft
    assert api.ok("GET", "/serious-incidents", uid=legal)[0]["serious"] == serious


def test_it_is_overdue_then_closed_by_the_report_and_the_hold_stays(api: Api) -> None:
    put(api, "dec_0")
    legal = api.person("lex", Role.LEGAL)
    name = api.ok("POST", "/serious-incidents", OPENED, uid=legal)["serious"]["id"]
    api.made.clock.now += 10 * DAY
    late = api.ok("GET", f"/serious-incidents/{name}", uid=legal)
    assert (late["standing"], late["left_s"]) == ("overdue", -60)
    closed = api.ok("POST", f"/serious-incidents/{name}/close", {"report_ref": "B-7"}, uid=legal)
    assert closed["standing"] == "reported-late"
    assert api.ok("GET", "/serious-incidents", uid=legal) == []
    assert api.ok("GET", "/audit/holds", uid=legal)[0]["lifted_at"] == 0
    again = api.error("POST", f"/serious-incidents/{name}/close", {"report_ref": "B-8"}, uid=legal)
    assert again[1] == "WL-DUE-003"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"aware_at": START + 60}, "WL-DUE-002"),
        ({"decisions": ["dec_9"]}, "WL-STO-060"),
        ({"incident": "inc_9"}, "WL-STO-040"),
        ({"kind": "mishap"}, "WL-API-003"),
        ({"aware_at": -1.0}, "WL-API-003"),
        ({"occurred_at": 1e300}, "WL-API-003"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_held(api: Api, changes: dict[str, Any], code: str) -> None:
    put(api, "dec_0")
    legal = api.person("lex", Role.LEGAL)
    assert api.error("POST", "/serious-incidents", OPENED | changes, uid=legal)[1] == code
    assert api.ok("GET", "/audit/holds", uid=legal) == []
    assert api.ok("GET", "/serious-incidents?everything=true", uid=legal) == []
