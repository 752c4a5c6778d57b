from __future__ import annotations

from datetime import date

import msgspec
from sqlalchemy.engine import Engine

from wardlaw.evidence.attestation import Attestation, Says
from wardlaw.governance.frameworks.framework import Framework, Provision
from wardlaw.governance.shipped import shipped_frameworks
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

OWN = Framework("acme-rules", "Rules of ACME", "1", date(2026, 1, 1), "ACME", "ours", (Provision("r-1", "Be kind"),))


def test_of_each_framework_the_later_state_counts(database: Engine) -> None:
    shipped = shipped_frameworks()
    eu = shipped["eu-ai-act"]
    older = msgspec.structs.replace(eu, as_of=date(2025, 1, 1), version="old")
    later = msgspec.structs.replace(eu, as_of=date(2027, 1, 1), version="new")
    with writing(database) as connection:
        for one in (older, OWN):
            keep_framework(connection, AppliedFramework(one, "p1", "ab", "person:ann", 1.0))
        found = frameworks_in_force(connection, shipped)
        assert found["eu-ai-act"] == eu  # a newer version of the product knows more than an old pack
        assert found["acme-rules"] == OWN
        keep_framework(connection, AppliedFramework(later, "p2", "cd", "person:ann", 2.0))
    with reading(database) as connection:
        assert frameworks_in_force(connection, shipped)["eu-ai-act"] == later
        assert [(one.framework.id, one.pack) for one in applied_frameworks(connection)] == [
            ("acme-rules", "p1"),
            ("eu-ai-act", "p2"),
        ]


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
