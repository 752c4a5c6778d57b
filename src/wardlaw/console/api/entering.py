"""Signing in to the console: with a one-time token, a password or a passkey.

Whatever is wrong is told in the same words after the same work, and recorded; what is slowed down is recorded once, when
it begins, so that guessing cannot fill the log.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

import msgspec
from litestar import post
from litestar.params import JSONBody

from wardlaw.console.api.desk import Done, Given, Turn
from wardlaw.console.api.session import person_of_token
from wardlaw.console.api.shapes import Redemption
from wardlaw.console.api.signingshapes import Asked, Browser, Entered, PasskeySignIn, PasswordSignIn, TokenSignIn
from wardlaw.console.desks.ceremonies import Options, PasskeyPlace, Purpose
from wardlaw.console.desks.sessions import begin_session
from wardlaw.facts.errors import InputError, RefusedError
from wardlaw.facts.person import Person
from wardlaw.facts.signin import SignInMethod
from wardlaw.governance.attempts import Attempt
from wardlaw.store import passkeys, passwords, people, tokens
from wardlaw.store.sessions import SessionEnd, SessionLimits, end_session, find_session
from wardlaw.store.tokens import TokenKind

_TOKENS = "one-time tokens"  # nobody's account; slows down whoever tries many from one address
_PASSKEYS = "passkeys"


class SignInRefusedError(RefusedError):
    """What was shown is not right; which part of it is not told."""

    http_status = 401


class TooOftenError(RefusedError):
    """Too many attempts failed; the hint says how long to wait."""

    http_status = 429


@post(
    "/session/enter/token", operation_id="session.enter_token", summary="Sign in with a one-time token", status_code=200
)
async def enter_by_token(call: Given, data: JSONBody[TokenSignIn]) -> Entered:
    """A session for the person a one-time token was made for; the first admin's makes that person."""
    attempt = _of_address(_TOKENS, data.browser)
    begun = await _charged(call, attempt)

    def work(turn: Turn) -> Done[Entered | None]:
        try:
            entry = tokens.redeem(turn.connection, data.token, now=turn.now)
        except InputError:
            return Done(None, _failed("token", data.browser) | begun)
        person = person_of_token(turn, entry, Redemption(data.token))
        facts: dict[str, str | int] = {"token": entry.id}
        if entry.kind is TokenKind.FIRST_ADMIN:
            facts["bound"] = int(_bind_own(call, turn, person))
        return _entered(call, turn, person, SignInMethod.ONE_TIME_TOKEN, data.browser, facts)

    return await _told(
        call, attempt, work, "This one-time token is not valid: unknown, used before, revoked or too old."
    )


@post(
    "/session/enter/password",
    operation_id="session.enter_password",
    summary="Sign in with a password",
    status_code=200,
)
async def enter_by_password(call: Given, data: JSONBody[PasswordSignIn]) -> Entered:
    """A session for whoever knows the password; as much work for a name nobody has."""
    signing = call.deps.signing
    person_id = data.person if data.person.startswith("person:") else f"person:{data.person}"

    def look(turn: Turn) -> tuple[bool, str]:
        known = people.has_person(turn.connection, person_id)
        return known, passwords.encoded_of(turn.connection, person_id) if known else ""

    known, encoded = await call.look(look)
    device = signing.known_device(data.browser.device, person_id)
    attempt = Attempt(person_id, known, near(data.browser.address), device)
    begun = await _charged(call, attempt)
    right = await signing.is_right(encoded, data.password)
    renewed = await signing.encoded(data.password) if right and signing.is_outdated(encoded) else ""

    def work(turn: Turn) -> Done[Entered | None]:
        told = begun | {"person": person_id if known else ""}
        # Read again: a password changed in between opens nothing.
        if not right or passwords.encoded_of(turn.connection, person_id) != encoded:
            return Done(None, _failed("password", data.browser) | told)
        person = people.get_person(turn.connection, person_id)
        if person.disabled:
            return Done(None, _failed("disabled", data.browser) | told)
        if renewed:
            passwords.renew_password(turn.connection, person_id, renewed)
        return _entered(call, turn, person, SignInMethod.PASSWORD, data.browser, {"renewed": int(bool(renewed))})

    return await _told(call, attempt, work, "The name or the password is not right.")


@post("/session/enter/options", operation_id="session.enter_options", summary="What to ask a browser's passkey for")
async def enter_options(call: Given, data: JSONBody[Asked]) -> Options:
    """A challenge for whichever passkey of this console its owner picks."""
    return call.deps.signing.ceremonies.to_show(Purpose.ENTER, data.bound, PasskeyPlace(data.rp_id, data.origin))


