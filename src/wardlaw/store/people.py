"""Persons and their roles."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from wardlaw.facts.errors import InputError
from wardlaw.facts.person import Person, Role
from wardlaw.governance.humans import is_same_human
from wardlaw.store.tables import PERSON, PERSON_ROLE


def add_person(connection: Connection, person: Person, *, by: str, now: float) -> None:
    """Keep a new person.

    Raises:
        InputError: The id or the uid is taken (WL-STO-010).
    """
    try:
        connection.execute(
            insert(PERSON).values(
                id=person.id,
                name=person.name,
                unix_uid=_stored_uid(person.unix_uid),
                disabled=person.disabled,
                created_at=now,
                identity=person.identity,
            )
        )
    except IntegrityError as error:
        raise InputError(
            "WL-STO-010", f"{person.id} or its uid exists already.", "Choose another id, or change that person."
        ) from error
    _set_roles(connection, person.id, person.roles, by=by, now=now)


def change_person(connection: Connection, person: Person, *, by: str, now: float) -> None:
    """Keep a person's new name, uid, state and roles.

    Raises:
        InputError: There is no such person (WL-STO-011), or the uid belongs to another (WL-STO-010).
    """
    try:
        changed = connection.execute(
            update(PERSON)
            .where(PERSON.c.id == person.id)
            .values(
                name=person.name,
                unix_uid=_stored_uid(person.unix_uid),
                disabled=person.disabled,
                identity=person.identity,
            )
        )
    except IntegrityError as error:
        raise InputError(
            "WL-STO-010",
            f"Uid {person.unix_uid} belongs to another person.",
            "One account of the machine is one person; unbind it there first.",
        ) from error
    if changed.rowcount == 0:
        raise no_such_person(person.id)
    _set_roles(connection, person.id, person.roles, by=by, now=now)


def get_person(connection: Connection, person_id: str) -> Person:
    """The person of that id.

    Raises:
        InputError: There is none (WL-STO-011).
    """
    found = _load(connection, PERSON.c.id == person_id)
    if not found:
        raise no_such_person(person_id)
    return found[0]


def has_person(connection: Connection, person_id: str) -> bool:
    """Whether there is a person of that id."""
    return connection.execute(select(PERSON.c.id).where(PERSON.c.id == person_id)).first() is not None


def person_of_uid(connection: Connection, uid: int) -> Person | None:
    """The person bound to an account of this machine."""
    found = _load(connection, PERSON.c.unix_uid == uid)
    return found[0] if found else None


def list_people(connection: Connection) -> tuple[Person, ...]:
    """Everybody, by id."""
    return _load(connection, None)


def accounts_of(connection: Connection, person: Person) -> tuple[Person, ...]:
    """Every account of the human behind one, that one included, disabled ones too."""
    if not person.identity:
        return (person,)
    others = _load(connection, (PERSON.c.identity != "") & (PERSON.c.id != person.id))
    return (person, *(one for one in others if is_same_human(one, person)))


def count_admins(connection: Connection) -> int:
    """How many persons who are not disabled hold the role admin."""
    joined = PERSON.join(PERSON_ROLE, PERSON.c.id == PERSON_ROLE.c.person)
    query = (
        select(func.count())
        .select_from(joined)
        .where(PERSON_ROLE.c.role == Role.ADMIN.value, PERSON.c.disabled.is_(False))
    )
    return int(connection.execute(query).scalar_one())


def no_such_person(person_id: str) -> InputError:
    """The error for an id nobody has."""
    return InputError("WL-STO-011", f"There is no {person_id}.", "`wardlaw person list` shows everybody.")


def _load(connection: Connection, which: ColumnElement[bool] | None) -> tuple[Person, ...]:
    query = (
        select(PERSON.c.id, PERSON.c.name, PERSON.c.unix_uid, PERSON.c.disabled, PERSON.c.identity, PERSON_ROLE.c.role)
        .select_from(PERSON.outerjoin(PERSON_ROLE, PERSON.c.id == PERSON_ROLE.c.person))
        .order_by(PERSON.c.id, PERSON_ROLE.c.role)
    )
    rows = connection.execute(query if which is None else query.where(which)).all()
    people: dict[str, Person] = {}
    for row in rows:
        roles = people[row.id].roles if row.id in people else ()
        people[row.id] = Person(
            id=row.id,
            name=row.name,
            # A role this version does not know must not pass for no role at all: it raises.
            roles=roles + ((Role(row.role),) if row.role is not None else ()),
            unix_uid=-1 if row.unix_uid is None else row.unix_uid,
            disabled=bool(row.disabled),
            identity=row.identity,
        )
    return tuple(people.values())


def _set_roles(connection: Connection, person_id: str, roles: Iterable[Role], *, by: str, now: float) -> None:
    held = PERSON_ROLE.c.person == person_id
    kept = set(connection.execute(select(PERSON_ROLE.c.role).where(held)).scalars())
    wanted = {role.value for role in roles}
    connection.execute(delete(PERSON_ROLE).where(held, PERSON_ROLE.c.role.in_(kept - wanted)))
    for role in sorted(wanted - kept):
        connection.execute(insert(PERSON_ROLE).values(person=person_id, role=role, granted_by=by, granted_at=now))


def _stored_uid(uid: int) -> int | None:
    # NULL, because many persons may have no account here while a bound uid is unique.
    return uid if uid >= 0 else None
