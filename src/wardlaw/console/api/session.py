"""Signing in: redeem a one-time token, and who am I."""

from __future__ import annotations

import msgspec
from litestar import get, post
from litestar.params import JSONBody

from wardlaw.console.api.desk import Done, Given, Turn
from wardlaw.console.api.shapes import DAY_S, Access, Redemption, Session
from wardlaw.facts.errors import InputError, RefusedError
from wardlaw.facts.keytext import SECRET_BYTES
from wardlaw.facts.person import Person, Role
from wardlaw.governance.rights import Refusal, authorise_first_admin
from wardlaw.store import people, tokens
from wardlaw.store.tokens import NewToken, TokenKind


@get("/session", operation_id="session.whoami", summary="Who am I, and what may I do")
async def whoami(call: Given) -> Session:
    """The person behind this request."""
    caller, book = call.caller, call.deps.roles

    def work(turn: Turn) -> Session:
        permissions = sorted({permission for role in turn.person.roles for permission in book.roles[role]})
        return Session(
            person=turn.person,
            permissions=tuple(permissions),
            uid=call.uid,
            token=caller.token if caller is not None else "",
            session=caller.session.entry if caller is not None and caller.session is not None else None,
            scopes=caller.scopes if caller is not None else (),
        )

    return await call.read(work)


@post("/session/redeem", operation_id="session.redeem", summary="Redeem a one-time token", status_code=200)
async def redeem(call: Given, data: JSONBody[Redemption]) -> Access:
    """Bind the calling account to the token's person, and answer an API token where one is asked for."""
    uid = call.uid if data.bind else -1

    def work(turn: Turn) -> Done[Access]:
        if uid < 0 and not data.api_token:
            raise InputError(
                "WL-API-009",
                "There is nothing to give: no account to bind and no API token asked for.",
                'Call through the Unix socket, or ask with "api_token": true.',
            )
        entry = tokens.redeem(turn.connection, data.token, now=turn.now)
        person = person_of_token(turn, entry, data)
        if uid >= 0:
            person = _bind(turn, person, uid)
        text = _api_token(turn, person, data.days) if data.api_token else ""
        facts: dict[str, str | int] = {"person": person.id, "token": entry.id, "uid": call.uid, "bound": int(uid >= 0)}
        return Done(Access(person=person, bound_uid=uid, api_token=text), facts, actor=person.id)

    return await call.change_unsigned(work)


def person_of_token(turn: Turn, entry: tokens.TokenEntry, data: Redemption) -> Person:
    """Whose a one-time token is that was just used; the first admin's makes that person.

    Raises:
        RefusedError: The person is disabled, or there is an admin already (WL-RGT-010).
    """
    if entry.kind is not TokenKind.FIRST_ADMIN:
        person = people.get_person(turn.connection, entry.person)
        if person.disabled:
            raise RefusedError("WL-RGT-010", f"{person.id} is disabled. (DISABLED)", "Ask an admin.")
        return person
    answer = authorise_first_admin(people.count_admins(turn.connection))
    if isinstance(answer, Refusal):
        raise RefusedError("WL-RGT-010", f"{answer.reason} ({answer.rule})", "Ask that admin.")
    admin = Person(id=data.person, name=data.name, roles=(Role.ADMIN,))
    people.add_person(turn.connection, admin, by="init", now=turn.now)
    return admin


def _bind(turn: Turn, person: Person, uid: int) -> Person:
    bound = people.person_of_uid(turn.connection, uid)
    if bound is not None and bound.id != person.id:
        # One account is one person: otherwise an admin would become everybody by redeeming their tokens.
        raise InputError(
            "WL-API-008",
            f"Uid {uid} is {bound.id} and cannot become {person.id} too.",
            "Redeem from that person's own account, or over the loopback address for an API token.",
        )
    person = msgspec.structs.replace(person, unix_uid=uid)
    people.change_person(turn.connection, person, by=person.id, now=turn.now)
    return person


def _api_token(turn: Turn, person: Person, days: int) -> str:
    new = NewToken(TokenKind.API, person.id, person.id, days * DAY_S, "redeemed")
    return tokens.create_token(turn.connection, new, secret=turn.entropy(SECRET_BYTES), now=turn.now)[1]
