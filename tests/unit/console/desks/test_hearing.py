"""What coverage hears of clauses, from real stores of one installation."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace as change
from sqlalchemy import text as sql
from tests.unit.console.desks.conftest import NOW, House
from tests.unit.governance.lives import BOOK, GOV, OPS, RULES
from tests.unit.governance.test_exemptions import GLASS, WAIVER, yes

from wardlaw.console.desks.backtest import BacktestDesk
from wardlaw.console.desks.coverage import CoverageDesk
from wardlaw.console.desks.hearing import WINDOW_S, HearingDesk
from wardlaw.console.desks.life import LifeDesk
from wardlaw.console.desks.policies import PolicyDesk
from wardlaw.evidence.coverage import State, clause_line
from wardlaw.evidence.observed import NOT_APPROVED, Observed
from wardlaw.evidence.running import RunningClause
from wardlaw.evidence.survey import Heard
from wardlaw.facts.canary import CanaryOutcome, CanaryRun
from wardlaw.facts.clauselife import SignOff
from wardlaw.facts.exemption import ExemptionScope
from wardlaw.facts.person import Role
from wardlaw.governance.exemptions import answered
from wardlaw.register.system import System
from wardlaw.store.canaries import CanaryRuns
from wardlaw.store.database import reading, writing
from wardlaw.store.exemptions import change_waiver, keep_glass, keep_waiver
from wardlaw.store.life import LifeStore

CRM = System("crm", "CRM", "person:ann", "answers", principals=("agent:crm-*",))
CLAUSE = "GOV-20"
SCOPE = ExemptionScope(principals=("agent:crm-7",))
DAY = date(2026, 9, 21)


class Scene:
    """Two published clauses, and everything that is known of them."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.folder = Path(house.config.policies.dir)
        for path in self.folder.iterdir():
            path.unlink()
        for name, text in {"g.yaml": GOV, "o.yaml": OPS}.items():
            (self.folder / name).write_text(text)
        self.policies = PolicyDesk(house.places, clock=lambda: NOW)
        self.publish()
        self.life = self.desk(is_on=True)

    def publish(self) -> None:
        self.policies.publish_now(self.policies.prepare_checked(self.policies.check_clauses()))

    def desk(self, *, is_on: bool) -> LifeDesk:
        backtests = BacktestDesk(self.house.keyring, clock=lambda: NOW)
        return LifeDesk(self.policies, LifeStore(b"k" * 32), backtests, RULES, is_on=is_on)

    def sign(self) -> None:
        """Both clauses taken over as they run, and one of them signed by all who must."""
        with writing(self.house.engine) as connection:
            plan = self.life.adopt(connection, at=NOW)
            assert plan is not None
            self.life.keep(connection, plan, by="wardlaw", at=NOW, reason="", record="ctl_1")
            digest = self.life.look(connection, CLAUSE, by="person:lex", at=NOW).version.digest
            risk = self.life.enforced(connection)[CLAUSE].content.risk
            for place, slot in enumerate(BOOK.sign_offs[risk]):
                name = f"person:p{place}"
                word = SignOff(f"sgn_{place}", digest, name, f"p{place}@x", (min(slot),), True, "", 0.0, NOW, 0.0)
                signed = self.life.sign(connection, CLAUSE, word)
                self.life.keep(connection, signed, by=name, at=NOW, reason="", record=f"ctl_{place + 2}")

    drift = ""

    def hear(self, *, is_on: bool = True, now: float = NOW) -> Heard:
        hearing = HearingDesk(
            self.desk(is_on=is_on), self.house.places.bundle_keys, self.house.places.endings_path, lambda: self.drift
        )
        with reading(self.house.engine) as connection:
            return hearing.hear(connection, self.running(), (CRM,), now)

    def running(self) -> tuple[RunningClause, ...]:
        coverage = CoverageDesk(
            self.house.keyring, self.policies.published, heard=lambda *_: Heard(), readings={}, clock=lambda: NOW
        )
        return coverage.running()

    def state(self, *, is_on: bool = True) -> State:
        """How the clause stands by what was heard alone."""
        heard = self.hear(is_on=is_on)
        one = next(one for one in self.running() if one.id == CLAUSE)
        seen = Observed(
            CLAUSE,
            CRM.id,
            mode=one.mode,
            running_digest=one.digest,
            approved=heard.approved.get(CLAUSE, NOT_APPROVED),
            canaries=heard.canaries.get(CLAUSE, ()),
            waivers=heard.waivers.get((CLAUSE, CRM.id), ()),
            break_glass_minutes=heard.break_glass_minutes.get(CLAUSE, 0.0),
        )
        return clause_line(seen, now=NOW, day=DAY).state

    def canary(self, outcome: CanaryOutcome, at: float) -> None:
        run = CanaryRun(f"crn_{at}", f"can_{at}", CLAUSE, "decide", "one", at, outcome, decision=f"dec_{at:.0f}")
        with writing(self.house.engine) as connection:
            CanaryRuns(connection).keep(run)

    def change_row(self, statement: str) -> None:
        """Change rows without Wardlaw."""
        with self.house.engine.begin() as connection:
            connection.execute(sql(statement))


