"""An installation in which a company has worked for some days, with somebody for each role."""

from __future__ import annotations

import re
from pathlib import Path

from tests.wire.cli.test_up import free_port
from tests.wire.console import hostile
from tests.wire.console.installed import Installed
from wardlaw.cli.companyfill import fill_company
from wardlaw.cli.options import NONE
from wardlaw.config.load import load_config

PEOPLE = ("oncall", "counsel", "owner", "risk", "platform", "auditor", "ciso", "admin")
"""Nobody may have every role; together these see every page."""
_TRIES = 3


class Company(Installed):
    """A company that has worked for some days."""

    def begin(self) -> None:
        filled = fill_company(self.folder / "w", NONE.output(), seed=7, days=3, prefers_usual_ports=False)
        self.tokens = {name: link.partition("#")[2] for name, link in filled.links.items()}
        self.key, self.other_key = filled.keys["desk"], filled.keys["helpdesk"]
        config = self.folder / "w" / "wardlaw.yaml"
        text = config.read_text(encoding="utf-8").replace("  # life: on ", "  life: on ")
        text = text.replace("\ngateway:\n", "\ngateway:\n  files: {upstream: demo}\n")
        text = text.replace("\ntools:\n", "\ntools:\n  - {name: delete_customer, effect: destructive}\n")
        config.write_text(text, encoding="utf-8")
        hostile.write_clause(self.folder / "w")
        self.env = {name: value for name, value in self.env.items() if not name.startswith("WARDLAW_")}
        self.env |= {"WARDLAW_CONFIG": str(config), "WARDLAW_LOGS_FORMAT": "text"}
        for left in reversed(range(_TRIES)):
            read = load_config(config)
            self.port, self._address = int(read.gateway.listen.rpartition(":")[2]), f"http://{read.control.listen}"
            try:
                return self.up()
            except AssertionError:
                # Between filling and starting, others on this machine may have taken a port: then it ends by itself.
                if not left or self.process is None or self.process.poll() is None:
                    raise
                move(config)
        return None

    @property
    def address(self) -> str:
        return self._address


def move(config: Path) -> None:
    """Other ports for an installation."""
    text = config.read_text(encoding="utf-8")
    for port in set(re.findall(r"127\.0\.0\.1:(\d+)", text)):
        text = text.replace(f"127.0.0.1:{port}", f"127.0.0.1:{free_port()}")
    config.write_text(text, encoding="utf-8")
