"""Identity providers, agents and tokens for the tests of admission."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from wardlaw.config.model import Identity, Issuer
from wardlaw.facts.credential import KeyEntry
from wardlaw.facts.principal import Principal, PrincipalKind
from wardlaw.gateway.admission import Admission
from wardlaw.gateway.admitted import Admitted, Refused
from wardlaw.gateway.keybook import KeyBook
from wardlaw.security.jwt import IssuerKeys, read_jwks
from wardlaw.state.ledger import Ledger

NOW = 1_790_000_000.0
ISSUER = "https://login.example/one"
SECOND = "https://login.example/two"
RSA = RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"})
EC = ECKey.generate_key("P-256", {"kid": "ec"})
OKP = OKPKey.generate_key("Ed25519", {"kid": "okp"})
AGENT_KEY = OKPKey.generate_key("Ed25519")
BODY = b'{"model":"gpt"}'
BODY_HASH = hashlib.sha256(BODY).digest()


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def sign(key: Key, header: dict[str, Any], claims: Any) -> str:
    """A compact JWS; ``claims`` may be raw bytes."""
    payload = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    signed = f"{b64(json.dumps(header).encode())}.{b64(payload)}"
    return f"{signed}.{b64(JWSRegistry.algorithms[header['alg']].sign(signed.encode(), key))}"


def token(key: Key = RSA, alg: str = "RS256", *, header: dict[str, Any] | None = None, **claims: Any) -> str:
    """A good token of the first issuer with these claims changed; ``None`` takes a claim away."""
    full = {"iss": ISSUER, "aud": "wardlaw-api", "sub": "ada", "exp": NOW + 300, "iat": NOW - 5} | claims
    head = {"alg": alg, "kid": key.kid, "typ": "JWT"} | (header or {})
    return sign(
        key,
        {name: value for name, value in head.items() if value is not None},
        {name: value for name, value in full.items() if value is not None},
    )


def jwks(*keys: Key) -> bytes:
    return json.dumps({"keys": [key.as_dict(private=False) for key in keys]}).encode()


class FixedKeys:
    """Published keys in memory."""

    def __init__(self, *keys: Key) -> None:
        found = read_jwks(jwks(*keys), version=1)
        assert found is not None
        self.held: dict[str, IssuerKeys | None] = {ISSUER: found, SECOND: found}
        self.later: IssuerKeys | None = None
        self.refreshed = 0

    def keys(self, issuer: str, *, at: float) -> IssuerKeys | None:
        return self.held.get(issuer)

    async def refresh(self, issuer: str, *, at: float) -> bool:
        self.refreshed += 1
        if self.later is None:
            return False
        self.held[issuer] = self.later
        return True


def public_text(key: OKPKey) -> str:
    raw = base64.urlsafe_b64decode(key.as_dict(private=False)["x"] + "=")
    return base64.b64encode(raw).decode()


def entry(slug: str, kind: PrincipalKind = PrincipalKind.USER, **changes: Any) -> KeyEntry:
    prefix = {PrincipalKind.USER: "user", PrincipalKind.AGENT: "agent", PrincipalKind.NHI: "nhi"}[kind]
    text = changes.pop("text", f"wl_{slug}")
    return KeyEntry(
        f"key:{slug}",
        hashlib.sha256(text.encode()).hexdigest(),
        Principal(f"{prefix}:{changes.pop('name', slug)}", kind, credential=f"key:{slug}"),
        **changes,
    )


AGENT = entry("bot", PrincipalKind.AGENT, persons=("user:ada",), signing_key=public_text(AGENT_KEY))


def assertion(key: Key = AGENT_KEY, alg: str = "EdDSA", **claims: Any) -> str:
    full = {
        "iss": "agent:bot", "sub": "user:ada", "aud": "wardlaw", "iat": NOW, "exp": NOW + 60,
        "jti": "12345678-a", "body_sha256": BODY_HASH.hex(),
    } | claims  # fmt: skip
    return sign(key, {"alg": alg}, {name: value for name, value in full.items() if value is not None})


IDENTITY = Identity(
    issuers=(
        Issuer(ISSUER, "wardlaw-api", jwks_file="x", algorithms=("RS256", "ES256", "EdDSA", "PS256")),
        Issuer(SECOND, "wardlaw-api", jwks_file="x"),
    )
)


class Door:
    """An admission with its parts at hand."""

    def __init__(self, *entries: KeyEntry, keys: FixedKeys | None = None) -> None:
        self.keys = keys or FixedKeys(RSA, EC, OKP)
        self.state = Ledger(epoch=1)
        self.admission = Admission(KeyBook(entries), IDENTITY, keys=self.keys, state=self.state)

    async def knock(
        self,
        credential: str | None = None,
        *,
        at: float = NOW,
        path: str = "/v1/chat/completions",
        body: bytes | None = BODY_HASH,
        **headers: str,
    ) -> Admitted | Refused:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if credential is not None:
            named["authorization"] = f"Bearer {credential}"
        return await self.admission.admit(named, at=at, method="POST", path=path, body_sha256=body)
