"""Reading, checking and publishing clauses."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tests.unit.console.desks.conftest import NOW, House

from wardlaw.console.desks.policies import PolicyDesk
from wardlaw.facts.errors import ConfigError, InputError


@pytest.fixture
def policies(house: House) -> PolicyDesk:
    return PolicyDesk(house.places, clock=lambda: NOW)


def folder(house: House) -> Path:
    return Path(house.config.policies.dir)


def test_published_sets_rise_and_old_ones_are_kept(house: House, policies: PolicyDesk) -> None:
    policies.keep_published()
    before = asyncio.run(policies.status())
    assert before.version == 1
    (folder(house) / "privacy.yaml").unlink()
    prepared = asyncio.run(policies.prepare())
    assert prepared.digest != before.digest
    assert asyncio.run(policies.status()) == before
    published = asyncio.run(policies.publish(prepared))
    assert (published.version, asyncio.run(policies.status()).digest) == (2, prepared.digest)
    for digest in (before.digest, prepared.digest):
        found = policies.set_of(digest)
        assert found is not None
        assert found.digest == digest
    assert policies.set_of("0" * 64) is None
    assert policies.set_of("../../etc/passwd") is None


def test_what_does_not_pass_is_not_published(house: House, policies: PolicyDesk) -> None:
    (folder(house) / "privacy.yaml").write_text("id: [")
    with pytest.raises(ConfigError, match="WL-CTL-003"):
        asyncio.run(policies.prepare())
    (folder(house) / "privacy.yaml").write_bytes(b"\xff")
    with pytest.raises(ConfigError, match="WL-CTL-003"):
        asyncio.run(policies.prepare())
    assert asyncio.run(policies.status()).version == 1


def test_an_empty_folder_never_opens_the_door(house: House, policies: PolicyDesk) -> None:
    for path in folder(house).iterdir():
        path.unlink()
    with pytest.raises(ConfigError, match="There are no clauses"):
        asyncio.run(policies.prepare())


def test_only_what_was_prepared_is_published_and_only_once(policies: PolicyDesk) -> None:
    prepared = asyncio.run(policies.prepare())
    asyncio.run(policies.publish(prepared))
    with pytest.raises(InputError, match="WL-CTL-004"):
        asyncio.run(policies.publish(prepared))


def test_the_set_in_force_is_read_once_while_it_stays(house: House, policies: PolicyDesk) -> None:
    first = policies.in_force()
    assert policies.in_force() is first
    assert first.digest == asyncio.run(policies.status()).digest
    (folder(house) / "privacy.yaml").unlink()
    asyncio.run(policies.publish(asyncio.run(policies.prepare())))
    assert policies.in_force().digest != first.digest


def test_a_set_of_another_version_judges_no_grant(policies: PolicyDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wardlaw.console.desks.policies.schema_digest", lambda: "another")
    with pytest.raises(ConfigError) as caught:
        policies.in_force()
    assert caught.value.code == "WL-INV-077"
