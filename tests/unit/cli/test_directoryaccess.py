from __future__ import annotations

import pytest

from wardlaw.cli.directoryaccess import DirectoryAccess, in_header
from wardlaw.config.connected import Directory, Platform
from wardlaw.config.secretref import SecretRef
from wardlaw.facts.errors import ConfigError


@pytest.mark.parametrize("secret", ["two words", "ghp\nx: y", "schlüssel", "tok\x00en"])
def test_what_cannot_stand_in_a_header_is_refused_and_never_quoted(secret: str) -> None:
    directory = Directory("acme", Platform.GITHUB, SecretRef("env", "T"), organisation="acme")
    access = DirectoryAccess(directory, secret, "the credential of acme", lambda: 0.0, lambda _s: None)
    with pytest.raises(ConfigError) as caught:
        access.github()
    assert caught.value.code == "WL-INV-053"
    assert caught.value.message == "The credential of acme is not one word of plain letters."


def test_a_token_stands_as_it_is() -> None:
    assert in_header("ghp_1", what="it") == "ghp_1"