@post("/session/enter/passkey", operation_id="session.enter_passkey", summary="Sign in with a passkey", status_code=200)
async def enter_by_passkey(call: Given, data: JSONBody[PasskeySignIn]) -> Entered:
    """A session for the owner of a passkey."""
    ceremonies = call.deps.signing.ceremonies
    attempt = _of_address(_PASSKEYS, data.browser)
    begun = await _charged(call, attempt)
    given = ceremonies.take(data.ceremony, Purpose.ENTER, data.bound)

    def work(turn: Turn) -> Done[Entered | None]:
        told = _failed("passkey", data.browser) | begun
        kept = passkeys.find_passkey(turn.connection, str(data.credential.get("id", "")))
        if kept is None:
            return Done(None, told)
        told |= {"passkey": kept.passkey.id, "person": kept.passkey.person}
        try:
            count = ceremonies.shown(given, data.credential, kept)
        except RefusedError:
            return Done(None, told)
        person = people.get_person(turn.connection, kept.passkey.person)
        if person.disabled or not passkeys.note_use(turn.connection, kept, sign_count=count, now=turn.now):
            return Done(None, told)
        return _entered(call, turn, person, SignInMethod.PASSKEY, data.browser, {"passkey": kept.passkey.id})

    return await _told(call, attempt, work, "This passkey does not open this console.")


def _bind_own(call: Given, turn: Turn, person: Person) -> bool:
    """Whoever starts an installation on their own machine goes on in the shell they started it from.

    That account owns the data and the keys, so that it gains nothing it could not take.
    """
    uid = call.deps.signing.own_uid
    if uid < 0 or people.person_of_uid(turn.connection, uid) is not None:
        return False
    bound = msgspec.structs.replace(person, unix_uid=uid)
    people.change_person(turn.connection, bound, by=person.id, now=turn.now)
    return True


def near(address: str) -> str:
    """What counts as one address: of IPv6 the 64 bits that one customer is given (RFC 6177, section 2)."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else str(found)


def _of_address(what: str, browser: Browser) -> Attempt:
    """An attempt that names no account: its address alone is slowed down."""
    return Attempt(what, exists=True, address="", device=near(browser.address) or "-")


async def _charged(call: Given, attempt: Attempt) -> dict[str, str | int]:
    """Count an attempt before it is looked at; answers what the record says where slowing down begins with it.

    Raises:
        TooOftenError: Too many failed before; this one is not looked at (WL-SGN-003).
    """
    book, now = call.deps.signing.book, call.deps.clock()
    if wait := book.wait_s(attempt, now=now):
        raise TooOftenError(
            "WL-SGN-003",
            "Too many attempts failed; this one was not looked at.",
            f"Wait {int(wait) + 1} seconds. A passkey, or a browser you signed in with before, is not slowed down.",
        )
    return {"slowed": 1} if book.charge(attempt, now=now) else {}


async def _told(call: Given, attempt: Attempt, work: Callable[[Turn], Done[Entered | None]], wrong: str) -> Entered:
    """Carry out and record an attempt; the record of a failure is kept, and the failure told.

    Raises:
        SignInRefusedError: What was shown is not right (WL-SGN-001).
    """
    entered = await call.change_unsigned(work)
    if entered is None:
        raise SignInRefusedError("WL-SGN-001", wrong, "Try again, or ask an admin for a one-time link.")
    call.deps.signing.book.forgive(attempt)
    return entered


def _entered(
    call: Given, turn: Turn, person: Person, method: SignInMethod, browser: Browser, facts: dict[str, str | int]
) -> Done[Entered | None]:
    """Begin the session; whatever session the browser had is another's or an older one and ends."""
    end_of_old(turn, browser.session, call.deps.signing.limits)
    session = begin_session(turn, person, method=method, auth_time=turn.now, amr=_AMR[method], label=browser.label)
    found = find_session(turn.connection, session, now=turn.now, limits=call.deps.signing.limits)
    device = call.deps.signing.new_device(person.id) if method is SignInMethod.PASSWORD else ""
    told: dict[str, str | int] = {"person": person.id, "method": method.value, "address": browser.address}
    told |= facts
    if found is not None:
        told["session"] = found.entry.id
    return Done(Entered(person, method, session, device), told, actor=person.id)


def _failed(what: str, browser: Browser) -> dict[str, str | int]:
    return {"failed": what, "address": browser.address}


def end_of_old(turn: Turn, text: str, limits: SessionLimits) -> None:
    """End the session a browser had before, if it was one."""
    old = find_session(turn.connection, text, now=turn.now, limits=limits) if text else None
    if old is not None:
        end_session(turn.connection, old.entry.id, SessionEnd.REPLACED, now=turn.now)


_AMR: dict[SignInMethod, tuple[str, ...]] = {
    SignInMethod.ONE_TIME_TOKEN: ("otp",),
    SignInMethod.PASSWORD: ("pwd",),
    SignInMethod.PASSKEY: ("hwk", "user"),
    SignInMethod.IDENTITY_PROVIDER: (),
}
"""RFC 8176: what was shown, where we saw it ourselves; a provider says it in its own words."""
