"""The keys as read from the structs."""

from __future__ import annotations

from wardlaw.config.model import Config
from wardlaw.config.reader import Reader
from wardlaw.config.reference import key_reference, plain
from wardlaw.config.schema import env_name, env_paths, every_key
from wardlaw.config.secretref import SecretRef
from wardlaw.config.tls import Tls

COVERS = ("model", "problem", "reader", "reference")


def test_every_key_has_a_meaning() -> None:
    assert [key.path for key in every_key() if not key.meaning.endswith(".")] == []


def test_environment_names_are_unique() -> None:
    settable = [key.path for key in every_key() if key.settable]
    assert len({env_name(path) for path in settable}) == len(settable)
    assert env_paths()["WARDLAW_AUDIT_RETENTION_CONTENT_DAYS"] == "audit.retention.content_days"
    assert not any("[]" in path or "*" in path for path in settable)


def test_the_reference_names_every_key_with_its_default() -> None:
    text = key_reference()
    assert all(f"| `{key.path}` |" in text for key in every_key())
    assert "| `gateway.listen` | text | `127.0.0.1:8080` |" in text
    assert "| `upstreams[].name` | text | must be set |" in text


def test_plain() -> None:
    assert plain(("a", "b")) == "a, b"
    assert plain(True) == "true"
    assert plain(SecretRef("env", "K")) == "env:K"
    assert plain({"a": Tls("c", "k")}) == "a: {cert: c, key: k}"


def test_reading_nothing_gives_the_defaults() -> None:
    assert Reader(source="w", overrides={}).section(Config, None) == Config()
