"""Admission: who stands at the door.

A Wardlaw key, or a token of a configured identity provider; an agent may show that it acts for a
person (``act`` claim of RFC 8693, or a signed assertion), and then has the rights that both have.
What a caller says about itself can only lower trust: other ``x-wardlaw-*`` headers are not looked at.

Total: whatever comes in, the answer is ``Admitted`` or ``Refused``. No I/O of its own; the state
authority (single use) and the issuers' keys are handed in.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from wardlaw.config.model import Identity, Issuer
from wardlaw.facts.keytext import Prefix, read_prefix
from wardlaw.facts.principal import Principal, PrincipalKind
from wardlaw.gateway.admitted import Admitted, Refused, Scope, refuse
from wardlaw.gateway.assertion import ASSERTION_HEADER, Claimed, Occasion, check_assertion
from wardlaw.gateway.keybook import HeldKey, KeyBook
from wardlaw.gateway.places import route_of
from wardlaw.gateway.signature import (
    INPUT_HEADER,
    PERSON_HEADER,
    SIGNATURE_HEADER,
    SignedRequest,
    check_signature,
)
from wardlaw.security.jwt import IssuerKeys, Token, choose_key, is_name, is_text, read_token, verify
from wardlaw.state.authority import StateAuthority

_CREDENTIAL_CHARS = 16_384 + len("Bearer ")
_CACHED_TOKENS = 10_000  # about 1 KB each; more people than that at one worker verify anew
_CACHED_S = 60.0
_GROUPS = 500
_ALGORITHMS = frozenset(("RS256", "PS256", "ES256", "EdDSA", "Ed25519"))
"""Asymmetric only: with a shared secret whoever checks tokens could make them (RFC 8725 §3.1)."""

_DEFAULT_PORT = re.compile(r":(?:80|443)\Z")  # RFC 9421 section 2.2.3: the scheme's own port is left out


class KeySource(Protocol):
    """Where issuers' published keys come from; the shell fetches and rotates them."""

    def keys(self, issuer: str, *, at: float) -> IssuerKeys | None:
        """The issuer's keys, ``None`` when none are known or they are too old to be trusted."""

    async def refresh(self, issuer: str, *, at: float) -> bool:
        """Fetch the issuer's keys again, unless that was done a moment ago; true when they were fetched."""


class _Verified(msgspec.Struct, frozen=True):
    admitted: Admitted
    issuer: str
    version: int  # of the issuer's keys
    book: KeyBook
    ends: float


