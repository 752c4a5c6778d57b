"""Takes tokens of any OAuth server away (RFC 7009) and asks the server whether they still count (RFC 7662).

A server revokes a token only for the client that it was given to (RFC 7009, 2.1), so the credential that writes holds
the clients whose tokens are to go.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping

import orjson

from wardlaw.connectors.namedtokens import NamedTokens
from wardlaw.connectors.oauthserver import OauthServer
from wardlaw.connectors.revoking import no_call
from wardlaw.facts.errors import InputError, UnavailableError
from wardlaw.inventory.importing.badrow import UnreadableError, time_of
from wardlaw.inventory.model import Credential, Grant
from wardlaw.inventory.revocation import CallOutcome, Presence, RevocationProof, RevocationStep, StepKind

_METHOD = "introspection (RFC 7662)"


class OauthRevoker:
    """Takes tokens of one server away.

    Args:
        servers: The server, asked as each client, by client id.
        tokens: What the operator named.
        clock: Unix seconds.
    """

    platform = "oauth"

    def __init__(self, servers: Mapping[str, OauthServer], tokens: NamedTokens, *, clock: Callable[[], float]) -> None:
        self._servers = dict(servers)
        self._tokens = tokens
        self._clock = clock
        self._ends: dict[str, float] = {}

    def plan(self, things: tuple[Grant | Credential, ...], *, app: str = "") -> tuple[RevocationStep, ...]:
        """One step for each token; see ``Revoker.plan``.

        Raises:
            InputError: It is a grant (WL-INV-020), or the operator's file or the credential lacks it (WL-INV-052).
        """
        steps = []
        for thing in things:
            if isinstance(thing, Grant):
                raise no_call(
                    f"The grant {thing.id} of an OAuth server",
                    "Revoke its tokens, and withdraw the consent in the server's own administration.",
                )
            step = _step(thing)
            self._text(step)
            self._server(step)
            steps.append(step)
        return tuple(steps)

    def carry_out(self, step: RevocationStep) -> CallOutcome:
        """Revoke a token; see ``Revoker.carry_out``."""
        try:
            server, token = self._server(step), self._text(step)
            told = server.introspect(token).body
            if told["active"]:
                self._ends[step.subject] = _end(told.get("exp"))
            answer = server.revoke(token)
        except (UnavailableError, InputError) as error:
            return CallOutcome(done=False, detail=error.message)
        if answer.status == 200:
            return CallOutcome(done=True, status=200, detail="" if told["active"] else "It was not active before.")
        return CallOutcome(done=False, status=answer.status, detail=f"The server answers {answer.status}.")

    def verify(self, step: RevocationStep) -> RevocationProof:
        """Introspect it; see ``Revoker.verify``."""
        now = self._clock()
        try:
            token = self._text(step)
            answer = self._server(step).introspect(token)
        except (UnavailableError, InputError) as error:
            return RevocationProof(Presence.UNKNOWN, _METHOD, at=now, detail=error.message)
        ends = max(self._ends.get(step.subject, 0.0), _written_end(token), _end(answer.body.get("exp")))
        until = ends if ends > now else 0.0
        if answer.body["active"]:
            presence, detail = Presence.THERE, "The server still takes it."
        elif until:
            presence = Presence.GONE
            detail = "The server takes it no more; who does not ask the server may take it until its end."
        else:
            presence, detail = Presence.GONE, "The server takes it no more."
        return RevocationProof(presence, _METHOD, answer.status, answer.digest, now, until, detail)

    def _text(self, step: RevocationStep) -> str:
        if text := self._tokens.text_of(step.subject):
            return text
        raise InputError(
            "WL-INV-052",
            f"The token {step.subject} cannot be revoked: no reference in the file of tokens leads to it.",
            "Name it there; a token that was exchanged for another is another token.",
        )

    def _server(self, step: RevocationStep) -> OauthServer:
        if len(self._servers) == 1 and not step.app:
            return next(iter(self._servers.values()))
        if server := self._servers.get(step.app):
            return server
        raise InputError(
            "WL-INV-052",
            f"The token {step.subject} cannot be revoked: the credential that writes holds no client {step.app}.",
            "A server revokes a token only for the client it was given to: add that client to write_credential.",
        )


def _step(thing: Credential) -> RevocationStep:
    return RevocationStep(
        f"revoke/{thing.id}",
        StepKind.CREDENTIAL,
        thing.id,
        thing.account,
        thing.app,
        f"POST to the revocation endpoint (RFC 7009) with the token {thing.name or thing.id}",
        "A revoked token does not come back: the app must be authorised anew.",
    )


def _end(value: object) -> float:
    try:
        return time_of(value, "exp")
    except UnreadableError:
        return 0.0


def _written_end(token: str) -> float:
    """The end a JWT carries in itself; 0 for other tokens. It is believed only as far as it makes us warn longer."""
    parts = token.split(".")
    if len(parts) != 3:
        return 0.0
    try:
        claims = orjson.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return 0.0
    return _end(claims.get("exp")) if isinstance(claims, dict) else 0.0
