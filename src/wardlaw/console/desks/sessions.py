"""Begins sessions of the console, whatever a person signed in with."""

from __future__ import annotations

from wardlaw.console.api.desk import Turn
from wardlaw.facts.errors import RefusedError
from wardlaw.facts.keytext import SECRET_BYTES
from wardlaw.facts.person import Person
from wardlaw.facts.signin import SignInMethod
from wardlaw.store.sessions import NewSession, add_session


def begin_session(
    turn: Turn,
    person: Person,
    *,
    method: SignInMethod,
    auth_time: float,
    amr: tuple[str, ...] = (),
    label: str = "",
) -> str:
    """Begin a session in the transaction of an operation, which records it; answers the text of the cookie.

    Args:
        turn: The operation that checked what the person showed.
        person: Whose it is to be, as they are now.
        method: What they showed.
        auth_time: When they showed it, Unix seconds; an identity provider says a time of its own.
        amr: How, in the words of RFC 8176.
        label: What the browser calls itself.

    Raises:
        RefusedError: The person is disabled (WL-RGT-010).
    """
    if person.disabled:
        raise RefusedError("WL-RGT-010", f"{person.id} is disabled. (DISABLED)", "Ask an admin.")
    # A provider's clock may be ahead of ours: what has not happened yet is not fresh for longer.
    new = NewSession(person.id, method, min(auth_time, turn.now), amr, label)
    return add_session(turn.connection, new, secret=turn.entropy(SECRET_BYTES), now=turn.now)[1]
