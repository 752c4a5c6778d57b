"""An installation before a table of 400,000 generated customers, and callers who want more of it than they may have."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import os
import re
import sqlite3
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

from joserfc.jwk import OKPKey

from tests.unit.gateway.tokens import sign
from tests.wire.caller import post
from tests.wire.house import STARTER, House
from tests.wire.puppet import Puppet, Turn, completion
from tests.wire.trail import Trail
from wardlaw.facts.principal import PrincipalKind

ROWS = 400_000
PER_SESSION, PER_DAY = 500, 1_000
SERVER = Path(__file__).parent / "sqlserver.py"
REAL = Path(os.environ.get("WARDLAW_TEST_MCP", "/nowhere")) / "sqlite" / "bin" / "mcp-server-sqlite"
ADDRESS = re.compile(r"[\w.]+@example\.com")
_GIVEN = "Ada Bo Cem Dana Elif Finn Gita Hugo Ines Jonas Kaja Lars Mira Nils Olga Pia Rafa Sami Tess Uma".split()
_FAMILY = "Abel Berg Costa Dunn Eder Falk Greco Holm Ivers Jensen Kohl Lund Moser Noor Ortega Petri Roth Silva".split()
_COUNTRIES = "AT DE FR PT FI BE".split()
AGENT_KEY = OKPKey.generate_key("Ed25519")


def customers(path: Path) -> None:
    """Generated people: nobody of them exists, and the mail domain is reserved for examples."""
    with sqlite3.connect(path) as made:
        made.execute(
            "CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, email TEXT, country TEXT, plan TEXT, balance REAL)"
        )
        made.executemany(
            "INSERT INTO customers VALUES (?, ?, ?, ?, ?, ?)",
            (
                (
                    n,
                    f"{given} {family}",
                    f"{given}.{family}.{n}@example.com".lower(),
                    _COUNTRIES[n % 6],
                    "ab"[n % 2],
                    n % 97,
                )
                for n in range(1, ROWS + 1)
                for given, family in [(_GIVEN[n % 20], _FAMILY[n // 20 % 18])]
            ),
        )
    made.close()


class Said(NamedTuple):
    """What a call came to; ``clauses`` are those that stopped it."""

    text: str
    refused: bool
    clauses: frozenset[str]


class Bank:
    """The installation; ``db`` is a server of others where one is installed, ``own`` is the tests'."""

    def __init__(self, folder: Path) -> None:
        self.puppet = Puppet()
        database, files = folder / "customers.db", folder / "files"
        files.mkdir()
        customers(database)
        own = [sys.executable, str(SERVER), str(database), str(files)]
        servers = [{"name": "own", "command": own}]
        if REAL.exists():
            servers.append({"name": "real", "command": [str(REAL), "--db-path", str(database)]})
        effects = {"read_query": "read", "write_query": "write", "list_tables": "read", "describe_table": "read"}
        effects |= {"save_file": "write", "read_file": "read", "share_file": "share", "send_email": "egress"}
        names = [(f"{prefix}{tool}", effect) for prefix in ("own__", "real__", "") for tool, effect in effects.items()]
        lines = "".join(f"  - {{name: {name}, effect: {effect}}}\n" for name, effect in names if name != "read_file")
        extra = f"mcp: {json.dumps({'servers': servers})}\n"
        self.house = House(folder, self.puppet.url, tools=lines, extra=extra)
        # Nothing is masked on its way here, so that only what is counted stands between the table and the callers.
        starter = {path.name: path.read_text(encoding="utf-8") for path in STARTER.glob("*.yaml")}
        self.house.publish({name: text for name, text in starter.items() if name != "privacy.yaml"}, version=2)
        self.servers = [str(server["name"]) for server in servers]
        self._public = base64.b64encode(base64.urlsafe_b64decode(AGENT_KEY.as_dict(private=False)["x"] + "=")).decode()
        self._numbers = itertools.count()
        # Keys are read as they are made; those made before the start are there at once.
        self._spare = self.house.keys([f"person{n}" for n in range(60)])
        self._agents = self.house.keys(
            [f"agent{n}" for n in range(30)], kind=PrincipalKind.AGENT, persons=("*",), signing_key=self._public
        )
        self.house.start()
        self.trail = Trail(self.house)

    def person(self, server: str = "own") -> Caller:
        """A person nobody has heard of, with their own key."""
        name = f"person{next(self._numbers)}"
        return Caller(self, self._spare[name], server, name=name)

    def agent(self, person: Caller) -> Caller:
        """One more agent that acts for a person."""
        name = next(iter(self._agents))
        return Caller(self, self._agents.pop(name), person.server, name=name, acts_for=person.name)

    def close(self) -> None:
        self.house.stop()
        self.puppet.close()


