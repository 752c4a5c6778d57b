from __future__ import annotations

from wardlaw.config.secretref import SecretRef


def test_a_reference_says_where_a_secret_stands_and_no_reference_is_false() -> None:
    assert str(SecretRef("env", "TOKEN")) == "env:TOKEN"
    assert SecretRef("file", "/etc/wardlaw/key")
    assert not SecretRef()
    assert str(SecretRef()) == ""
