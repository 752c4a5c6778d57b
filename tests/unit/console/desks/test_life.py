"""From files and a signed bundle to versions, on a real installation; the steps are in api/test_clauselife.py."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.console_fakes import FakeBacktests, FakePolicies
from tests.unit.console.desks.conftest import NOW, House
from tests.unit.governance.lives import BY_HAND, GOV, OPS, RULES

from wardlaw.console.api.lifedesk import BacktestAsked, LifePlan
from wardlaw.console.desks.backtest import BacktestDesk
from wardlaw.console.desks.life import LifeDesk
from wardlaw.console.desks.policies import PolicyDesk
from wardlaw.facts.clauselife import SignOff
from wardlaw.facts.errors import InputError
from wardlaw.governance.moves import Author
from wardlaw.store.database import reading, writing
from wardlaw.store.life import LifeStore
from wardlaw.testing.databases import postgres_database


@pytest.fixture
def policies(house: House) -> PolicyDesk:
    """Few clauses, two of them by hand, published."""
    folder = Path(house.config.policies.dir)
    for path in folder.iterdir():
        path.unlink()
    for name, text in {"g.yaml": GOV, "o.yaml": OPS, **BY_HAND}.items():
        (folder / name).write_text(text)
    found = PolicyDesk(house.places, clock=lambda: NOW)
    found.publish_now(found.prepare_checked(found.check_clauses()))
    return found


def life(house: House, policies: PolicyDesk) -> LifeDesk:
    backtests = BacktestDesk(house.keyring, clock=lambda: NOW)
    return LifeDesk(policies, LifeStore(b"k" * 32), backtests, RULES, is_on=True)


def begun(house: House, policies: PolicyDesk) -> LifeDesk:
    desk = life(house, policies)
    with writing(house.engine) as connection:
        plan = desk.adopt(connection, at=NOW)
        assert plan is not None
        desk.keep(connection, plan, by="wardlaw", at=NOW, reason="", record="ctl_1")
        assert desk.adopt(connection, at=NOW) is None
    return desk


def test_what_is_in_force_becomes_the_first_version_to_the_letter(house: House, policies: PolicyDesk) -> None:
    desk = begun(house, policies)
    with reading(house.engine) as connection:
        overview = desk.overview(connection, at=NOW)
        assert [(one.clause, one.state, one.on_disk, one.drifted, one.needs) for one in overview.clauses] == [
            (name, "enforce", "same", (), "") for name in ("BASE", "GOV-20", "GOV-40", "OPS-30")
        ]
        plan = desk.publish(connection, at=NOW)
        assert plan.prepared is not None
        assert (plan.moves, plan.held, plan.prepared.digest) == ((), (), policies.in_force().digest)
        whole = desk.renewed(connection, at=NOW)
        assert whole is not None
        assert whole.clauses == policies.check_clauses().clauses
        assert life(house, policies).overview(connection, at=NOW).problem == ""


def test_a_clause_by_hand_without_its_file_cannot_be_taken_over(house: House, policies: PolicyDesk) -> None:
    (Path(house.config.policies.dir) / "hand.cedar").unlink()
    (Path(house.config.policies.dir) / "hand.examples.yaml").unlink()
    with reading(house.engine) as connection, pytest.raises(InputError, match="WL-LIF-011"):
        life(house, policies).adopt(connection, at=NOW)


def test_files_that_do_not_pass_are_told_and_the_rest_still_shown(house: House, policies: PolicyDesk) -> None:
    desk = begun(house, policies)
    (Path(house.config.policies.dir) / "g.yaml").write_text("id: [")
    with reading(house.engine) as connection:
        overview = desk.overview(connection, at=NOW)
        assert overview.problem.startswith("WL-CTL-003")
        assert len(overview.clauses) == 4


def test_a_bundle_nobody_approved_shows(house: House, policies: PolicyDesk) -> None:
    desk = begun(house, policies)
    path = Path(house.config.policies.dir) / "g.yaml"
    path.write_text(GOV.replace("1000", "9999"))
    policies.publish_now(policies.prepare_checked(policies.check_clauses()))
    path.write_text(GOV)
    with reading(house.engine) as connection:
        drifted = {one.clause: one.drifted for one in desk.overview(connection, at=NOW).clauses if one.drifted}
        assert drifted == {"GOV-20": ("what is in force is not what was approved",)}


@pytest.mark.postgres
def test_the_guards_of_postgresql_let_the_lawful_way_pass(postgres_url: str, own_name: str) -> None:
    files, backtests = FakePolicies(), FakeBacktests()
    desk = LifeDesk(files, LifeStore(b"k" * 32), backtests, RULES, is_on=True)  # type: ignore[arg-type]
    ann = Author("person:ann", "ann@x")
    backtests.at = NOW

    with postgres_database(postgres_url, own_name) as engine:

        def keep(plan: LifePlan | None, by: str = "person:ann") -> None:
            assert plan is not None
            desk.keep(connection, plan, by=by, at=NOW, reason="", record="ctl_1")

        with writing(engine) as connection:
            keep(desk.adopt(connection, at=NOW), "wardlaw")
            files.files["one.yaml"] = files.files["one.yaml"].replace("1000", "500")
            keep(desk.review(connection, "GOV-20", ann, at=NOW))
            for name, role in (("lex", "legal"), ("chief", "ciso")):
                digest = desk.look(connection, "GOV-20", by=f"person:{name}", at=NOW).version.digest
                word = SignOff(f"sgn_{name}", digest, f"person:{name}", f"{name}@x", (role,), True, "", 0.0, NOW, 0.0)
                keep(desk.sign(connection, "GOV-20", word), f"person:{name}")
            keep(desk.publish(connection, at=NOW), "person:ci")
            desk.backtest(connection, "GOV-20", BacktestAsked(0, 1), by="person:ci")
            desk.keep_backtest(connection, desk.tested(connection, "GOV-20", by="person:ci"), id_="bkt_1")
            keep(desk.enforce(connection, "GOV-20", at=NOW), "person:ci")
            files.files["two.yaml"] = files.files["two.yaml"].replace("under: 6", "under: 7")
            keep(desk.emergency(connection, "OPS-30", ann, at=NOW))
        with reading(engine) as connection:
            found = desk.overview(connection, at=NOW).clauses
            assert [(one.clause, one.state, one.enforced) for one in found] == [
                ("GOV-20", "enforce", 2),
                ("OPS-30", "enforce", 2),
            ]
            assert all("by hand" not in " ".join(one.drifted) for one in found)
