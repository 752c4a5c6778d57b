"""Passkeys at work: challenges that are given out and come back signed, once (W3C Web Authentication, level 3).

A challenge is bound to the browser it was given to and to what it was given for, lives a few minutes, and is used up by
the first answer, right or wrong. The browser asks its owner for a finger, face or PIN each time (user verification), and
the passkey knows its owner (discoverable credential), so that nobody types a name.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import OrderedDict
from collections.abc import Callable
from enum import StrEnum
from typing import Any

import msgspec
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from wardlaw.facts.errors import InputError, RefusedError
from wardlaw.facts.person import Person
from wardlaw.store.passkeys import Passkey, PasskeyKey, passkey_id

CHALLENGE_S = 300.0
"""Life of a challenge, in seconds: as long as browsers wait at most (W3C: 300 s to 600 s recommended)."""

_CHALLENGE_BYTES = 32
_MOST = 4_096  # challenges at a time; the oldest make room, so that asking for many costs others at most a second try
_NAME = "Wardlaw"


class Purpose(StrEnum):
    """What a challenge was given for."""

    ENTER = "enter"
    PROVE = "prove"
    ADD = "add"


class PasskeyPlace(msgspec.Struct, frozen=True):
    """Under which name a browser reached the console, and from which origin its pages come."""

    rp_id: str
    origin: str


class Options(msgspec.Struct, frozen=True):
    """What a browser is to be asked: ``ceremony`` names the challenge when the answer comes."""

    ceremony: str
    options: dict[str, Any]


class _Given(msgspec.Struct, frozen=True):
    challenge: bytes
    purpose: Purpose
    bound: str
    place: PasskeyPlace
    until: float


class Ceremonies:
    """Challenges that were given out, in this process: a restart ends them, and the browser asks again.

    Args:
        clock: Unix seconds.
        entropy: That many random bytes.
    """

    def __init__(self, *, clock: Callable[[], float], entropy: Callable[[int], bytes]) -> None:
        self._clock = clock
        self._entropy = entropy
        self._given: OrderedDict[str, _Given] = OrderedDict()

    def to_show(self, purpose: Purpose, bound: str, place: PasskeyPlace, *, known: tuple[str, ...] = ()) -> Options:
        """What to ask a browser for that is to show a passkey.

        Args:
            bound: What the browser will show again: its session, or the cookie of the page it signs in at.
            known: Credentials to choose from; empty for whichever its owner picks.

        Raises:
            InputError: The console was reached by an address (WL-SGN-015).
        """
        challenge = self._entropy(_CHALLENGE_BYTES)
        options = generate_authentication_options(
            rp_id=_name_of(place),
            challenge=challenge,
            timeout=int(CHALLENGE_S * 1000),
            allow_credentials=[_descriptor(one) for one in known],
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return Options(self._keep(challenge, purpose, bound, place), json.loads(options_to_json(options)))

    def to_add(self, person: Person, bound: str, place: PasskeyPlace, *, known: tuple[str, ...]) -> Options:
        """What to ask a browser for that is to make a passkey; ``known`` are those it must not make again.

        Raises:
            InputError: The console was reached by an address (WL-SGN-015).
        """
        challenge = self._entropy(_CHALLENGE_BYTES)
        options = generate_registration_options(
            rp_id=_name_of(place),
            rp_name=_NAME,
            user_id=user_handle(person.id),
            user_name=person.id.removeprefix("person:"),
            user_display_name=person.name,
            challenge=challenge,
            timeout=int(CHALLENGE_S * 1000),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
            exclude_credentials=[_descriptor(one) for one in known],
        )
        return Options(self._keep(challenge, Purpose.ADD, bound, place), json.loads(options_to_json(options)))

    def take(self, ceremony: str, purpose: Purpose, bound: str) -> _Given:
        """The challenge of an answer; nobody gets it a second time.

        Raises:
            RefusedError: It was not given, for something else, to another browser, too long ago or used (WL-SGN-009).
        """
        given = self._given.pop(ceremony, None)
        if (
            given is None
            or given.purpose is not purpose
            or not hmac.compare_digest(given.bound.encode(), bound.encode())
            or not 0 <= given.until - self._clock() <= CHALLENGE_S
        ):
            raise RefusedError(
                "WL-SGN-009", "That took too long, or was answered already.", "Load the page and repeat."
            )
        return given

    def added(self, given: _Given, credential: dict[str, Any], person: Person, name: str) -> tuple[PasskeyKey, str]:
        """The passkey a browser made, checked, and its credential id.

        Raises:
            RefusedError: It is not what was asked for (WL-SGN-006).
        """
        try:
            made = verify_registration_response(
                credential=credential,
                expected_challenge=given.challenge,
                expected_rp_id=given.place.rp_id,
                expected_origin=given.place.origin,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError) as error:
            raise _not_right() from error
        text = bytes_to_base64url(made.credential_id)
        passkey = Passkey(
            id=passkey_id(text), person=person.id, name=name, rp_id=given.place.rp_id, model=made.aaguid,
            backed_up=made.credential_backed_up, created_at=0.0,
        )  # fmt: skip
        return PasskeyKey(passkey, made.credential_public_key, made.sign_count), text

    def shown(self, given: _Given, credential: dict[str, Any], kept: PasskeyKey) -> int:
        """The count of uses a passkey says when it was rightly shown.

        Raises:
            RefusedError: It was not: another key, another site, no verification of its owner, or a count that did not
                grow, which a copy of the key would have (WL-SGN-006).
        """
        handle = (credential.get("response") or {}).get("userHandle")
        if kept.passkey.rp_id != given.place.rp_id or (
            handle and handle != bytes_to_base64url(user_handle(kept.passkey.person))
        ):
            raise _not_right()
        try:
            used = verify_authentication_response(
                credential=credential,
                expected_challenge=given.challenge,
                expected_rp_id=given.place.rp_id,
                expected_origin=given.place.origin,
                credential_public_key=kept.public_key,
                credential_current_sign_count=kept.sign_count,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError) as error:
            raise _not_right() from error
        return used.new_sign_count

    def _keep(self, challenge: bytes, purpose: Purpose, bound: str, place: PasskeyPlace) -> str:
        ceremony = self._entropy(16).hex()
        self._given[ceremony] = _Given(challenge, purpose, bound, place, self._clock() + CHALLENGE_S)
        while len(self._given) > _MOST:
            self._given.popitem(last=False)
        return ceremony


def user_handle(person_id: str) -> bytes:
    """What a passkey keeps of its owner: the same for one account each time, and no name (W3C, section 14.6.1)."""
    return hashlib.sha256(b"wardlaw passkey " + person_id.encode()).digest()


def _name_of(place: PasskeyPlace) -> str:
    if not place.rp_id:
        raise InputError(
            "WL-SGN-015", "Browsers make passkeys for names, not for addresses.", "On this machine, open localhost."
        )
    return place.rp_id


def _descriptor(credential: str) -> PublicKeyCredentialDescriptor:
    return PublicKeyCredentialDescriptor(id=base64url_to_bytes(credential))


def _not_right() -> RefusedError:
    return RefusedError("WL-SGN-006", "This passkey is not one that opens this console.", "Try another, or a password.")
