from __future__ import annotations

from datetime import date

import msgspec
import pytest
from sqlalchemy import update
from sqlalchemy.engine import Engine

from wardlaw.audit.note import signer_key
from wardlaw.evidence.attestation import Attestation, Says
from wardlaw.governance.frameworks.framework import Framework, Provision
from wardlaw.governance.shipped import shipped_frameworks
from wardlaw.store.coveragetables import FRAMEWORK_PACK
from wardlaw.store.database import reading, writing
from wardlaw.store.lawpacks import (
    AppliedFramework,
    Reopening,
    applied_frameworks,
    close_reopenings,
    frameworks_in_force,
    keep_framework,
    open_again,
    open_reopenings,
)

KEY = signer_key("bundle.example", b"b" * 32)
KEYS = (KEY.verifier,)
OWN = Framework("acme-rules", "Rules of ACME", "1", date(2026, 1, 1), "ACME", "ours", (Provision("r-1", "Be kind"),))


def test_of_each_framework_the_later_state_counts(database: Engine) -> None:
    shipped = shipped_frameworks()
    eu = shipped["eu-ai-act"]
    older = msgspec.structs.replace(eu, as_of=date(2025, 1, 1), version="old")
    later = msgspec.structs.replace(eu, as_of=date(2027, 1, 1), version="new")
    with writing(database) as connection:
        for one in (older, OWN):
            keep_framework(connection, AppliedFramework(one, "p1", "ab", "person:ann", 1.0), sign=KEY.sign)
        found = frameworks_in_force(connection, shipped, keys=KEYS)
        assert found["eu-ai-act"] == eu  # a newer version of the product knows more than an old pack
        assert found["acme-rules"] == OWN
        keep_framework(connection, AppliedFramework(later, "p2", "cd", "person:ann", 2.0), sign=KEY.sign)
    with reading(database) as connection:
        assert frameworks_in_force(connection, shipped, keys=KEYS)["eu-ai-act"] == later
        assert [(one.framework.id, one.pack) for one in applied_frameworks(connection, keys=KEYS).standing] == [
            ("acme-rules", "p1"),
            ("eu-ai-act", "p2"),
        ]


@pytest.mark.parametrize(
    "changes",
    [
        {"signature": ""},
        {"signature": "not base64"},
        {"document": msgspec.json.encode(msgspec.structs.replace(OWN, title="Rules of EVE")).decode()},
        {"document": "{}"},
        {"document": msgspec.json.encode(msgspec.structs.replace(OWN, id="gdpr")).decode()},
        {"pack": "p9"},
        {"applied_by": "person:eve"},
        {"number": 3},
    ],
)
def test_what_somebody_wrote_into_the_table_is_no_law_and_what_was_signed_before_stands(
    database: Engine, changes: dict[str, object]
) -> None:
    first = msgspec.structs.replace(OWN, version="0")
    with writing(database) as connection:
        for one in (first, OWN):
            keep_framework(connection, AppliedFramework(one, "p1", "ab", "person:ann", 1.0), sign=KEY.sign)
        connection.execute(update(FRAMEWORK_PACK).where(FRAMEWORK_PACK.c.number == 2).values(**changes))
        law = applied_frameworks(connection, keys=KEYS)
        assert [one.framework.version for one in law.standing] == ["0"]
        assert law.unsigned == (f"acme-rules (pack {changes.get('pack', 'p1')})",)
        assert frameworks_in_force(connection, {}, keys=KEYS) == {"acme-rules": first}
        assert frameworks_in_force(connection, {}, keys=()) == {}  # without a key that is trusted nothing counts


def test_what_changed_is_looked_at_again_once(database: Engine) -> None:
    first = Reopening("rop_1", "eu-ai-act:art-4", "crm", "p1", "its title changed", 1.0)
    other = msgspec.structs.replace(first, id="rop_2", system="hr")
    with writing(database) as connection:
        open_again(connection, ())
        open_again(connection, (first, other))
        assert open_reopenings(connection) == (first, other)
        looked = Attestation("att_1", "eu-ai-act:art-4", "crm", Says.MET, "read it", 2.0, 9.0, "person:ann", 2.0)
        assert close_reopenings(connection, looked) == 1
        assert close_reopenings(connection, looked) == 0
        assert open_reopenings(connection) == (other,)
