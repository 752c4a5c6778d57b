"""Addresses in the configuration: ``host:port``, loopback, private."""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, urlsplit


def parse_listen(text: str) -> tuple[str, int]:
    """Split ``host:port`` or ``[v6]:port``.

    Raises:
        ValueError: There is no host, or the port is not a number from 0 to 65535.
    """
    host, colon, port = text.rpartition(":")
    if host.startswith("[") and host.endswith("]"):
        host = str(ipaddress.IPv6Address(host[1:-1]))
    elif ":" in host:
        raise ValueError("an IPv6 address needs brackets: [::1]:8080")
    if not colon or not host or not port.isascii() or not port.isdigit() or int(port) > 65_535:
        raise ValueError("expected host:port")
    return host, int(port)


def is_loopback(host: str) -> bool:
    """The host is this machine: ``localhost`` or a loopback address; names are never looked up."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_private(host: str) -> bool:
    """The host is an address of a private network (RFC 1918, RFC 4193) or loopback; names are never looked up."""
    if is_loopback(host):
        return True
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return address.is_private and not address.is_unspecified


def url_parts(url: str) -> SplitResult | None:
    """The parts of a URL; None when it is not one."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises when the port is not a number
    except ValueError:
        return None
    return parts
