"""Signs people in through the identity provider: sends browsers away, and believes what they come back with."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from urllib.parse import urlencode

from wardlaw.adapters.identityprovider import IdentityProvider, plain
from wardlaw.config.provider import Provider
from wardlaw.console.api.providing import Beginning, ProviderAnswer, Vouching
from wardlaw.console.desks.signinattempts import SignInAttempt, SignInAttempts
from wardlaw.facts.errors import InputError, RefusedError
from wardlaw.governance.pace import Pace
from wardlaw.security.idtoken import Doubt, Expected, LoggedOut, read_id_token, read_logout_token
from wardlaw.security.jwt import Token, read_token
from wardlaw.store.providerlogins import ProviderOrigin

DONE_PATH = "/sign-in/oidc/done"
"""Where the provider sends browsers back to; registered there."""

SIGNED_OUT_PATH = "/sign-in"
_HINTS = 2_000
_HINT_CHARS = 16_384


class ProviderDesk:
    """One provider, for the browsers of one console.

    Args:
        provider: Asks it.
        address: Where browsers find the console, without a slash at its end.
        clock: Unix seconds.
        entropy: That many random bytes.
    """

    def __init__(
        self,
        provider: IdentityProvider,
        *,
        address: str,
        clock: Callable[[], float],
        entropy: Callable[[int], bytes],
    ) -> None:
        self._provider = provider
        self._address = address
        self._clock = clock
        self._attempts = SignInAttempts(clock=clock, entropy=entropy)
        # Each try costs a call to the provider and a record. Behind a proxy many share an address.
        self._pace = Pace(burst=30, per_s=0.5)
        self._hints: OrderedDict[str, str] = OrderedDict()

    @property
    def settings(self) -> Provider:
        """As the configuration has them."""
        return self._provider.settings

    def may_try(self, client: str) -> bool:
        """Whether somebody at this address may try now; each call counts."""
        return self._pace.take(client, now=self._clock())

    async def begin(self, to: str, *, session: str = "", person: str = "", old: str = "") -> Beginning:
        """Send a browser away.

        Raises:
            UnavailableError: The provider cannot be asked (WL-OID-001, WL-OID-002).
        """
        metadata, settings = await self._provider.metadata(), self.settings
        attempt = self._attempts.begin(to, session=session, person=person, old=old)
        asked = {
            "response_type": "code",
            "client_id": settings.client_id,
            "redirect_uri": self._address + DONE_PATH,
            "scope": " ".join(settings.scopes),
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
        }
        if session:
            # Both: providers that look at one of them only ask the person all the same (Core 1.0, 3.1.2.1).
            asked |= {"prompt": "login", "max_age": "0"}
            if settings.acr_values:
                asked["acr_values"] = " ".join(settings.acr_values)
        elif settings.max_age_s:
            asked["max_age"] = str(settings.max_age_s)
        mark = "&" if "?" in metadata.authorize else "?"
        return Beginning(f"{metadata.authorize}{mark}{urlencode(asked)}", self._attempts.seal(attempt))

    async def prove(self, attempt: str, answer: ProviderAnswer) -> Vouching:
        """Believe what a browser came back with, once.

        Raises:
            InputError: It belongs to no attempt of this browser (WL-OID-004), or the provider said no (WL-OID-005).
            RefusedError: It is another issuer's (WL-OID-006), or its token is not believed (WL-OID-007).
            UnavailableError: The provider cannot be asked (WL-OID-001, WL-OID-002).
        """
        begun = self._attempts.open(attempt, state=answer.state)
        metadata, settings = await self._provider.metadata(), self.settings
        # RFC 9207, 2.4: whoever sends answers of one provider to another's clients is found out here.
        if answer.iss != settings.issuer and (answer.iss or metadata.says_issuer):
            raise RefusedError(
                "WL-OID-006", f"This is an answer of another issuer than {settings.name}.", "Sign in again."
            )
        if answer.error or not answer.code:
            said = ": ".join(one for one in (plain(answer.error, 64), plain(answer.error_description, 200)) if one)
            raise InputError(
                "WL-OID-005", f"{settings.name} did not let you in ({said or 'it sent no code'}).", "Sign in again."
            )
        redirect_uri = self._address + DONE_PATH
        tokens = await self._provider.exchange(answer.code, verifier=begun.verifier, redirect_uri=redirect_uri)
        token = await self._signed(tokens.id_token)
        said_of = read_id_token(
            token, self._expected(begun), groups_claim=settings.groups_claim, access_token=tokens.access_token
        )
        if isinstance(said_of, Doubt):
            raise _not_believed(said_of.why)
        return Vouching(said_of, tokens.id_token, begun.to, begun.session, begun.person, begun.old)

    async def read_logout(self, text: str) -> LoggedOut:
        """Believe a logout token.

        Raises:
            RefusedError: It is not the provider's, or no logout token (WL-OID-007).
            UnavailableError: The provider cannot be asked (WL-OID-001, WL-OID-002).
        """
        now = self._clock()
        settings = self.settings
        expected = Expected(settings.issuer, settings.client_id, "", now, now, settings.clock_skew_s)
        told = read_logout_token(await self._signed(text), expected)
        if isinstance(told, Doubt):
            raise _not_believed(told.why)
        return told

    def keep_hint(self, session: str, id_token: str) -> None:
        """Remember what the provider knows a session by, for when it is to end there as well; gone after a restart."""
        if len(id_token) <= _HINT_CHARS:
            self._hints[session] = id_token
        while len(self._hints) > _HINTS:
            self._hints.popitem(last=False)

    async def farewell(self, session: str, origin: ProviderOrigin) -> str:
        """Where a browser ends its session at the provider too; empty where the provider offers nothing.

        Raises:
            UnavailableError: The provider cannot be asked (WL-OID-001, WL-OID-002).
        """
        settings, hint = self.settings, self._hints.pop(session, "")
        address = (await self._provider.metadata()).signs_out_at
        if not address or origin.issuer != settings.issuer:
            return ""
        # RP-Initiated Logout 1.0, section 2.
        told = {"client_id": settings.client_id, "post_logout_redirect_uri": self._address + SIGNED_OUT_PATH}
        if hint:
            told["id_token_hint"] = hint
        return f"{address}{'&' if '?' in address else '?'}{urlencode(told)}"

    async def close(self) -> None:
        """Let go of connections."""
        await self._provider.close()

    async def _signed(self, text: str) -> Token:
        token = read_token(text)
        if token is None:
            raise _not_believed("it is no signed token")
        if token.text("iss") != self.settings.issuer:  # before anybody is asked for keys
            raise _not_believed("it is of another issuer")
        if not await self._provider.key_signs(token):
            raise _not_believed("its signature is not the issuer's")
        return token

    def _expected(self, begun: SignInAttempt) -> Expected:
        settings = self.settings
        max_age_s = 0.0 if begun.session else float(settings.max_age_s or -1)
        return Expected(
            issuer=settings.issuer,
            client_id=settings.client_id,
            nonce=begun.nonce,
            since=begun.at,
            now=self._clock(),
            skew_s=float(settings.clock_skew_s),
            max_age_s=max_age_s,
            acr=settings.acr_values if begun.session else (),
        )


def _not_believed(why: str) -> RefusedError:
    return RefusedError(
        "WL-OID-007",
        f"The token of the identity provider is not believed: {why}.",
        "Sign in again; if it stays so, an admin looks at console.oidc and the clocks.",
    )
