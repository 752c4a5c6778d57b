"""Tokens: an admin makes one-time tokens for others, everybody makes API tokens for themselves only."""

from __future__ import annotations

from litestar import delete, get, post
from litestar.params import FromPath, JSONBody

from wardlaw.console.api.desk import Done, Given, Turn
from wardlaw.console.api.shapes import DAY_S, NewText, OwnTokenRequest, TokenRequest
from wardlaw.facts.errors import InputError
from wardlaw.facts.keytext import SECRET_BYTES
from wardlaw.governance.operations import scope_problem
from wardlaw.store import people, tokens
from wardlaw.store.tokens import NewToken, TokenEntry, TokenKind

_HOUR_S = 3_600


@get("/tokens", operation_id="tokens.list", summary="All tokens, without their texts")
async def list_tokens(call: Given) -> tuple[TokenEntry, ...]:
    """All tokens, newest first."""
    return await call.read(lambda turn: tokens.list_tokens(turn.connection))


@post("/tokens", operation_id="tokens.create", summary="Make a one-time token for a person")
async def create_token(call: Given, data: JSONBody[TokenRequest]) -> NewText:
    """A token the person redeems once, for their account or for an API token."""

    def work(turn: Turn) -> Done[NewText]:
        people.get_person(turn.connection, data.person)
        new = NewToken(TokenKind.ONE_TIME, data.person, turn.person.id, data.hours * _HOUR_S, data.label)
        return _made(turn, new)

    return await call.change(work)


@delete("/tokens/{token_id:str}", operation_id="tokens.revoke", summary="Revoke a token", status_code=200)
async def revoke_token(call: Given, token_id: FromPath[str]) -> TokenEntry:
    """End a token at once."""

    def work(turn: Turn) -> Done[TokenEntry]:
        tokens.revoke_token(turn.connection, token_id, now=turn.now)
        entry = tokens.get_token(turn.connection, token_id)
        return Done(entry, {"token": token_id, "person": entry.person})

    return await call.change(work)


@get("/session/tokens", operation_id="tokens.list_own", summary="My tokens")
async def list_own_tokens(call: Given) -> tuple[TokenEntry, ...]:
    """The caller's tokens, newest first."""
    return await call.read(lambda turn: tokens.list_tokens(turn.connection, turn.person.id))


@post("/session/tokens", operation_id="tokens.create_own", summary="Make an API token for myself")
async def create_own_token(call: Given, data: JSONBody[OwnTokenRequest]) -> NewText:
    """An API token with the caller's own rights, or fewer of them.

    Raises:
        InputError: A scope names nothing (WL-SGN-013).
    """
    if problem := scope_problem(data.scopes):
        raise InputError("WL-SGN-013", problem, "GET /api/openapi.json lists the operations.")

    def work(turn: Turn) -> Done[NewText]:
        # Scopes are kept in order and once, so that two tokens of the same limit read the same.
        scopes = tuple(sorted(set(data.scopes)))
        new = NewToken(TokenKind.API, turn.person.id, turn.person.id, data.days * DAY_S, data.label, scopes)
        return _made(turn, new)

    return await call.change(work)


@delete("/session/tokens/{token_id:str}", operation_id="tokens.revoke_own", summary="Revoke my token", status_code=200)
async def revoke_own_token(call: Given, token_id: FromPath[str]) -> TokenEntry:
    """End one of the caller's tokens; another person's counts as not there."""

    def work(turn: Turn) -> Done[TokenEntry]:
        entry = tokens.get_token(turn.connection, token_id)
        if entry.person != turn.person.id:
            raise tokens.no_such_token(token_id)
        tokens.revoke_token(turn.connection, token_id, now=turn.now)
        return Done(tokens.get_token(turn.connection, token_id), {"token": token_id})

    return await call.change(work)


def _made(turn: Turn, new: NewToken) -> Done[NewText]:
    entry, text = tokens.create_token(turn.connection, new, secret=turn.entropy(SECRET_BYTES), now=turn.now)
    facts: dict[str, str | int] = {"token": entry.id, "person": entry.person, "type": entry.kind}
    return Done(NewText(entry, text), facts | ({"scopes": " ".join(entry.scopes)} if entry.scopes else {}))
