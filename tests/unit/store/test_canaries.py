from __future__ import annotations

import msgspec
import pytest
from sqlalchemy.engine import Connection, Engine

from wardlaw.facts.canary import KEY_PREFIX, RUN_KEY_PREFIX, CanaryOrder, CanaryOutcome, CanaryRun
from wardlaw.facts.credential import RegisteredSecret
from wardlaw.facts.errors import InputError
from wardlaw.facts.incident import Incident, IncidentState
from wardlaw.facts.keytext import key_digest
from wardlaw.facts.principal import Principal, PrincipalKind
from wardlaw.store.canaries import (
    CANARY_FAILED,
    LENT_S,
    OWNER,
    CanaryOrders,
    CanaryRuns,
    hold_key,
    hold_secret,
    lend_key,
    settle_incident,
    take_key_back,
)
from wardlaw.store.database import writing
from wardlaw.store.generations import Generation, read
from wardlaw.store.incidents import list_incidents
from wardlaw.store.keys import list_keys
from wardlaw.store.people import get_person
from wardlaw.store.secrets import list_secrets

RUN = CanaryRun(
    "crn_1", "can_1", "OPS-02", "scan", "Endless", 100.0, CanaryOutcome.PASS, "dec_1", 1_200, "deny", "cor_1"
)


def run(number: int, **changes: object) -> CanaryRun:
    return msgspec.structs.replace(RUN, id=f"crn_{number}", at=100.0 + number, **changes)


def test_the_latest_of_each_clause_and_route_is_told_and_all_of_its_history(database: Engine) -> None:
    with writing(database) as connection:
        runs = CanaryRuns(connection)
        kept = [
            run(1), run(2, outcome=CanaryOutcome.FAIL), run(3, route="decide"),
            run(4, clause="SEC-01", outcome=CanaryOutcome.NOT_EXPRESSIBLE),
        ]  # fmt: skip
        for one in kept:
            runs.keep(one)
        assert runs.latest() == (kept[2], kept[1], kept[3])
        assert runs.latest("SEC-01") == (kept[3],)
        assert runs.history(limit=2) == (kept[3], kept[2])
        assert runs.history(clause="OPS-02", route="scan") == (kept[1], kept[0])
        assert len(runs.history(order="cor_1")) == 4
        assert runs.has_passed("OPS-02", "scan")
        assert not runs.has_passed("SEC-01", "scan")


def test_a_failure_opens_one_incident_while_it_stands_and_a_pass_closes_it(database: Engine) -> None:
    def settle(one: CanaryRun) -> str:
        incident = Incident(f"inc_{one.id}", one.canary, "pseudonym", CANARY_FAILED, one.at, one.at, "It went through")
        with writing(database) as connection:
            opened = settle_incident(connection, one, incident, channels=("pager",))
            CanaryRuns(connection).keep(msgspec.structs.replace(one, incident=opened))
            return opened

    def standing() -> list[str]:
        with writing(database) as connection:
            return [one.id for one in list_incidents(connection, state=IncidentState.OPEN)]

    failed = {"outcome": CanaryOutcome.FAIL}
    assert settle(run(1)) == ""
    first = settle(run(2, **failed))
    assert settle(run(90_000, **failed)) == first
    assert settle(run(90_001, outcome=CanaryOutcome.UNAVAILABLE)) == ""
    assert standing() == [first]
    other = settle(run(90_002, route="decide", **failed))
    assert sorted(standing()) == sorted([first, other])
    assert settle(run(90_003)) == ""
    assert standing() == [other]
    assert settle(run(90_004, **failed)) not in (first, other)


def test_orders_wait_until_they_are_done(database: Engine) -> None:
    with writing(database) as connection:
        orders = CanaryOrders(connection)
        orders.place(CanaryOrder("cor_1", "", "person:ana", 5.0))
        orders.place(CanaryOrder("cor_2", "SEC-01", "person:ana", 6.0))
        orders.done("cor_1", now=7.0)
        assert [one.id for one in orders.waiting()] == ["cor_2"]
        assert orders.get("cor_1").done_at == 7.0
        with pytest.raises(InputError, match="no order"):
            orders.get("cor_9")


def test_a_key_is_made_once_and_its_owner_can_do_nothing(database: Engine) -> None:
    who = Principal("agent:wardlaw-canary-a", PrincipalKind.AGENT, "Canary", registered=False)
    with writing(database) as connection:
        text = hold_key(connection, "a", who, secret=b"s" * 32, now=1.0)
        assert hold_key(connection, "a", who, secret=b"s" * 32, now=2.0) == text
        (key,) = list_keys(connection)
        assert (key.entry.id, key.entry.secret_sha256) == (f"{KEY_PREFIX}a", key_digest(text))
        assert key.entry.principal == msgspec.structs.replace(who, credential=f"{KEY_PREFIX}a")
        owner = get_person(connection, OWNER)
        assert (owner.roles, owner.disabled) == ((), True)


