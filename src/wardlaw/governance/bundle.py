"""What the signed policy bundle holds: the text for the door, the clauses behind it, their digests.

The payload only; signing, storing and swapping bundles is the shell's work.
"""

from __future__ import annotations

import hashlib

import msgspec

from wardlaw.facts.clause import Clause
from wardlaw.facts.errors import ConfigError
from wardlaw.governance.check import Checked
from wardlaw.governance.schema import cedar_schema

FORMAT = "wardlaw-policy-1"


class Bundle(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A policy set as the gateway receives it.

    Attributes:
        format: ``wardlaw-policy-1``.
        digest: SHA-256 (hex) of ``text``; ``Decision.policies`` names it.
        schema: SHA-256 (hex) of the Cedar schema it was validated against.
        text: The Cedar text, base permits included.
        clauses: The structured clauses, for explaining and reporting.
    """

    format: str
    digest: str
    schema: str
    text: str
    clauses: tuple[Clause, ...]


def bundle_payload(checked: Checked) -> bytes:
    """The bytes to sign; the same set gives the same bytes.

    Raises:
        ConfigError: ``WL-POL-033`` the set has errors.
    """
    if not checked.ok:
        message = "A policy set with errors cannot be bundled."
        raise ConfigError("WL-POL-033", message, "Run `wardlaw policy check` and mend what it names.")
    return msgspec.json.encode(
        Bundle(
            format=FORMAT,
            digest=hashlib.sha256(checked.text.encode()).hexdigest(),
            schema=schema_digest(),
            text=checked.text,
            clauses=checked.clauses,
        ),
        order="sorted",
    )


def parse_bundle(payload: bytes) -> Bundle:
    """Read a bundle's payload for the door; its signature has been verified before.

    Raises:
        ConfigError: ``WL-POL-030`` it cannot be read, its text is not what it was signed for, or it was
            made for another version of the attribute table.
    """
    bundle = decode_bundle(payload)
    if bundle.schema != schema_digest():
        raise _unreadable("The policy bundle was made for another version of the attribute table.")
    return bundle


def decode_bundle(payload: bytes) -> Bundle:
    """Read a bundle's payload, whichever attribute table it was made for: to compare and report, not to enforce.

    Raises:
        ConfigError: ``WL-POL-030`` it cannot be read, or its text is not what it was signed for.
    """
    try:
        bundle = msgspec.json.decode(payload, type=Bundle)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _unreadable(f"The policy bundle cannot be read: {error}.") from error
    if bundle.format != FORMAT:
        raise _unreadable(f'The policy bundle has the format "{bundle.format}", not "{FORMAT}".')
    if hashlib.sha256(bundle.text.encode()).hexdigest() != bundle.digest:
        raise _unreadable("The policy text in the bundle is not the one its digest names.")
    return bundle


def schema_digest() -> str:
    """SHA-256 (hex) of the Cedar schema of this version."""
    return hashlib.sha256(cedar_schema().encode()).hexdigest()


def _unreadable(message: str) -> ConfigError:
    return ConfigError("WL-POL-030", message, "Publish the policy again with this version of Wardlaw.")
