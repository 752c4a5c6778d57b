from __future__ import annotations

import json

import msgspec
import pytest
from sqlalchemy import update

from tests.unit.governance.test_exemptions import GLASS, WAIVER, yes
from wardlaw.audit.note import signer_key
from wardlaw.facts.errors import InputError
from wardlaw.facts.person import Role
from wardlaw.governance.exemptions import answered, closed_glass, ended, reviewed_glass
from wardlaw.store.database import reading, writing
from wardlaw.store.dutytables import BREAK_GLASS
from wardlaw.store.dutytables import WAIVER as TABLE
from wardlaw.store.endings import Ending
from wardlaw.store.exemptions import (
    change_glass,
    change_waiver,
    get_glass,
    get_waiver,
    keep_glass,
    keep_waiver,
    list_glass,
    list_waivers,
    load_exemptions,
    overdue_glass,
    unreviewed_glass_of,
)
from wardlaw.store.generations import Generation, read

KEY = signer_key("bundle.example", b"k" * 32)
OTHER = signer_key("bundle.example", b"o" * 32)
KEYS = (KEY.verifier,)


def grant(engine) -> None:
    with writing(engine) as connection:
        keep_waiver(connection, WAIVER)
        once = answered(WAIVER, yes("person:lex", Role.LEGAL))
        change_waiver(connection, once, sign=KEY.sign)
        change_waiver(connection, answered(once, yes("person:ris", Role.RISK)), sign=KEY.sign)


def unguard(connection, table: str) -> None:
    """As the owner of the tables, who can take off what PostgreSQL would refuse this by."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")


def loaded(engine, now: float = 1_020.0, ended_early=None):
    with reading(engine) as connection:
        return load_exemptions(connection, now=now, keys=KEYS, ended=ended_early or {})


def test_only_what_was_granted_and_still_stands_is_lifted(database) -> None:
    with writing(database) as connection:
        keep_waiver(connection, WAIVER)
    assert loaded(database).standing == ()
    before = read(database)[Generation.EXEMPTIONS]
    with writing(database) as connection:
        once = answered(WAIVER, yes("person:lex", Role.LEGAL))
        change_waiver(connection, once, sign=KEY.sign)
        change_waiver(connection, answered(once, yes("person:ris", Role.RISK)), sign=KEY.sign)
    assert read(database)[Generation.EXEMPTIONS] == before + 2
    (one,) = loaded(database).standing
    assert (one.id, one.clauses, one.ends_at) == ("wvr_1", ("GOV-07",), 4_610.0)
    assert loaded(database, now=4_610.0).standing == ()
    with writing(database) as connection:
        stopped = ended(get_waiver(connection, "wvr_1"), by="person:x", reason="done", now=1_030.0)
        change_waiver(connection, stopped, sign=KEY.sign)
        assert list_waivers(connection, now=1_030.0) == ()
        assert list_waivers(connection, now=1_030.0, everything=True) == (stopped,)
    assert loaded(database) == loaded(database, now=9_999.0)
    assert loaded(database).standing == ()


@pytest.mark.parametrize("forge", ["longer", "wider", "other-key", "no-signature", "garbage", "copied"])
def test_a_row_written_past_the_api_lifts_nothing(database, forge: str) -> None:
    grant(database)
    with writing(database) as connection:
        waiver = json.loads(msgspec.json.encode(get_waiver(connection, "wvr_1")))
        values: dict[str, object] = {"ends_at": 9e9}
        match forge:
            case "longer":
                values["waiver"] = json.dumps(waiver | {"ends_at": 9e9})
            case "wider":
                values["waiver"] = json.dumps(waiver | {"clause": "GOV-08"})
            case "other-key":
                values["signature"] = "AAAA"
            case "no-signature":
                values["signature"] = ""
            case "garbage":
                values["waiver"] = "{"
            case _:
                values["id"] = "wvr_2"
        unguard(connection, "waiver")
        connection.execute(update(TABLE).values(**values))
    found = loaded(database)
    assert found.standing == ()
    assert found.forged == ("wvr_2" if forge == "copied" else "wvr_1",)


def test_a_key_that_is_not_trusted_signs_nothing(database) -> None:
    with writing(database) as connection:
        keep_glass(connection, GLASS, sign=OTHER.sign)
        unguard(connection, "break_glass")
        connection.execute(update(BREAK_GLASS).values(ends_at=5_000.0))
    assert loaded(database).forged == ("brk_1",)


def test_glass_comes_and_goes(database) -> None:
    with writing(database) as connection:
        keep_glass(connection, GLASS, sign=KEY.sign)
        assert unreviewed_glass_of(connection, "inc_1") == ("brk_1",)
    assert [one.id for one in loaded(database, now=10.0).standing] == ["brk_1"]
    with writing(database) as connection:
        shut = closed_glass(get_glass(connection, "brk_1"), by="person:sec", now=20.0)
        change_glass(connection, shut, sign=KEY.sign)
    assert loaded(database, now=20.0).standing == ()
    assert [one.ends_at for one in loaded(database, now=19.0).standing] == [20.0]
    with writing(database) as connection:
        seen = reviewed_glass(shut, by="person:lex", is_justified=True, review="right", now=30.0)
        change_glass(connection, seen, sign=KEY.sign)
        assert unreviewed_glass_of(connection, "inc_1") == ()
        assert list_glass(connection, since=19.0) == (seen,)
        assert list_glass(connection, since=20.0) == ()


def test_of_two_changes_at_one_moment_one_is_kept(database) -> None:
    with writing(database) as connection:
        keep_waiver(connection, WAIVER)
        once = answered(WAIVER, yes("person:lex", Role.LEGAL))
        change_waiver(connection, once, sign=KEY.sign)
        with pytest.raises(InputError) as caught:
            change_waiver(connection, answered(WAIVER, yes("person:ris", Role.RISK)), sign=KEY.sign)
        assert caught.value.code == "WL-WVR-002"
        keep_glass(connection, GLASS, sign=KEY.sign)
        with pytest.raises(InputError):
            change_glass(connection, GLASS, sign=KEY.sign)
        for look, code in ((get_waiver, "WL-WVR-001"), (get_glass, "WL-WVR-009")):
            with pytest.raises(InputError) as caught:
                look(connection, "none")
            assert caught.value.code == code


def test_a_row_that_was_ended_and_put_back_lifts_nothing(database) -> None:
    grant(database)
    early = {"wvr_1": Ending(at=1_015.0, until=4_610.0)}
    assert loaded(database).standing != ()
    found = loaded(database, ended_early=early)
    assert (found.standing, found.forged, found.returned) == ((), (), ("wvr_1",))


def test_glass_nobody_reviewed_in_time_is_found(database) -> None:
    with writing(database) as connection:
        keep_glass(connection, GLASS, sign=KEY.sign)
    with reading(database) as connection:
        assert overdue_glass(connection, now=GLASS.review_by - 1) == ()
        assert [one.id for one in overdue_glass(connection, now=GLASS.review_by)] == ["brk_1"]
