from __future__ import annotations

import pytest

from tests.unit.connectors.scripted import Answer, Platform
from wardlaw.connectors.oauthmetadata import OauthEndpoints, read_endpoints
from wardlaw.facts.errors import UnavailableError

OAUTH, OIDC = "/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"


def read(platform: Platform, path: str = "") -> OauthEndpoints:
    return read_endpoints(platform.url + path, lambda _origin: platform.client())


def test_the_places_of_both_standards(platform: Platform) -> None:
    platform.on(
        f"{OAUTH}/t/1", Answer({"issuer": f"{platform.url}/t/1", "introspection_endpoint": "https://x.example/i"})
    )
    assert read(platform, "/t/1") == OauthEndpoints("https://x.example/i", "")
    platform.on(f"/t/2{OIDC}", Answer({"issuer": f"{platform.url}/t/2", "revocation_endpoint": "https://x.example/r"}))
    assert read(platform, "/t/2") == OauthEndpoints("", "https://x.example/r")
    assert platform.paths() == [f"{OAUTH}/t/1", f"{OAUTH}/t/2", f"/t/2{OIDC}"]


@pytest.mark.parametrize("change", [
    {"issuer": "https://elsewhere.example"}, {"issuer": None}, {"introspection_endpoint": "http://x.example/i"},
    {"revocation_endpoint": "https://u:p@x.example/"}, {"introspection_endpoint": 7},
])  # fmt: skip
def test_another_servers_metadata_or_an_endpoint_in_the_clear(platform: Platform, change) -> None:
    platform.on(OAUTH, Answer({"issuer": platform.url, "introspection_endpoint": "https://x.example/i"} | change))
    with pytest.raises(UnavailableError):
        read(platform)


@pytest.mark.parametrize("answer", [Answer({}, 403), Answer([]), Answer({}, 404)])
def test_no_metadata(platform: Platform, answer: Answer) -> None:
    platform.on(OAUTH, answer)
    with pytest.raises(UnavailableError):
        read(platform)
    # A trailing slash is another issuer (RFC 8414, 3.3: compared letter by letter).
    platform.on(OAUTH, Answer({"issuer": platform.url}))
    with pytest.raises(UnavailableError):
        read(platform, "/")
