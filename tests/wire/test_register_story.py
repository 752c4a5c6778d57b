"""From a wish to an open route on a running installation, and what closes it again; on SQLite and PostgreSQL."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert, select

from tests.unit.register.answered import answered
from tests.wire.governing import ART_14, YES, Register
from tests.wire.house import STARTER
from tests.wire.trail import Trail
from wardlaw import Client
from wardlaw.audit.note import signer_key
from wardlaw.facts.canary import CanaryOutcome
from wardlaw.facts.gate import GateMode
from wardlaw.governance.fmt import write_clause
from wardlaw.governance.forms import clause_from_form
from wardlaw.governance.shipped import templates
from wardlaw.register.gates.verdict import Verdict, verdict_message
from wardlaw.store.registertables import GATE_VERDICT
from wardlaw.testing.databases import postgres_database

DEADLINE_S = 15.0
"""When the test gives up; what it took is printed, and told in docs/gates.md."""
MODEL, OTHER = "a" * 64, "b" * 64
FORM = """
system: notes
kind: tool
title: Meeting notes
purpose: writes down what was agreed in meetings
owner: person:own
data_classes: [meetings]
vendor: Acme Notes
regions: [EU]
users: [sales]
days: 30
principals: ["user:ada"]
routes: [scan]
"""
GATE = """
gate: notes
title: Before notes go live
checks:
  - {id: classified, kind: classification, require: {max_age_days: 30}}
  - {id: oversight, kind: sign-offs, refs: ["eu-ai-act:art-14"]}
  - {id: live, kind: live, require: {clauses: [GOV-07], canaries: false}}
approvals: {roles: [ciso, legal]}
days: 30
"""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Register]:
    if request.param == "sqlite":
        yield from started(Register(tmp_path))
        return
    with postgres_database(request.getfixturevalue("postgres_url"), request.getfixturevalue("own_name")) as engine:
        url = engine.url.render_as_string(hide_password=False)
        engine.dispose()
        yield from started(Register(tmp_path, database=url))


def started(made: Register) -> Iterator[Register]:
    try:
        made.start_control()
        made.start()
        yield made
    finally:
        made.stop()
        made.stop_control()


class Door:
    """A caller of the system at the running gateway."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.took_s: dict[str, float] = {}

    def code(self) -> str:
        return self.client.guard("What was agreed?").code

    def after(self, what: str, change: Callable[[], object], *, code: str) -> None:
        """Make a change, and ask until the door answers otherwise."""
        change()
        begun = time.monotonic()
        while (told := self.code()) != code:
            assert time.monotonic() - begun < DEADLINE_S, (what, told)
            time.sleep(0.1)  # more often, and the clause about calls a minute answers instead
        self.took_s[what] = time.monotonic() - begun


def test_a_wish_becomes_an_open_route_and_each_ground_that_goes_closes_it(house: Register) -> None:
    with Client(house.url, house.key("ada")) as client:
        door = Door(client)
        request = asked_and_granted(house)
        door.after("a new system warns", lambda: None, code="")
        classified_by_three(house)
        two_editors_at_once(house)
        door.after(
            "enforced",
            lambda: house.call("own", "PATCH", "/systems/notes", {"gate_mode": "enforce"}),
            code="gate_closed",
        )
        opened(house, door)
        a_clause_of_its_own(house, door, request)
        grounds_that_go(house, door)
        verdicts_nobody_gave(house, door)
        door.after("taken back", lambda: house.call("lex", "POST", f"/intake/{request}/withdraw", {"reason": "complaints"}),
                   code="gate_closed")  # fmt: skip
        assert all(one["id"] != "notes" for one in house.call("aud", "GET", "/catalogue"))
        refused = client.guard("What was agreed?")
        gates = Trail(house).inputs(refused.decision).state
        assert [(one.system, one.mode) for one in gates.gates] == [("notes", GateMode.ENFORCE)]
        assert gates.systems == ("notes",)
    print({name: round(took, 2) for name, took in door.took_s.items()})


