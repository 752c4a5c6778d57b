"""Signing in through an identity provider, proving again who one is, and being signed out by it."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Request, delete, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from wardlaw.console.api.deps import Fact
from wardlaw.console.api.desk import Call, Done, Given, Turn
from wardlaw.console.api.entering import TooOftenError, end_of_old
from wardlaw.console.api.providing import Beginning, ProviderAnswer, ProviderDesk
from wardlaw.console.api.shapes import PersonId
from wardlaw.console.api.signingshapes import Browser
from wardlaw.console.desks.welcome import Rules, Welcome, welcome
from wardlaw.facts.errors import InputError, RefusedError, WardlawError
from wardlaw.store import people, providerlogins
from wardlaw.store.providerlogins import ProviderLogin, ProviderOrigin

_Text = Annotated[str, msgspec.Meta(max_length=16_384)]


class Returned(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a browser came back with.

    Attributes:
        attempt: What it was sent away with.
        answer: What the provider added.
    """

    attempt: _Text
    answer: ProviderAnswer
    browser: Browser = Browser()


class CameIn(msgspec.Struct, frozen=True):
    """A session that began, or whose person proved again who they are.

    Attributes:
        session: Text of the cookie.
        to: Path of ours that was asked for before.
        goes_on: It is the session there was, whose person proved who they are.
    """

    person: str
    session: str
    to: str
    goes_on: bool = False


class LogoutNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A logout token, and the address of the server that sent it."""

    logout_token: _Text
    address: Annotated[str, msgspec.Meta(max_length=256)] = ""


class Ended(msgspec.Struct, frozen=True):
    """How many sessions a logout token ended."""

    sessions: int


class Farewell(msgspec.Struct, frozen=True):
    """Where the browser ends its session at the provider too; empty where there is nothing to end."""

    address: str = ""


class LoginRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose an account of the provider is."""

    person: PersonId
    subject: Annotated[str, msgspec.Meta(min_length=1, max_length=255, pattern=r"^[\x21-\x7e]+$(?!\n)")]


@get("/session/provider/begin", operation_id="provider.begin", summary="Where to sign in at the identity provider")
async def begin_sign_in(request: Request[Any, Any, Any], call: Given, to: FromQuery[str] = "/") -> Beginning:
    """Where a browser goes, and what it brings back from there; the session it has until then ends with the new one."""
    old = request.headers.get("authorization", "").removeprefix("Bearer ")
    return await _desk(call).begin(to[:2_048], old=old[:256])


@get("/session/provider/again", operation_id="provider.again", summary="Where to prove again who I am")
async def prove_again(call: Given, to: FromQuery[str] = "/") -> Beginning:
    """As beginning, for a session that goes on with a fresh proof."""
    desk, session = _desk(call), call.session_id
    person = await call.read(lambda turn: turn.person.id)
    return await desk.begin(to[:2_048], session=session, person=person)


@post(
    "/session/provider/finish",
    operation_id="provider.finish",
    summary="Sign in with what the provider answered",
    status_code=200,
)
async def finish_sign_in(call: Given, data: JSONBody[Returned]) -> CameIn:
    """Begin a session, or take a fresh proof for one; what is refused is recorded as well."""
    desk = _desk(call)
    _pace(desk, data.browser.address)
    try:
        proof = await desk.prove(data.attempt, data.answer)
    except WardlawError as error:
        await _record_refusal(call, desk, error, data.browser.address)
        raise

    def work(turn: Turn) -> Done[Welcome]:
        limits = call.deps.signing.limits
        came = welcome(turn, proof, Rules(desk.settings, call.deps.roles, limits), label=data.browser.label)
        if came.session:
            end_of_old(turn, proof.old, limits)
        return Done(came, came.facts | {"address": data.browser.address}, actor=came.person)

    came = await call.change_unsigned(work)
    code, why = came.turned_away
    if code:
        raise RefusedError(code, why, "Ask an admin.")
    desk.keep_hint(came.session_id, proof.id_token)
    return CameIn(came.person, came.session, proof.to, goes_on=bool(proof.session))


