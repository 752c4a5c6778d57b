from __future__ import annotations

import pytest

from tests.organisations import NOW, organisation, tenant
from tests.unit.connectors.test_signedword import pem
from wardlaw.cli.appclients import OKTA_READS, OKTA_WISHES, Moments, entra_client, okta_client
from wardlaw.config.connected import Directory, Platform
from wardlaw.config.secretref import SecretRef
from wardlaw.facts.errors import ConfigError, UnavailableError
from wardlaw.testing.saas.entra import EntraClient, EntraPlatform
from wardlaw.testing.saas.entrashape import TENANT
from wardlaw.testing.saas.okta import OktaPlatform
from wardlaw.testing.saas.server import serve

MOMENTS = Moments(lambda: NOW, lambda _s: None)


def entra(url: str) -> Directory:
    return Directory("acme", Platform.ENTRA, SecretRef("env", "T"), tenant=TENANT, client="reader", url=url, login=url)


def okta(url: str) -> Directory:
    return Directory("acme", Platform.OKTA, SecretRef("env", "T"), url=url)


@pytest.mark.parametrize("secret", ["r", pem()])
def test_entra_with_a_secret_and_with_a_key(secret: str) -> None:
    with serve(EntraPlatform(tenant(), {"reader": EntraClient("r")})) as served:
        client = entra_client(entra(served.url), secret, client="reader", moments=MOMENTS)
        assert client.get("/v1.0/users").status == 200
        form = served.asked[0].form()
    assert served.asked[0].path == f"/{TENANT}/oauth2/v2.0/token"
    assert (form["scope"], "client_secret" in form) == (f"{served.url}/.default", secret == "r")


def test_a_wrong_secret_of_entra_is_told_without_it() -> None:
    with serve(EntraPlatform(tenant(), {"reader": EntraClient("r")})) as served:
        client = entra_client(entra(served.url), "wr0ng", client="reader", moments=MOMENTS)
        with pytest.raises(UnavailableError) as caught:
            client.get("/v1.0/users")
    assert "wr0ng" not in str(caught.value)


def test_okta_with_a_token_and_with_a_key() -> None:
    with serve(OktaPlatform(organisation(), api_token="t", client="0oaSelf")) as served:
        by_token = okta_client(okta(served.url), "t", client="", scopes=OKTA_READS, moments=MOMENTS)
        assert by_token.get("/api/v1/users").status == 200
        by_key = okta_client(okta(served.url), pem(), client="0oaSelf", scopes=OKTA_READS, moments=MOMENTS)
        assert by_key.get("/api/v1/users").status == 200
        (asked,) = [one for one in served.asked if one.method == "POST"]
    assert asked.form()["scope"] == " ".join((*OKTA_READS, *OKTA_WISHES))


def test_a_key_of_nobody_and_a_key_that_is_none() -> None:
    directory = okta("https://acme.okta.com")
    with pytest.raises(ConfigError) as caught:
        okta_client(directory, pem(), client="", scopes=OKTA_READS, moments=MOMENTS)
    assert caught.value.code == "WL-INV-045"
    with pytest.raises(ConfigError) as caught:
        okta_client(directory, "-----BEGIN nothing", client="c", scopes=OKTA_READS, moments=MOMENTS)
    assert caught.value.code == "WL-INV-044"
