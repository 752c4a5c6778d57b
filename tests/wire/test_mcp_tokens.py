"""Tokens of an identity provider at ``/mcp``: only those made for it, and where the others are to be asked for."""

from __future__ import annotations

import json
import re
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from tests.unit.gateway.tokens import ISSUER, RSA, jwks, token
from tests.wire.house import House
from tests.wire.toolclients import tool_house

PUPPET = Path(__file__).parent / "toolpuppet.py"
RESOURCE = "https://tools.example/gw/mcp"
WELL_KNOWN = "/.well-known/oauth-protected-resource"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    (folder / "jwks.json").write_bytes(jwks(RSA))
    issuer = {"issuer": ISSUER, "audience": RESOURCE, "jwks_file": "jwks.json"}
    extra = f"identity: {json.dumps({'issuers': [issuer]})}\n"
    servers = {"plain": {"command": [sys.executable, str(PUPPET), "plain"]}}
    made = tool_house(folder, servers, "plain__echo", extra=extra, url=RESOURCE)
    yield made
    made.stop()


def fetch(request: urllib.request.Request) -> tuple[int, Message, Any]:
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, json.loads(error.read())


def ask(house: House, credential: str) -> tuple[int, Message, Any]:
    doc = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    headers = {"content-type": "application/json"}
    if credential:
        headers["authorization"] = f"Bearer {credential}"
    address = f"http://127.0.0.1:{house.port}/mcp"
    return fetch(urllib.request.Request(address, json.dumps(doc).encode(), headers))


def made(**claims: Any) -> str:
    now = time.time()
    return token(**({"aud": RESOURCE, "exp": now + 300, "iat": now - 5} | claims))


@pytest.mark.parametrize("audience", [RESOURCE, ["https://other.example/mcp", RESOURCE]])
def test_a_token_for_this_resource_is_taken(house: House, audience: Any) -> None:
    status, _, doc = ask(house, made(aud=audience))
    assert status == 200
    assert [tool["name"] for tool in doc["result"]["tools"]] == ["plain__echo"]


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "wardlaw"},
        {"aud": None},
        {"aud": ""},
        {"aud": []},
        {"aud": ["https://other.example/mcp"]},
        {"aud": "https://other.example/gw/mcp"},
        {"aud": "https://tools.example/gw/mcp/"},
        {"aud": "https://tools.example/gw"},
        {"aud": "https://tools.example"},
        {"aud": RESOURCE.upper()},
        {"aud": {"value": RESOURCE}},
        {"aud": [RESOURCE, 1]},
        # What else names a resource is no audience.
        {"aud": None, "resource": RESOURCE},
        {"aud": None, "azp": RESOURCE, "client_id": RESOURCE, "scope": RESOURCE},
        {"aud": "https://other.example/mcp", "resource": RESOURCE},
    ],
)
def test_a_token_for_another_or_for_nobody_is_refused_and_told_where_to_ask(house: House, claims: Any) -> None:
    status, headers, doc = ask(house, made(**claims))
    assert (status, doc["error"]["code"]) == (401, "WL-ADM-001")
    place = f"https://tools.example{WELL_KNOWN}/gw/mcp"
    expected = f'Bearer realm="wardlaw", error="invalid_token", resource_metadata="{place}"'
    assert headers["www-authenticate"] == expected


def test_who_shows_nothing_is_told_where_to_ask_and_nothing_of_errors(house: House) -> None:
    status, headers, _ = ask(house, "")
    assert status == 401
    assert headers["www-authenticate"] == (
        f'Bearer realm="wardlaw", resource_metadata="https://tools.example{WELL_KNOWN}/gw/mcp"'
    )


def test_the_metadata_stands_where_refusals_say_and_names_resource_and_providers(house: House) -> None:
    _, headers, _ = ask(house, "")
    found = re.search(r'resource_metadata="https://tools\.example([^"]+)"', headers["www-authenticate"])
    assert found is not None
    for path in (found[1], WELL_KNOWN, WELL_KNOWN + "/mcp"):
        status, headers, doc = fetch(urllib.request.Request(f"http://127.0.0.1:{house.port}{path}"))
        assert (status, headers["content-type"]) == (200, "application/json")
        assert doc == {
            "resource": RESOURCE,
            "authorization_servers": [ISSUER],
            "bearer_methods_supported": ["header"],
            "resource_name": "Wardlaw",
        }
    assert fetch(urllib.request.Request(f"http://127.0.0.1:{house.port}{WELL_KNOWN}/other"))[0] == 404


def test_a_token_in_the_address_is_none(house: House) -> None:
    doc = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    address = f"http://127.0.0.1:{house.port}/mcp?access_token={made()}"
    request = urllib.request.Request(address, json.dumps(doc).encode(), {"content-type": "application/json"})
    assert fetch(request)[0] in (401, 404)
