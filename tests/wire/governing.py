"""A running installation with the people of the register: each calls with a token of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec

from tests.unit.register.answered import answered
from tests.wire.test_grants_and_door import Governed
from wardlaw.cli.client import ManagementClient
from wardlaw.facts.canary import CanaryOutcome, CanaryRun
from wardlaw.facts.errors import WardlawError
from wardlaw.facts.incident import Incident
from wardlaw.facts.person import Person, Role
from wardlaw.store.canaries import CanaryRuns, settle_incident
from wardlaw.store.people import add_person
from wardlaw.store.tokens import NewToken, TokenKind, create_token

PEOPLE = {
    "own": Role.OWNER, "ris": Role.RISK, "lex": Role.LEGAL, "cis": Role.CISO, "dev": Role.DEVSECOPS, "aud": Role.AUDITOR,
}  # fmt: skip
ART_14 = "eu-ai-act:art-14"
YES = {"approves": True, "reason": "looked"}


class Register(Governed):
    """Gateway, console, and people who register, decide and sign.

    Args:
        database: Address of the tables; SQLite in the folder where it is empty.
    """

    def __init__(self, folder: Path, *, database: str = "") -> None:
        super().__init__(folder, extra=f'database: {{url: "{database}"}}\n' if database else "")
        self.tokens: dict[str, str] = {}
        with self.writing() as connection:
            for name, role in PEOPLE.items():
                add_person(connection, Person(f"person:{name}", name, (role,)), by="test", now=time.time())
                new = NewToken(TokenKind.API, f"person:{name}", "test", 3_600.0)
                self.tokens[name] = create_token(connection, new, secret=os.urandom(32), now=time.time())[1]

    def call(self, name: str, method: str, path: str, body: Any = None) -> Any:
        """What the API answers this person."""
        return ManagementClient(socket_path=self.folder / "c.sock", token=self.tokens[name]).call(method, path, body)

    def refused(self, name: str, method: str, path: str, body: Any = None) -> str:
        """The code with which the API refuses this person."""
        try:
            self.call(name, method, path, body)
        except WardlawError as error:
            return error.code
        return ""

    def run(self, name: str, *words: str) -> subprocess.CompletedProcess[str]:
        """A command of this person, in the folder of the installation."""
        return subprocess.run(
            [sys.executable, "-m", "wardlaw", *words], cwd=self.folder, env={**os.environ, **self.environment(name)},
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    def environment(self, name: str) -> dict[str, str]:
        """What a command of this person needs."""
        return {"WARDLAW_TOKEN": self.tokens[name], "NO_COLOR": "1"}

    def classify(self, name: str, system: str, version: int, **given: Any) -> Any:
        """Hand in the whole questionnaire."""
        said = {key: {"value": value, "reason": "looked"} for key, value in answered(**given).items()}
        body = {"answers": said, "version": version}
        return self.call(name, "POST", f"/systems/{system}/classification", body)

    def vouch(self, system: str) -> str:
        """Legal vouches for oversight by a person; answers the id."""
        said = {"clause": ART_14, "system": system, "text": "a person looks", "until": time.time() + 86_400}
        return str(self.call("lex", "POST", "/attestations", said)["id"])

    def canary(self, number: int, outcome: CanaryOutcome) -> None:
        """What a run of a canary leaves in the tables."""
        run = CanaryRun(f"crn_{number}", f"can_{number}", "GOV-07", "scan", "x", time.time(), outcome, "", 1, "")
        told = f"{run.clause} did not stop its canary"
        incident = Incident(f"inc_{number}", run.canary, "aa", "canary-failed", run.at, run.at, told)
        with self.writing() as connection:
            opened = settle_incident(connection, run, incident, channels=())
            CanaryRuns(connection).keep(msgspec.structs.replace(run, incident=opened))

    def gate(self, text: str, name: str) -> str:
        """A gate, added by devsecops and signed by risk; answers its digest."""
        digest = str(self.call("dev", "POST", "/gates", {"text": text})["digest"])
        self.call("ris", "POST", f"/gates/{name}/sign", {"digest": digest})
        return digest
