"""Each separation rule over the management API and the command line: what is refused, and what must pass beside it.

One console on real sockets for the whole module, with real tables; every person calls with a token of their own. The same
rules on PostgreSQL: tests/unit/store/test_dutyguards.py, test_gateguards.py and test_databaseroles.py.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from sqlalchemy import insert

from tests.console_fakes import BUNDLE_KEY, SERVICE_TOKENS, START, TWO_CLAUSES, make_dependencies
from tests.wire.test_management_api import Running
from wardlaw.cli.client import ManagementClient
from wardlaw.cli.run import run
from wardlaw.config.detection import BuiltIn
from wardlaw.config.loosening import Detecting
from wardlaw.console.api.deps import Glance
from wardlaw.console.serve import TcpListener, UnixListener
from wardlaw.facts.errors import RefusedError, WardlawError
from wardlaw.facts.person import Person, Role
from wardlaw.governance.operations import Service
from wardlaw.store.database import reading, writing
from wardlaw.store.exemptions import load_exemptions
from wardlaw.store.people import add_person
from wardlaw.store.secrets import list_secrets
from wardlaw.store.tables import RECORD
from wardlaw.store.tokens import NewToken, TokenKind, create_token

# Account → roles, and the human behind it where one has several.
PEOPLE: dict[str, tuple[tuple[Role, ...], str]] = {
    "admin": ((Role.ADMIN,), "root@corp.example"),
    "admin2": ((), "root@corp.example"),
    "writer": ((Role.COMPLIANCE,), "wri@corp.example"),
    "writer2": ((Role.CISO,), "WRI@corp.example"),
    "legal": ((Role.LEGAL,), "lex@corp.example"),
    "legal2": ((Role.RISK,), "lex@corp.example"),
    "risk": ((Role.RISK,), ""),
    "ciso": ((Role.CISO,), ""),
    "secops": ((Role.SECOPS,), "sec@corp.example"),
    "secops2": ((Role.RISK,), "sec@corp.example"),
    "pipeline": ((Role.DEVSECOPS,), ""),
    "owner": ((Role.OWNER,), "own@corp.example"),
    "owner2": ((Role.LEGAL,), "own@corp.example"),
    "auditor": ((Role.AUDITOR,), "aud@corp.example"),
    "auditor2": ((), "aud@corp.example"),
}
TIGHTER = TWO_CLAUSES["one.yaml"].replace("over: 1000", "over: 500")
ASKED = {"clause": "GOV-07", "reason": "quarter end", "minutes": 60, "principals": ["user:ana"]}
GATE = "gate: {0}\ntitle: Before it goes live\nchecks: [{{id: owned, kind: sign-offs}}]\napprovals: {{roles: [ciso]}}\n"
CRM = {"id": "crm-bot", "title": "CRM bot", "owner": "person:owner", "purpose": "answers", "tier": "high"}


DECISION = {
    "leaf_index": 0, "id": "dec_1", "kind": "decision", "exchange": "exc_1", "at_ms": 1000, "gateway": "g", "epoch": 1,
    "seq": 0, "subject": "aa", "effect": "deny", "demanded": "deny", "action": "ModelCall", "route": "scan",
    "policies": "ff", "code": "clause", "envelope": b'{"kind":"decision","seq":0}',
}  # fmt: skip


class Erased:
    """Explains nothing: the inputs are gone."""

    def glance(self, row: Any, parts: Any) -> Glance:
        return Glance("", "")

    def explain(self, row: Any, parts: Any) -> dict[str, Any]:
        return {}


class Console:
    """The running console, its people, and the things the rules are about."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made = make_dependencies(folder)
        self.made.deps = msgspec.structs.replace(self.made.deps, explainer=Erased())
        self.tokens: dict[str, str] = {}
        self.things: dict[str, str] = {}
        self._patch = monkeypatch
        with writing(self.made.engine) as connection:
            for name, (roles, identity) in PEOPLE.items():
                person = Person(f"person:{name}", name, roles, identity=identity)
                add_person(connection, person, by="init", now=START)
                new = NewToken(TokenKind.API, person.id, person.id, 86_400.0, "")
                self.tokens[name] = create_token(connection, new, secret=os.urandom(32), now=START)[1]

    def prepare(self) -> None:
        """A clause in review, waivers, broken glass, an erasure, a secret, a system: each made by who may."""
        life = self.made.life
        life.is_on = True
        with writing(self.made.engine) as connection:
            life.keep(connection, life.adopt(connection, at=START), by="wardlaw", at=START, reason="", record="ctl_0")
            connection.execute(insert(RECORD), [DECISION])
        self.made.detecting.approve(asked_by="", by="wardlaw", at=START)
        self.made.detecting.wanted = Detecting(BuiltIn(secrets=False))
        self.made.policies.files["one.yaml"] = TIGHTER
        moved = self.call("writer", "POST", "/policy/clauses/GOV-20/review", {})
        waiver = self.call("owner", "POST", "/waivers", ASKED)["waiver"]["id"]
        second = self.call("owner", "POST", "/waivers", ASKED)["waiver"]["id"]
        self.call("legal", "POST", f"/waivers/{second}/answer", {"approves": True, "reason": "ok"})
        glass = {"reason": "outage", "minutes": 30, "principals": ["user:ben"]}
        erasure = {"subject": "aabbccdd", "reason": "asked for"}
        self.call("secops", "POST", "/secrets", {"id": "secret:x", "text": "hunter2-hunter2"})
        self.call("owner", "POST", "/systems", CRM)
        gate = self.call("risk", "POST", "/gates", {"text": GATE.format("live")})
        self.call("legal", "POST", "/gates/live/sign", {"digest": gate["digest"]})
        other = self.call("risk", "POST", "/gates", {"text": GATE.format("other")})
        asked = {"gate": "live", "system": "crm-bot", "author": "person:writer"}
        self.things = {
            "gate": other["digest"],
            "run": self.call("owner", "POST", "/gate-runs", asked)["run"]["id"],
            "digest": moved["digest"],
            "waiver": waiver,
            "second": second,
            "glass": self.call("secops", "POST", "/break-glass", glass)["glass"]["id"],
            "erasure": self.call("writer", "POST", "/audit/erasures", erasure)["erasure"]["id"],
        }

    def client(self, name: str) -> ManagementClient:
        return ManagementClient(url=self.made.addresses[1], token=self.tokens[name])

    def call(self, name: str, method: str, path: str, body: Any = None) -> Any:
        return self.client(name).call(method, path, body)

    def environment(self, name: str) -> dict[str, str]:
        return {"WARDLAW_URL": self.made.addresses[1], "WARDLAW_TOKEN": self.tokens[name]}

    def command(self, name: str, *words: str) -> int:
        """Exit code of a command of this person, in this process."""
        for key, value in self.environment(name).items():
            self._patch.setenv(key, value)
        return run(words)

    def filled(self, value: Any) -> Any:
        """With the ids of this console."""
        return json.loads(json.dumps(value).replace("<", "%(").replace(">", ")s") % self.things)


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    folder = tmp_path_factory.mktemp("separation")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_COLOR", "1")
        made = Console(folder, patch)
        made.made.path = Path(f"/tmp/wl-sod-{os.getpid()}-{threading.get_ident() % 10**6}.sock")
        with Running(made.made, UnixListener(made.made.path, 0o600), TcpListener("127.0.0.1", 0)):
            made.prepare()
            yield made
        made.made.engine.dispose()


