"""Sessions of browsers: a secret that changes, a quiet time and a longest time after which they end.

Sources: OWASP Session Management Cheat Sheet; NIST SP 800-63B-4, section 5 (reauthentication, session secrets).
"""

from __future__ import annotations

from enum import StrEnum

import msgspec
from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection, RowMapping

from wardlaw.facts.errors import InputError
from wardlaw.facts.keytext import Prefix, key_digest, make_key_text
from wardlaw.facts.signin import SignInMethod
from wardlaw.store.rows import as_struct
from wardlaw.store.signingtables import CONSOLE_SESSION

OVERLAP_S = 10.0
"""How long the secret before a rotation still opens pages: those a browser had asked for when it was changed."""

MAX_LIVE = 20
"""Sessions of one person at a time; the one unused for longest makes room, so that rows are bounded."""

_KEEP_ENDED_S = 30 * 86_400.0
_TOUCH_S = 30.0  # how exact "last seen" is; a write per request would be a write per request
_LABEL_LENGTH = 128

_S = CONSOLE_SESSION.c


class SessionEnd(StrEnum):
    """Why a session ended."""

    SIGNED_OUT = "signed-out"
    REVOKED = "revoked"  # by an admin, or by its person from another session
    EXPIRED = "expired"
    REPLACED = "replaced"  # the same browser signed in again, or there were too many
    PERSON = "person"  # disabled, or their credentials were changed


class SessionLimits(msgspec.Struct, frozen=True):
    """How long sessions live, in seconds.

    Attributes:
        idle_s: Without anything being asked.
        absolute_s: Whatever is asked.
        proof_s: How long a proof of who somebody is counts for what needs a fresh one.
    """

    idle_s: float = 1_800.0
    absolute_s: float = 43_200.0
    proof_s: float = 300.0


class SessionEntry(msgspec.Struct, frozen=True):
    """One session without its secret; times in Unix seconds, 0 for never.

    Attributes:
        id: ``ses_…``; may be printed.
        method: How the person last showed who they are, at ``auth_time``; ``amr`` in the words of RFC 8176.
        label: What the browser calls itself.
    """

    id: str
    person: str
    method: SignInMethod
    amr: str
    auth_time: float
    began_at: float
    seen_at: float
    rotated_at: float
    ended_at: float = 0.0
    ended_why: str = ""
    label: str = ""


class NewSession(msgspec.Struct, frozen=True):
    """What a session is to be."""

    person: str
    method: SignInMethod
    auth_time: float
    amr: tuple[str, ...] = ()
    label: str = ""


class FoundSession(msgspec.Struct, frozen=True):
    """A live session; ``is_current`` is False for the secret before the last rotation, which proves nothing any more."""

    entry: SessionEntry
    is_current: bool


def add_session(connection: Connection, new: NewSession, *, secret: bytes, now: float) -> tuple[SessionEntry, str]:
    """Keep a new session; answers it and the text of its cookie.

    Args:
        secret: 32 random bytes.
    """
    text = make_key_text(Prefix.SESSION, secret)
    entry = SessionEntry(
        # Not of the secret, which changes while the session goes on; sixteen digits of a digest tell nothing of it.
        id=f"ses_{key_digest('session ' + text)[:16]}",
        person=new.person,
        method=new.method,
        amr=",".join(new.amr)[:_LABEL_LENGTH],
        auth_time=new.auth_time,
        began_at=now,
        seen_at=now,
        rotated_at=now,
        label=new.label[:_LABEL_LENGTH],
    )
    _make_room(connection, new.person, now=now)
    values = {**msgspec.structs.asdict(entry), "secret_sha256": key_digest(text), "previous_sha256": ""}
    connection.execute(insert(CONSOLE_SESSION).values(**values))
    return entry, text


def find_session(connection: Connection, text: str, *, now: float, limits: SessionLimits) -> FoundSession | None:
    """The live session of a cookie's text; None when there is none, it ended or its time is over."""
    digest = key_digest(text)
    which = (_S.secret_sha256 == digest) | (_S.previous_sha256 == digest)
    row = connection.execute(select(CONSOLE_SESSION).where(which)).mappings().one_or_none()
    if row is None:
        return None
    entry, is_current = _entry(row), row["secret_sha256"] == digest
    at = max(now, entry.seen_at)  # a clock that is set back makes no session younger
    is_late = not is_current and not 0 <= now - entry.rotated_at < OVERLAP_S
    return (
        None if entry.ended_at or is_late or is_over(entry, at=at, limits=limits) else FoundSession(entry, is_current)
    )


