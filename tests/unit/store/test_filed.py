from __future__ import annotations

from tests.console_fakes import START
from wardlaw.facts.appeal import Appeal
from wardlaw.facts.exemption import ExemptionScope
from wardlaw.facts.waiver import Waiver
from wardlaw.store.database import writing
from wardlaw.store.duties import keep_appeal
from wardlaw.store.exemptions import keep_waiver
from wardlaw.store.filed import filed_since


def waiver(number: int, by: str, at: float) -> Waiver:
    return Waiver(
        id=f"wvr_{number}", clause="OPS-30", scope=ExemptionScope(("user:ana",)), owner=by, reason="a test", minutes=60,
        asked_by=by, asked_at=at,
    )  # fmt: skip


def test_what_these_people_filed_lately_is_found_and_nothing_else(database) -> None:
    appeal = Appeal(
        id="app_1", decision="dec_1", clauses=("OPS-30",), effect="deny", by="person:ana", at=START + 2, reason="no"
    )
    with writing(database) as connection:
        keep_waiver(connection, waiver(1, "person:ana", START))
        keep_waiver(connection, waiver(2, "person:ana", START + 1))
        keep_waiver(connection, waiver(3, "person:ben", START + 1))
        keep_appeal(connection, appeal)
        both = frozenset({"person:ana", "ana@acme.example"})
        assert sorted(filed_since(connection, both, since=START)) == [START + 1, START + 2]
        assert filed_since(connection, frozenset({"person:cem"}), since=0.0) == ()
