"""A clause from the form to the proof on a real Wardlaw, and each way in which it stops being proven."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.wire.cli import reported
from tests.wire.cli.test_clause_life import token, until
from tests.wire.cli.test_up import Machine

from wardlaw.cli.client import ManagementClient
from wardlaw.config.load import load_config
from wardlaw.facts.errors import InputError
from wardlaw.governance.bundle import bundle_payload
from wardlaw.governance.check import check
from wardlaw.store.bundle import read_bundle, write_bundle
from wardlaw.store.database import open_database, writing
from wardlaw.store.generations import Generation, bump
from wardlaw.store.installation import Installation

COVERS = ("hearing",)
CLAUSE, SYSTEM = "GOV-90", "crm-bot"
ROLES = {
    "writer": "compliance", "lex": "legal", "chief": "ciso", "rik": "risk", "ci": "devsecops", "sec": "secops",
    "own": "owner", "aud": "auditor",
}  # fmt: skip
PASSED = f"canary of {CLAUSE} on chat.completions: pass"
ACCOUNT = "Please pay DE89 3704 0044 0532 0130 00 today."


class Place:
    """The installation, its people, and what they see of the clause."""

    def __init__(self, folder: Path) -> None:
        self.machine = Machine(folder)
        made = self.machine.json("init", ".")
        config = folder / "wardlaw.yaml"
        text = config.read_text().replace("127.0.0.1:8085/v1", f"127.0.0.1:{self.machine.model}/v1")
        config.write_text(text.replace("  dir: policies\n", "  dir: policies\n  life: on\n"))
        reported.lose_a_segment(folder)
        self.machine.up()
        self.machine.run("token", "redeem", made["admin_token"])
        socket = folder / "c.sock"
        texts = {name: token(ManagementClient(socket_path=socket), name, role) for name, role in ROLES.items()}
        self.who = {name: {"WARDLAW_TOKEN": text} for name, text in texts.items()}
        # Commands where the story is told; what only leads there goes the way commands go, without one.
        self.api = {name: ManagementClient(socket_path=socket, token=text) for name, text in texts.items()}
        self.file = folder / "policies" / "gov-90.yaml"

    def agreed(self, clause: str) -> str:
        """Hand the clause in and have it approved by two; answers its digest."""
        digest: str = self.api["writer"].post(f"/policy/clauses/{clause}/review", {})["digest"]
        for name in ("lex", "chief"):
            self.api[name].post(f"/policy/clauses/{clause}/approve", {"digest": digest})
        return digest

    def line(self) -> tuple[str, str]:
        """State of the clause for the system, and why."""
        found: dict[str, Any] = {"counted": 0, "log_end": 1}
        while found["counted"] < found["log_end"]:
            found = self.api["aud"].get("/coverage")
        (one,) = (one for one in found["clauses"] if (one["clause"], one["system"]) == (CLAUSE, SYSTEM))
        return one["state"], one["why"]

    def tried(self) -> set[str]:
        """What comes of the canaries of the clause."""
        order = self.api["sec"].post("/canaries/orders", {"clause": CLAUSE})["id"]
        told: dict[str, Any] = {}

        def is_done() -> bool:
            told.update(self.api["sec"].get(f"/canaries/orders/{order}"))
            return bool(told["order"]["done_at"])

        until(is_done)
        return {one["outcome"] for one in told["runs"]}

    def incidents(self) -> list[str]:
        found = self.api["sec"].get("/incidents")
        return [one["id"] for one in found if (one["kind"], one["state"]) == ("canary-failed", "open")]

    def publish_by_hand(self, *texts: str) -> None:
        """A set that nobody approved, signed with the key of the installation, as whoever holds it could."""
        places = Installation(load_config(self.machine.folder / "wardlaw.yaml"))
        files = sorted(self.file.parent.glob("*.yaml"))
        sources = {path.name: path.read_text() for path in files if path != self.file}
        checked = check(sources | dict(enumerate_texts(texts)), today=datetime.now(tz=UTC).date())
        assert checked.ok, checked.problems
        bundle = read_bundle(places.bundle_path, trusted_keys=places.bundle_keys())
        write_bundle(
            places.bundle_path, bundle_payload(checked), places.bundle_signer().sign, version=bundle.version + 1
        )
        engine = open_database(places.database_url({}))
        with writing(engine) as connection:
            bump(connection, Generation.POLICIES)
        engine.dispose()

    def by_hand(self, old: str, new: str) -> None:
        """Change the approved text in the tables."""
        with sqlite3.connect(self.machine.folder / "data" / "wardlaw.db") as tables:
            tables.execute("UPDATE clause_version SET text = replace(text, ?, ?) WHERE clause = ?", (old, new, CLAUSE))
        tables.close()


def enumerate_texts(texts: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    yield from ((f"own-{number}.yaml", text) for number, text in enumerate(texts))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    place = Place(tmp_path_factory.mktemp("story"))
    try:
        yield place
    finally:
        place.machine.down()


def a_clause_is_proven_from_the_form_to_the_log(place: Place, folder: Path) -> None:
    machine, who, api = place.machine, place.who, place.api
    machine.run(
        "system", "add", SYSTEM, "--title", "CRM bot", "--owner", "own", "--purpose", "answers customers", "--role",
        "deployer", "--tier", "limited", "--principal", "user:crm", **who["own"],
    )  # fmt: skip
    fields = ("data=bank accounts", "purpose=paying invoices", "teams=finance", "risk=high", "mode=enforce")
    filled = [word for one in (f"id={CLAUSE}", *fields) for word in ("--set", one)]
    machine.run("policy", "new", "purpose", *filled)
    digest = place.agreed(CLAUSE)
    assert api["ci"].post("/policy/reload")["moved"] == [f"{CLAUSE} version 1 ({digest[:12]}): shadow"]
    assert place.line()[0] == "shadow"
    with pytest.raises(InputError, match="WL-CAN-012"):
        place.tried()  # it stops nothing yet, so nothing is asked to

    key = machine.run("key", "create", "crm", "--principal", "user:crm").strip()
    assert machine.ask(key, ACCOUNT)[0] == 200
    until(lambda: "would have stopped" in machine.run("policy", "backtest", CLAUSE, **who["ci"]))
    machine.run("policy", "publish", "--enforce", CLAUSE, **who["ci"])
    until(lambda: machine.ask(key, ACCOUNT)[0] == 403)
    assert place.line() == ("stale", "no canary has tried it out")
    assert "pass" in machine.run("canary", "run", CLAUSE, **who["sec"])

    found = machine.json("coverage", **who["aud"])
    (line,) = (one for one in found["clauses"] if (one["clause"], one["system"]) == (CLAUSE, SYSTEM))
    assert line["state"] == "proven", line
    assert found["proven"] >= 1
    shown = machine.run("evidence", "show", CLAUSE, "--system", SYSTEM, **who["aud"])
    prove, explain = (line.split()[1:] for line in shown.splitlines()[-2:])
    assert prove[2] in shown
    assert "tlog-proof" in machine.run(*prove, **who["aud"])
    assert CLAUSE in machine.run(*explain, **who["aud"])
    the_report_shows(place, folder / "proven", "proven", "its canary passed on", PASSED)


def a_file_or_a_row_edited_by_hand_is_drift(place: Place, folder: Path) -> None:
    approved = place.file.read_text()
    place.file.write_text(approved.replace("finance", "sales"))
    assert place.line() == ("drifted", "the file was edited, and nobody handed it in")
    the_report_shows(place, folder / "drifted", "drifted", "nobody handed it in", PASSED)
    assert place.tried() == {"pass"}  # of what was approved, not of what somebody wrote
    place.file.write_text(approved)
    assert place.line()[0] == "proven"
    place.by_hand("finance", "sales")
    state, why = place.line()
    assert (state, "rows of version 1 were changed by hand" in why) == ("drifted", True)
    place.by_hand("sales", "finance")
    assert place.line()[0] == "proven"


def the_report_shows(place: Place, folder: Path, state: str, why: str, *records: str) -> Path:
    """The state of the clause in a report, with its reason, the records it rests on proven, and the gap of the log."""
    told = reported.build(place.api["aud"], folder)
    assert reported.standing(told, CLAUSE)[0] == state
    assert why in reported.standing(told, CLAUSE)[1]
    for named in (*records, f"{CLAUSE} acted on traffic of {SYSTEM}"):
        assert reported.proven(told, named), named
    (gap,) = told["happened"]["gaps"]
    assert (gap["facts"]["lost"], reported.proven(told, "records are missing")) == ("records", [gap["record"]])
    return folder


def a_looser_set_is_noticed_at_once_and_its_canary_fails(place: Place, folder: Path) -> None:
    place.publish_by_hand(place.file.read_text().replace("finance", "not-on-the-list"))
    until(lambda: place.line()[0] == "drifted")
    place.by_hand("finance", "sales")  # and a hand in the tables does not hide it
    assert place.line()[0] == "drifted"
    place.by_hand("sales", "finance")
    until(lambda: "fail" in place.tried())
    state, why = place.line()
    assert (state, "failed at" in why) == ("bypassed", True)
    assert place.incidents()
    failed = f"canary of {CLAUSE} on chat.completions: fail"
    report = the_report_shows(place, folder / "bypassed", "bypassed", "failed at", failed)
    reported.trestle_has_nothing_to_say(report, folder / "trestle")
    reported.no_change_stays_unseen(report)
    place.api["ci"].post("/policy/reload")
    until(lambda: place.tried() == {"pass"})
    assert place.line()[0] == "proven"
    assert place.incidents() == []


def a_waiver_takes_the_proof_while_it_stands(place: Place) -> None:
    machine, who = place.machine, place.who
    asked = ("waiver", "request", CLAUSE, "--reason", "a demonstration", "--for", "1h", "--principal", "user:crm")
    waiver = machine.json(*asked, **who["own"])["waiver"]["id"]
    machine.run("waiver", "approve", waiver, "--reason", "fine", **who["lex"])
    assert place.line()[0] == "proven"  # one of two is nothing
    machine.run("waiver", "approve", waiver, "--reason", "fine", **who["rik"])
    assert place.line() == ("bypassed", f"an exception is in force: {waiver}")
    machine.run("waiver", "end", waiver, "--reason", "it is over", **who["sec"])
    assert place.line()[0] == "proven"


def a_version_tried_beside_it_takes_nothing_from_it(place: Place) -> None:
    place.file.write_text(place.file.read_text().replace("finance", "treasury"))
    place.agreed(CLAUSE)
    place.api["ci"].post("/policy/reload")
    until(lambda: place.tried() == {"pass"})
    assert place.line()[0] == "proven"
    assert not [one for one in place.api["aud"].get("/coverage")["clauses"] if "~" in one["clause"]]


def the_log_of_all_this_verifies(place: Place) -> None:
    place.machine.down()
    assert place.machine.json("audit", "verify")["sound"] is True
    assert "Traceback" not in place.machine.log


def test_the_story_of_a_proven_clause(place: Place, tmp_path: Path) -> None:
    """One installation, and each chapter after the one before."""
    a_clause_is_proven_from_the_form_to_the_log(place, tmp_path)
    a_file_or_a_row_edited_by_hand_is_drift(place, tmp_path)
    a_looser_set_is_noticed_at_once_and_its_canary_fails(place, tmp_path)
    a_waiver_takes_the_proof_while_it_stands(place)
    a_version_tried_beside_it_takes_nothing_from_it(place)
    the_log_of_all_this_verifies(place)