def find_over(connection: Connection, text: str, *, now: float, limits: SessionLimits) -> SessionEntry | None:
    """The session of a cookie's text whose time is over and which nobody has ended yet."""
    row = (
        connection.execute(select(CONSOLE_SESSION).where(_S.secret_sha256 == key_digest(text))).mappings().one_or_none()
    )
    if row is None or row["ended_at"]:
        return None
    entry = _entry(row)
    return entry if is_over(entry, at=max(now, entry.seen_at), limits=limits) else None


def is_over(entry: SessionEntry, *, at: float, limits: SessionLimits) -> bool:
    """Whether a session's time is over at a moment (Unix seconds) not before it was last seen."""
    return at - entry.seen_at >= limits.idle_s or at - entry.began_at >= limits.absolute_s


def is_fresh(entry: SessionEntry, *, now: float, limits: SessionLimits) -> bool:
    """Whether the person showed who they are a moment ago. A clock that was set back makes nothing fresh."""
    return 0 <= now - entry.auth_time <= limits.proof_s


def touch_session(connection: Connection, entry: SessionEntry, *, now: float) -> None:
    """Note that a session was used; never backwards."""
    connection.execute(
        update(CONSOLE_SESSION).where(_S.id == entry.id, _S.ended_at == 0.0, _S.seen_at < now).values(seen_at=now)
    )


def session_touch_due(entry: SessionEntry, *, now: float, limits: SessionLimits) -> bool:
    """Whether "last seen" is to be written again."""
    return now - entry.seen_at >= min(_TOUCH_S, limits.idle_s / 10)


def rotate_session(connection: Connection, session_id: str, proof: NewSession, *, secret: bytes, now: float) -> str:
    """Give a session another secret because its person showed again who they are; answers the cookie's new text.

    Raises:
        InputError: It is not live, or another person's (WL-SGN-002).
    """
    text = make_key_text(Prefix.SESSION, secret)
    mine = (_S.id == session_id) & (_S.person == proof.person) & (_S.ended_at == 0.0)
    changed = connection.execute(
        update(CONSOLE_SESSION)
        .where(mine)
        .values(
            previous_sha256=_S.secret_sha256,
            secret_sha256=key_digest(text),
            rotated_at=now,
            method=proof.method.value,
            amr=",".join(proof.amr)[:_LABEL_LENGTH],
            auth_time=proof.auth_time,
        )
    )
    if changed.rowcount != 1:
        raise no_such_session(session_id)
    return text


def end_session(connection: Connection, session_id: str, why: SessionEnd, *, now: float) -> None:
    """End a session; one that has ended stays as it is."""
    connection.execute(
        update(CONSOLE_SESSION).where(_S.id == session_id, _S.ended_at == 0.0).values(ended_at=now, ended_why=why.value)
    )


def end_sessions_of(connection: Connection, person_id: str, why: SessionEnd, *, now: float, but: str = "") -> int:
    """End every session of a person, except one where it is named; answers how many."""
    ended = connection.execute(
        update(CONSOLE_SESSION)
        .where(_S.person == person_id, _S.ended_at == 0.0, _S.id != but)
        .values(ended_at=now, ended_why=why.value)
    )
    return ended.rowcount


def get_session(connection: Connection, session_id: str) -> SessionEntry:
    """The session of that id.

    Raises:
        InputError: There is none (WL-SGN-002).
    """
    row = connection.execute(select(CONSOLE_SESSION).where(_S.id == session_id)).mappings().one_or_none()
    if row is None:
        raise no_such_session(session_id)
    return _entry(row)


def list_sessions(connection: Connection, person_id: str = "") -> tuple[SessionEntry, ...]:
    """All sessions, or those of one person, newest first; those long ended are forgotten."""
    query = select(CONSOLE_SESSION).order_by(_S.began_at.desc(), _S.id)
    if person_id:
        query = query.where(_S.person == person_id)
    return tuple(_entry(row) for row in connection.execute(query).mappings())


def no_such_session(session_id: str) -> InputError:
    """The error for an id no live session has."""
    return InputError("WL-SGN-002", f"There is no session {session_id}.", "`wardlaw session list` shows them.")


def _make_room(connection: Connection, person_id: str, *, now: float) -> None:
    connection.execute(
        delete(CONSOLE_SESSION).where(
            _S.person == person_id,
            ((_S.ended_at > 0.0) & (_S.ended_at < now - _KEEP_ENDED_S)) | (_S.seen_at < now - _KEEP_ENDED_S),
        )
    )
    live = connection.execute(
        select(_S.id).where(_S.person == person_id, _S.ended_at == 0.0).order_by(_S.seen_at.desc(), _S.id)
    ).scalars()
    for one in list(live)[MAX_LIVE - 1 :]:
        end_session(connection, one, SessionEnd.REPLACED, now=now)


def _entry(row: RowMapping) -> SessionEntry:
    return as_struct(row, SessionEntry, without=("secret_sha256", "previous_sha256"))
