from __future__ import annotations

import msgspec
import pytest
from sqlalchemy.engine import Engine

from wardlaw.facts.errors import InputError
from wardlaw.facts.tier import SystemRole, Tier
from wardlaw.register.system import System
from wardlaw.store.database import reading, writing
from wardlaw.store.systems import (
    add_system,
    change_system,
    get_system,
    list_systems,
    living_system,
    retire_system,
    system_history,
)

CRM = System("crm-bot", "CRM bot", "person:ann", "answers customers", roles=(SystemRole.DEPLOYER,))


def test_a_system_keeps_every_state_it_was_in(database: Engine) -> None:
    with writing(database) as connection:
        add_system(connection, CRM, by="person:ann", now=10.0)
        higher = msgspec.structs.replace(CRM, tier=Tier.HIGH, principals=("agent:crm-*",))
        assert change_system(connection, higher, by="person:ben", now=20.0).version == 2
        retired = retire_system(connection, "crm-bot", by="person:ann", now=30.0)
        assert (retired.version, retired.retired_at, retired.system) == (3, 30.0, higher)
    with reading(database) as connection:
        assert list_systems(connection) == ()
        assert [one.system for one in list_systems(connection, retired=True)] == [higher]
        assert get_system(connection, "crm-bot").changed_by == "person:ann"
        told = [(one.version, one.step, one.changed_by, one.system.tier) for one in system_history(connection, CRM.id)]
    assert told == [
        (1, "added", "person:ann", Tier.UNDETERMINED),
        (2, "changed", "person:ben", Tier.HIGH),
        (3, "retired", "person:ann", Tier.HIGH),
    ]


def test_what_cannot_be_done_to_a_system(database: Engine) -> None:
    with writing(database) as connection:
        add_system(connection, CRM, by="person:ann", now=10.0)
        retire_system(connection, CRM.id, by="person:ann", now=20.0)
        other = msgspec.structs.replace(CRM, id="none")
        for code, attempt in (
            ("WL-SYS-001", lambda: get_system(connection, "none")),
            ("WL-SYS-001", lambda: change_system(connection, other, by="x", now=1.0)),
            ("WL-SYS-002", lambda: add_system(connection, CRM, by="x", now=1.0)),
            ("WL-SYS-003", lambda: change_system(connection, CRM, by="x", now=1.0)),
            ("WL-SYS-003", lambda: retire_system(connection, CRM.id, by="x", now=1.0)),
            ("WL-SYS-003", lambda: living_system(connection, CRM.id)),
        ):
            with pytest.raises(InputError) as error:
                attempt()
            assert error.value.code == code
