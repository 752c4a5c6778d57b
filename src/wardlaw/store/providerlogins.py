"""Accounts at an identity provider: whose they are, and which sessions came of them."""

from __future__ import annotations

import hashlib

import msgspec
from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection, RowMapping
from sqlalchemy.exc import IntegrityError

from wardlaw.facts.errors import InputError
from wardlaw.store.providertables import PROVIDER_LOGIN, PROVIDER_LOGOUT, PROVIDER_SESSION
from wardlaw.store.rows import as_struct
from wardlaw.store.sessions import SessionEnd, end_session
from wardlaw.store.signingtables import CONSOLE_SESSION

_L, _S = PROVIDER_LOGIN.c, PROVIDER_SESSION.c


class ProviderLogin(msgspec.Struct, frozen=True):
    """One account of a provider and the person it is; times in Unix seconds, ``seen_at`` 0 for never.

    Attributes:
        bound_by: The admin who said so, or ``provider`` at the first sign-in.
    """

    issuer: str
    subject: str
    person: str
    bound_by: str
    bound_at: float
    seen_at: float = 0.0


class ProviderOrigin(msgspec.Struct, frozen=True):
    """Which session of the provider a session of the console belongs to."""

    issuer: str
    subject: str
    sid: str


def bind_login(connection: Connection, login: ProviderLogin) -> None:
    """Keep whose an account is.

    Raises:
        InputError: The account is somebody's, or the person has another at that issuer (WL-OID-015).
    """
    try:
        connection.execute(insert(PROVIDER_LOGIN).values(**msgspec.structs.asdict(login)))
    except IntegrityError as error:
        raise InputError(
            "WL-OID-015",
            f"This account is bound already, or {login.person} has another one at this provider.",
            "`wardlaw person logins` shows them; unbind that one first.",
        ) from error


def find_login(connection: Connection, issuer: str, subject: str) -> ProviderLogin | None:
    """Whose account it is."""
    query = select(PROVIDER_LOGIN).where(_L.issuer == issuer, _L.subject == subject)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _login(row)


def login_of(connection: Connection, issuer: str, person: str) -> ProviderLogin | None:
    """The person's account at an issuer."""
    query = select(PROVIDER_LOGIN).where(_L.issuer == issuer, _L.person == person)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _login(row)


def list_logins(connection: Connection) -> tuple[ProviderLogin, ...]:
    """All of them, by person."""
    query = select(PROVIDER_LOGIN).order_by(_L.person, _L.issuer)
    return tuple(_login(row) for row in connection.execute(query).mappings())


def touch_login(connection: Connection, login: ProviderLogin, *, now: float) -> None:
    """Note that it was used."""
    which = (_L.issuer == login.issuer) & (_L.subject == login.subject)
    connection.execute(update(PROVIDER_LOGIN).where(which).values(seen_at=now))


def unbind_login(connection: Connection, issuer: str, person: str, *, now: float) -> ProviderLogin:
    """Forget a person's account at an issuer, and end the sessions that came of it.

    Raises:
        InputError: There is none (WL-OID-016).
    """
    login = login_of(connection, issuer, person)
    if login is None:
        raise InputError(
            "WL-OID-016", f"{person} has no account at this provider.", "`wardlaw person logins` shows who has one."
        )
    end_provider_sessions(connection, issuer, subject=login.subject, sid="", now=now)
    connection.execute(delete(PROVIDER_LOGIN).where(_L.issuer == issuer, _L.person == person))
    return login


def keep_origin(connection: Connection, session: str, origin: ProviderOrigin) -> None:
    """Note which session of the provider a session belongs to; a later proof takes the place of an earlier one."""
    connection.execute(delete(PROVIDER_SESSION).where(_S.session == session))
    connection.execute(insert(PROVIDER_SESSION).values(session=session, **msgspec.structs.asdict(origin)))


def origin_of(connection: Connection, session: str) -> ProviderOrigin | None:
    """Which session of the provider a session belongs to; None where it came of something else."""
    row = connection.execute(select(PROVIDER_SESSION).where(_S.session == session)).mappings().one_or_none()
    return None if row is None else as_struct(row, ProviderOrigin, without=("session",))


def end_provider_sessions(connection: Connection, issuer: str, *, subject: str, sid: str, now: float) -> int:
    """End the sessions of an account, or of one session of the provider; answers how many.

    Args:
        subject: Empty for any.
        sid: Empty for all sessions of the subject. With both, both must be the session's.
    """
    which = (_S.issuer == issuer) & (CONSOLE_SESSION.c.ended_at == 0.0)
    if subject:
        which &= _S.subject == subject
    if sid:
        which &= _S.sid == sid
    joined = PROVIDER_SESSION.join(CONSOLE_SESSION, CONSOLE_SESSION.c.id == _S.session)
    found = tuple(connection.execute(select(_S.session).select_from(joined).where(which)).scalars())
    for session in found:
        end_session(connection, session, SessionEnd.REVOKED, now=now)
    return len(found)


def take_once(connection: Connection, issuer: str, token_id: str, *, until: float, now: float) -> bool:
    """Whether a logout token comes for the first time; it is remembered until it holds no more."""
    digest = hashlib.sha256(f"{issuer}\n{token_id}".encode()).hexdigest()
    connection.execute(delete(PROVIDER_LOGOUT).where(PROVIDER_LOGOUT.c.until < now))
    if connection.execute(select(PROVIDER_LOGOUT.c.digest).where(PROVIDER_LOGOUT.c.digest == digest)).first():
        return False
    connection.execute(insert(PROVIDER_LOGOUT).values(digest=digest, until=until))
    return True


def _login(row: RowMapping) -> ProviderLogin:
    return as_struct(row, ProviderLogin)