class Way(NamedTuple):
    """One way to break a rule: who, by the API and by the command (empty where it has none)."""

    rule: str
    who: str
    method: str
    path: str
    body: Any
    words: tuple[str, ...]
    why: str


YES = {"approves": True, "reason": "ok"}
APPROVE = ("policy", "approve", "GOV-20", "--digest", "<digest>")
GRANT = ("waiver", "approve", "<waiver>", "--reason", "ok")
REVIEWED = {"justified": True, "review": "right"}
REVIEW = ("break-glass", "review", "<glass>", "--review", "right", "--justified")
LOWER = {"tier": "minimal", "reason": "assessed anew"}
LOWERED = ("system", "change", "crm-bot", "--tier", "minimal", "--reason", "assessed anew")
CONTENT = ("explain", "dec_1", "--purpose")

WAYS = [
    Way("SOD-1", "writer2", "POST", "/policy/clauses/GOV-20/approve", {"digest": "<digest>"}, APPROVE, "by a second account"),
    Way("SOD-1", "writer2", "POST", "/policy/clauses/GOV-20/reject", {"digest": "<digest>", "reason": "x"},
        ("policy", "reject", "GOV-20", "--digest", "<digest>", "--reason", "x"), "to send it back by a second account"),
    Way("SOD-2", "pipeline", "POST", "/policy/clauses/GOV-20/enforce", None,
        ("policy", "publish", "--enforce", "GOV-20"), "what nobody approved"),
    Way("SOD-2", "admin", "PATCH", "/persons/person:pipeline", {"roles": ["devsecops", "legal"]},
        ("person", "change", "pipeline", "--role", "devsecops", "--role", "legal"), "roles that do not meet"),
    Way("SOD-3", "owner2", "POST", "/gate-runs/<run>/answer", YES, ("gate", "approve", "<run>", "--reason", "ok"),
        "by a second account of who asked"),
    Way("SOD-3", "writer2", "POST", "/gate-runs/<run>/answer", YES, ("gate", "approve", "<run>", "--reason", "ok"),
        "by a second account of who made the model"),
    Way("SOD-3", "risk", "POST", "/gates/other/sign", {"digest": "<gate>"}, ("gate", "sign", "other", "--digest", "<gate>"),
        "thresholds of one's own"),
    Way("SOD-4", "owner2", "POST", "/waivers/<waiver>/answer", YES, GRANT, "by a second account of who asked"),
    Way("SOD-5", "admin", "PATCH", "/persons/person:admin", {"roles": ["admin", "devsecops"]},
        ("person", "change", "admin", "--role", "admin", "--role", "devsecops"), "a role for oneself"),
    Way("SOD-5", "admin", "PATCH", "/persons/person:admin2", {"roles": ["devsecops"]},
        ("person", "change", "admin2", "--role", "devsecops"), "a role for an account of one's own"),
    Way("SOD-5", "admin", "PATCH", "/persons/person:owner", {"roles": ["admin", "legal"]},
        ("person", "change", "owner", "--role", "admin", "--role", "legal"), "roles that do not meet"),
    Way("SOD-6", "admin", "PATCH", "/persons/person:auditor", {"roles": ["auditor", "owner"]},
        ("person", "change", "auditor", "--role", "auditor", "--role", "owner"), "a second role"),
    Way("SOD-6", "admin", "PATCH", "/persons/person:auditor2", {"roles": ["owner"]},
        ("person", "change", "auditor2", "--role", "owner"), "a second role for another account"),
    Way("ROLE", "auditor", "POST", "/waivers", ASKED,
        ("waiver", "request", "GOV-07", "--reason", "x", "--for", "1h", "--principal", "user:ana"), "an auditor changes nothing"),
    Way("SOD-7", "writer2", "POST", "/audit/erasures/<erasure>/confirm", None,
        ("audit", "erase", "--confirm", "<erasure>"), "by a second account"),
    Way("SOD-7", "writer", "POST", "/audit/erasures/<erasure>/confirm", None,
        ("audit", "erase", "--confirm", "<erasure>"), "by who asked"),
    Way("SOD-8", "owner", "PATCH", "/systems/crm-bot", LOWER, LOWERED, "by its owner"),
    Way("SOD-8", "pipeline", "PATCH", "/systems/crm-bot", {"tier": "prohibited"},
        ("system", "change", "crm-bot", "--tier", "prohibited"), "by who may not classify"),
    Way("SOD-8", "pipeline", "POST", "/systems", CRM | {"id": "other", "tier": "minimal"},
        ("system", "add", "other", "--title", "x", "--owner", "owner", "--purpose", "x", "--tier", "minimal"), "with a new system"),
    Way("SOD-8", "legal", "PATCH", "/systems/crm-bot", {"title": "Not theirs"},
        ("system", "change", "crm-bot", "--title", "Not theirs"), "legal classifies and registers nothing"),
    Way("SOD-9", "secops2", "POST", "/break-glass/<glass>/review", REVIEWED, REVIEW, "by a second account"),
    Way("SOD-10", "secops2", "DELETE", "/secrets/secret:x", None, ("secret", "remove", "secret:x"), "where nobody else asked"),
    Way("SOD-10", "secops2", "POST", "/detectors/loosen", None, ("detectors", "loosen"), "settings nobody else asked for"),
    Way("SOD-11", "secops", "POST", "/decisions/dec_1/content", {"purpose": "why not"}, (*CONTENT, "why not"), "without a case"),
    Way("ROLE", "admin", "POST", "/decisions/dec_1/content", {"purpose": "incident inc_1"}, (), "by an admin (SOD-5)"),
    Way("ROLE", "admin", "POST", "/policy/clauses/GOV-20/approve", {"digest": "<digest>"}, APPROVE, "by an admin (SOD-5)"),
    Way("ROLE", "admin", "POST", "/waivers/<waiver>/answer", YES, GRANT, "by an admin (SOD-5)"),
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{way.rule} {way.who} {way.why}")
def test_is_refused_by_the_api_and_on_the_command_line(
    console: Console, way: Way, capfd: pytest.CaptureFixture[str]
) -> None:
    before = len(console.made.recorder.records)
    rule = f"({way.rule})" if way.rule != "ROLE" else "needs one of the roles"
    with pytest.raises(RefusedError) as caught:
        console.call(way.who, way.method, console.filled(way.path), console.filled(way.body))
    assert caught.value.code == "WL-RGT-010"
    assert rule in caught.value.message
    told = console.made.recorder.records[before:]
    assert [(who, facts) for _, who, _, facts in told] == [(f"person:{way.who}", {"refused": way.rule})]
    if way.words:
        capfd.readouterr()
        assert console.command(way.who, *console.filled(way.words)) == 10
        said = capfd.readouterr().err
        assert rule in " ".join(said.split()), said


def test_one_human_is_one_voice_by_whatever_account(console: Console) -> None:
    # SOD-4: two accounts with two roles are not two persons.
    second = f"/waivers/{console.things['second']}/answer"
    with pytest.raises(WardlawError, match="WL-WVR-006"):
        console.call("legal2", "POST", second, YES)
    assert console.command("legal2", "waiver", "approve", console.things["second"], "--reason", "ok") == 2
    # SOD-9: nor does somebody break the glass again by a second account before anybody looked.
    assert console.command("secops", "break-glass", "open", "--reason", "again", "--principal", "user:ben") == 2
    assert (
        console.command("secops", "break-glass", "open", "--reason", "x", "--minutes", "61", "--principal", "user:b")
        == 2
    )
    # SOD-10: who asked does not agree by a second account; asking alone loosens nothing.
    assert console.command("secops", "secret", "remove", "secret:x") == 0
    assert console.command("secops2", "secret", "remove", "secret:x") == 10
    with reading(console.made.engine) as connection:
        assert [one.secret.id for one in list_secrets(connection)] == ["secret:x"]
    assert console.command("secops", "detectors", "loosen") == 0
    assert console.command("secops2", "detectors", "loosen") == 10
    assert console.command("secops", "detectors", "status") == 1
    # SOD-8: in two steps it is no milder.
    assert console.command("owner", "system", "change", "crm-bot", "--tier", "undetermined") == 0
    assert console.command("owner", "system", "change", "crm-bot", "--tier", "limited", "--reason", "x") == 10
    assert console.command("owner2", "system", "change", "crm-bot", "--tier", "limited") == 2  # legal, without a reason


def test_an_account_that_is_enabled_again_brings_no_second_role(console: Console) -> None:
    console.call("admin", "POST", "/persons", {"id": "person:twin", "name": "T", "roles": ["legal"], "identity": "t@x"})
    console.call("admin", "PATCH", "/persons/person:twin", {"disabled": True})
    console.call(
        "admin", "POST", "/persons", {"id": "person:twin2", "name": "T", "roles": ["auditor"], "identity": "t@x"}
    )
    with pytest.raises(RefusedError, match="SOD-6"):
        console.call("admin", "PATCH", "/persons/person:twin", {"disabled": False})
    assert console.command("admin", "person", "change", "twin", "--enable") == 10
    console.call("admin", "PATCH", "/persons/person:admin2", {"disabled": True})


def test_neither_a_process_nor_an_account_nobody_knows_is_a_person(console: Console) -> None:
    for service in Service:
        client = ManagementClient(socket_path=console.made.path, token=SERVICE_TOKENS[service])
        with pytest.raises(RefusedError, match="is not for the process"):
            client.post("/policy/clauses/GOV-20/approve", {"digest": console.things["digest"]})
    socket = ManagementClient(socket_path=console.made.path)
    with pytest.raises(RefusedError, match="WL-API-001"):
        socket.post(f"/waivers/{console.things['waiver']}/answer", YES)


def test_the_program_itself_ends_with_the_code_of_a_refusal(console: Console) -> None:
    words = [sys.executable, "-m", "wardlaw", *console.filled(APPROVE)]
    env = {**os.environ, **console.environment("writer2")}
    done = subprocess.run(words, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 10, done.stderr
    assert "SOD-1" in done.stderr


PASSES: list[tuple[str, str, tuple[str, ...]]] = [
    ("SOD-1", "legal", APPROVE),
    ("SOD-1", "ciso", APPROVE),
    ("SOD-2", "pipeline", ("policy", "publish")),
    ("SOD-2", "pipeline", ("policy", "backtest", "GOV-20")),
    ("SOD-2", "pipeline", ("policy", "publish", "--enforce", "GOV-20")),
    ("SOD-2", "admin", ("person", "change", "pipeline", "--role", "devsecops", "--role", "ciso")),
    ("SOD-3", "legal", ("gate", "sign", "other", "--digest", "<gate>")),
    ("SOD-3", "ciso", ("gate", "approve", "<run>", "--reason", "ok")),
    ("SOD-4", "risk", ("waiver", "approve", "<second>", "--reason", "ok")),
    ("SOD-5", "admin", ("person", "change", "owner", "--role", "owner", "--role", "secops")),
    ("SOD-6", "auditor", ("waiver", "list", "--everything")),
    ("SOD-7", "ciso", ("audit", "erase", "--confirm", "<erasure>")),
    ("SOD-8", "owner2", LOWERED),
    ("SOD-9", "ciso", REVIEW),
    ("SOD-10", "risk", ("secret", "remove", "secret:x")),
    ("SOD-10", "secops", ("detectors", "loosen")),
    ("SOD-10", "risk", ("detectors", "loosen")),
    ("SOD-10", "secops", ("detectors", "status")),
    ("SOD-11", "secops", (*CONTENT, "incident inc_1")),
]


def test_what_the_rules_leave_passes(console: Console, capfd: pytest.CaptureFixture[str]) -> None:
    for rule, who, words in PASSES:
        done = console.command(who, *console.filled(words))
        assert done == 0, (rule, words, capfd.readouterr().err)
    with reading(console.made.engine) as connection:
        standing = load_exemptions(
            connection, now=console.made.clock.now, keys=(BUNDLE_KEY.verifier,), ended={}
        ).standing
        assert [one.id for one in standing] == [console.things["second"]]
        assert list_secrets(connection) == ()
    assert console.made.policies.set_now.clauses[0].when.all[0].over == 500
    assert console.made.log.erased == ["aabbccdd"]
    history = console.call("auditor", "GET", "/systems/crm-bot")["history"]
    assert [(one["system"]["tier"], one["changed_by"], one["reason"]) for one in history] == [
        ("high", "person:owner", ""),
        ("undetermined", "person:owner", ""),
        ("undetermined", "person:ciso", ""),  # the gate's last sign-off approved it
        ("minimal", "person:owner2", "assessed anew"),
    ]
    assert console.made.recorder.of("decisions.content")[-1] == {"record": "dec_1", "purpose": "incident inc_1"}
