"""Persons and roles. Persons are never deleted: the log speaks of them; they are disabled."""

from __future__ import annotations

import msgspec
from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody

from wardlaw.console.api.desk import Done, Given, Turn
from wardlaw.console.api.shapes import PersonChange, PersonRequest
from wardlaw.facts.clause import Risk
from wardlaw.facts.errors import InputError
from wardlaw.facts.person import Permission, Person, Role
from wardlaw.governance.humans import is_same_human
from wardlaw.governance.rights import Circumstances
from wardlaw.store import people, sessions, tokens
from wardlaw.store.sessions import SessionEnd


@get("/persons", operation_id="persons.list", summary="Everybody and their roles")
async def list_persons(call: Given) -> tuple[Person, ...]:
    """All persons, by id."""
    return await call.read(lambda turn: people.list_people(turn.connection))


@get("/persons/{person_id:str}", operation_id="persons.get", summary="One person")
async def get_person(call: Given, person_id: FromPath[str]) -> Person:
    """One person."""
    return await call.read(lambda turn: people.get_person(turn.connection, person_id))


class RoleMatrix(msgspec.Struct, frozen=True):
    """What each role permits, the rules that keep duties apart, and whose approvals a clause of each risk needs.

    Attributes:
        roles: Permissions of each role.
        rules: Text of each rule, by its id (``SOD-1``).
        sign_offs: For each risk, the sets of roles of which one must sign.
    """

    roles: dict[Role, tuple[Permission, ...]]
    rules: dict[str, str]
    sign_offs: dict[Risk, tuple[tuple[Role, ...], ...]]


@get("/roles", operation_id="roles.list", summary="Roles, what they permit, and which duties are kept apart")
async def list_roles(call: Given) -> RoleMatrix:
    """The roles of this installation as they are judged by."""
    book = call.deps.roles

    def work(_turn: Turn) -> RoleMatrix:
        return RoleMatrix(
            {role: tuple(one for one in Permission if one in book.roles[role]) for role in Role},
            dict(book.rules),
            {risk: tuple(tuple(sorted(slot)) for slot in slots) for risk, slots in book.sign_offs.items()},
        )

    return await call.read(work)


@post("/persons", operation_id="persons.create", summary="Add a person")
async def create_person(call: Given, data: JSONBody[PersonRequest]) -> Person:
    """Add a person; they sign in with a one-time token made afterwards."""
    person = Person(id=data.id, name=data.name, roles=_in_order(data.roles), identity=data.identity)

    def work(turn: Turn) -> Done[Person]:
        people.add_person(turn.connection, person, by=turn.person.id, now=turn.now)
        facts: dict[str, str | int] = {"person": person.id, "roles": ",".join(person.roles)}
        return Done(person, facts | _identity_told(person))

    def circumstances(turn: Turn) -> Circumstances:
        held = _held_by_human(turn, person)
        return Circumstances(target=_target(turn, person), adds=person.roles, will_hold=held)

    return await call.change(work, circumstances=circumstances)


@patch("/persons/{person_id:str}", operation_id="persons.change", summary="Change a person's name, roles or state")
async def change_person(call: Given, person_id: FromPath[str], data: JSONBody[PersonChange]) -> Person:
    """Change a person. Nobody grants a role to themselves (SOD-5)."""

    def work(turn: Turn) -> Done[Person]:
        new = _changed(people.get_person(turn.connection, person_id), data)
        people.change_person(turn.connection, new, by=turn.person.id, now=turn.now)
        if new.disabled:
            tokens.revoke_all_of(turn.connection, person_id, now=turn.now)
            sessions.end_sessions_of(turn.connection, person_id, SessionEnd.PERSON, now=turn.now)
        _keep_an_admin(turn)
        facts: dict[str, str | int] = {"person": new.id, "roles": ",".join(new.roles), "disabled": int(new.disabled)}
        return Done(new, facts | _identity_told(new))

    def circumstances(turn: Turn) -> Circumstances:
        old = people.get_person(turn.connection, person_id)
        new = _changed(old, data)
        # A disabled account holds nothing: to enable it again is to grant what it has.
        held_before = () if old.disabled else old.roles
        adds = () if new.disabled else tuple(role for role in new.roles if role not in held_before)
        joins = new.identity != old.identity
        held = _held_by_human(turn, new) if adds or joins else ()
        return Circumstances(target=_target(turn, new), adds=adds, will_hold=held)

    return await call.change(work, circumstances=circumstances)


@delete("/persons/{person_id:str}", operation_id="persons.disable", summary="Disable a person", status_code=200)
async def disable_person(call: Given, person_id: FromPath[str]) -> Person:
    """Disable a person: tokens end, the account is unbound, the roles are gone."""

    def work(turn: Turn) -> Done[Person]:
        old = people.get_person(turn.connection, person_id)
        gone = msgspec.structs.replace(old, disabled=True, unix_uid=-1, roles=())
        people.change_person(turn.connection, gone, by=turn.person.id, now=turn.now)
        ended = tokens.revoke_all_of(turn.connection, person_id, now=turn.now)
        left = sessions.end_sessions_of(turn.connection, person_id, SessionEnd.PERSON, now=turn.now)
        _keep_an_admin(turn)
        return Done(gone, {"person": person_id, "tokens_revoked": ended, "sessions_ended": left})

    return await call.change(work)


def _changed(old: Person, data: PersonChange) -> Person:
    return Person(
        id=old.id,
        name=old.name if data.name is None else data.name,
        roles=old.roles if data.roles is None else _in_order(data.roles),
        unix_uid=-1 if data.unbind else old.unix_uid,
        disabled=old.disabled if data.disabled is None else data.disabled,
        identity=old.identity if data.identity is None else data.identity,
    )


def _identity_told(person: Person) -> dict[str, str | int]:
    return {"identity": person.identity} if person.identity else {}


def _held_by_human(turn: Turn, person: Person) -> tuple[Role, ...]:
    """Roles of all accounts of a person's human: what must not meet in one person must not meet in two of their accounts."""
    accounts = people.accounts_of(turn.connection, person)
    return _in_order(tuple(role for one in accounts if not one.disabled for role in one.roles))


def _target(turn: Turn, person: Person) -> str:
    """Whose rights change: the caller, where the account belongs to the same human."""
    return turn.person.id if person.id in turn.selves or is_same_human(person, turn.person) else person.id


def _keep_an_admin(turn: Turn) -> None:
    if people.count_admins(turn.connection) == 0:
        raise InputError(
            "WL-API-007", "Nobody would be left to manage persons.", "Make another person admin first, then try again."
        )


def _in_order(roles: tuple[Role, ...]) -> tuple[Role, ...]:
    return tuple(sorted(set(roles)))