def asked_and_granted(house: Register) -> str:
    """Asked on the command line by its owner, and decided by those whose word is due and by nobody else."""
    (house.folder / "notes.yaml").write_text(FORM)
    done = house.run("own", "intake", "ask", "notes.yaml")
    assert (done.returncode, "It waits for: risk, legal" in done.stdout) == (0, True), done.stdout + done.stderr
    request = str(house.call("own", "GET", "/intake")[0]["request"]["id"])
    path = f"/intake/{request}/answer"
    for name in ("own", "dev", "aud"):
        assert house.refused(name, "POST", path, YES) == "WL-RGT-010"
    assert house.refused("cis", "POST", path, YES) == "WL-ITK-004"
    assert house.call("ris", "POST", path, YES)["missing"] == ["legal"]
    assert house.refused("ris", "POST", path, YES) == "WL-ITK-004"
    decided = house.run("lex", "intake", "decide", request, "--reason", "the contract is there")
    assert (decided.returncode, "is granted" in decided.stdout) == (0, True), decided.stdout + decided.stderr
    system = house.call("aud", "GET", "/systems/notes")["kept"]["system"]
    assert (system["lifecycle"], system["gate_mode"], system["vendors"]) == ("in-review", "warn", ["acme-notes"])
    proposal = house.call("lex", "GET", f"/intake/{request}/proposal")
    assert [one["template"] for one in proposal["clauses"]] == ["system-users", "system-region", "system-data"]
    return request


def classified_by_three(house: Register) -> None:
    """Three people answer parts of the questionnaire; while anything is open it is undetermined."""
    path = "/systems/notes/classification"
    said = {name: {"value": value, "reason": "looked"} for name, value in answered().items()}
    names = sorted(said)
    parts = [names[::3], names[1::3], names[2::3]]
    for version, (who, part) in enumerate(zip(("own", "ris", "lex"), parts, strict=True)):
        body = {"answers": {name: said[name] for name in part}, "version": version}
        view = house.call(who, "POST", path, body)
        assert (view["current"]["found"]["tier"] == "undetermined") == (version < 2), view["standing"]
        if version == 0:  # somebody who has not seen it overwrites nothing
            assert house.refused("ris", "POST", path, body) == "WL-CLS-003"
    by = {name: one["by"] for name, one in view["current"]["answers"].items()}
    assert {by[part[0]] for part in parts} == {"person:own", "person:ris", "person:lex"}
    unknown = {"answers": {names[0]: {"value": "unknown", "reason": "not sure"}}, "version": 3}
    open_again = house.call("own", "POST", path, unknown)
    assert open_again["standing"] != "approved"
    view = house.call("lex", "POST", path, {"answers": {names[0]: said[names[0]]}, "version": 4})
    assert view["standing"] == "approved"


def two_editors_at_once(house: Register) -> None:
    """Both look at one version: the second is told, and what the first said stays."""
    version = house.call("own", "GET", "/systems/notes")["kept"]["version"]
    first = {"title": "Notes of meetings", "version": version}
    assert house.call("own", "PATCH", "/systems/notes", first)["version"] == version + 1
    second = {"users": ["sales", "hr"], "version": version}
    assert house.refused("dev", "PATCH", "/systems/notes", second) == "WL-SYS-005"
    kept = house.call("dev", "PATCH", "/systems/notes", {**second, "version": version + 1})["system"]
    assert (kept["title"], kept["users"]) == ("Notes of meetings", ["sales", "hr"])
    made_of = {"made_of": {"model": MODEL}}
    house.call("own", "PATCH", "/systems/notes", made_of)
    # Another model is another system to the law: it is looked at again.
    assert house.call("own", "GET", "/systems/notes/classification")["standing"].startswith("reopened")
    house.classify("lex", "notes", 5)


def opened(house: Register, door: Door) -> None:
    """Thresholds signed first, a run, and sign-offs by the roles due."""
    digest = house.call("dev", "POST", "/gates", {"text": GATE})["digest"]
    asked = {"gate": "notes", "system": "notes", "author": "person:cis"}
    assert house.refused("own", "POST", "/gate-runs", asked) == "WL-GAT-009"
    assert house.refused("dev", "POST", "/gates/notes/sign", {"digest": digest}) == "WL-RGT-010"
    assert house.run("ris", "gate", "sign", "notes", "--digest", digest[:12]).returncode == 0
    first = house.call("own", "POST", "/gate-runs", asked)
    assert (first["outcome"], first["state"]) == ("review", "waiting")  # nobody vouches for oversight yet
    assert (
        house.refused("cis", "POST", f"/gate-runs/{first['run']['id']}/answer", YES) == "WL-RGT-010"
    )  # SOD-3: its author
    house.vouch("notes")
    signed_off(house, door, "opened")


