"""Errors of the wire that need an HTTP status of their own."""

from __future__ import annotations

from wardlaw.facts.errors import InputError, UnavailableError


class TooLargeError(InputError):
    """The body is larger, deeper or has more parts than the limits allow."""

    http_status = 413


class UnsupportedBodyError(InputError):
    """The body comes in a type or an encoding that is not read."""

    http_status = 415


class BadUpstreamError(UnavailableError):
    """The upstream's answer cannot be read, so nothing of it can be judged or released."""

    http_status = 502