class Admission:
    """Admits callers. ``book`` is swapped as a whole when keys change.

    Args:
        issuers: Identity providers and the audience of assertions.
        keys: The issuers' published keys.
        state: For ids that count once.
        look_again: Brings ``book`` up to date; asked once about a key that is well formed and unknown.
    """

    def __init__(
        self,
        book: KeyBook,
        identity: Identity,
        *,
        keys: KeySource,
        state: StateAuthority,
        look_again: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.book = book
        self._issuers = {issuer.issuer: issuer for issuer in identity.issuers}
        self._home = identity.issuers[0].issuer if identity.issuers else ""
        self._audience = identity.assertion_audience
        self._keys = keys
        self._state = state
        self._look_again = look_again
        self._verified: OrderedDict[bytes, _Verified] = OrderedDict()

    async def admit(
        self, headers: Mapping[str, str], *, at: float, method: str, path: str, body_sha256: bytes | None
    ) -> Admitted | Refused:
        """Who asks.

        Args:
            headers: Lower-case names.
            at: Unix seconds, UTC.
            body_sha256: Digest of the body; ``None`` while it is not read yet: then ``check_body`` must
                be asked before anything is done with the body.
        """
        credential = _credential(headers)
        if isinstance(credential, Refused):
            return credential
        if credential.startswith("wl_"):
            held = self.book.find(credential) or await self._find_new(credential)
            if held is None:
                return refuse("WL-ADM-004", "A key that was never issued, or was deleted.")
            refusal = held.refusal(at)
            if refusal is not None:
                return refusal
            admitted: Admitted | Refused = held.admitted
            if ASSERTION_HEADER in headers or _is_signed_for_a_person(headers):
                occasion = Occasion(at, method, path, self._audience)
                admitted = await self._assert(headers, held, occasion, body_sha256)
        elif ASSERTION_HEADER in headers or _is_signed_for_a_person(headers):
            return refuse("WL-ADM-020", "An assertion came without the agent's Wardlaw key.")
        else:
            admitted = await self._admit_token(credential, at)
        if isinstance(admitted, Admitted):
            routes = admitted.scope.routes
            if routes is not None and route_of(path) not in routes:
                return refuse("WL-ADM-007", f"The credential does not reach {path}.", key=admitted.principal.credential)
        return admitted

    async def _find_new(self, text: str) -> HeldKey | None:
        """The key, when it was made since keys were last loaded."""
        if self._look_again is None or read_prefix(text) is not Prefix.KEY:
            return None
        await self._look_again()
        return self.book.find(text)

    async def _assert(
        self, headers: Mapping[str, str], held: HeldKey, occasion: Occasion, body_sha256: bytes | None
    ) -> Admitted | Refused:
        entry = held.entry
        if entry.principal.kind is not PrincipalKind.AGENT:
            return refuse("WL-ADM-020", "Only agents make assertions.", key=entry.id)
        claimed = _claims(headers, held, occasion)
        if isinstance(claimed, Refused):
            return claimed
        lent = self.book.scope_of_person(claimed.person, occasion.at)
        if lent is None:
            return refuse("WL-ADM-027", "The person has no valid key left, so no rights to lend.", key=entry.id)
        if body_sha256 is not None and body_sha256 != claimed.body:
            return refuse("WL-ADM-025", "The assertion was made for another body.", key=entry.id)
        once = await self._state.use_once(claimed.once, until=claimed.until, at=occasion.at)
        if not once:
            return refuse(
                "WL-ADM-024", "The assertion was used before, or the state authority cannot be asked.", key=entry.id
            )
        principal = msgspec.structs.replace(entry.principal, acting_for=claimed.person)
        bound = claimed.body if body_sha256 is None else b""
        return Admitted(principal, held.admitted.scope.intersect(lent), bound, once.delta)

    # -- tokens ---------------------------------------------------------------------------------

    async def _admit_token(self, text: str, at: float) -> Admitted | Refused:
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
        known = self._verified.get(digest)
        if known is not None:
            published = self._keys.keys(known.issuer, at=at)
            fresh = published is not None and published.version == known.version
            if fresh and known.book is self.book and at < known.ends:
                self._verified.move_to_end(digest)
                return known.admitted
            del self._verified[digest]
        return await self._verify(text, digest, at)

    async def _verify(self, text: str, digest: bytes, at: float) -> Admitted | Refused:
        token = read_token(text)
        if token is None:
            return refuse("WL-ADM-010", "The token is not a signed JWT.")
        issuer = self._issuers.get(token.text("iss"))
        if issuer is None:
            return refuse("WL-ADM-012", "The token is of an issuer that is not configured.")
        version = await self._check_signature(token, issuer, at)
        if isinstance(version, Refused):
            return version
        refusal = _check_claims(token, issuer, at)
        if refusal is not None:
            return refusal
        # INVARIANT: only a verified token gets this far.
        admitted = self._stand(token, issuer, at)
        if isinstance(admitted, Admitted):
            # Rights lent by keys end with those keys: a minute bounds what the cache can miss of that.
            ends = min((token.number("exp") or 0.0) + issuer.clock_skew_s, at + _CACHED_S)
            self._verified[digest] = _Verified(admitted, issuer.issuer, version, self.book, ends)
            while len(self._verified) > _CACHED_TOKENS:
                self._verified.popitem(last=False)
        return admitted

    async def _check_signature(self, token: Token, issuer: Issuer, at: float) -> int | Refused:
        """Version of the issuer's keys that one of them signed the token with."""
        alg = token.header.get("alg")
        if not isinstance(alg, str) or alg not in _ALGORITHMS or alg not in issuer.algorithms:
            return refuse("WL-ADM-011", "The token's algorithm is not allowed for its issuer.", key=issuer.issuer)
        keys = self._keys.keys(issuer.issuer, at=at)
        key = choose_key(keys, token, alg) if keys is not None else None
        if key is None and await self._keys.refresh(issuer.issuer, at=at):
            keys = self._keys.keys(issuer.issuer, at=at)
            key = choose_key(keys, token, alg) if keys is not None else None
        if keys is None:
            return refuse("WL-ADM-019", "The issuer's keys are not available or too old.", key=issuer.issuer)
        if key is None:
            return refuse("WL-ADM-013", "The token names a key its issuer does not publish.", key=issuer.issuer)
        if not verify(token, key, alg):
            return refuse("WL-ADM-014", "The token's signature is not its issuer's.", key=issuer.issuer)
        return keys.version

    def _stand(self, token: Token, issuer: Issuer, at: float) -> Admitted | Refused:
        """The principal a verified token stands for."""
        name = token.text(issuer.claims.user)
        team = token.claims.get(issuer.claims.team, "")
        groups = token.claims.get(issuer.claims.groups, [])
        overage = token.claims.get("_claim_names")
        if not is_name(name):
            return refuse("WL-ADM-018", f"The claim {issuer.claims.user!r} holds no user name.", key=issuer.issuer)
        if not isinstance(team, str) or not is_text(team) or not _is_groups(groups):
            return refuse("WL-ADM-018", "The claims for team or groups have the wrong type.", key=issuer.issuer)
        # Microsoft Entra leaves groups out of a token with too many of them and says so here: a clause on
        # groups would not see them.
        if isinstance(overage, dict) and issuer.claims.groups in overage:
            return refuse("WL-ADM-018", "The token leaves the caller's groups out.", key=issuer.issuer)
        subject = name if issuer.issuer == self._home else f"{name}#{issuer.issuer}"
        credential = f"jwt:{issuer.issuer}"
        principal = Principal(f"user:{subject}", PrincipalKind.USER, name, team, tuple(groups), credential=credential)
        if "act" in token.claims:
            return self._stand_for(token, principal, issuer, at)
        if _is_machine(token, name):
            machine = f"nhi:{subject}"
            scope = self.book.scope_of_person(machine, at)
            if scope is None:
                return refuse("WL-ADM-027", "Every key of the service account is revoked or expired.", key=machine)
            known = self.book.knows(machine)
            return Admitted(
                msgspec.structs.replace(principal, id=machine, kind=PrincipalKind.NHI, registered=known), scope
            )
        lent = self.book.scope_of_person(principal.id, at)
        if lent is None:
            return refuse("WL-ADM-027", "Every key of the person is revoked or expired.", key=principal.id)
        return Admitted(principal, lent)

    def _stand_for(self, token: Token, person: Principal, issuer: Issuer, at: float) -> Admitted | Refused:
        """An agent acting for the token's subject; only the outermost actor counts (RFC 8693 §4.1)."""
        actor: Any = token.claims["act"]
        name = actor.get("sub") if isinstance(actor, dict) else None
        if not isinstance(name, str) or not is_name(name) or actor.get("iss", issuer.issuer) != issuer.issuer:
            return refuse("WL-ADM-028", "The act claim names no actor of the same issuer.", key=issuer.issuer)
        agent = f"agent:{name}" if issuer.issuer == self._home else f"agent:{name}#{issuer.issuer}"
        principal = Principal(
            agent,
            PrincipalKind.AGENT,
            name,
            person.team,
            person.groups,
            acting_for=person.id,
            credential=person.credential,
            registered=self.book.knows(agent),
        )
        if not principal.registered:
            # Known to the identity provider, not to us: base policy denies it, and the record names it.
            return Admitted(principal, Scope())
        own = self.book.scope_of_agent(agent, person.id, at)
        if own is None:
            return refuse("WL-ADM-026", "The agent may not act for the person its token names.", key=agent)
        lent = self.book.scope_of_person(person.id, at)
        if lent is None:
            return refuse("WL-ADM-027", "The person has no valid key left, so no rights to lend.", key=agent)
        return Admitted(principal, own.intersect(lent))


def check_body(admitted: Admitted, body_sha256: bytes) -> Refused | None:
    """Why the body is not the one the admission is good for; ``None`` when it is."""
    if admitted.bound_body and admitted.bound_body != body_sha256:
        return refuse("WL-ADM-025", "The assertion was made for another body.", key=admitted.principal.credential)
    return None


def check_model(admitted: Admitted, model: str) -> Refused | None:
    """Why the credential does not reach the model; ``None`` when it does."""
    models = admitted.scope.models
    if models is not None and model not in models:
        return refuse("WL-ADM-008", "The credential does not reach this model.", key=admitted.principal.credential)
    return None


def _is_signed_for_a_person(headers: Mapping[str, str]) -> bool:
    """A message signature that names a person; others are signatures for somebody else, and say nothing here."""
    return PERSON_HEADER in headers and (INPUT_HEADER in headers or SIGNATURE_HEADER in headers)


def _claims(headers: Mapping[str, str], held: HeldKey, occasion: Occasion) -> Claimed | Refused:
    """What the agent shows: one assertion, or one message signature, never both."""
    if ASSERTION_HEADER not in headers:
        signed = SignedRequest(
            at=occasion.at,
            method=occasion.method,
            path=occasion.path,
            authority=_DEFAULT_PORT.sub("", headers.get("host", "").lower()),
            audience=occasion.audience,
            fields=tuple(headers.items()),
        )
        return check_signature(signed, held)
    text: object = headers[ASSERTION_HEADER]
    if not isinstance(text, str) or _is_signed_for_a_person(headers):
        return refuse("WL-ADM-020", "A request carries one assertion or one signature.", key=held.entry.id)
    return check_assertion(text, held, occasion)


def _credential(headers: Mapping[str, str]) -> str | Refused:
    """The one credential among the places clients put it."""
    found: set[str] = set()
    for name in ("authorization", "x-api-key", "api-key"):
        value: object = headers.get(name)
        if value is None:
            continue
        if not isinstance(value, str) or len(value) > _CREDENTIAL_CHARS:
            return refuse("WL-ADM-003", f"The header {name} is too long.")
        text = value.strip()
        if name == "authorization":
            scheme, _, text = text.partition(" ")
            if scheme.lower() != "bearer":
                return refuse("WL-ADM-003", "The authorization header is not of the Bearer scheme.")
            text = text.strip()
        if not text:
            return refuse("WL-ADM-003", f"The header {name} is empty.")
        found.add(text)
    if not found:
        return refuse("WL-ADM-002", "No credential was sent.")
    if len(found) > 1:
        return refuse("WL-ADM-003", "Several different credentials were sent.")
    return found.pop()


def _check_claims(token: Token, issuer: Issuer, at: float) -> Refused | None:
    """Times and audience (RFC 7519 §4.1); ``exp`` must be there."""
    skew, key = issuer.clock_skew_s, issuer.issuer
    ends = token.number("exp")
    if ends is None:
        return refuse("WL-ADM-018", "The token names no end (exp).", key=key)
    if at >= ends + skew:
        return refuse("WL-ADM-015", "The token has expired.", key=key)
    for name in ("nbf", "iat"):
        begins = token.number(name)
        if name in token.claims and (begins is None or begins > at + skew):
            return refuse("WL-ADM-016", f"The token is not valid yet ({name}).", key=key)
    if issuer.audience not in token.audiences():
        return refuse("WL-ADM-017", "The token is meant for somebody else (aud).", key=key)
    return None


def _is_machine(token: Token, name: str) -> bool:
    """The token was given to a client for itself, not to a person: what it says here only lowers trust."""
    own = {token.text("client_id"), token.text("azp"), token.text("appid"), token.text("cid")} - {""}
    return name in own or token.text("sub") in own or token.text("gty") in ("client-credentials", "client_credentials")


def _is_groups(groups: object) -> bool:
    if not isinstance(groups, list) or len(groups) > _GROUPS:
        return False
    items: Sequence[object] = groups
    return all(isinstance(group, str) and is_text(group) for group in items)
