from __future__ import annotations

from pathlib import Path

import msgspec

from tests.unit.decision.cases import BULK, policies, request
from wardlaw.audit.envelope import decode
from wardlaw.facts.record import Inputs
from wardlaw.facts.request import Snapshot
from wardlaw.store.database import open_database, reading, writing
from wardlaw.store.keyring import Keyring
from wardlaw.store.keyring_kek import FileKek, create_kek
from wardlaw.store.records import get_record, stored_parts
from wardlaw.testing.databases import migrated_sqlite
from wardlaw.testing.decisions import put_decisions


def test_a_put_decision_opens_as_a_gateways_does(tmp_path: Path) -> None:
    (tmp_path / "w.db").write_bytes(migrated_sqlite())
    engine = open_database(f"sqlite:///{tmp_path}/w.db")
    (tmp_path / "data").mkdir()
    create_kek(tmp_path / "kek", data_dir=tmp_path / "data")
    keyring = Keyring(f"sqlite:///{tmp_path}/data/deks.db", FileKek(tmp_path / "kek", data_dir=tmp_path / "data"))
    with writing(engine) as connection:
        put_decisions(connection, keyring, policies(BULK), [(request(data_subjects=180), (), Snapshot())], first=7)
    with reading(engine) as connection:
        row = get_record(connection, "dec_1")
        (part,) = stored_parts(connection, row.leaf_index)
    (committed,) = decode(row.envelope).sealed
    opened = msgspec.json.decode(keyring.unseal(row.subject, committed, part.ciphertext), type=Inputs)
    assert (row.leaf_index, row.effect) == (7, "deny")
    assert opened.decision.reasons[0].clause == "GOV-07"
    keyring.close()
    engine.dispose()
