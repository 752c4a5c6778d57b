"""``console.oidc``: the identity provider people sign in to the console through, and the rules its settings keep."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import Meta

from wardlaw.config.address import is_loopback, url_parts
from wardlaw.config.secretref import Certificates, SecretRef
from wardlaw.facts.person import Role

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""Signatures with a public key that are read; a shared secret or ``none`` would let others sign (RFC 8725, 3.1)."""

_DOMAIN = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_HOST = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:\d{1,5})?")

GroupRoles = dict[str, tuple[Role, ...]]


class Provider(msgspec.Struct, frozen=True):
    """An identity provider (OpenID Connect) through which people sign in to the console."""

    issuer: Annotated[
        str, Meta(description="Issuer, letter by letter as its metadata name it; empty: nobody signs in this way.")
    ] = ""
    name: Annotated[
        str, Meta(min_length=1, max_length=40, description="What the button on the sign-in page calls it.")
    ] = "single sign-on"
    client_id: Annotated[str, Meta(description="Id of Wardlaw's console at the provider.")] = ""
    client_secret: Annotated[
        SecretRef,
        Meta(description="Its secret: `env:NAME` or `file:/path`; none for a public client, which has PKCE alone."),
    ] = SecretRef()
    scopes: Annotated[tuple[str, ...], Meta(description="Scopes asked for; `openid` is one of them.")] = (
        "openid",
        "profile",
        "email",
    )
    hosts: Annotated[
        tuple[str, ...],
        Meta(
            description="Further hosts (`host` or `host:port`) that its metadata may name beside the issuer's own; "
            "Wardlaw connects to no other."
        ),
    ] = ()
    ca: Certificates = ""
    algorithms: Annotated[
        tuple[str, ...], Meta(description="Signature algorithms of its tokens that are read; asymmetric ones only.")
    ] = ("RS256", "PS256", "ES256")
    clock_skew_s: Annotated[
        int, Meta(ge=0, le=60, description="Seconds of difference between clocks that are tolerated.")
    ] = 30
    require: Annotated[
        dict[str, str],
        Meta(description="Claims that must have exactly this text, such as `hd` (Google) or `tid` (Entra ID)."),
    ] = {}
    domains: Annotated[
        tuple[str, ...],
        Meta(description="Domains of mail addresses let in, verified by the provider; none named, all are."),
    ] = ()
    create: Annotated[
        bool, Meta(description="Add persons nobody knows yet at their first sign-in; otherwise only known ones get in.")
    ] = False
    match_email: Annotated[
        bool,
        Meta(
            description="Bind a known person at the first sign-in by the verified mail address that is their identity."
        ),
    ] = False
    groups_claim: Annotated[str, Meta(min_length=1, description="Claim that holds the groups.")] = "groups"
    groups: Annotated[
        GroupRoles,
        Meta(
            description="Roles by group. Roles named here are given and taken at each sign-in; all others stay as they "
            "were given in Wardlaw."
        ),
    ] = {}
    first_admin: Annotated[
        bool, Meta(description="Whether a group may make the first admin; otherwise the token of `wardlaw init` does.")
    ] = False
    max_age_s: Annotated[
        int, Meta(ge=0, description="Longest time since the person proved who they are at the provider; 0 for any.")
    ] = 0
    acr_values: Annotated[
        tuple[str, ...],
        Meta(
            description="Ways of proving it that are asked for, one of which must be answered, when a person must anew."
        ),
    ] = ()

    def __bool__(self) -> bool:
        return bool(self.issuer)


def provider_faults(provider: Provider, address: str) -> Iterator[tuple[str, str, str, str]]:
    """What is wrong with the settings: code, dotted key, message and hint.

    Args:
        address: Where browsers find the console; empty where nothing says it.
    """
    path = "console.oidc"
    if not provider:
        if provider.client_id or provider.groups or provider.client_secret:
            yield "WL-CFG-005", f"{path}.issuer", "must be set where people sign in through a provider", ""
        return
    yield from _issuer(path, provider)
    if not provider.client_id:
        yield (
            "WL-CFG-005",
            f"{path}.client_id",
            "must be set",
            "The provider gives it when Wardlaw is registered there.",
        )
    if "openid" not in provider.scopes:
        yield "WL-CFG-003", f"{path}.scopes", "openid is missing", "Without it there is no identity in the answer."
    if not address:
        hint = "Such as https://wardlaw.example.com, as browsers reach the console."
        yield "WL-CFG-005", "console.address", "must be set where people sign in through a provider", hint
    yield from _algorithms(path, provider)
    for place, host in enumerate(provider.hosts):
        if not _HOST.fullmatch(host):
            yield "WL-CFG-003", f"{path}.hosts[{place}]", "expected host or host:port", ""
    for place, domain in enumerate(provider.domains):
        if not _DOMAIN.fullmatch(domain):
            yield "WL-CFG-003", f"{path}.domains[{place}]", "expected a domain such as acme.example", ""
    yield from _who_comes_in(path, provider)


def _algorithms(path: str, provider: Provider) -> Iterator[tuple[str, str, str, str]]:
    if not provider.algorithms:
        yield "WL-CFG-012", f"{path}.algorithms", "no algorithm would be accepted", f"One of {', '.join(ALGORITHMS)}."
    for name in provider.algorithms:
        if name not in ALGORITHMS:
            yield "WL-CFG-012", f"{path}.algorithms", f"{name} is not accepted", f"One of {', '.join(ALGORITHMS)}."


def _who_comes_in(path: str, provider: Provider) -> Iterator[tuple[str, str, str, str]]:
    gives = {role for roles in provider.groups.values() for role in roles}
    if provider.first_admin and Role.ADMIN not in gives:
        hint = "Map a group to admin, or take first_admin out."
        yield "WL-CFG-010", f"{path}.first_admin", "no group gives the role admin", hint
    for group, roles in provider.groups.items():
        if not group or not roles:
            yield "WL-CFG-003", f"{path}.groups", "a group has a name and roles", ""


def _issuer(path: str, provider: Provider) -> Iterator[tuple[str, str, str, str]]:
    parts = url_parts(provider.issuer)
    if parts is None or not parts.hostname or parts.query or parts.fragment or parts.username or parts.password:
        # OpenID Connect Discovery 1.0, section 3: an https address without query and fragment.
        yield "WL-CFG-003", f"{path}.issuer", "expected https://host/path", "As the provider's metadata name it."
    elif not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname))):
        hint = "Use https, or an address of this machine."
        yield "WL-CFG-008", f"{path}.issuer", "plain http would send codes and secrets in the clear", hint
