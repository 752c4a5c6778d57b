"""What doctor looks at."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.oidcpuppet import running
from wardlaw.cli.checkup import Diagnosis, DiagnosisState, examine
from wardlaw.cli.creating import create_installation
from wardlaw.cli.roles.control import begin_detecting, detecting_book, detectors_drift
from wardlaw.config.detection import BuiltIn
from wardlaw.config.model import Authority, ClauseLife, Config, Console, DemoModel, Notify, Upstream, Webhook
from wardlaw.config.provider import Provider
from wardlaw.config.secretref import SecretRef
from wardlaw.facts.incident import Incident
from wardlaw.facts.resource import Trust
from wardlaw.store.database import open_database, writing
from wardlaw.store.incidents import open_or_join
from wardlaw.store.installation import Installation
from wardlaw.store.notifications import Event, enqueue, list_due, mark_failed


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def config(tmp_path: Path) -> Config:
    found = create_installation(tmp_path).config
    change = msgspec.structs.replace
    return change(
        found,
        upstreams=(),
        models=(),
        gateway=change(found.gateway, listen=f"127.0.0.1:{free_port()}"),
        control=change(found.control, listen=f"127.0.0.1:{free_port()}"),
        demo_model=DemoModel(enabled=False),
    )


def bad(config: Config, **env: str) -> list[Diagnosis]:
    found = [one for one in examine(config, env) if one.verdict is DiagnosisState.BAD]
    assert all(one.fix for one in found)
    return found


def test_a_fresh_installation_is_sound(config: Config) -> None:
    assert bad(config) == []
    assert [one.words for one in examine(config, {}) if one.verdict is DiagnosisState.WARN] == [
        "Nobody is admin yet.",
        "Nobody signs clauses off (policies.life: off), so no clause is proved.",
        "No canary has run yet, so no clause is proved.",
    ]


def test_misspelt_variables_are_told(config: Config) -> None:
    assert any("WARDLAW_GATEWAY_LISTEN" in one.fix for one in examine(config, {"WARDLAW_GATEWAY_LISTN": "x"}))


def test_open_folders_lost_keys_and_bundles(config: Config) -> None:
    Path(config.data_dir).chmod(0o755)
    assert [one.name for one in bad(config)] == ["permissions"]
    Path(config.data_dir).chmod(0o700)
    (Path(config.keys.dir) / "log.key").chmod(0o644)
    assert "keys" in [one.name for one in bad(config)]
    (Path(config.keys.dir) / "log.key").unlink()
    assert "keys" in [one.name for one in bad(config)]
    (Path(config.data_dir) / "bundle" / "policies.bundle").unlink()
    assert "policies" in [one.name for one in bad(config)]


def test_nothing_made_yet(tmp_path: Path) -> None:
    empty = msgspec.structs.replace(
        Config(), data_dir=str(tmp_path / "d"), keys=msgspec.structs.replace(Config().keys, dir=str(tmp_path / "k"))
    )
    assert {"permissions", "keys", "keyring", "database", "policies"} <= {one.name for one in bad(empty)}


def test_a_full_disk(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wardlaw.cli.checkup.LEAST_FREE_BYTES", 2**63)
    assert [one.name for one in bad(config)] == ["disk"]


def test_a_port_somebody_else_has(config: Config) -> None:
    with socket.socket() as other:
        port = int(config.gateway.listen.rpartition(":")[2])
        other.bind(("127.0.0.1", port))
        other.listen()
        assert [one.name for one in bad(config)] == ["ports"]


def test_a_secret_that_is_not_set(config: Config) -> None:
    upstream = Upstream("a", "http://127.0.0.1:1", key=SecretRef("env", "NO_SUCH"), trust=Trust.INTERNAL)
    found = bad(msgspec.structs.replace(config, upstreams=(upstream,)))
    assert [one.name for one in found] == ["secrets", "upstream a"]


def test_the_identity_provider_is_asked_and_what_is_wrong_with_it_told(config: Config) -> None:
    def told(issuer: str) -> list[str]:
        console = Console(oidc=Provider(issuer=issuer, client_id="w"))
        found = examine(msgspec.structs.replace(config, console=console), {})
        return [f"{one.verdict.value}: {one.words}" for one in found if one.name == "identity provider"]

    with running() as puppet:
        assert told(puppet.issuer) == [f"ok: {puppet.issuer} answers as it should"]
        puppet.metadata["issuer"] = "https://another.example"
        assert "another issuer" in told(puppet.issuer)[0]
    assert "cannot be asked" in told(f"http://127.0.0.1:{free_port()}")[0]


def test_redis_that_is_away(config: Config) -> None:
    state = msgspec.structs.replace(config.state, authority=Authority.REDIS, url=f"redis://127.0.0.1:{free_port()}")
    assert [one.name for one in bad(msgspec.structs.replace(config, state=state))] == ["state"]


@pytest.fixture
def upstream_from_the_past() -> Iterator[int]:
    """A server that answers with an old date."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"HTTP/1.1 200 OK\r\nDate: Sun, 01 Nov 2020 00:00:00 GMT\r\n\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        yield int(listening.getsockname()[1])
        thread.join()


