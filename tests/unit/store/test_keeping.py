from __future__ import annotations

import msgspec
from sqlalchemy import insert

from tests.unit.governance.test_duties import SERIOUS
from wardlaw.audit.envelope import Envelope, RecordKind, encode
from wardlaw.governance.retention import KeepingTerms
from wardlaw.governance.shipped import shipped_keeping
from wardlaw.store.database import writing
from wardlaw.store.duties import keep_serious
from wardlaw.store.holds import LegalHold, place_hold
from wardlaw.store.keeping import kept_by_class
from wardlaw.store.tables import RECORD

AT_MS = 1_790_000_000_000
TERMS = KeepingTerms(shipped_keeping(), {"log-183d": 400}, AT_MS)


def row(leaf: int, kind: RecordKind, subject: str = "", **facts: str) -> dict[str, object]:
    base = {"at": AT_MS - leaf, "epoch": 1, "gateway": "g", "id": f"rec_{leaf}", "seq": leaf, "subject": subject}
    envelope = encode(Envelope(kind=kind, facts=facts, **base))
    empty = dict.fromkeys(("exchange", "effect", "demanded", "action", "route", "policies", "code"), "")
    made = {"leaf_index": leaf, "kind": kind.value, "at_ms": AT_MS - leaf, "envelope": envelope}
    return empty | {name: base[name] for name in ("epoch", "gateway", "id", "seq", "subject")} | made


def test_each_class_counts_its_records_and_says_what_may_go(database) -> None:
    rows = [
        row(0, RecordKind.DECISION, "aa"),
        row(1, RecordKind.DECISION, "aa"),
        row(2, RecordKind.OUTCOME, "bb"),
        row(3, RecordKind.CONTROL, operation="policy.reload"),
        row(4, RecordKind.CONTROL, operation="keys.create"),
    ]
    with writing(database) as connection:
        connection.execute(insert(RECORD), rows)
        keep_serious(connection, msgspec.structs.replace(SERIOUS, holds=("hld_1",)))
        for number, subject in ((1, "aa"), (2, "bb"), (3, "cc")):
            place_hold(connection, LegalHold(f"hld_{number}", subject, "case", "person:a", 1.0))
        found = {one.id: one for one in kept_by_class(connection, TERMS)}
    assert {name: (one.records, one.days) for name, one in found.items()} == {
        "doc-10y": (1, 3_653),
        "log-183d": (4, 400),
        "incident": (2, 0),
        "legal-hold": (1, 0),
    }
    assert found["log-183d"].oldest_ms == AT_MS - 4
    assert found["log-183d"].free_before_ms == AT_MS - 400 * 86_400_000
    assert (found["incident"].free_before_ms, "two people" in found["incident"].until) == (0, True)
