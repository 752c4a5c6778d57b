"""Texts of clauses between an editor and the files of a real installation."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.console.desks.conftest import NOW, House

from wardlaw.console.desks.backtest import BacktestDesk
from wardlaw.console.desks.drafts import DraftDesk
from wardlaw.console.desks.life import LifeDesk
from wardlaw.console.desks.policies import PolicyDesk
from wardlaw.console.rolebook import load_role_book
from wardlaw.facts.errors import InputError, UnavailableError
from wardlaw.governance.clauses import parse_clauses
from wardlaw.governance.life import LifeRules
from wardlaw.governance.moves import Author
from wardlaw.store.database import reading
from wardlaw.store.life import LifeStore

MARA = Author("person:mara", "mara")


@pytest.fixture
def policies(house: House) -> PolicyDesk:
    return PolicyDesk(house.places, clock=lambda: NOW)


@pytest.fixture
def drafts(house: House, policies: PolicyDesk) -> DraftDesk:
    backtests = BacktestDesk(house.keyring, clock=lambda: NOW)
    life = LifeDesk(policies, LifeStore(b"l" * 32), backtests, LifeRules(load_role_book()), is_on=True)
    return DraftDesk(policies, life)


def test_a_clause_of_a_file_with_many_is_replaced_alone(house: House, policies: PolicyDesk, drafts: DraftDesk) -> None:
    with reading(house.engine) as connection:
        found = drafts.reading(connection, "GOV-07", version=0, at=NOW)
        assert (found.version, found.is_enforced) == (0, True)
        text = found.file.replace("over: 100}", "over: 80}")
        tried = drafts.try_text(connection, text, at=NOW)
        assert (tried.problems, all(one.passed for one in tried.examples)) == ((), True)
        assert {one.clause for one in tried.changes} == {"GOV-07"}
        before = policies.sources()
        done = drafts.hand_in(connection, "GOV-07", text, based_on=found.on_disk, author=MARA, at=NOW)
        assert policies.sources() == before  # nothing is written before it is recorded
        done.write()
    after = policies.sources()
    changed = [name for name in after if after[name] != before[name]]
    assert len(changed) == 1
    ids = [one.id for one in parse_clauses(after[changed[0]], source="x")[0]]
    assert ids == [one.id for one in parse_clauses(before[changed[0]], source="x")[0]]
    assert len(ids) > 1
    assert done.moves[0].version.digest == tried.digest
    assert policies.check_clauses().ok
    assert "GOV-07" in drafts.ids()


def test_a_text_begun_from_another_is_a_conflict_and_one_written_by_hand_is_left_alone(
    house: House, policies: PolicyDesk, drafts: DraftDesk
) -> None:
    with reading(house.engine) as connection:
        found = drafts.reading(connection, "GOV-07", version=0, at=NOW)
        with pytest.raises(InputError, match="Somebody changed GOV-07") as caught:
            drafts.hand_in(connection, "GOV-07", found.file, based_on="0" * 64, author=MARA, at=NOW)
        assert caught.value.code == "WL-LIF-024"
        with pytest.raises(InputError, match="There is a GOV-07 already"):
            drafts.hand_in(connection, "GOV-07", found.file, based_on="", author=MARA, at=NOW)
        with pytest.raises(InputError, match="line 1"):
            drafts.hand_in(connection, "GOV-07", "id: [", based_on=found.on_disk, author=MARA, at=NOW)


def test_files_that_cannot_be_written_say_what_to_do(house: House, policies: PolicyDesk) -> None:
    policies.write_source("new.yaml", "# nothing\n")
    assert (Path(house.config.policies.dir) / "new.yaml").read_text() == "# nothing\n"
    with pytest.raises(UnavailableError) as caught:
        policies.write_source("no/such/folder.yaml", "x")
    assert caught.value.code == "WL-CTL-018"


def test_a_text_is_read_though_the_files_beside_it_are_broken(house: House, drafts: DraftDesk) -> None:
    with reading(house.engine) as connection:
        text = drafts.reading(connection, "GOV-07", version=0, at=NOW).file
        (Path(house.config.policies.dir) / "broken.yaml").write_text("id: [")
        assert drafts.reading(connection, "GOV-07", version=0, at=NOW).is_enforced
        assert drafts.try_text(connection, text, at=NOW).sentence
