"""The separation rules on PostgreSQL, in the tables beside the life of clauses: what a direct write may not do, by whoever.

Every way is tried by Wardlaw's own role, by the owner of the tables, and by the database role of the person concerned;
beside each stands what must pass. SOD-1 and -2 for clauses: test_databaseroles.py.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from types import SimpleNamespace

import msgspec
import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError

from wardlaw.console.rolebook import load_role_book
from wardlaw.facts.breakglass import BreakGlass
from wardlaw.facts.exemption import ExemptionScope
from wardlaw.facts.person import Person, Role
from wardlaw.facts.tier import Tier
from wardlaw.facts.waiver import Waiver, WaiverAnswer, WaiverState
from wardlaw.governance.exemptions import answered, closed_glass, ended, reviewed_glass
from wardlaw.governance.rights import role_conflict
from wardlaw.register.milder import milder
from wardlaw.register.system import System
from wardlaw.store.database import open_database, writing
from wardlaw.store.databaseroles import role_statements
from wardlaw.store.dutyguards import duty_guard_statements, duty_unguard_statements
from wardlaw.store.exemptions import change_glass, change_waiver, keep_glass, keep_waiver
from wardlaw.store.gateguards import gate_unguard_statements
from wardlaw.store.migrate import upgrade
from wardlaw.store.people import add_person
from wardlaw.store.registerguards import register_unguard_statements
from wardlaw.store.systems import add_system

pytestmark = [pytest.mark.postgres, pytest.mark.xdist_group("databaseroles")]  # roles are the whole server's

PEOPLE = {
    "own": (Role.OWNER, "own@x"), "own2": (Role.LEGAL, "OWN@x"), "lex": (Role.LEGAL, "lex@x"), "ris": (Role.RISK, "ris@x"),
    "ris2": (Role.CISO, "ris@x"), "cis": (Role.CISO, ""), "com": (Role.COMPLIANCE, "com@x"), "com2": (Role.CISO, "com@x"),
    "sec": (Role.SECOPS, "sec@x"), "aud": (Role.AUDITOR, "aud@x"), "adm": (Role.ADMIN, "adm@x"), "dev": (Role.DEVSECOPS, ""),
}  # fmt: skip
SCOPE = ExemptionScope(("user:ana",))
WAIVER = Waiver("wvr_1", "GOV-07", SCOPE, "legal", "x", 60, "person:own", 1_000.0)
GLASS = BreakGlass("brk_1", ("GOV-07",), SCOPE, "outage", "person:sec", 1_000.0, 2_800.0, 90_000.0, "inc_1")


def sign(message: bytes) -> bytes:
    return message[:8]


@pytest.fixture(scope="module")
def base(postgres_url: str) -> Iterator[SimpleNamespace]:
    """A schema with Wardlaw's tables, its roles, and the people; an account of the database for one of them."""
    name = f"duties_{time.time_ns()}"
    outer = open_database(postgres_url)
    with writing(outer) as connection:
        connection.execute(text(f'CREATE SCHEMA "{name}"'))
    engine = open_database(f"{postgres_url}{'&' if '?' in postgres_url else '?'}options=-csearch_path%3D{name}")
    upgrade(engine)
    with writing(engine) as connection:
        for statement in role_statements(schema=name):
            connection.exec_driver_sql(statement)
        for person, (role, identity) in PEOPLE.items():
            made = Person(f"person:{person}", person, (role,), identity=identity)
            add_person(connection, made, by="init", now=1.0)
        keep_waiver(connection, WAIVER)
        keep_glass(connection, GLASS, sign=sign)
        system = System("crm-bot", "CRM", "person:own", "answers", tier=Tier.HIGH)
        add_system(connection, system, by="person:own", now=1.0)
        for statement in (
            "INSERT INTO erasure VALUES ('era_1', 'aa', 'r', 'requested', 'person:com', 1, 9e9, '', 0, 0)",
            "INSERT INTO hold VALUES ('hld_1', 'aa', 'r', 'person:com', 1, 'person:com', 2, '', 0)",
            "INSERT INTO registered_secret VALUES ('secret:x', 8, 8, '1', 'm', false, false, 'person:sec', 1)",
            "INSERT INTO record VALUES (0, 'dec_1', 'decision', 'e', 1, 'g', 1, 0, 'aa', 'deny', 'deny', 'a', 'r', 'p', 'c', '')",
        ):
            connection.exec_driver_sql(statement)
    try:
        yield SimpleNamespace(engine=engine, name=name)
    finally:
        engine.dispose()
        with writing(outer) as connection:
            connection.execute(text(f'DROP SCHEMA "{name}" CASCADE'))  # with what the roles were granted in it
        outer.dispose()


