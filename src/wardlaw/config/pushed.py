"""The shape of what connected organisations send by themselves: deliveries, signals, and who is sent ours."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from wardlaw.config.secretref import Certificates, SecretRef
from wardlaw.config.tls import Tls


class DeliveryListener(msgspec.Struct, frozen=True):
    """Where platforms deliver events to: a process of its own, not on the request path."""

    listen: Annotated[str, Meta(description="Address and port; empty for none. Anything but loopback needs `tls`.")] = (
        ""
    )
    tls: Annotated[Tls, Meta(description="Certificate of the listener.")] = Tls()
    address: Annotated[
        str,
        Meta(
            description="Under which `https` address platforms reach it, for the channels that `watch` opens at Google."
        ),
    ] = ""
    delivery_bytes: Annotated[
        int, Meta(ge=1_024, le=26_214_400, description="Largest delivery, in bytes; larger ones get 413.")
    ] = 1_048_576


class Signals(msgspec.Struct, frozen=True):
    """Security events that an organisation's identity provider transmits (Shared Signals Framework)."""

    issuer: Annotated[str, Meta(description="Exact value of the `iss` claim; empty: no signals are taken.")] = ""
    audience: Annotated[str, Meta(description="Value the `aud` claim must contain.")] = ""
    jwks_url: Annotated[str, Meta(description="Where the transmitter's keys are fetched; this or `jwks_file`.")] = ""
    jwks_file: Annotated[str, Meta(description="File with the transmitter's keys (JWK Set); this or `jwks_url`.")] = ""
    algorithms: Annotated[tuple[str, ...], Meta(description="Signature algorithms accepted; asymmetric ones only.")] = (
        "RS256",
        "ES256",
    )
    token: Annotated[
        SecretRef,
        Meta(
            description="What the transmitter sends as bearer token, `env:NAME` or `file:/path`; none: signature alone. With `poll_url` what it is shown."
        ),
    ] = SecretRef()
    poll_url: Annotated[
        str,
        Meta(
            description="Where signals are fetched (RFC 8936), `https` (or `http` on loopback); empty: they are pushed."
        ),
    ] = ""


class Watching(msgspec.Struct, frozen=True):
    """Reading connected organisations again and again, as a process of `up`."""

    enabled: Annotated[bool, Meta(description="Run `inventory watch` as a process of `up`.")] = False
    events_minutes: Annotated[
        float, Meta(ge=1, le=1_440, description="Minutes between two readings of an event feed.")
    ] = 5.0
    nightly: Annotated[
        str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="When listings are read, HH:MM in UTC.")
    ] = "02:00"
    carry_out: Annotated[
        bool,
        Meta(
            description="Carry out revocations that people have confirmed, with each directory's write_credential; else a person runs `grants revoke --resume`."
        ),
    ] = False


class SignalReceiver(msgspec.Struct, frozen=True):
    """Who is sent our signals: a receiver of the Shared Signals Framework."""

    name: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$", description="Name in lower case, unique.")]
    url: Annotated[
        str,
        Meta(
            description="Where signals are pushed to (RFC 8935), `https` (or `http` on loopback); empty: it fetches them at `/ssf/poll/<name>` of the listener (RFC 8936)."
        ),
    ] = ""
    audience: Annotated[str, Meta(description="The `aud` of the signals.")] = ""
    token: Annotated[
        SecretRef,
        Meta(
            description="Bearer token of the receiver, `env:NAME` or `file:/path`: sent with a push; shown by one that fetches."
        ),
    ] = SecretRef()
    ca: Certificates = ""


class SignalSending(msgspec.Struct, frozen=True):
    """Signals this installation transmits."""

    issuer: Annotated[
        str, Meta(description="The `iss` of our signals: the `https` address of the listener; empty: none are sent.")
    ] = ""
    receivers: Annotated[tuple[SignalReceiver, ...], Meta(description="Who is sent signals.")] = ()