class Caller:
    """One session of a person, or of an agent that acts for one; remembers whom it was shown."""

    def __init__(self, bank: Bank, key: str, server: str, *, name: str, acts_for: str = "") -> None:
        self.bank, self.key, self.server, self.name, self.acts_for = bank, key, server, name, acts_for
        self.seen: set[str] = set()
        self._session = ""

    def again(self) -> Caller:
        """The same caller in another session."""
        other = Caller(self.bank, self.key, self.server, name=self.name, acts_for=self.acts_for)
        other.seen = self.seen
        return other

    def read(self, query: str) -> Said:
        return self.call("read_query", query=query)

    def write(self, query: str) -> Said:
        return self.call("write_query", query=query)

    def call(self, tool: str, **arguments: str) -> Said:
        """Call a tool through ``/mcp``."""
        if not self._session:
            begun = self._send("initialize", {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {}})
            self._session = begun.headers["mcp-session-id"]
        files = tool in ("save_file", "read_file", "share_file", "send_email")
        server = "own" if files else self.server
        reply = self._send("tools/call", {"name": f"{server}__{tool}", "arguments": arguments})
        answer = json.loads(reply.body)
        result = answer.get("result", {})
        told = result.get("_meta", {}).get("wardlaw/refusal") or answer.get("error")
        text = "".join(part.get("text", "") for part in result.get("content", ())) or json.dumps(answer)
        if told is not None or reply.status != 200:
            return Said(text, True, self._clauses(told))
        self.seen |= set(ADDRESS.findall(text))
        return Said(text, False, frozenset())

    def _clauses(self, told: Any) -> frozenset[str]:
        decision = (told or {}).get("decision") or (told or {}).get("data", {}).get("decision", "")
        reasons = self.bank.trail.inputs(decision).decision.reasons if decision else ()
        return frozenset(reason.clause for reason in reasons if reason.clause)

    def _send(self, method: str, params: dict[str, Any]) -> Any:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        headers = {"mcp-session-id": self._session} if self._session else {}
        return post(self.bank.house.port, self.key, body, headers | self.proof(body), path="/mcp")

    def proof(self, body: bytes) -> dict[str, str]:
        """By which an agent says for whom it acts."""
        if not self.acts_for:
            return {}
        now = time.time()
        claims = {
            "iss": f"agent:{self.name}",
            "sub": f"user:{self.acts_for}",
            "aud": "wardlaw",
            "iat": now - 1,
            "exp": now + 50,
            "jti": os.urandom(16).hex(),
            "body_sha256": hashlib.sha256(body).hexdigest(),
        }
        return {"x-wardlaw-assertion": sign(AGENT_KEY, {"alg": "EdDSA"}, claims)}

    def chat(self, tool: str, arguments: dict[str, Any], result: str) -> Said:
        """The same over a model: it asks for the tool, the application runs it and brings the result."""
        identity = f"call_{os.urandom(6).hex()}"

        def play(turn: Turn) -> None:
            if turn.doc["messages"][-1]["role"] == "tool":
                turn.answer(completion("Noted."))
            else:
                turn.answer(completion(calls=[(identity, tool, json.dumps(arguments))]))

        messages: list[Any] = [{"role": "user", "content": self.bank.puppet.on(f"chat {identity}", play)}]
        said, message = self._tell(messages)
        if said.refused or message is None:
            return said
        messages += [message, {"role": "tool", "tool_call_id": identity, "content": result}]
        said, _ = self._tell(messages)
        if not said.refused:
            self.seen |= set(ADDRESS.findall(result))
        return said

    def _tell(self, messages: list[Any]) -> tuple[Said, Any]:
        body = json.dumps({"model": "demo", "messages": messages}).encode()
        reply = post(self.bank.house.port, self.key, body, self.proof(body), path="/v1/chat/completions")
        if reply.status != 200:
            return Said(reply.body.decode(), True, self._clauses({"decision": reply.decision})), None
        return Said(reply.body.decode(), False, frozenset()), json.loads(reply.body)["choices"][0]["message"]
