"""A real OAuth server of others (oidc-provider): introspection, revocation, and the proof that it took effect."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from wardlaw.cli.opening import open_connector, open_revoker
from wardlaw.config.connected import Directory, Platform
from wardlaw.config.secretref import SecretRef
from wardlaw.inventory.model import Credential, Grant
from wardlaw.inventory.revocation import Presence

SERVER = Path(__file__).parents[2] / "tools" / "vendorclients" / "oidc" / "server.mjs"
CLIENTS = {"crm-sync": "crm-sync:sec%3Aret%2F1", "reader": "reader:sec+ret+2"}
HOME = Path(os.environ.get("WARDLAW_TEST_VENDORS", "none")).absolute() / "oidc"

pytestmark = pytest.mark.skipif(
    not (HOME / "node_modules" / "oidc-provider").is_dir() or shutil.which("node") is None,
    reason="oidc-provider is not there (python -m tools.vendorclients; WARDLAW_TEST_VENDORS)",
)


@pytest.fixture
def issuer() -> Iterator[str]:
    with SERVER.open("rb") as script:
        command = ("node", "--input-type=module")
        process = subprocess.Popen(
            command, cwd=HOME, stdin=script, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(timeout=10)
        process.stdout.close()


def given_token(issuer: str) -> str:
    request = urllib.request.Request(f"{issuer}/token", data=b"grant_type=client_credentials&scope=read+write")
    request.add_header("authorization", "Basic " + base64.b64encode(CLIENTS["crm-sync"].encode()).decode())
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)["access_token"]


def test_a_token_is_told_revoked_and_shown_to_be_gone(issuer: str, tmp_path: Path) -> None:
    token = given_token(issuer)
    names = tmp_path / "tokens"
    names.write_text("crm-sync env:CRM_TOKEN\n")
    env = {
        "CRM_TOKEN": token,
        "READER": json.dumps({"client_id": "reader", "client_secret": "sec ret 2"}),
        "WRITER": json.dumps([{"client_id": "crm-sync", "client_secret": "sec:ret/1"}]),
    }
    directory = Directory(
        "sso", Platform.OAUTH, SecretRef("env", "READER"), SecretRef("env", "WRITER"), url=issuer, tokens=str(names)
    )  # fmt: skip
    connector = open_connector(directory, env=env, clock=time.time, sleep=time.sleep)
    pages = list(connector.read(connector.feeds()[0], ""))
    things = [one.thing for page in pages for one in page.sightings]
    (credential,) = (one for one in things if isinstance(one, Credential))
    assert (credential.app, credential.scopes) == ("crm-sync", ("read", "write"))
    assert 590 < credential.expires_at - credential.created_at <= 600
    assert [one.app for one in things if isinstance(one, Grant)] == ["crm-sync"]
    assert token not in repr(pages)

    revoker = open_revoker(directory, env=env, clock=time.time, sleep=time.sleep)
    (step,) = revoker.plan((credential,))
    begun = time.monotonic()
    assert revoker.verify(step).presence is Presence.THERE
    assert revoker.carry_out(step).done
    proof = revoker.verify(step)
    print(f"revoke to verified at oidc-provider: {time.monotonic() - begun:.3f} s")
    assert proof.presence is Presence.GONE
    assert proof.tokens_until == credential.expires_at
    assert revoker.carry_out(step).done  # once more is no error
    assert "The token crm-sync is not active." in [
        note for page in connector.read(connector.feeds()[0], "") for note in page.notes
    ]
