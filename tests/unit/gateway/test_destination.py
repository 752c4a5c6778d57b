"""What is known of an upstream does not show its secrets."""

from __future__ import annotations

from wardlaw.gateway.credential import Credential
from wardlaw.gateway.destination import AwsIdentity, Destination


def test_no_secret_stands_in_its_text_form() -> None:
    key = Credential.fixed("sk-secret")
    there = Destination(
        "a", "https://a", key, "m", "eu", "partner", 1.0, 1.0, 1.0, 1.0, aws=AwsIdentity("eu", key, key, key)
    )
    assert "sk-secret" not in f"{there!r} {there}"