@pytest.fixture
def scene(house: House) -> Scene:
    return Scene(house)


def test_without_a_life_of_clauses_nothing_is_approved(scene: Scene) -> None:
    scene.sign()
    scene.canary(CanaryOutcome.PASS, NOW - 1)
    assert scene.hear(is_on=False).approved == {}
    assert scene.state(is_on=False) is State.STALE
    assert scene.state() is State.PROVEN


def test_what_was_signed_is_approved_and_what_was_only_taken_over_is_not(scene: Scene) -> None:
    scene.sign()
    approved = scene.hear().approved
    digests = {one.id: one.digest for one in scene.running()}
    assert approved[CLAUSE].digest == digests[CLAUSE]
    assert approved[CLAUSE].by
    assert approved[CLAUSE].ends_at > NOW
    assert not approved["OPS-30"].by
    assert approved["OPS-30"].digest == ""
    assert scene.state() is State.STALE  # no canary has run


def test_a_canary_counts_by_its_last_pass_and_failure(scene: Scene) -> None:
    scene.sign()
    scene.canary(CanaryOutcome.PASS, NOW - 9)
    assert scene.state() is State.PROVEN
    scene.canary(CanaryOutcome.FAIL, NOW - 5)
    assert scene.state() is State.BYPASSED
    scene.canary(CanaryOutcome.PASS, NOW - 1)
    (found,) = scene.hear().canaries[CLAUSE]
    assert (found.passed_at, found.failed_at, found.record) == (NOW - 1, NOW - 5, f"dec_{NOW - 1:.0f}")
    assert scene.state() is State.PROVEN


def test_a_waiver_is_heard_once_granted_and_only_with_its_signature(scene: Scene) -> None:
    scene.sign()
    scene.canary(CanaryOutcome.PASS, NOW - 1)
    waiver = change(WAIVER, clause=CLAUSE, scope=SCOPE, asked_at=NOW - 90)
    sign = scene.house.places.bundle_signer().sign
    with writing(scene.house.engine) as connection:
        keep_waiver(connection, waiver)
    assert scene.state() is State.PROVEN
    with writing(scene.house.engine) as connection:
        for who, role in (("person:lex", Role.LEGAL), ("person:ris", Role.RISK)):
            waiver = answered(waiver, yes(who, role, at=NOW - 60))
            change_waiver(connection, waiver, sign=sign)
    assert scene.hear().waivers == {(CLAUSE, CRM.id): (waiver.id,)}
    assert scene.state() is State.BYPASSED
    scene.change_row("UPDATE waiver SET signature = ''")  # nobody signed it: it lifts nothing at the door either
    assert scene.hear().waivers == {}


def test_broken_glass_takes_the_proof_for_as_long_as_the_window_is(scene: Scene) -> None:
    scene.sign()
    scene.canary(CanaryOutcome.PASS, NOW - 1)
    opened = NOW - 1_800
    glass = change(GLASS, scope=SCOPE, opened_at=opened, ends_at=NOW + 1_800, review_by=NOW + 86_400)
    with writing(scene.house.engine) as connection:
        keep_glass(connection, glass, sign=scene.house.places.bundle_signer().sign)
    assert scene.hear().break_glass_minutes[CLAUSE] == 30.0
    assert scene.hear().waivers == {(name, CRM.id): (glass.id,) for name in scene.hear().break_glass_minutes}
    assert scene.state() is State.BYPASSED
    assert CLAUSE not in scene.hear(now=opened + WINDOW_S + 3_601).break_glass_minutes


def test_a_row_edited_by_hand_is_drift(scene: Scene) -> None:
    scene.sign()
    scene.canary(CanaryOutcome.PASS, NOW - 1)
    scene.change_row("UPDATE clause_version SET text = replace(text, '1000', '9999') WHERE clause = 'GOV-20'")
    assert "rows of version 1 were changed by hand" in scene.hear().approved[CLAUSE].drift
    assert scene.state() is State.DRIFTED


def test_a_hand_in_other_rows_hides_no_looser_set(scene: Scene) -> None:
    scene.sign()
    scene.canary(CanaryOutcome.PASS, NOW - 1)
    scene.change_row("UPDATE clause_version SET text = replace(text, 'under', 'over') WHERE clause = 'OPS-30'")
    assert scene.state() is State.PROVEN  # its own rows are whole, and its own text runs
    (scene.folder / "g.yaml").write_text(GOV.replace("1000", "9999"))
    scene.publish()
    (scene.folder / "g.yaml").write_text(GOV)
    assert scene.hear().approved[CLAUSE].drift == ""  # nothing can be compared, and still
    assert scene.state() is State.DRIFTED


def test_clauses_that_read_content_drift_where_detectors_see_less_than_was_approved(scene: Scene) -> None:
    scene.sign()
    before = scene.hear().approved
    scene.drift = "the configuration is looser than what was approved: built_in.secrets"
    reads = {one.id: one.reads_content for one in scene.running()}
    assert {name: one.drift or scene.drift * reads[name] for name, one in before.items()} == {
        name: one.drift for name, one in scene.hear().approved.items()
    }
