"""Paths."""

from __future__ import annotations

from pathlib import PurePath

from wardlaw.config.connected import Directory, InventorySettings, Platform
from wardlaw.config.model import Audit, Config, Identity, Issuer, Upstream, WitnessLink
from wardlaw.config.places import lies_under, resolve
from wardlaw.config.secretref import SecretRef


def test_lies_under() -> None:
    assert lies_under("/a/b/c", "/a/b")
    assert lies_under("/a/b", "/a/b")
    assert lies_under("/a/x/../b/c", "/a/b")
    assert not lies_under("/a/bc", "/a/b")
    assert not lies_under("/a", "/a/b")


def test_resolve_reaches_lists_and_references() -> None:
    config = Config(
        upstreams=(Upstream("a", "https://a", key=SecretRef("file", "k"), headers={"x": "file:h", "y": "env:Y"}),),
        identity=Identity(issuers=(Issuer("i", "a", jwks_file="j"),)),
        audit=Audit(witness=WitnessLink("http://w", "file:w.pub")),
        inventory=InventorySettings(
            (Directory("a", Platform.GITHUB, SecretRef("file", "r"), SecretRef("file", "w"), ca="c.pem"),)
        ),
    )
    found = resolve(config, PurePath("/r"))
    (directory,) = found.inventory.directories
    assert (directory.credential.name, directory.write_credential.name, directory.ca) == ("/r/r", "/r/w", "/r/c.pem")
    assert found.upstreams[0].key == SecretRef("file", "/r/k")
    assert found.upstreams[0].headers == {"x": "file:/r/h", "y": "env:Y"}
    assert found.identity.issuers[0].jwks_file == "/r/j"
    assert found.audit.witness.public_key == "file:/r/w.pub"
    assert found.audit.write_once == ""