class Undone(Exception):
    """Ends a trial that passed, so that the next one finds what this one found."""


def undo() -> None:
    raise Undone


def tried(engine: Engine, *statements: str, role: str = "wardlaw_app") -> str:
    """What PostgreSQL says to the last statement; empty when it would be done. Nothing of it stays."""
    try:
        with writing(engine) as connection:
            if role:
                connection.exec_driver_sql(f'SET LOCAL ROLE "{role}"')
            for statement in statements:
                connection.exec_driver_sql(statement.replace("%", "%%"))
            undo()
    except DBAPIError as error:
        return str(error.orig).splitlines()[0]
    except Undone:
        return ""


def waiver_set(waiver: Waiver) -> str:
    row = msgspec.json.encode(waiver).decode()
    return (
        f"UPDATE waiver SET state = '{waiver.state}', ends_at = {waiver.ends_at}, version = {waiver.version}, "
        f"waiver = '{row}' WHERE id = 'wvr_1'"
    )


def glass_set(glass: BreakGlass) -> str:
    row = msgspec.json.encode(glass).decode()
    return f"UPDATE break_glass SET ends_at = {glass.ends_at}, reviewed_at = {glass.reviewed_at}, glass = '{row}'"


def yes(by: str, *roles: Role) -> WaiverAnswer:
    return WaiverAnswer(f"person:{by}", 1_010.0, True, roles, "ok")


def granted(*answers: WaiverAnswer, minutes: int = 60, **changes: object) -> Waiver:
    said = {"starts_at": 1_010.0, "ends_at": 1_010.0 + minutes * 60.0, **changes}
    return msgspec.structs.replace(
        WAIVER, minutes=minutes, answers=answers, state=WaiverState.GRANTED, version=3, **said
    )


def system_set(tier: str, by: str, version: int = 2) -> str:
    return (
        f"UPDATE ai_system SET version = {version}, changed_by = 'person:{by}', "
        f"system = (system::jsonb || '{{\"tier\": \"{tier}\"}}')::text WHERE id = 'crm-bot'"
    )


def role_for(person: str, role: str, by: str = "adm") -> str:
    return f"INSERT INTO person_role VALUES ('person:{person}', '{role}', 'person:{by}', 2)"


LEX, RIS = yes("lex", Role.LEGAL), yes("ris", Role.RISK)
ASKED = f"INSERT INTO loosening VALUES ('secret:x', 'person:sec', 1, {time.time() + 9_999})"
FINISH = "UPDATE erasure SET state = 'done', confirmed_by = 'person:{}', confirmed_at = 3"
LIFT = "UPDATE hold SET lifted_by = 'person:{}', lifted_at = 3"
END = ended(granted(LEX, RIS), by="person:own", reason="over", now=1_020.0)
REVIEWED = reviewed_glass(GLASS, by="person:lex", is_justified=True, review="right", now=1_900.0)

NEVER_ASKED = """INSERT INTO waiver SELECT 'wvr_2', clause, 'granted', asked_at, 9e9, 1,
    (waiver::jsonb || '{"state": "granted", "ends_at": 9e9}')::text, '' FROM waiver"""
LONG_GLASS = """INSERT INTO break_glass SELECT 'brk_2', incident, opened_at, 9e9, 0, 1,
    (glass::jsonb || '{"ends_at": 9e9}')::text, '' FROM break_glass"""

