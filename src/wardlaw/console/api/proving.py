"""Proving again who one is, and what one does it with: passwords and passkeys of whoever is signed in."""

from __future__ import annotations

from litestar import get, post
from litestar.params import FromPath, JSONBody

from wardlaw.console.api.desk import Done, Given, Turn
from wardlaw.console.api.entering import SignInRefusedError, TooOftenError
from wardlaw.console.api.signingshapes import Asked, Entered, NewPasskey, NewPassword, ProofGiven
from wardlaw.console.desks.ceremonies import Options, PasskeyPlace, Purpose
from wardlaw.facts.errors import InputError, RefusedError
from wardlaw.facts.keytext import SECRET_BYTES
from wardlaw.facts.signin import SignInMethod
from wardlaw.governance.attempts import Attempt
from wardlaw.governance.passwordrules import problem_of
from wardlaw.governance.stepup import Standing, is_strong
from wardlaw.store import passkeys, passwords
from wardlaw.store.passkeys import Passkey
from wardlaw.store.sessions import NewSession, SessionEnd, end_sessions_of, get_session, rotate_session
from wardlaw.store.signinstanding import standing_of

_PASSKEY_AMR, _PASSWORD_AMR = ("hwk", "user"), ("pwd",)


@post("/session/prove/options", operation_id="session.prove_options", summary="What to ask my passkey for")
async def prove_options(call: Given, data: JSONBody[Asked]) -> Options:
    """A challenge for one of the caller's own passkeys."""
    ceremonies = call.deps.signing.ceremonies

    def work(turn: Turn) -> Options:
        known = passkeys.credentials_of(turn.connection, turn.person.id, data.rp_id)
        return ceremonies.to_show(Purpose.PROVE, call.session_id, PasskeyPlace(data.rp_id, data.origin), known=known)

    return await call.read(work)


@post("/session/prove", operation_id="session.prove", summary="Show again who I am", status_code=200)
async def prove(call: Given, data: JSONBody[ProofGiven]) -> Entered:
    """The session goes on with another secret, and with a fresh proof."""
    by_passkey = bool(data.ceremony)
    method = SignInMethod.PASSKEY if by_passkey else SignInMethod.PASSWORD
    person_id = call.person_id
    # The session's own bucket: whoever holds a stolen one guesses slowly, and slows down nobody else.
    attempt = Attempt(person_id, exists=True, address="", device=f"session {call.session_id}")
    book, now = call.deps.signing.book, call.deps.clock()
    if wait := book.wait_s(attempt, now=now):
        raise TooOftenError(
            "WL-SGN-003", "Too many attempts failed; this one was not looked at.", f"Wait {int(wait) + 1} seconds."
        )
    book.charge(attempt, now=now)
    given = call.deps.signing.ceremonies.take(data.ceremony, Purpose.PROVE, call.session_id) if by_passkey else None
    encoded = await call.look(lambda turn: passwords.encoded_of(turn.connection, person_id))
    right = False if by_passkey else await call.deps.signing.is_right(encoded, data.password)

    def work(turn: Turn) -> Done[Entered | None]:
        told: dict[str, str | int] = {"method": method.value, "session": call.session_id}
        if not is_strong(method, standing_of(turn.connection, turn.person.id)):
            return Done(None, told | {"failed": "weak"})
        is_proven = right and passwords.encoded_of(turn.connection, turn.person.id) == encoded
        if given is not None:
            kept = passkeys.find_passkey(turn.connection, str(data.credential.get("id", "")))
            try:
                count = -1 if kept is None else call.deps.signing.ceremonies.shown(given, data.credential, kept)
            except RefusedError:
                count = -1
            is_proven = (
                kept is not None
                and kept.passkey.person == turn.person.id
                and count >= 0
                and passkeys.note_use(turn.connection, kept, sign_count=count, now=turn.now)
            )
        if not is_proven:
            return Done(None, told | {"failed": method.value})
        return Done(_rotated(call, turn, method), told)

    proven = await call.change(work)
    if proven is None:
        raise SignInRefusedError(
            "WL-SGN-001", "That does not show that it is you.", "Use a passkey where you have one; else your password."
        )
    book.forgive(attempt)
    return proven


@get("/session/standing", operation_id="session.standing", summary="What I can sign in with")
async def show_standing(call: Given) -> Standing:
    """Whether the caller has a password, how many passkeys, and a provider."""
    return await call.read(lambda turn: standing_of(turn.connection, turn.person.id))