def test_a_clock_that_is_wrong(config: Config, upstream_from_the_past: int) -> None:
    upstream = Upstream("a", f"http://127.0.0.1:{upstream_from_the_past}", trust=Trust.INTERNAL)
    assert [one.name for one in bad(msgspec.structs.replace(config, upstreams=(upstream,)))] == ["clock"]


def test_notifications_that_were_given_up_are_told(config: Config) -> None:
    assert any("nobody is told" in one.words for one in examine(config, {}))
    told = msgspec.structs.replace(config, notify=Notify(webhooks=(Webhook("hook", "https://hook.example/"),)))
    assert any("hook: 0 sent, 0 waiting" in one.words for one in examine(told, {}))
    engine = open_database(config.database.url)
    with writing(engine) as connection:
        opened = Incident("inc_1", "exc_1", "aa", "SEC-05", 1.0, 1.0)
        open_or_join(connection, opened, marks=("caller:aa",))
        enqueue(connection, opened, Event.OPENED, channels=("hook",), at=1.0)
        (queued,) = list_due(connection, now=1.0)
        mark_failed(connection, queued, why="refused", now=1.0, final=True)
    engine.dispose()
    assert [one.words for one in bad(told)] == ["1 notifications were given up."]


def test_detectors_that_would_see_less_than_was_approved_are_drifted(config: Config) -> None:
    change = msgspec.structs.replace
    living = change(config, policies=change(config.policies, life=ClauseLife.ON))

    def said(config: Config) -> Diagnosis:
        return next(one for one in examine(config, {}) if one.name == "detectors")

    assert said(config).verdict is DiagnosisState.OK
    assert said(living).verdict is DiagnosisState.WARN
    places = Installation(config)
    recorder = Recorded()
    for _ in range(2):  # what was taken as it is once is not taken again
        asyncio.run(begin_detecting(detecting_book(living, places), recorder, at=1.0))
    assert recorder.operations == ["detectors.adopt"]
    assert "as approved by wardlaw" in said(living).words
    assert detectors_drift(living, places) == ""
    less = change(living, built_in=BuiltIn(secrets=False))
    assert said(less).verdict is DiagnosisState.BAD
    assert "drifted" in said(less).words
    assert detectors_drift(less, places).endswith("built_in.secrets")
    assert detectors_drift(change(less, policies=config.policies), places) == ""


class Recorded:
    def __init__(self) -> None:
        self.operations: list[str] = []

    async def record(self, _kind: str, _actor: str, operation: str, _facts: object) -> str:
        self.operations.append(operation)
        return "rec_1"
