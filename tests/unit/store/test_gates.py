from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine

from tests.unit.register.gates.test_verdict import CV, GATE, RUN, VERDICT
from tests.unit.store.test_exemptions import unguard
from wardlaw.audit.note import signer_key
from wardlaw.evidence.attestation import Attestation, Says
from wardlaw.facts.errors import InputError
from wardlaw.facts.gate import GateMode
from wardlaw.facts.person import Role
from wardlaw.register.gates.run import GateAnswer
from wardlaw.store.attestations import keep_attestation
from wardlaw.store.database import reading, writing
from wardlaw.store.gates import add_gate, change_run, get_gate, get_run, keep_run, list_gates, list_runs, sign_gate
from wardlaw.store.generations import read
from wardlaw.store.systems import add_system
from wardlaw.store.verdictbook import keep_verdict, load_door, newest_verdict, revoke_verdict, standing_of

COVERS = ("verdictbook",)
KEY, OTHER = signer_key("bundle.example", b"b" * 32), signer_key("bundle.example", b"c" * 32)
KEYS = (KEY.verifier,)
SYSTEM = msgspec.structs.replace(CV, gate_mode=GateMode.ENFORCE, routes=("scan",))
ALIVE = msgspec.structs.replace(VERDICT, classification=0)


@pytest.fixture(autouse=True)
def unguarded(database: Engine) -> None:
    """Who signs here is nobody PostgreSQL knows; what it refuses is shown in test_gateguards.py."""
    with writing(database) as connection:
        for table in ("gate", "gate_run", "gate_verdict"):
            unguard(connection, table)


def test_gates_and_runs_gain_versions_and_sign_offs(database: Engine) -> None:
    with writing(database) as connection:
        first = add_gate(connection, GATE, by="person:a", now=1.0)
        assert sign_gate(connection, "cv", digest=first.digest[:8], by="person:b", now=2.0).signed_at == 2.0
        second = add_gate(connection, msgspec.structs.replace(GATE, days=9), by="person:a", now=3.0)
        assert (second.version, get_gate(connection, "cv").signed_at) == (2, 0.0)
        assert get_gate(connection, "cv", version=1).signed_by == "person:b"
        assert [one.version for one in list_gates(connection)] == [2]
        with pytest.raises(InputError) as caught:
            sign_gate(connection, "cv", digest=first.digest, by="person:b", now=4.0)
        assert caught.value.code == "WL-GAT-003"
        keep_run(connection, RUN)
        answered = msgspec.structs.replace(RUN, answers=(GateAnswer("person:a", Role.CISO, True, "x", 1.0),))
        change_run(connection, answered)
        with pytest.raises(InputError) as caught:
            change_run(connection, answered)
        assert caught.value.code == "WL-GAT-006"
        assert get_run(connection, "grn_1") == answered
        assert list_runs(connection, system="cv") == (answered,)
        with pytest.raises(InputError) as caught:
            get_run(connection, "grn_2")
        assert caught.value.code == "WL-GAT-004"


def test_only_a_genuine_unrevoked_verdict_opens(database: Engine) -> None:
    with writing(database) as connection:
        add_system(connection, SYSTEM, by="person:ann", now=1.0)
        said = Attestation("att_1", "eu-ai-act:art-14", "cv", Says.MET, "a person looks", 1.0, 99.0, "person:ann", 1.0)
        keep_attestation(connection, said)

        def why(now: float = 20.0) -> str:
            return standing_of(connection, SYSTEM, now=now, keys=KEYS).why

        assert why().startswith("no gate")
        keep_verdict(connection, ALIVE, sign=KEY.sign, keys=KEYS)
        assert why() == ""
        assert standing_of(connection, SYSTEM, now=20.0, keys=KEYS).until == 99.0
        assert why(99.0).startswith("nobody vouches")
        forged = msgspec.structs.replace(ALIVE, id="vdt_2", at=11.0)
        keep_verdict(connection, forged, sign=OTHER.sign, keys=KEYS)
        assert why() == "its verdict is not signed by this installation"
        keep_verdict(connection, msgspec.structs.replace(ALIVE, id="vdt_3", at=12.0), sign=KEY.sign, keys=KEYS)
        assert why() == ""
        revoke_verdict(connection, "cv", by="person:ann", now=21.0, reason="complaints")
        assert why() == "person:ann revoked its verdict: complaints"
        connection.execute(text("UPDATE gate_verdict SET revoked_at = 0.0"))
        assert why() == "its verdict is not signed by this installation"
        connection.execute(text("UPDATE gate_verdict SET signature = 'zz'"))
        assert why() == "its verdict is not signed by this installation"
        assert not load_door(connection, now=20.0, keys=KEYS).is_empty


def test_whatever_a_verdict_rests_on_is_counted(database: Engine) -> None:
    counts = [read(database)["gates"]]
    with writing(database) as connection:
        add_system(connection, SYSTEM, by="person:ann", now=1.0)
        keep_verdict(connection, ALIVE, sign=KEY.sign, keys=KEYS)
    counts.append(read(database)["gates"])
    with writing(database) as connection:
        revoke_verdict(connection, "cv", by="person:ann", now=21.0, reason="x")
        with pytest.raises(InputError) as caught:
            revoke_verdict(connection, "cv", by="person:ann", now=21.0, reason="x")
        assert caught.value.code == "WL-GAT-008"
    counts.append(read(database)["gates"])
    assert counts == sorted(set(counts))
    with reading(database) as connection:
        kept = newest_verdict(connection, "cv")
        assert kept is not None
        assert (kept.revoked_by, kept.signed.signature) == ("person:ann", "")
