"""A request to a platform, and what it answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec


class SaasRequest(msgspec.Struct, frozen=True):
    """A request as it came in; header names are lower case."""

    method: str
    path: str
    query: Mapping[str, str] = {}
    headers: Mapping[str, str] = {}
    body: bytes = b""

    def json(self) -> Any:
        """The body as JSON; None where there is none."""
        return json.loads(self.body) if self.body else None

    def form(self) -> dict[str, str]:
        """The body as a form."""
        return _first(parse_qs(self.body.decode(), keep_blank_values=True))


class SaasResponse(msgspec.Struct, frozen=True):
    """An answer: ``body`` is written as JSON, bytes as they are, None as nothing."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = {}

    def content(self) -> bytes:
        """The body's bytes."""
        if self.body is None:
            return b""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


def read_request(method: str, target: str, headers: Mapping[str, str], body: bytes) -> SaasRequest:
    """A request from what stands on the wire."""
    parts = urlsplit(target)
    query = _first(parse_qs(parts.query, keep_blank_values=True))
    return SaasRequest(method, parts.path, query, {name.lower(): value for name, value in headers.items()}, body)


def _first(values: Mapping[str, list[str]]) -> dict[str, str]:
    return {name: found[0] for name, found in values.items()}