def test_a_lent_key_ends_with_its_canary_and_one_that_was_left_is_swept(database: Engine) -> None:
    who = Principal("user:wardlaw-canary-run-a", PrincipalKind.USER, "Canary")

    def lent(connection: Connection) -> list[tuple[str, float]]:
        return [(key.entry.id, key.entry.expires_at) for key in list_keys(connection)]

    with writing(database) as connection:
        hold_key(connection, "held", who, secret=b"h" * 32, now=1.0)
        lend_key(connection, "a", who, secret=b"a" * 32, now=1.0)
        lend_key(connection, "b", who, secret=b"b" * 32, now=2.0)
        assert lent(connection)[1:] == [(f"{RUN_KEY_PREFIX}a", 1.0 + LENT_S), (f"{RUN_KEY_PREFIX}b", 2.0 + LENT_S)]
        take_key_back(connection, "b")
        lend_key(connection, "c", who, secret=b"c" * 32, now=1.0 + LENT_S)
        assert [name for name, _ in lent(connection)] == [f"{KEY_PREFIX}held", f"{RUN_KEY_PREFIX}c"]


def test_what_canaries_say_is_registered_once(database: Engine) -> None:
    secret = RegisteredSecret("secret:wardlaw-canary", 40, 16, 7, "00")
    with writing(database) as connection:
        hold_secret(connection, secret, now=1.0)
        hold_secret(connection, secret, now=2.0)
        assert [(one.secret.id, one.created_at) for one in list_secrets(connection)] == [(secret.id, 1.0)]


def test_old_runs_go_but_the_newest_of_each_outcome_and_what_an_open_incident_rests_on(database: Engine) -> None:
    def incident(one: CanaryRun) -> Incident:
        return Incident(f"inc_{one.id}", one.canary, "pseudonym", CANARY_FAILED, one.at, one.at, "It went through")

    with writing(database) as connection:
        runs = CanaryRuns(connection)
        passes = [run(number) for number in range(1, 6)]
        failed = run(6, outcome=CanaryOutcome.FAIL, route="decide")
        opened = settle_incident(connection, failed, incident(failed), channels=())
        failed = msgspec.structs.replace(failed, incident=opened)
        again = msgspec.structs.replace(run(7, outcome=CanaryOutcome.FAIL, route="decide"), incident=opened)
        for one in (*passes, failed, again):
            runs.keep(one)
        orders = CanaryOrders(connection)
        for number, done in ((1, 50.0), (2, 0.0), (3, 9e9)):
            orders.place(CanaryOrder(f"cor_{number}", "", "person:ana", 5.0, done))
        before = (runs.latest(), runs.last_of_each())
        assert runs.prune(before=1e9) == 4
        assert (runs.latest(), runs.last_of_each()) == before
        assert runs.history() == (again, failed, passes[-1])
        assert runs.has_passed("OPS-02", "scan")
        assert runs.standing_incident("OPS-02", "decide") == opened
        assert runs.prune(before=1e9) == 0
        assert runs.prune(before=0.0) == 0
        assert orders.get("cor_2").id == "cor_2"
        assert orders.get("cor_3").id == "cor_3"
        with pytest.raises(InputError, match="no order"):
            orders.get("cor_1")


def test_which_clauses_stand_bypassed_is_told_in_the_transaction_that_changes_it(database: Engine) -> None:
    def happen(one: CanaryRun) -> int:
        told = Incident(f"inc_{one.id}", one.canary, "pseudonym", CANARY_FAILED, one.at, one.at, "It went through")
        before = read(database)[Generation.GATES]
        with writing(database) as connection:
            opened = settle_incident(connection, one, told, channels=())
            CanaryRuns(connection).keep(msgspec.structs.replace(one, incident=opened))
        return read(database)[Generation.GATES] - before

    def standing(*clauses: str) -> list[tuple[str, str]]:
        with writing(database) as connection:
            return [(one.clause, one.route) for one in CanaryRuns(connection).bypassed(clauses)]

    assert happen(run(1)) == 0
    assert standing("OPS-02") == []
    assert happen(run(2, outcome=CanaryOutcome.FAIL)) == 1
    assert standing("OPS-02", "SEC-01") == [("OPS-02", "scan")]
    assert (standing(), standing("SEC-01")) == ([], [])
    assert happen(run(3, outcome=CanaryOutcome.FAIL)) == 0  # nothing new
    assert happen(run(4, outcome=CanaryOutcome.UNAVAILABLE)) == 0
    assert standing("OPS-02") == [("OPS-02", "scan")]  # that nobody answered proves nothing
    assert happen(run(5)) == 1
    assert standing("OPS-02") == []
    with writing(database) as connection:
        (closed,) = list_incidents(connection, state=IncidentState.CLOSED)
    assert (closed.kind, closed.closed_by) == (CANARY_FAILED, "canary")