# The rule, what is tried, and the statements of which the last is the one that breaks it.
BREAKS: list[tuple[str, str, tuple[str, ...]]] = [
    ("SOD-2", "roles", (role_for("dev", "legal"),)),
    ("SOD-2", "a step that puts nothing in force", (
        "INSERT INTO clause_version VALUES ('GOV-20', 1, 'd1', 'form', 'low', '{}', 'person:com', 'com@x', 1, 'm')",
        "INSERT INTO clause_event VALUES ('GOV-20', 1, 1, 'review', 'enforce', 'person:dev', 2, '', '', 0, 'm')")),
    ("SOD-2", "an emergency nobody reviews", (
        "INSERT INTO clause_version VALUES ('GOV-20', 1, 'd1', 'form', 'low', '{}', 'person:com', 'com@x', 1, 'm')",
        "INSERT INTO clause_event VALUES ('GOV-20', 1, 1, 'emergency', 'enforce', 'person:sec', 2, '', '', 9e9, 'm')")),
    ("SOD-4", "a waiver that was never asked for", (
        NEVER_ASKED,)),
    ("SOD-4", "one answer", (waiver_set(granted(LEX)),)),
    ("SOD-4", "by who asked", (waiver_set(granted(yes("own", Role.LEGAL), RIS)),)),
    ("SOD-4", "by another account of who asked", (waiver_set(granted(yes("own2", Role.LEGAL), RIS)),)),
    ("SOD-4", "two accounts of one human", (waiver_set(granted(RIS, yes("ris2", Role.CISO))),)),
    ("SOD-4", "one role twice", (waiver_set(granted(LEX, yes("cis", Role.LEGAL))),)),
    ("SOD-4", "too long", (waiver_set(granted(LEX, RIS, ends_at=9e9)),)),
    ("SOD-4", "ninety days without the ciso", ("ALTER TABLE waiver DISABLE TRIGGER waiver_duties",
        waiver_set(msgspec.structs.replace(WAIVER, minutes=90 * 1_440)), "ALTER TABLE waiver ENABLE TRIGGER waiver_duties",
        waiver_set(granted(LEX, RIS, minutes=90 * 1_440)))),
    ("SOD-4", "for more people than was asked", (waiver_set(granted(LEX, RIS, scope=ExemptionScope(("user:b",)))),)),
    ("SOD-4", "what was ended", (waiver_set(granted(LEX, RIS)), waiver_set(END), waiver_set(granted(LEX, RIS)))),
    ("SOD-4", "columns that say something else", ("UPDATE waiver SET state = 'granted'",)),
    ("SOD-5", "a role for oneself", (role_for("adm", "devsecops", by="adm"),)),
    ("SOD-5", "roles that do not meet", (role_for("adm", "legal", by="init"),)),
    ("SOD-5", "by way of a second account", (
        "UPDATE person SET identity = 'ADM@x' WHERE id = 'person:lex'",)),
    ("SOD-5", "an identity taken away", ("UPDATE person SET identity = '' WHERE id = 'person:own2'",)),
    ("SOD-6", "a second role", (role_for("aud", "owner"),)),
    ("SOD-6", "by way of a second account", ("UPDATE person SET identity = 'aud@x' WHERE id = 'person:dev'",)),
    ("SOD-6", "an account that is enabled again", (
        "UPDATE person SET disabled = true WHERE id = 'person:cis'",
        "UPDATE person SET identity = 'aud@x' WHERE id = 'person:cis'",
        "UPDATE person SET disabled = false WHERE id = 'person:cis'")),
    ("SOD-7", "an erasure by one", (FINISH.format("com"),)),
    ("SOD-7", "by two accounts of one", (FINISH.format("com2"),)),
    ("SOD-7", "by somebody without the role", (FINISH.format("lex"),)),
    ("SOD-7", "an erasure nobody asked for", (
        "INSERT INTO erasure VALUES ('era_2', 'aa', 'r', 'done', 'person:com', 1, 9, 'person:cis', 2, 0)",)),
    ("SOD-7", "a request that is taken out", ("DELETE FROM erasure",)),
    ("SOD-7", "a hold lifted by one", (LIFT.format("com"),)),
    ("SOD-7", "a hold lifted by two accounts of one", (LIFT.format("com2"),)),
    ("SOD-7", "a hold that is taken out", ("DELETE FROM hold",)),
    ("SOD-8", "milder by its owner", (system_set("limited", "own"),)),
    ("SOD-8", "in two steps", (system_set("undetermined", "own"), system_set("minimal", "own", 3))),
    ("SOD-8", "in place", (system_set("prohibited", "own", 1),)),
    ("SOD-8", "in its history", ("UPDATE ai_system_version SET system = replace(system, 'high', 'minimal')",)),
    ("SOD-8", "taken out", ("DELETE FROM ai_system",)),
    ("SOD-9", "by who broke it", (glass_set(msgspec.structs.replace(REVIEWED, reviewed_by="person:sec")),)),
    ("SOD-9", "longer", (glass_set(msgspec.structs.replace(GLASS, ends_at=4_400.0)),)),
    ("SOD-9", "more than an hour", (LONG_GLASS,)),
    ("SOD-9", "what was closed", (glass_set(closed_glass(GLASS, by="person:sec", now=1_100.0)), glass_set(GLASS))),
    ("SOD-9", "a review that is taken back", (glass_set(REVIEWED),
        glass_set(msgspec.structs.replace(REVIEWED, reviewed_at=0.0, reviewed_by="")))),
    ("SOD-9", "taken out", ("DELETE FROM break_glass",)),
    ("SOD-9", "the log rewritten", ("UPDATE record SET effect = 'allow'",)),
    ("SOD-10", "nobody asked", ("DELETE FROM registered_secret",)),
    ("SOD-10", "a fingerprint that fits nothing", ("UPDATE registered_secret SET mac = 'n'",)),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "what", "statements"), BREAKS, ids=[f"{rule} {what}" for rule, what, _ in BREAKS])
