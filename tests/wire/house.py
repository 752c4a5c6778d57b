"""A running installation on loopback for wire tests: real gateway, real spool, real tables, real model server."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Connection

from wardlaw.config.load import load_config
from wardlaw.decision.policyset import PolicySet
from wardlaw.facts.credential import KeyEntry
from wardlaw.facts.person import Person, Role
from wardlaw.facts.principal import Principal, PrincipalKind
from wardlaw.governance.bundle import bundle_payload
from wardlaw.governance.check import check
from wardlaw.security.fingerprint import make_fingerprint
from wardlaw.store.bundle import write_bundle
from wardlaw.store.database import open_database, writing
from wardlaw.store.generations import Generation, bump
from wardlaw.store.installation import Installation
from wardlaw.store.keyring_kek import create_kek
from wardlaw.store.keyring_signing import create_signing_key
from wardlaw.store.keys import create_key
from wardlaw.store.migrate import upgrade
from wardlaw.store.people import add_person
from wardlaw.store.purposes import derive_purposes
from wardlaw.store.secrets import keep_secret

STARTER = Path(__file__).parents[2] / "src" / "wardlaw" / "governance" / "data" / "starter"
START_S = 30.0
OWNER = "person:test"


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


class House:
    """One installation in a folder of its own.

    Args:
        folder: Empty folder.
        upstream: Base URL of the model server.
        extra: YAML appended to the configuration.
        tools: Further registered tools, lines of the list.
        upstreams: The same for upstreams; the first one is called ``near``.
        models: The same for models; the first one is called ``demo``.
        gateway: Further settings of the gateway, in flow form, each with a comma before it.
    """

    def __init__(
        self,
        folder: Path,
        upstream: str,
        *,
        extra: str = "",
        tools: str = "",
        mode: str = "enforce",
        upstreams: str = "",
        models: str = "",
        gateway: str = "",
    ) -> None:
        self.folder = folder
        self.port = free_port()
        self.config_path = folder / "wardlaw.yaml"
        self.config_path.write_text(
            f"""version: 1
installation: {{name: test, mode: {mode}}}
data_dir: data
gateway: {{listen: "127.0.0.1:{self.port}"{gateway}}}
upstreams:
  - {{name: near, url: "{upstream}", region: eu, trust: internal, first_byte_timeout_s: 5, idle_timeout_s: 5}}
{upstreams}models:
  - {{name: demo, upstreams: [near]}}
{models}tools:
  - {{name: query_customers, effect: read}}
  - {{name: read_file, effect: read}}
{tools}keys: {{kek: "file:keys/kek", dir: keys}}
{extra}""",
            encoding="utf-8",
        )
        self.config = load_config(self.config_path)
        self.places = Installation(self.config)
        self.process: subprocess.Popen[bytes] | None = None
        self._prepare()

    def _prepare(self) -> None:
        self.places.data_dir.mkdir(exist_ok=True)
        (self.places.data_dir / "bundle").mkdir()
        create_kek(self.folder / "keys" / "kek", data_dir=self.places.data_dir)
        create_signing_key(self.places.log_key_path, self.places.key_name("log"))
        create_signing_key(self.places.gateway_key_path, self.places.key_name("gateway"))
        create_signing_key(self.places.bundle_key_path, self.places.key_name("bundle"))
        engine = open_database(self.places.database_url(os.environ))
        upgrade(engine)
        with writing(engine) as connection:
            add_person(connection, Person(id=OWNER, name="Test", roles=(Role.ADMIN,)), by="init", now=time.time())
        engine.dispose()
        self.publish({path.name: path.read_text(encoding="utf-8") for path in STARTER.glob("*.yaml")}, version=1)

    def publish(self, sources: Mapping[str, str], *, version: int) -> PolicySet:
        """Sign and publish a policy set."""
        checked = check(sources, today=date(2026, 11, 22))
        assert checked.ok, checked.problems
        write_bundle(
            self.places.bundle_path, bundle_payload(checked), self.places.bundle_signer().sign, version=version
        )
        with self.writing() as connection:
            bump(connection, Generation.POLICIES)
        return PolicySet.build(checked.text)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction on the tables, as another process of the installation would have it."""
        engine = open_database(self.places.database_url(os.environ))
        try:
            with writing(engine) as connection:
                yield connection
        finally:
            engine.dispose()

    def key(self, name: str, *, kind: PrincipalKind = PrincipalKind.USER, **more: Any) -> str:
        """Make a key for a caller and return its text; ``more`` are further fields of its entry."""
        return self.keys([name], kind=kind, **more)[name]

    def keys(
        self, names: Sequence[str], *, kind: PrincipalKind = PrincipalKind.USER, user_channel: bool = False, **more: Any
    ) -> dict[str, str]:
        """Keys of several callers, by name; with ``user_channel`` what their users type is their own."""
        prefix = {PrincipalKind.USER: "user", PrincipalKind.AGENT: "agent", PrincipalKind.NHI: "nhi"}[kind]
        made: dict[str, str] = {}
        with self.writing() as connection:
            for name in names:
                principal = Principal(
                    id=f"{prefix}:{name}",
                    kind=kind,
                    name=name,
                    credential=f"key:{name}",
                    app_user_channel=user_channel,
                )
                entry = KeyEntry(id=f"key:{name}", secret_sha256="", principal=principal, **more)
                _, made[name] = create_key(connection, entry, owner=OWNER, secret=os.urandom(32), now=time.time())
        return made

    def secret(self, name: str, text: str, *, tripwire: bool = False) -> None:
        """Register a secret."""
        keyring = self.places.open_keyring(os.environ)
        purposes = derive_purposes(keyring)
        keyring.close()
        made = make_fingerprint(
            text, id=name, key=purposes.fingerprint, base=purposes.fingerprint_base, tripwire=tripwire
        )
        with self.writing() as connection:
            keep_secret(connection, made, by=OWNER, now=time.time())

    @property
    def command(self) -> list[str]:
        """What starts the gateway."""
        return [sys.executable, "-m", "wardlaw.gateway", str(self.config_path)]

    def start(self, env: Mapping[str, str] | None = None) -> None:
        """Start the gateway and wait until it serves; ``env`` comes on top of the environment."""
        with (self.folder / "gateway.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
                env={**os.environ, **(env or {})},
            )
        end = time.monotonic() + START_S
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise AssertionError((self.folder / "gateway.log").read_text())
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=1) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        self.stop()
        raise AssertionError("the gateway did not start: " + (self.folder / "gateway.log").read_text())

    def stop(self, how: int = signal.SIGTERM) -> None:
        """End the gateway's process group."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, how)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait(5)
        self.process = None

    @property
    def url(self) -> str:
        """Base URL for clients."""
        return f"http://127.0.0.1:{self.port}/v1"
