"""A running gateway opens on a live verdict and closes when any of its grounds goes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy.engine import Connection

from tests.wire.house import House
from tests.wire.trail import Trail
from wardlaw import Client, Guarded
from wardlaw.evidence.attestation import Attestation, Says
from wardlaw.facts.canary import CanaryOutcome, CanaryRun
from wardlaw.facts.gate import GateMode
from wardlaw.facts.incident import Incident
from wardlaw.register.checks import CheckOutcome
from wardlaw.register.gates.verdict import Verdict
from wardlaw.register.system import MadeOf, System
from wardlaw.store.attestations import keep_attestation, withdraw_attestation
from wardlaw.store.canaries import CanaryRuns, settle_incident
from wardlaw.store.systems import add_system, change_system
from wardlaw.store.verdictbook import keep_verdict, revoke_verdict

DEADLINE_S = 10.0
"""When the test gives up; what it took is told in docs/gates.md."""
MADE = MadeOf(model="a" * 64)
CV = System("cv", "CV", "person:ann", "ranks", routes=("scan",), made_of=MADE)
ART_14 = "eu-ai-act:art-14"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, "http://127.0.0.1:9/v1")
    made.start()
    yield made
    made.stop()


class Door:
    """A caller of the system, and what people do in the tables meanwhile."""

    def __init__(self, house: House, client: Client) -> None:
        self.house = house
        self.client = client
        self.took_s: dict[str, float] = {}

    def ask(self) -> Guarded:
        return self.client.guard("What is the capital of France?")

    def after(self, what: str, change: Callable[[Connection], object], *, code: str) -> Guarded:
        """Make a change, and ask until the door answers otherwise."""
        with self.house.writing() as connection:
            change(connection)
        begun = time.monotonic()
        while (answer := self.ask()).code != code:
            assert time.monotonic() - begun < DEADLINE_S, (what, answer)
            time.sleep(0.02)
        self.took_s[what] = time.monotonic() - begun
        return answer

    def verdict(self, connection: Connection, number: int, **changes: object) -> None:
        now = time.time()
        verdict = Verdict(
            f"vdt_{number}", "grn_1", "cv", "g" * 64, now - 9, "cv", 1, "production", MADE, "p" * 64, 0,
            CheckOutcome.PASS, "r" * 64, (), (), (ART_14,), ("GOV-07",), now - 1 + number / 1_000, now + 3_600,
        )  # fmt: skip
        signer = self.house.places.bundle_signer()
        verdict = msgspec.structs.replace(verdict, **changes)
        keep_verdict(connection, verdict, sign=signer.sign, keys=self.house.places.bundle_keys())


def canary(connection: Connection, number: int, outcome: CanaryOutcome) -> None:
    run = CanaryRun(f"crn_{number}", f"can_{number}", "GOV-07", "scan", "x", time.time(), outcome, "", 1, "")
    incident = Incident(
        f"inc_{number}", run.canary, "aa", "canary-failed", run.at, run.at, f"{run.clause} did not stop its canary"
    )
    opened = settle_incident(connection, run, incident, channels=())
    CanaryRuns(connection).keep(msgspec.structs.replace(run, incident=opened))


def vouch(connection: Connection, name: str) -> None:
    now = time.time()
    keep_attestation(
        connection, Attestation(name, ART_14, "cv", Says.MET, "a person looks", now - 5, now + 3_600, "person:ann", now)
    )


def test_the_door_opens_on_a_live_verdict_and_closes_on_each_ground(house: House) -> None:
    with Client(house.url, house.key("ada")) as client:
        door = Door(house, client)
        assert door.ask().code == ""
        # A new system starts at warn: recorded, and never refused.
        with house.writing() as connection:
            add_system(connection, CV, by="person:ann", now=time.time())
        enforced = msgspec.structs.replace(CV, gate_mode=GateMode.ENFORCE)

        def change(system: System) -> Callable[[Connection], object]:
            return lambda connection: change_system(connection, system, by="person:ann", now=time.time())

        shut = door.after("enforced", change(enforced), code="gate_closed")
        assert shut.verdict == "deny"

        def open_it(connection: Connection) -> None:
            vouch(connection, "att_1")
            door.verdict(connection, 1)

        door.after("opened", open_it, code="")
        other = msgspec.structs.replace(enforced, made_of=MadeOf(model="b" * 64))
        door.after("changed model", change(other), code="gate_closed")
        door.after("model as before", change(enforced), code="")
        door.after("sign-off taken back", lambda c: withdraw_attestation(c, "att_1", by="person:ann", now=time.time()),
                   code="gate_closed")  # fmt: skip
        door.after("vouched again", lambda c: vouch(c, "att_2"), code="")
        door.after("failed canary", lambda c: canary(c, 1, CanaryOutcome.FAIL), code="gate_closed")
        door.after("canary stopped again", lambda c: canary(c, 2, CanaryOutcome.PASS), code="")
        door.after("revoked", lambda c: revoke_verdict(c, "cv", by="person:ann", now=time.time(), reason="complaints"),
                   code="gate_closed")  # fmt: skip
        door.after("a new verdict", lambda c: door.verdict(c, 2), code="")
        door.after("made of something else", lambda c: door.verdict(c, 3, made_of=MadeOf()), code="gate_closed")
        closed = Trail(house).inputs(shut.decision).state.gates
        assert [(one.system, one.mode, one.why) for one in closed] == [
            ("cv", GateMode.ENFORCE, "no gate has given it a verdict")
        ]
    print({name: round(took, 2) for name, took in door.took_s.items()})
