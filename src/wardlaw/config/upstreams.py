"""Rules for the places models are reached at, by their kind."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import SplitResult, urlsplit

from wardlaw.config.address import is_private, url_parts
from wardlaw.config.model import Upstream
from wardlaw.facts.resource import Trust
from wardlaw.facts.routes import UpstreamKind, WireForm

Found = Iterator[tuple[str, str, str, str]]

_CREDENTIAL_WORDS = ("auth", "key", "token", "secret", "cookie", "password")
# Headers the gateway sets itself (RFC 9110, 7.6.1: connection-bound ones are never forwarded).
_OWN_HEADERS = ("host", "content-length", "transfer-encoding", "connection", "te", "upgrade", "expect", "trailer")
_ANTHROPIC_HEADERS = ("x-api-key", "anthropic-version", "anthropic-beta")
_AWS_HEADERS = ("authorization", "x-amz-date", "x-amz-security-token", "content-type", "accept")
_AWS_HOST = re.compile(r"bedrock-runtime(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?")
_LOCATION = re.compile(r"/v1(?:beta1)?/projects/[^/]+/locations/[^/]+")


def aws_region(url: str) -> str:
    """The AWS region an address names; ``""`` when it names none."""
    found = _AWS_HOST.fullmatch(urlsplit(url).hostname or "")
    return found[1] if found else ""


def upstream_faults(upstreams: Sequence[Upstream]) -> Found:
    """Every rule that is broken: code, key, what is wrong, what to do."""
    for index, upstream in enumerate(upstreams):
        path = f"upstreams[{index}]"
        parts = url_parts(upstream.url)
        if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
            hint = "Such as https://host.example/v1."
            yield "WL-CFG-003", f"{path}.url", "expected http:// or https:// with a host", hint
        else:
            yield from _address(path, upstream, parts)
            yield from _place(path, upstream, parts.path.rstrip("/"))
        yield from _identity(path, upstream)
        yield from _headers(path, upstream)


def _address(path: str, upstream: Upstream, parts: SplitResult) -> Found:
    if parts.username or parts.password:
        yield "WL-CFG-006", f"{path}.url", "a secret must not stand in the file", f"Use {path}.key: env:NAME."
    if parts.query or parts.fragment:
        hint = "End it with the path, such as /v1."
        if upstream.kind is UpstreamKind.AZURE:
            hint = "End it with the host, and write the version as api_version."
        yield "WL-CFG-003", f"{path}.url", "a base URL has no query and no fragment", hint
    if parts.scheme == "http" and not (is_private(parts.hostname or "") and upstream.trust is Trust.INTERNAL):
        hint = "Use https, or a loopback or private address with trust: internal."
        yield "WL-CFG-008", f"{path}.url", "plain http would send prompts and the key in the clear", hint


def _place(path: str, upstream: Upstream, place: str) -> Found:
    """What of a path the address of each kind must and must not have: the gateway adds the rest."""
    match upstream.kind:
        case UpstreamKind.AZURE if "openai" in place.split("/") or place.endswith("/v1"):
            hint = "End it with the resource, such as https://NAME.openai.azure.com."
            yield "WL-CFG-003", f"{path}.url", "the gateway adds /openai/… itself", hint
        case UpstreamKind.BEDROCK if place:
            hint = "End it with the host, such as https://bedrock-runtime.eu-central-1.amazonaws.com."
            yield "WL-CFG-003", f"{path}.url", "the gateway adds /model/… itself", hint
        case UpstreamKind.VERTEX | UpstreamKind.VERTEX_OPENAI if not _LOCATION.fullmatch(place):
            hint = "End it with /v1/projects/PROJECT/locations/LOCATION."
            yield "WL-CFG-003", f"{path}.url", "an address of Vertex ends with its location", hint


def _identity(path: str, upstream: Upstream) -> Found:
    aws, kind = upstream.aws, upstream.kind
    if upstream.api_version and kind is not UpstreamKind.AZURE:
        yield "WL-CFG-003", f"{path}.api_version", f"{kind} has no such version", "Take it out."
    if aws and kind is not UpstreamKind.BEDROCK:
        yield "WL-CFG-003", f"{path}.aws", f"{kind} takes no signature of AWS", "Take it out, or set kind: bedrock."
        return
    if kind in (UpstreamKind.VERTEX, UpstreamKind.VERTEX_OPENAI) and not upstream.key:
        hint = "Set file:/path, and have that file renewed: such a token lives an hour."
        yield "WL-CFG-005", f"{path}.key", "Vertex needs an access token", hint
    if kind is not UpstreamKind.BEDROCK:
        return
    if bool(upstream.key) == bool(aws.access_key or aws.secret_key):
        hint = "Set aws.access_key and aws.secret_key to sign, or key for a Bedrock API key."
        yield "WL-CFG-005", f"{path}.aws", "Bedrock needs either keys to sign with or an API key", hint
    elif aws and not (aws.access_key and aws.secret_key):
        yield "WL-CFG-005", f"{path}.aws", "access_key and secret_key belong together", "Set both."
    elif aws and not (aws.region or aws_region(upstream.url)):
        yield "WL-CFG-005", f"{path}.aws.region", "the address names no AWS region", "Set it, such as eu-central-1."


def _headers(path: str, upstream: Upstream) -> Found:
    own = _OWN_HEADERS + (_ANTHROPIC_HEADERS if upstream.kind.form is WireForm.ANTHROPIC else ())
    if upstream.kind is UpstreamKind.BEDROCK:
        own += _AWS_HEADERS
    for name, value in upstream.headers.items():
        lower = name.lower()
        if lower in own or lower.startswith("x-wardlaw-"):
            yield "WL-CFG-003", f"{path}.headers.{name}", "the gateway sets this header itself", "Take it out."
        if not (name.isascii() and name.replace("-", "").replace("_", "").isalnum()):
            yield "WL-CFG-003", f"{path}.headers.{name}", "not a header name", ""
        if not value.isprintable():
            yield "WL-CFG-003", f"{path}.headers.{name}", "holds a control character", ""
        reference = value.startswith(("env:", "file:"))
        if not reference and any(word in lower for word in _CREDENTIAL_WORDS):
            hint = "Write env:NAME or file:/path instead."
            yield "WL-CFG-006", f"{path}.headers.{name}", "a secret must not stand in the file", hint
