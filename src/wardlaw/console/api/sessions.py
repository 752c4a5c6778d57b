"""Sessions of the console: whose there are, and ending them."""

from __future__ import annotations

from litestar import delete, get, post
from litestar.params import FromPath, JSONBody

from wardlaw.console.api.desk import Done, Given, Turn
from wardlaw.console.api.signingshapes import Ended, Leaving, ResetDone
from wardlaw.store import passkeys, passwords, people
from wardlaw.store.sessions import (
    SessionEnd,
    SessionEntry,
    end_session,
    end_sessions_of,
    get_session,
    list_sessions,
    no_such_session,
)


@get("/session/sessions", operation_id="session.list_own", summary="My sessions of the console")
async def list_own_sessions(call: Given) -> tuple[SessionEntry, ...]:
    """The caller's sessions, newest first."""
    return await call.read(lambda turn: list_sessions(turn.connection, turn.person.id))


@delete(
    "/session/sessions/{session_id:str}",
    operation_id="session.end_own",
    summary="End a session of mine",
    status_code=200,
)
async def end_own_session(call: Given, session_id: FromPath[str]) -> SessionEntry:
    """End one of the caller's sessions; another person's counts as not there."""

    def work(turn: Turn) -> Done[SessionEntry]:
        if get_session(turn.connection, session_id).person != turn.person.id:
            raise no_such_session(session_id)
        return _ended(turn, session_id)

    return await call.change(work)


@post("/session/leave", operation_id="session.leave", summary="Sign out of the console", status_code=200)
async def leave(call: Given, data: JSONBody[Leaving]) -> Ended:
    """End the session of this browser, or those of all."""

    def work(turn: Turn) -> Done[Ended]:
        end_session(turn.connection, call.session_id, SessionEnd.SIGNED_OUT, now=turn.now)
        others = (
            end_sessions_of(turn.connection, turn.person.id, SessionEnd.SIGNED_OUT, now=turn.now)
            if data.everywhere
            else 0
        )
        return Done(Ended(1 + others), {"session": call.session_id, "sessions": 1 + others})

    return await call.change(work)


@get("/sessions", operation_id="session.list", summary="All sessions of the console")
async def list_all_sessions(call: Given) -> tuple[SessionEntry, ...]:
    """Everybody's sessions, newest first."""
    return await call.read(lambda turn: list_sessions(turn.connection))


@delete("/sessions/{session_id:str}", operation_id="session.end", summary="End a session", status_code=200)
async def end_any_session(call: Given, session_id: FromPath[str]) -> SessionEntry:
    """End a session at once."""
    return await call.change(lambda turn: _ended(turn, session_id))


@post(
    "/persons/{person_id:str}/reset",
    operation_id="persons.reset",
    summary="Take away what a person signs in with",
    status_code=200,
)
async def reset_person(call: Given, person_id: FromPath[str]) -> ResetDone:
    """Password, passkeys and sessions are gone; a one-time token lets the person begin anew."""

    def work(turn: Turn) -> Done[ResetDone]:
        people.get_person(turn.connection, person_id)
        done = ResetDone(
            person_id,
            password=passwords.forget_password(turn.connection, person_id),
            passkeys=passkeys.remove_passkeys_of(turn.connection, person_id),
            sessions=end_sessions_of(turn.connection, person_id, SessionEnd.PERSON, now=turn.now),
        )
        facts: dict[str, str | int] = {
            "person": person_id, "password": int(done.password), "passkeys": done.passkeys, "sessions": done.sessions,
        }  # fmt: skip
        return Done(done, facts)

    return await call.change(work)


def _ended(turn: Turn, session_id: str) -> Done[SessionEntry]:
    end_session(turn.connection, session_id, SessionEnd.REVOKED, now=turn.now)
    entry = get_session(turn.connection, session_id)
    return Done(entry, {"session": session_id, "person": entry.person})
