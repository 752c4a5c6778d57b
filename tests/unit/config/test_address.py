"""Addresses."""

from __future__ import annotations

import pytest

from wardlaw.config.address import is_loopback, is_private, parse_listen, url_parts


def test_parse_listen() -> None:
    assert parse_listen("127.0.0.1:80") == ("127.0.0.1", 80)
    assert parse_listen("[::1]:0") == ("::1", 0)
    assert parse_listen("localhost:65535") == ("localhost", 65535)


@pytest.mark.parametrize("text", ["", "80", ":80", "a:", "a:b", "a:-1", "a:65536", "::1:80", "[zz]:80", "a:\u0663"])
def test_parse_listen_refuses(text: str) -> None:
    with pytest.raises(ValueError, match=r"host|IPv6|address|octet|parts"):
        parse_listen(text)


def test_loopback_and_private() -> None:
    assert all(map(is_loopback, ["localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]"]))
    assert not any(map(is_loopback, ["0.0.0.0", "::", "localhost.example", "10.0.0.1", ""]))
    assert all(map(is_private, ["localhost", "10.0.0.1", "192.168.1.1", "fd00::1"]))
    assert not any(map(is_private, ["0.0.0.0", "::", "8.8.8.8", "a.example"]))


def test_a_url_has_parts_or_is_none() -> None:
    parts = url_parts("https://host.example:8443/v1")
    assert parts is not None
    assert (parts.hostname, parts.port, parts.path) == ("host.example", 8443, "/v1")
    assert url_parts("https://host.example:x/") is None
    assert url_parts("https://[broken/") is None
