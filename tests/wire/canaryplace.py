"""A gateway with a log behind it, and a runner of canaries beside it, for wire tests."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.engine import Connection

from tests.wire.house import STARTER, House
from tests.wire.puppet import Puppet
from wardlaw.cli.canarying import CanaryRunner, CanaryTools
from wardlaw.console.desks.canaries import CanaryDesk, registered_systems
from wardlaw.console.desks.policies import PolicyDesk
from wardlaw.console.desks.recorder import ControlRecorder
from wardlaw.evidence.canary import Canary
from wardlaw.facts.canary import KEY_PREFIX, CanaryRun
from wardlaw.facts.keytext import Prefix, key_digest, make_key_text
from wardlaw.facts.mac import hmac_sha256
from wardlaw.store.database import open_database
from wardlaw.store.keys import list_keys
from wardlaw.store.purposes import derive_purposes
from wardlaw.store.spool import SpoolSettings, SpoolWriter

TOOLS = (
    "  - {name: send_mail, effect: egress}\n"
    "  - {name: pay_invoice, effect: payment}\n"
    "  - {name: delete_customer, effect: write}\n"
    "  - {name: plain__echo, effect: payment}\n"
    "  - {name: plain__other_thing, effect: read}\n"
    "  - {name: share_table, effect: share}\n"
)
SERVERS = {
    "servers": [{"name": "plain", "command": [sys.executable, str(Path(__file__).parent / "toolpuppet.py"), "plain"]}]
}
# Addresses where nobody is: no canary ever asks for them.
UPSTREAMS = """  - {name: far, url: "https://far.invalid/v1", region: us, trust: public}
  - {name: claude, url: "https://claude.invalid/v1", kind: anthropic, region: eu, trust: partner}
"""
MODELS = "  - {name: abroad, upstreams: [far]}\n  - {name: sonnet, upstreams: [claude]}\n"


class CanaryPlace:
    """The installation; the puppet counts what reaches an upstream."""

    def __init__(self, folder: Path) -> None:
        self._loop = asyncio.Runner()  # one for all: the spool belongs to it
        self.puppet = Puppet()
        self.house = House(
            folder,
            self.puppet.url,
            tools=TOOLS,
            upstreams=UPSTREAMS,
            models=MODELS,
            extra=f"mcp: {json.dumps(SERVERS)}\n",
            gateway=", files: {upstream: near}",
        )
        shutil.copytree(STARTER, folder / "policies")
        self.house.start()
        with (folder / "sequencer.log").open("wb") as log:
            self._log = subprocess.Popen(
                [sys.executable, "-m", "wardlaw.cli.processes", "sequencer", str(self.house.config_path)],
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        places = self.house.places
        self.engine = open_database(places.database_url(os.environ))
        self.keyring = places.open_keyring(os.environ)
        self.spool = SpoolWriter(
            Path(self.house.config.audit.spool),
            gateway="canary",
            sign=places.gateway_signer(),
            settings=SpoolSettings(),
        )
        self.purposes = derive_purposes(self.keyring)
        tools = CanaryTools(
            self.engine,
            self.keyring,
            self.purposes,
            ControlRecorder(self.spool, self.keyring, clock=time.time, entropy=os.urandom),
            os.urandom,
            time.time,
            PolicyDesk(places, clock=time.time).in_force,
        )
        self.desk = CanaryDesk(places, self.purposes.canaries, clock=time.time, systems=registered_systems(self.engine))
        self.runner = CanaryRunner(self.house.config, self.desk, tools)

    def plan(self, choose: Callable[[Canary], bool] = lambda _: True) -> list[Canary]:
        return [one for one in self.runner.plan() if choose(one)]

    def run(self, choose: Callable[[Canary], bool] = lambda _: True) -> dict[tuple[str, str], CanaryRun]:
        """Run canaries; what became of each by clause and route."""

        async def all_of_them() -> dict[tuple[str, str], CanaryRun]:
            return {(one.clause, one.route): await self.runner.run(one) for one in self.plan(choose)}

        return self._loop.run(all_of_them())

    def keys_of_canaries(self, connection: Connection) -> list[str]:
        """Texts of every key that canaries have come with: made again from the installation's secret."""
        known = {key.entry.secret_sha256 for key in list_keys(connection) if key.entry.id.startswith(KEY_PREFIX)}
        callers = {one.request.caller for one in self.plan() if one.request is not None}
        texts = [
            make_key_text(
                Prefix.KEY,
                hmac_sha256(self.purposes.canaries, b"credential " + one.said),
            )
            for one in callers
        ]
        return [text for text in texts if key_digest(text) in known]

    def close(self) -> None:
        self._loop.close()
        self.house.stop()
        self.puppet.close()
        self.spool.close()
        self._log.terminate()
        self._log.wait(10)
        self.keyring.close()
        self.engine.dispose()
