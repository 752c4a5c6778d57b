"""Erasure in the tables of duties, on both databases; through the API: tests/unit/console/api/test_erasing.py."""

from __future__ import annotations

import msgspec

from wardlaw.audit.note import signer_key
from wardlaw.facts.appeal import Appeal
from wardlaw.facts.breakglass import BreakGlass
from wardlaw.facts.exemption import ExemptionScope
from wardlaw.facts.person import Role
from wardlaw.facts.waiver import Waiver, WaiverAnswer, WaiverState
from wardlaw.governance.exemptions import answered
from wardlaw.inventory.veiling import Alias
from wardlaw.store.database import reading, writing
from wardlaw.store.duties import get_appeal, keep_appeal
from wardlaw.store.dutyveiling import Remaking, count_duties, duty_aliases, veil_duties
from wardlaw.store.erasures import Erasure, request_erasure
from wardlaw.store.exemptions import (
    change_waiver,
    get_glass,
    get_waiver,
    keep_glass,
    keep_waiver,
    load_exemptions,
)

KEY = signer_key("bundle.example", b"b" * 32)
SCOPE = ExemptionScope(("user:ana@x.example", "user:ben"), ("agent:desk",))
WAIVER = Waiver("wvr_1", "GOV-07", SCOPE, "Ana Blau", "for Ana Blau", 60, "person:own", 1_000.0)
GLASS = BreakGlass("brk_1", (), SCOPE, "ana@x.example waits", "person:sec", 1_000.0, 2_800.0, 90_000.0, "inc_1")
APPEAL = Appeal("app_1", "dec_1", ("GOV-07",), "deny", "person:zoe", 1_000.0, "Ana Blau is my customer")
KNOWN = (Alias("Ana Blau", "erased-1"), Alias("desk", "erased-2", "acme"))
NOW = 1_020.0


def filled(database) -> None:
    with writing(database) as connection:
        request_erasure(connection, Erasure("era_1", "aa", "Art. 17", "person:com", 1.0, 9e9))
        keep_waiver(connection, WAIVER)
        once = answered(WAIVER, WaiverAnswer("person:lex", 1_010.0, True, (Role.LEGAL,), "Ana Blau is known"))
        change_waiver(connection, once, sign=KEY.sign)
        twice = answered(once, WaiverAnswer("person:ris", 1_010.0, True, (Role.RISK,), "ok"))
        change_waiver(connection, twice, sign=KEY.sign)
        keep_waiver(
            connection,
            msgspec.structs.replace(WAIVER, id="wvr_2", scope=ExemptionScope(("user:ben",)), owner="b", reason="b"),
        )
        keep_glass(connection, GLASS, sign=KEY.sign)
        keep_appeal(connection, APPEAL)


def aliases(connection) -> tuple[Alias, ...]:
    return duty_aliases(connection, KNOWN, lambda name: name == "user:ana@x.example", lambda: "erased-3")


def test_names_give_way_and_what_stands_for_them_ends(database) -> None:
    filled(database)
    remaking = Remaking("person:cis", "era_1", NOW, KEY.sign, lambda _connection, _change: {"sign_off": 2})
    with writing(database) as connection:
        meant = aliases(connection)
        assert count_duties(connection, meant) == {"waiver": 1, "break_glass": 1, "appeal": 1}
        changed = veil_duties(connection, meant, remaking)
        assert changed == {"waiver": 1, "break_glass": 1, "appeal": 1, "sign_off": 2}
    with reading(database) as connection:
        waiver, glass = get_waiver(connection, "wvr_1"), get_glass(connection, "brk_1")
        found = load_exemptions(connection, now=NOW, keys=(KEY.verifier,), ended={})
        assert (found.standing, found.forged) == ((), ())
        assert get_waiver(connection, "wvr_2").scope.principals == ("user:ben",)
        assert get_appeal(connection, "app_1").reason == "erased-1 is my customer"
        assert count_duties(connection, meant) == {}
    assert waiver.scope.principals == ("erased-1", "user:ben")
    assert waiver.scope.systems == ("agent:desk",)  # a login of one directory means nobody elsewhere
    assert (waiver.state, waiver.ended_by, waiver.owner) == (WaiverState.ENDED, "person:cis", "erased-1")
    assert [one.reason for one in waiver.answers] == ["erased-1 is known", "ok"]
    assert [one.by for one in waiver.answers] == ["person:lex", "person:ris"]
    assert (glass.ends_at, glass.reason, glass.opened_by) == (NOW, "erased-1 waits", "person:sec")


def test_nobody_is_meant_where_nobody_is_known(database) -> None:
    filled(database)
    with writing(database) as connection:
        assert duty_aliases(connection, (), lambda _name: False, lambda: "erased-3") == ()
        remaking = Remaking("person:cis", "era_1", NOW, KEY.sign, lambda _connection, _change: {})
        assert veil_duties(connection, (), remaking) == count_duties(connection, ()) == {}
        own = duty_aliases(connection, (), lambda name: name == "ben", lambda: "erased-3")
        assert own == (Alias("user:ben", "erased-3"),)
