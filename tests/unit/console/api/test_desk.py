from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from tests.console_fakes import Api, make_dependencies
from wardlaw.console.api.desk import Call, Caller, Desk, Done
from wardlaw.facts.errors import Fault, InputError, RefusedError
from wardlaw.facts.person import Person, Role
from wardlaw.governance.operations import OPERATIONS
from wardlaw.store.database import reading
from wardlaw.store.people import add_person, list_people


def names(api: Api) -> list[str]:
    with reading(api.made.engine) as connection:
        return [person.id for person in list_people(connection)]


def test_a_change_that_cannot_be_recorded_is_not_kept(api: Api) -> None:
    admin = api.person("admin", Role.ADMIN)
    api.made.recorder.broken = True
    assert api.error("POST", "/persons", {"id": "person:bob", "name": "Bob"}, uid=admin) == (503, "WL-SPL-001")
    assert names(api) == ["person:admin"]


def test_a_record_whose_change_was_lost_is_followed_by_one_that_says_so(api: Api) -> None:
    admin = api.person("admin", Role.ADMIN)

    def full_disk(_connection) -> None:
        if api.made.recorder.records:  # reading the caller's rights commits too
            raise OperationalError("COMMIT", {}, Exception("database or disk is full"))

    event.listen(api.made.engine, "commit", full_disk)
    assert api.error("POST", "/persons", {"id": "person:bob", "name": "Bob"}, uid=admin) == (503, "WL-STO-007")
    event.remove(api.made.engine, "commit", full_disk)
    assert names(api) == ["person:admin"]
    assert api.made.recorder.of("persons.create") == [{"person": "person:bob", "roles": ""}, {"not_kept": "rec_1"}]


def test_a_record_is_noted_in_the_transaction_it_belongs_to(tmp_path) -> None:
    made = make_dependencies(tmp_path)
    desk = Desk(made.deps)
    noted: list[str] = []
    operation = OPERATIONS["session.redeem"]

    async def change(note) -> str:
        return await desk.change_unsigned(operation, lambda _turn: Done("done", {"x": 1}, noted=note))

    assert asyncio.run(change(noted.append)) == "done"
    assert noted == ["rec_1"]

    def fails(_record: str) -> None:
        raise RuntimeError("the table is gone")

    with pytest.raises(RuntimeError):
        asyncio.run(change(fails))
    assert made.recorder.of("session.redeem")[-1] == {"not_kept": "rec_2"}
    made.engine.dispose()


def test_a_recorder_that_hangs_is_not_waited_for(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    admin = api.person("admin", Role.ADMIN)
    monkeypatch.setattr("wardlaw.console.api.desk.RECORD_TIMEOUT_S", 0.05)

    async def hang(*_given):
        await asyncio.Event().wait()

    api.made.recorder.record = hang
    assert api.error("POST", "/persons", {"id": "person:bob", "name": "Bob"}, uid=admin) == (503, "WL-API-017")
    assert names(api) == ["person:admin"]


def test_refusals_are_recorded_with_their_rule(api: Api) -> None:
    legal = api.person("legal", Role.LEGAL)
    assert api.error("GET", "/tokens", uid=legal) == (403, "WL-RGT-010")
    assert api.made.recorder.records == [("control", "person:legal", "tokens.list", {"refused": "ROLE"})]


def test_what_must_be_recorded_cannot_be_called_as_a_read(tmp_path) -> None:
    made = make_dependencies(tmp_path)
    desk = Desk(made.deps)
    for name in ("persons.create", "decisions.content"):
        with pytest.raises(Fault):
            asyncio.run(desk.read(OPERATIONS[name], Caller("person:a"), lambda turn: None))
    with pytest.raises(Fault):
        asyncio.run(desk.change_unsigned(OPERATIONS["persons.create"], lambda turn: Done(None, {})))
    with pytest.raises(Fault):
        asyncio.run(Call(desk, OPERATIONS["persons.list"], None, 0).read(lambda turn: None))
    made.engine.dispose()


def test_work_never_begins_for_somebody_refused(api: Api) -> None:
    api.person("ann")
    worked: list[str] = []
    desk = Desk(api.made.deps)
    with pytest.raises(RefusedError):
        asyncio.run(desk.read(OPERATIONS["persons.list"], Caller("person:ann"), lambda turn: worked.append("x")))
    assert worked == []


def test_what_is_done_ahead_keeps_nothing_and_nobody_without_the_right_has_it_done(api: Api) -> None:
    api.person("admin", Role.ADMIN)
    api.person("audit", Role.AUDITOR)
    desk, operation, done = Desk(api.made.deps), OPERATIONS["persons.create"], []

    def work(turn) -> None:
        done.append(turn.person.id)
        add_person(turn.connection, Person("person:ghost", "Ghost", ()), by="person:admin", now=1.0)
        raise InputError("WL-API-007", "The change will tell it.", "")

    for name in ("audit", "admin"):
        asyncio.run(desk.ahead(operation, Caller(f"person:{name}"), work))
    assert done == ["person:admin"]
    assert "person:ghost" not in names(api)
    assert api.made.recorder.records == []
