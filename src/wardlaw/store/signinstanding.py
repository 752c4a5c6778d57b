"""What a person can show to sign in."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.engine import Connection

from wardlaw.facts.signin import SignInMethod
from wardlaw.governance.stepup import Standing
from wardlaw.store.passkeys import list_passkeys
from wardlaw.store.passwords import encoded_of, set_at_of
from wardlaw.store.signingtables import CONSOLE_SESSION


def standing_of(connection: Connection, person_id: str) -> Standing:
    """What a person can show; a provider counts once it has vouched for them in a session that is still known."""
    by_provider = select(CONSOLE_SESSION.c.id).where(
        CONSOLE_SESSION.c.person == person_id, CONSOLE_SESSION.c.method == SignInMethod.IDENTITY_PROVIDER.value
    )
    kept = list_passkeys(connection, person_id)
    set_at = set_at_of(connection, person_id)
    return Standing(
        password=bool(encoded_of(connection, person_id)),
        passkeys=len(kept),
        provider=connection.execute(by_provider.limit(1)).first() is not None,
        changed_at=max([set_at, *(one.created_at for one in kept)]),
        password_set_at=set_at,
    )