def signed_off(house: Register, door: Door, what: str) -> str:
    """A run by its owner and the two sign-offs; answers the run."""
    run = str(house.call("own", "POST", "/gate-runs", {"gate": "notes", "system": "notes"})["run"]["id"])
    path = f"/gate-runs/{run}/answer"
    assert house.refused("own", "POST", path, YES) == "WL-RGT-010"
    assert house.refused("ris", "POST", path, YES) == "WL-GAT-007"
    assert house.call("lex", "POST", path, YES)["missing"] == ["ciso"]
    assert house.refused("lex", "POST", path, YES) == "WL-GAT-007"
    door.after(what, lambda: house.call("cis", "POST", path, YES), code="")
    assert house.call("own", "GET", "/systems/notes")["kept"]["system"]["lifecycle"] == "approved"
    return run


def a_clause_of_its_own(house: Register, door: Door, request: str) -> None:
    """What was proposed, once it is in force, stops whoever was not named, and nobody of another system."""
    (users,) = [
        one
        for one in house.call("lex", "GET", f"/intake/{request}/proposal")["clauses"]
        if one["template"] == "system-users"
    ]
    clause = clause_from_form(templates()["system-users"], users["fields"] | {"mode": "enforce"}, identity="SUS-01")
    starter = {path.name: path.read_text(encoding="utf-8") for path in STARTER.glob("*.yaml")}
    other = house.key("ben")
    own = {**starter, "own.yaml": write_clause(clause)}
    door.after("a clause of its own", lambda: house.publish(own, version=2), code="policy_denied")
    with Client(house.url, other) as stranger:
        assert stranger.guard("What was agreed?").code == ""
    door.after("the clause is gone", lambda: house.publish(starter, version=3), code="")


def grounds_that_go(house: Register, door: Door) -> None:
    """Model, sign-off and canary, each by whoever may; each opens again as it is documented."""

    def made_of(digest: str) -> Callable[[], object]:
        return lambda: house.call("own", "PATCH", "/systems/notes", {"made_of": {"model": digest}})

    door.after("changed model", made_of(OTHER), code="gate_closed")
    door.after("model as before", made_of(MODEL), code="")
    given = [one["id"] for one in house.call("lex", "GET", "/attestations") if one["clause"] == ART_14]
    door.after("sign-off taken back", lambda: [house.call("lex", "POST", f"/attestations/{one}/withdraw") for one in given],
               code="gate_closed")  # fmt: skip
    door.after("vouched again", lambda: house.vouch("notes"), code="")
    door.after("failed canary", lambda: house.canary(1, CanaryOutcome.FAIL), code="gate_closed")
    door.after("canary stopped again", lambda: house.canary(2, CanaryOutcome.PASS), code="")
    listed = {one["id"]: one for one in house.call("aud", "GET", "/catalogue")}
    assert (listed["notes"]["users"], listed["notes"]["regions"]) == (["sales", "hr"], ["EU"])
    assert time.time() < listed["notes"]["until"] <= time.time() + 30 * 86_400


def verdicts_nobody_gave(house: Register, door: Door) -> None:
    """Rows of verdicts that are forged, over, or another system's: the door believes none of them."""
    with house.writing() as connection:
        row = connection.execute(select(GATE_VERDICT).order_by(GATE_VERDICT.c.at.desc()).limit(1)).mappings().one()
    true = msgspec.json.decode(row["verdict"], type=Verdict)
    signer = house.places.bundle_signer()
    stranger = signer_key("stranger.example", b"s" * 32)

    def put(number: int, sign: Callable[[bytes], bytes], **changes: Any) -> Callable[[], object]:
        def write() -> None:
            fake = msgspec.structs.replace(true, id=f"vdt_{number}", **{"at": time.time() - 1, **changes})
            values = {
                **row, "id": fake.id, "verdict": msgspec.json.encode(fake).decode(), "at": time.time() + number,
                "signature": base64.b64encode(sign(verdict_message(fake))).decode(),
            }  # fmt: skip
            with house.writing() as connection:
                connection.execute(insert(GATE_VERDICT).values(**values))
            house.call(
                "own", "PATCH", "/systems/notes", {"title": f"Notes {number}"}
            )  # whoever writes rows tells no gateway

        return write

    door.after("forged verdict", put(1, stranger.sign), code="gate_closed")
    door.after("genuine verdict", put(2, signer.sign), code="")
    door.after("stale verdict", put(3, signer.sign, until=time.time() - 1), code="gate_closed")
    door.after("genuine again", put(4, signer.sign), code="")
    door.after("foreign verdict", put(5, signer.sign, system="other"), code="gate_closed")
    door.after("genuine at last", put(6, signer.sign), code="")