def test_a_direct_write_that_breaks_a_rule_is_refused(
    base: SimpleNamespace, rule: str, what: str, statements: tuple[str, ...]
) -> None:
    assert rule in tried(base.engine, *statements, role="")  # the owner of the tables
    if not any(one.startswith("ALTER") for one in statements) and "clause_" not in statements[0]:
        said = tried(base.engine, *statements)
        assert rule in said or said.startswith("permission denied"), said


PASSES: list[tuple[str, tuple[str, ...]]] = [
    ("SOD-2", (role_for("cis", "devsecops"),)),
    ("SOD-4", (waiver_set(granted(LEX, RIS)), waiver_set(END))),
    ("SOD-4", (waiver_set(answered(WAIVER, msgspec.structs.replace(LEX, approves=False))),)),
    ("SOD-5", (role_for("adm", "devsecops", by="init"),)),
    ("SOD-5", (role_for("own", "secops"), "DELETE FROM person_role WHERE role = 'secops' AND person = 'person:own'")),
    ("SOD-6", ("UPDATE person SET name = 'Audrey' WHERE id = 'person:aud'",)),
    ("SOD-7", (FINISH.format("cis"),)),
    ("SOD-7", (LIFT.format("cis"),)),
    ("SOD-8", (system_set("prohibited", "own"),)),
    ("SOD-8", (system_set("limited", "lex"),)),
    ("SOD-9", (glass_set(closed_glass(GLASS, by="person:sec", now=1_100.0)),)),
    ("SOD-9", (glass_set(REVIEWED),)),
    ("SOD-10", (ASKED, "DELETE FROM registered_secret")),
    ("SOD-11", ("SELECT ciphertext FROM sealed_part",)),
]


@pytest.mark.parametrize(("rule", "statements"), PASSES, ids=[rule for rule, _ in PASSES])
def test_what_two_persons_did_is_kept(base: SimpleNamespace, rule: str, statements: tuple[str, ...]) -> None:
    assert tried(base.engine, *statements, role="") == ""
    assert tried(base.engine, *statements) == ""


@pytest.mark.parametrize(
    ("person", "rule", "statements"),
    [
        ("own", "SOD-4", (waiver_set(granted(LEX, RIS)),)),
        ("com", "SOD-7", (FINISH.format("cis"),)),
        ("sec", "SOD-9", (glass_set(REVIEWED),)),
        ("sec", "SOD-10", (ASKED, "DELETE FROM registered_secret")),
        ("adm", "SOD-5", (role_for("adm", "devsecops", by="init"),)),
    ],
)
def test_the_account_that_is_connected_counts_whatever_the_row_says(
    base: SimpleNamespace, person: str, rule: str, statements: tuple[str, ...]
) -> None:
    account = f"{person}_{base.name}"
    with writing(base.engine) as connection:
        connection.exec_driver_sql(f'CREATE ROLE "{account}" IN ROLE wardlaw_app')
        # One human: the person of the tables, and whoever is connected.
        add_person(connection, Person(f"person:{account}", person, (), identity=PEOPLE[person][1]), by="init", now=1.0)
    try:
        assert rule in tried(base.engine, *statements, role=account)
    finally:
        with writing(base.engine) as connection:
            connection.exec_driver_sql(f'DROP ROLE "{account}"')
            connection.exec_driver_sql("DELETE FROM person WHERE id = %s", (f"person:{account}",))


