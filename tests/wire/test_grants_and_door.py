"""An app that is revoked is refused at the door at once; a principal cut at the door is flagged in the inventory at once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.wire.house import START_S, House, free_port
from wardlaw.audit.proof import parse_proof, verify_proof
from wardlaw.cli.client import ManagementClient
from wardlaw.console.desks.records import RecordDesk
from wardlaw.facts.person import Person, Role
from wardlaw.facts.principal import PrincipalKind
from wardlaw.store.database import open_database, reading
from wardlaw.store.keyring_signing import trusted_keys
from wardlaw.store.people import add_person
from wardlaw.store.records import Search, get_record, search_records, stored_parts
from wardlaw.store.sequencer import Sequencer
from wardlaw.store.sequencing import log_parts

DEADLINE_S = 20.0
"""What a busy machine may take; the figure that was measured is printed."""

TRIPWIRE = "honeytoken-7f3a9c1e55d2b8"
GONE = {"presence": "gone", "method": "re-read", "status": 404}


def _control(folder: Path) -> str:
    return f'control: {{listen: "127.0.0.1:{free_port()}", socket: "{folder}/c.sock"}}\n'


class Governed(House):
    """A house with its management API, and a person who may do what is needed."""

    def __init__(self, folder: Path, *, extra: str = "") -> None:
        super().__init__(folder, "http://127.0.0.1:9", extra=_control(folder) + extra)
        self.control: subprocess.Popen[bytes] | None = None
        person = Person("person:ops", "Ops", (Role.SECOPS,), unix_uid=os.getuid())
        with self.writing() as connection:
            add_person(connection, person, by="test", now=time.time())
        self.client = ManagementClient(socket_path=folder / "c.sock")

    def start_control(self) -> None:
        with (self.folder / "control.log").open("ab") as log:
            command = [sys.executable, "-m", "wardlaw.cli.processes", "control", str(self.config_path)]
            self.control = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log, start_new_session=True)
        end = time.monotonic() + START_S
        while not (self.folder / "c.sock").is_socket() or not self.is_served():
            assert self.control.poll() is None, (self.folder / "control.log").read_text()
            assert time.monotonic() < end, (self.folder / "control.log").read_text()
            time.sleep(0.05)

    def is_served(self) -> bool:
        try:
            return bool(self.client.get("/health"))
        except Exception:
            return False

    def stop_control(self) -> None:
        if self.control is not None and self.control.poll() is None:
            os.killpg(self.control.pid, signal.SIGTERM)
            self.control.wait(10)

    def ask(self, key: str, text: str = "hello") -> tuple[int, str]:
        """Status of a request, and the text of its refusal."""
        body = {"model": "demo", "messages": [{"role": "user", "content": text}]}
        headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
        request = urllib.request.Request(f"{self.url}/chat/completions", json.dumps(body).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, ""
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Governed]:
    made = Governed(tmp_path_factory.mktemp("governed"))
    try:
        made.start_control()
        made.start()
        yield made
    finally:
        made.stop()
        made.stop_control()


def waited(what: Any) -> float:
    """Seconds until something holds."""
    start = time.monotonic()
    while not what():
        assert time.monotonic() - start < DEADLINE_S
        time.sleep(0.02)
    return time.monotonic() - start


def is_locked_out(answer: tuple[int, str]) -> bool:
    return answer[0] == 403


class Revoked(NamedTuple):
    """What came of a revocation: the view after it was confirmed, how long the door took, and the view after the report."""

    confirmed: dict[str, Any]
    took_s: float
    reported: dict[str, Any]


@pytest.fixture(scope="module")
def revoked(house: Governed) -> Revoked:
    key = house.key("reports", kind=PrincipalKind.AGENT)
    client = house.client
    begin = {"directory": "acme", "platform": "google", "feed": "tokens", "kind": "listing"}
    run = client.post("/inventory/runs", begin)["run"]["id"]
    grant = {"kind": "grant", "id": "g1", "account": "ada", "app": "app-1", "scopes": ["https://mail.google.com/"]}
    app = {"kind": "app", "id": "app-1", "name": "ChatGPT"}
    client.post(f"/inventory/runs/{run}/page", {"sightings": [{"thing": grant}, {"thing": app}]})
    client.post(f"/inventory/runs/{run}/end", {"complete": True})
    client.post("/grants/links", {"directory": "acme", "app": "app-1", "principal": "agent:reports"})
    step = {"id": "1", "kind": "grant", "subject": "g1", "account": "ada", "app": "app-1", "call": "DELETE"}
    plan = {"directory": "acme", "app": "app-1", "steps": [step], "reason": "not needed"}
    name = client.post("/revocations", plan)["revocation"]["id"]
    waited(lambda: house.ask(key)[0] not in (401, 403))  # the key is known
    assert not is_locked_out(house.ask(key))
    confirmed = client.post(f"/revocations/{name}/confirm")
    took = waited(lambda: is_locked_out(house.ask(key)))
    reported = client.post(f"/revocations/{name}/report", {"step": "1", "outcome": {"done": True}, "proof": GONE})
    return Revoked(confirmed, took, reported)


@pytest.fixture(scope="module")
def judged(house: Governed, revoked: Revoked) -> dict[str, Any]:
    assert revoked.confirmed
    return dict(house.client.post("/grants/judge", {"again": True}))


def test_an_app_that_is_revoked_is_refused_at_the_door(house: Governed, revoked: Revoked, record_property: Any) -> None:
    assert revoked.confirmed["revocation"]["links"] == ["agent:reports"]
    record_property("refused_after_s", revoked.took_s)
    print(f"\nrefused at the door {revoked.took_s:.3f} s after the revocation was confirmed")
    assert revoked.reported["state"] == "revoked"
    flagged = house.client.get("/inventory/findings", rule="locked-out-at-the-door")["findings"]
    assert {one["about"] for one in flagged} >= {"account agent:reports", "app app-1"}


def test_a_principal_cut_at_the_door_is_flagged_in_the_inventory(house: Governed, record_property: Any) -> None:
    house.secret("tripwire:planted", TRIPWIRE, tripwire=True)
    key = house.key("buyer", kind=PrincipalKind.AGENT)
    assert house.client.get("/inventory/item", id="agent:buyer", kind="account")["item"]["thing"]["state"] == "active"
    waited(lambda: house.ask(key, f"look at {TRIPWIRE}")[0] == 403)  # planted, so nobody honest sends it

    def flagged() -> bool:
        return "agent:buyer" in [one["principal"] for one in house.client.get("/inventory")["locked"]]

    took = waited(flagged)
    record_property("flagged_after_s", took)
    print(f"\nflagged in the inventory {took:.3f} s after the gateway cut it off")
    shown = house.client.get("/inventory/item", id="agent:buyer", kind="account")
    assert shown["item"]["thing"]["state"] == "suspended"
    assert "locked-out-at-the-door" in [one["rule"] for one in shown["findings"]]


def test_clauses_are_asked_by_the_running_house(house: Governed, judged: dict[str, Any]) -> None:
    assert judged["judged"] >= 1
    assert house.client.get("/grants/one", id="g1")["explanation"]["sentence"]


def sequence(house: House) -> None:
    """Have everything that was recorded in the log."""
    engine = open_database(house.places.database_url({}))
    sequencer = Sequencer(log_parts(house.places, engine), now=time.time)
    while sequencer.run_once():
        pass
    sequencer.close()
    engine.dispose()


def test_the_chain_of_a_revocation_stands_in_the_log(house: Governed, revoked: Revoked) -> None:
    assert revoked.reported
    (line,) = house.client.get("/revocations")
    sequence(house)
    command = [
        sys.executable,
        "-m",
        "wardlaw",
        "grants",
        "proof",
        line["id"],
        "--out",
        "proofs",
        "--config",
        str(house.config_path),
    ]
    done = subprocess.run(command, cwd=house.folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    for part in (
        "revoked: everything was found gone",
        "gone by re-read",
        "leaf ",
        "checkpoint: ",
        "locked out at the gateway",
    ):
        assert part in done.stdout, done.stdout
    view = house.client.get(f"/revocations/{line['id']}")
    told = {one["record"]["record"]: one["record"]["operation"] for one in view["records"]}
    assert sorted(told.values()) == ["revocations.confirm", "revocations.plan", "revocations.report"]
    engine = open_database(house.places.database_url({}))
    for record in told:
        with reading(engine) as connection:
            row = get_record(connection, record)
        proof = parse_proof((house.folder / "proofs" / f"{record}.tlog-proof").read_bytes())
        facts = verify_proof(proof, row.envelope, log_key=trusted_keys(house.places.log_key_path)[0].verifier)
        assert facts.index == row.leaf_index
        shown = house.client.get(f"/decisions/{record}")
        assert line["id"] in json.dumps(shown)  # the record itself says which revocation it is of
    engine.dispose()


def test_the_record_of_a_judging_names_grant_clause_and_effect(house: Governed, judged: dict[str, Any]) -> None:
    assert judged["judged"]
    sequence(house)
    engine = open_database(house.places.database_url({}))
    keyring = house.places.open_keyring(os.environ)
    with reading(engine) as connection:
        rows = search_records(connection, Search(kind="control", limit=500))
        parts = {row.id: stored_parts(connection, row.leaf_index) for row in rows}
    desk = RecordDesk(keyring, lambda _digest: None)
    told = [
        found["facts"]
        for row in rows
        if "grants.judge" in (found := desk.explain(row, parts[row.id])).get("sentence", "")
    ]
    keyring.close()
    engine.dispose()
    (decision,) = [one for facts in told for one in json.loads(facts["decisions"]) if one["grant"] == "g1"]
    told = {name: decision[name] for name in ("directory", "app", "effect", "clauses", "fate")}
    assert told == {"directory": "acme", "app": "app-1", "effect": "hold", "clauses": ["GRT-03"], "fate": "asked"}
