"""An upgrade puts the published clauses in force again, and nothing else."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from wardlaw.cli.creating import create_installation
from wardlaw.cli.renewing import publish_stopped, renew_policies
from wardlaw.cli.roles.control import begin_life, life_desk
from wardlaw.config.model import ClauseLife, Config
from wardlaw.console.desks.policies import PolicyDesk
from wardlaw.facts.errors import ConfigError, UnavailableError
from wardlaw.governance.bundle import Bundle, decode_bundle, parse_bundle
from wardlaw.store.bundle import read_bundle, write_bundle
from wardlaw.store.database import open_database
from wardlaw.store.installation import Installation
from wardlaw.store.instance import InstanceLock
from wardlaw.store.spoolread import read_frames


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return create_installation(tmp_path / "w").config


def in_force(config: Config) -> tuple[int, Bundle]:
    places = Installation(config)
    bundle = read_bundle(places.bundle_path, trusted_keys=places.bundle_keys())
    return bundle.version, decode_bundle(bundle.payload)


def made_by_another_version(config: Config) -> None:
    """Sign a bundle as a version with another attribute table would have left it."""
    places = Installation(config)
    version, content = in_force(config)
    payload = msgspec.json.encode(msgspec.structs.replace(content, schema="0" * 64), order="sorted")
    write_bundle(places.bundle_path, payload, places.bundle_signer().sign, version=version + 1)


def records(config: Config) -> int:
    spool = Path(config.audit.spool) / "control"
    return sum(1 for _ in read_frames(spool)) if spool.is_dir() else 0


def clause_file(config: Config) -> Path:
    return Path(config.policies.dir) / "privacy.yaml"


def test_a_bundle_of_this_version_stays_whatever_stands_on_disk(config: Config) -> None:
    clause_file(config).unlink()
    before = Installation(config).bundle_path.read_bytes()
    assert renew_policies(config) == ""
    assert Installation(config).bundle_path.read_bytes() == before
    assert records(config) == 0


def test_the_published_clauses_come_into_force_again_and_it_is_recorded(config: Config) -> None:
    made_by_another_version(config)
    version, before = in_force(config)
    assert f"bundle {version + 1}" in renew_policies(config)
    after = parse_bundle(read_bundle(*args(config), trusted_keys=Installation(config).bundle_keys()).payload)
    assert in_force(config)[0] == version + 1
    assert after.clauses == before.clauses
    assert records(config) == 1
    assert renew_policies(config) == ""


def args(config: Config) -> tuple[Path]:
    return (Installation(config).bundle_path,)


def edited(config: Config) -> None:
    path = clause_file(config)
    path.write_text(path.read_text().replace("title: ", "title: New ", 1))


def another_clause(config: Config) -> None:
    path = clause_file(config)
    path.with_name("new.yaml").write_text(path.read_text().replace("id: PRV-", "id: PRV-9"))


def a_clause_less(config: Config) -> None:
    clause_file(config).unlink()


def broken(config: Config) -> None:
    clause_file(config).write_text("id: [")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (edited, "WL-CLI-024"),
        (another_clause, "WL-CLI-024"),
        (a_clause_less, "WL-CLI-024"),
        (broken, "WL-CLI-025"),
    ],
)
def test_what_was_never_published_does_not_come_into_force(
    config: Config, change: Callable[[Config], None], code: str
) -> None:
    made_by_another_version(config)
    change(config)
    before = Installation(config).bundle_path.read_bytes()
    with pytest.raises(ConfigError, match=code) as raised:
        renew_policies(config)
    assert raised.value.exit_code == 3
    assert "publish --stopped" in raised.value.hint
    assert Installation(config).bundle_path.read_bytes() == before
    assert records(config) == 0


def test_an_example_that_fails_keeps_the_old_bundle(config: Config) -> None:
    """The published clause itself has an example that this version judges otherwise."""
    path = clause_file(config)
    path.write_text(path.read_text().replace("dataSubjects: 1, region: us", "dataSubjects: 1, region: eu"))
    with pytest.raises(ConfigError, match="WL-CLI-025"):
        publish_stopped(config)
    places = Installation(config)
    desk = PolicyDesk(places, clock=lambda: 1_790_000_000.0)
    asyncio.run(desk.publish(asyncio.run(desk.prepare())))
    made_by_another_version(config)
    before = places.bundle_path.read_bytes()
    with pytest.raises(ConfigError, match="examples do not come out"):
        renew_policies(config)
    assert places.bundle_path.read_bytes() == before


def test_a_bundle_no_gateway_would_take_is_not_made_good(config: Config) -> None:
    places = Installation(config)
    old = places.bundle_path.read_bytes()
    made_by_another_version(config)
    outdated = places.bundle_path.read_bytes()
    renew_policies(config)
    places.bundle_reader("gateway-1").read(trusted_keys=places.bundle_keys())
    for lower in (outdated, old, b"nothing of ours"):
        places.bundle_path.write_bytes(lower)
        assert renew_policies(config) == ""
        assert places.bundle_path.read_bytes() == lower
    places.bundle_path.unlink()
    assert renew_policies(config) == ""


def test_clauses_are_published_on_demand_while_nothing_runs(config: Config) -> None:
    made_by_another_version(config)
    clause_file(config).unlink()
    version = in_force(config)[0]
    with InstanceLock(Path(config.data_dir)), pytest.raises(UnavailableError, match="WL-INS-001"):
        publish_stopped(config)
    assert publish_stopped(config).version == version + 1
    assert renew_policies(config) == ""
    assert records(config) == 1


def test_without_the_keys_nothing_is_published(config: Config) -> None:
    made_by_another_version(config)
    before = Installation(config).bundle_path.read_bytes()
    os.unlink(Installation(config).gateway_key_path)
    with pytest.raises(ConfigError):
        renew_policies(config)
    assert Installation(config).bundle_path.read_bytes() == before


def with_life(config: Config) -> Config:
    """The same installation, where clauses have a life: what is in force was taken over at its first start."""
    lively = msgspec.structs.replace(config, policies=msgspec.structs.replace(config.policies, life=ClauseLife.ON))
    places = Installation(lively)
    engine, keyring = open_database(places.database_url({})), places.open_keyring({})
    told: list[tuple[str, ...]] = []

    class Recorder:
        async def record(self, *about: object) -> str:
            told.append(tuple(map(str, about[:3])))
            return "ctl_1"

    desk = life_desk(lively, PolicyDesk(places, clock=lambda: 1_790_000_000.0), keyring)
    try:
        for _ in range(2):  # a second start takes nothing over again
            asyncio.run(begin_life(desk, engine, Recorder(), at=1_790_000_000.0))  # type: ignore[arg-type]
    finally:
        keyring.close()
        engine.dispose()
    assert told == [("control", "", "policy.adopt")]
    return lively


def test_with_a_life_only_what_is_approved_comes_into_force_again(config: Config) -> None:
    lively = with_life(config)
    made_by_another_version(lively)
    version, before = in_force(lively)
    clause_file(lively).unlink()  # a draft on disk is nobody's business here
    assert f"bundle {version + 1}" in renew_policies(lively)
    assert in_force(lively)[1].clauses == before.clauses
    status = publish_stopped(lively)
    assert (status.version, status.clauses) == (version + 2, len(before.clauses))
    assert in_force(lively)[1].clauses == before.clauses