@post(
    "/session/provider/ended",
    operation_id="provider.ended",
    summary="End sessions the provider has ended (back-channel logout)",
    status_code=200,
)
async def end_by_provider(call: Given, data: JSONBody[LogoutNotice]) -> Ended:
    """End the sessions a logout token names; the token is its own credential, and counts once."""
    desk = _desk(call)
    _pace(desk, data.address)
    try:
        told = await desk.read_logout(data.logout_token)
    except WardlawError as error:
        await _record_refusal(call, desk, error, data.address)
        raise
    issuer = desk.settings.issuer

    def work(turn: Turn) -> Done[Ended | None]:
        if not providerlogins.take_once(turn.connection, issuer, told.id, until=told.until, now=turn.now):
            return Done(None, {"issuer": issuer, "refused": "WL-OID-014", "address": data.address})
        ended = providerlogins.end_provider_sessions(
            turn.connection, issuer, subject=told.subject, sid=told.sid, now=turn.now
        )
        login = providerlogins.find_login(turn.connection, issuer, told.subject)
        person: dict[str, Fact] = {"person": login.person} if login is not None else {}
        facts: dict[str, Fact] = {"issuer": issuer, "sessions": ended, "address": data.address}
        return Done(Ended(ended), facts | person)

    ended = await call.change_unsigned(work)
    if ended is None:
        raise InputError("WL-OID-014", "This logout token was taken before.", "Send each one once.")
    return ended


@get("/session/provider/farewell", operation_id="provider.farewell", summary="Where to sign out at the provider too")
async def farewell(call: Given) -> Farewell:
    """Asked before the session ends here."""
    desk, session = call.deps.provider, call.session_id

    def work(turn: Turn) -> ProviderOrigin | None:
        return providerlogins.origin_of(turn.connection, session)

    origin = await call.read(work)
    if desk is None or origin is None:
        return Farewell()
    return Farewell(await desk.farewell(session, origin))


@get("/provider/logins", operation_id="provider.logins", summary="Whose accounts of the provider are")
async def list_of_logins(call: Given) -> tuple[ProviderLogin, ...]:
    """All of them, by person."""
    return await call.read(lambda turn: providerlogins.list_logins(turn.connection))


@post("/provider/logins", operation_id="provider.bind", summary="Say whose an account of the provider is")
async def bind_account(call: Given, data: JSONBody[LoginRequest]) -> ProviderLogin:
    """Bind an account at the configured provider to a person."""

    def work(turn: Turn) -> Done[ProviderLogin]:
        issuer = _desk(call).settings.issuer
        people.get_person(turn.connection, data.person)
        login = ProviderLogin(issuer, data.subject, data.person, turn.person.id, turn.now)
        providerlogins.bind_login(turn.connection, login)
        return Done(login, {"person": data.person, "issuer": issuer, "subject": data.subject})

    return await call.change(work)


@delete(
    "/provider/logins/{person_id:str}",
    operation_id="provider.unbind",
    summary="Forget a person's account of the provider",
    status_code=200,
)
async def unbind_account(call: Given, person_id: FromPath[str]) -> ProviderLogin:
    """Forget it, and end the sessions that came of it."""

    def work(turn: Turn) -> Done[ProviderLogin]:
        issuer = _desk(call).settings.issuer
        login = providerlogins.unbind_login(turn.connection, issuer, person_id, now=turn.now)
        return Done(login, {"person": person_id, "issuer": issuer, "subject": login.subject})

    return await call.change(work)


def _desk(call: Call) -> ProviderDesk:
    desk = call.deps.provider
    if desk is None:
        raise InputError(
            "WL-OID-003",
            "Nobody signs in through an identity provider here.",
            "Set console.oidc (docs/identity-provider.md).",
        )
    return desk


def _pace(desk: ProviderDesk, address: str) -> None:
    if not desk.may_try(address):
        raise TooOftenError("WL-OID-017", "Too many tries from this address.", "Wait a minute.")


async def _record_refusal(call: Call, desk: ProviderDesk, error: WardlawError, address: str) -> None:
    facts: dict[str, Fact] = {
        "issuer": desk.settings.issuer,
        "refused": error.code,
        "why": error.message,
        "address": address,
    }
    await call.change_unsigned(lambda _turn: Done(None, facts))