@post("/session/password", operation_id="passwords.set", summary="Choose my password", status_code=200)
async def set_password(call: Given, data: JSONBody[NewPassword]) -> Entered:
    """Another password; every other session of the person ends."""
    person = await call.look(lambda turn: turn.person)
    about = (person.id.removeprefix("person:"), person.name, *call.deps.signing.words)
    if problem := problem_of(data.password, about):
        raise InputError("WL-SGN-004", f"This password cannot be chosen. {problem}", "Choose another.")
    encoded = await call.deps.signing.encoded(data.password)

    def work(turn: Turn) -> Done[Entered]:
        passwords.keep_password(turn.connection, turn.person.id, encoded, now=turn.now)
        ended = end_sessions_of(turn.connection, turn.person.id, SessionEnd.PERSON, now=turn.now, but=call.session_id)
        facts: dict[str, str | int] = {"person": turn.person.id, "sessions_ended": ended}
        return Done(_after_enrolment(call, turn, SignInMethod.PASSWORD), facts)

    return await call.change(work)


@get("/session/passkeys", operation_id="passkeys.list_own", summary="My passkeys")
async def list_own_passkeys(call: Given) -> tuple[Passkey, ...]:
    """The caller's passkeys, oldest first."""
    return await call.read(lambda turn: passkeys.list_passkeys(turn.connection, turn.person.id))


@post("/session/passkeys/options", operation_id="passkeys.options", summary="What to ask a browser for a new passkey")
async def add_options(call: Given, data: JSONBody[Asked]) -> Options:
    """A challenge for a new passkey of the caller."""
    ceremonies = call.deps.signing.ceremonies

    def work(turn: Turn) -> Options:
        known = passkeys.credentials_of(turn.connection, turn.person.id, data.rp_id)
        return ceremonies.to_add(turn.person, call.session_id, PasskeyPlace(data.rp_id, data.origin), known=known)

    return await call.read(work)


@post("/session/passkeys", operation_id="passkeys.add", summary="Add a passkey of mine", status_code=200)
async def add_passkey(call: Given, data: JSONBody[NewPasskey]) -> Entered:
    """Keep a passkey that the browser made."""
    ceremonies = call.deps.signing.ceremonies

    def work(turn: Turn) -> Done[Entered]:
        # Here and not before: whoever must prove first who they are answers the same challenge afterwards.
        given = ceremonies.take(data.ceremony, Purpose.ADD, call.session_id)
        made, credential = ceremonies.added(given, data.credential, turn.person, data.name.strip()[:64] or "Passkey")
        passkeys.add_passkey(turn.connection, made, credential, now=turn.now)
        facts: dict[str, str | int] = {
            "person": turn.person.id,
            "passkey": made.passkey.id,
            "model": made.passkey.model,
        }
        return Done(_after_enrolment(call, turn, SignInMethod.PASSKEY), facts)

    return await call.change(work)


@post(
    "/session/passkeys/{passkey_id:str}/remove",
    operation_id="passkeys.remove",
    summary="Remove a passkey of mine",
    status_code=200,
)
async def remove_passkey(call: Given, passkey_id: FromPath[str]) -> tuple[Passkey, ...]:
    """Take one away; answers those that are left."""

    def work(turn: Turn) -> Done[tuple[Passkey, ...]]:
        passkeys.remove_passkey(turn.connection, turn.person.id, passkey_id)
        left = passkeys.list_passkeys(turn.connection, turn.person.id)
        return Done(left, {"person": turn.person.id, "passkey": passkey_id, "left": len(left)})

    return await call.change(work)


def _rotated(call: Given, turn: Turn, method: SignInMethod) -> Entered:
    amr = _PASSKEY_AMR if method is SignInMethod.PASSKEY else _PASSWORD_AMR
    proof = NewSession(turn.person.id, method, turn.now, amr)
    secret = turn.entropy(SECRET_BYTES)
    return Entered(
        turn.person, method, rotate_session(turn.connection, call.session_id, proof, secret=secret, now=turn.now)
    )


def _after_enrolment(call: Given, turn: Turn, method: SignInMethod) -> Entered:
    """Whoever came with a one-time token and chose something could sign in with it at once: it counts as shown."""
    session = get_session(turn.connection, call.session_id)
    if session.method is SignInMethod.ONE_TIME_TOKEN:
        return _rotated(call, turn, method)
    return Entered(turn.person, session.method, "")