@pytest.mark.parametrize("role", ["wardlaw_author", "wardlaw_approver", "wardlaw_publisher", "wardlaw_auditor"])
def test_people_beside_wardlaw_touch_none_of_these_tables(base: SimpleNamespace, role: str) -> None:
    for table in ("waiver", "break_glass", "erasure", "hold", "ai_system", "registered_secret", "person_role"):
        assert tried(base.engine, f"DELETE FROM {table}", role=role).startswith("permission denied"), table
    # SOD-6, SOD-11: an auditor's role reads what proves something; texts are sealed, and no key lies in the tables.
    allowed = tried(base.engine, "SELECT ciphertext FROM sealed_part", role=role) == ""
    assert allowed == (role == "wardlaw_auditor")
    assert tried(base.engine, "UPDATE record SET effect = 'allow'", role=role).startswith("permission denied")


def test_the_database_and_the_code_say_the_same_of_tiers_and_roles(base: SimpleNamespace) -> None:
    before = System("crm-bot", "CRM", "person:own", "answers", tier=Tier.HIGH)
    for tier in Tier:
        is_milder = bool(milder((before,), msgspec.structs.replace(before, tier=tier)))
        assert ("SOD-8" in tried(base.engine, system_set(tier, "own"))) == is_milder, tier
    book = load_role_book()
    for one in Role:
        for two in Role:
            if one is two:
                continue
            person = "INSERT INTO person VALUES ('person:new', 'n', NULL, false, 1, '')"
            said = tried(base.engine, person, role_for("new", one, by="init"), role_for("new", two, by="init"))
            conflict = role_conflict((one, two), book)
            assert (conflict.rule if conflict else "") in said, (one, two, said)
            assert bool(said) == bool(conflict), (one, two, said)


ERASING = "SELECT set_config('wardlaw.erasure', 'era_1', true)"
VEILED = msgspec.structs.replace(WAIVER, scope=ExemptionScope(("user:erased-1",)), reason="erased-1")
SIGNED = (
    "INSERT INTO clause_version VALUES ('GOV-20', 1, 'd1', 'form', 'low', '{}', 'person:com', 'com@x', 1, 'm')",
    "INSERT INTO sign_off VALUES ('s', 'GOV-20', 1, 'd1', 'person:lex', 'lex@x', 'legal', true, 'Ana', 9, 1, 99, 'm')",
)


def test_an_erasure_puts_pseudonyms_into_what_people_wrote_and_changes_nothing_else(base: SimpleNamespace) -> None:
    veil = "UPDATE sign_off SET reason = 'erased-1', mac = 'n'"
    assert tried(base.engine, ERASING, waiver_set(VEILED)) == ""
    assert "SOD-4" in tried(base.engine, waiver_set(VEILED))
    assert "SOD-4" in tried(base.engine, ERASING, waiver_set(granted(LEX)))
    assert tried(base.engine, *SIGNED, ERASING, veil, role="") == ""
    assert "never changed" in tried(base.engine, *SIGNED, veil, role="")
    assert "never changed" in tried(base.engine, *SIGNED, ERASING, "UPDATE sign_off SET approves = false", role="")
    # Nobody's request stands any more: then nothing passes.
    assert "never changed" in tried(base.engine, *SIGNED, FINISH.format("cis"), ERASING, veil, role="")


def test_the_guards_come_and_go(base: SimpleNamespace) -> None:
    # Those of gates and of the register lean on these.
    off = (*gate_unguard_statements(), *register_unguard_statements(), *duty_unguard_statements())
    assert tried(base.engine, *off, *duty_guard_statements(), "DELETE FROM hold", role="") != ""
    assert tried(base.engine, *off, "DELETE FROM hold", role="") == ""


def test_what_the_store_writes_passes(base: SimpleNamespace) -> None:
    with pytest.raises(Undone), writing(base.engine) as connection:
        once = answered(WAIVER, LEX)
        change_waiver(connection, once, sign=sign)
        change_waiver(connection, answered(once, RIS), sign=sign)
        change_glass(connection, REVIEWED, sign=sign)
        raise Undone
