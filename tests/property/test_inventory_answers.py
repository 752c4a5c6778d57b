"""What is answered from the picture and its counts is exactly what working everything out anew would answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.engine import Connection, Engine

from tests.property.test_inventory_store import BAD, sightings
from wardlaw.inventory.findings import (
    PENDING,
    FindingState,
    TrackedFinding,
    accepted,
    closed,
    come_again,
    no_longer,
    of_rule,
)
from wardlaw.inventory.governedrules import governed, governed_lots
from wardlaw.inventory.granted import asked_grants
from wardlaw.inventory.granting import DAY_S, ApprovalBook, GrantApproval, GrantApprovalState, due_before
from wardlaw.inventory.groups import GroupBook
from wardlaw.inventory.model import (
    Account,
    AccountKind,
    App,
    Consent,
    FeedKind,
    Grant,
    Membership,
    RunState,
    Sighting,
    SyncRun,
    Tristate,
)
from wardlaw.inventory.rules import GrantFinding, Limits, find, gravest_first
from wardlaw.inventory.view import Inventory, assemble
from wardlaw.store.approvalbook import groups_of
from wardlaw.store.database import open_database
from wardlaw.store.findingquery import FindingQuery, current_finding, current_findings
from wardlaw.store.findings import keep_finding
from wardlaw.store.grantquery import GrantQuery, grant_surroundings, list_grants, reach_of
from wardlaw.store.grantstanding import approvals_due, standing_lots
from wardlaw.store.inventory import begin_run, finish_run, list_items, list_runs, take
from wardlaw.store.inventorytables import INVENTORY_LOT
from wardlaw.store.settling import settle
from wardlaw.store.thingquery import crowds
from wardlaw.testing.databases import migrated_sqlite

DIRECTORIES = ("acme", "bolt")
approvals = st.lists(
    st.builds(
        GrantApproval,
        id=st.sampled_from(("p1", "p2", "p3", "p4")),
        app=st.sampled_from((BAD, "b", "g1", "")),
        publisher=st.just("Pub"),
        directory=st.sampled_from(("", *DIRECTORIES)),
        scopes=st.sampled_from((("*",), ("openid",), ("https://mail.google.com/",))),
        accounts=st.sampled_from(((), (), ("ada",), ("*b",))),
        groups=st.sampled_from(((), (), ("sales",), ("all", "none"))),
        clause=st.just("GRT-01"),
        owner=st.just("person:a"),
        approver=st.just("person:a"),
        approved_at=st.just(0.0),
        expires_at=st.sampled_from((100 * DAY_S, 400 * DAY_S, 2_000 * DAY_S)),
        reason=st.just("r"),
        ended_at=st.sampled_from((0.0, 0.0, 5.0)),
    ).map(lambda one: one if not one.app else msgspec.structs.replace(one, publisher="")),
    max_size=3,
    unique_by=lambda one: one.id,
)
more = st.one_of(
    st.builds(App, id=st.sampled_from((BAD, "b")), publisher=st.just("pub"), verified=st.sampled_from(Tristate)),
    st.builds(Account, id=st.sampled_from(("ada", "bob")), acts_as=st.sampled_from(AccountKind)),
    st.builds(
        Grant,
        id=st.sampled_from(("g1", "g2", "g4")),
        account=st.sampled_from(("", "ada", "bob", "eve")),
        app=st.sampled_from(("", "b")),
        consent=st.sampled_from((Consent.ADMIN, Consent.USER)),
        scopes=st.sampled_from((("https://mail.google.com/",), ("https://mail.google.com/", "openid"), ("new",))),
    ),
)
members = st.builds(
    Membership,
    id=st.sampled_from(("m1", "m2", "m3")),
    group=st.sampled_from(("sales", "all")),
    account=st.sampled_from(("ada", "bob", "")),
    inner=st.sampled_from(("", "sales")),
)
deeds = st.lists(st.tuples(st.sampled_from(("accept", "close")), st.integers(0, 9)), max_size=2)
steps = st.lists(
    st.tuples(
        st.sampled_from(DIRECTORIES),
        st.sampled_from((FeedKind.LISTING, FeedKind.LISTING, FeedKind.EVENTS)),
        st.tuples(sightings, st.lists(st.builds(Sighting, st.one_of(more, more, members)), max_size=6)).map(
            lambda both: [*both[0], *both[1]]
        ),
        st.sampled_from((RunState.COMPLETE, RunState.COMPLETE, RunState.INCOMPLETE)),
        deeds,
    ),
    min_size=1,
    max_size=5,
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory) -> Iterator[Engine]:
    path = tmp_path_factory.mktemp("answers") / "wardlaw.db"
    path.write_bytes(migrated_sqlite())
    opened = open_database(f"sqlite:///{path}")
    yield opened
    opened.dispose()


def drawn(connection: Connection, directory: str = "") -> Inventory:
    return assemble(list_items(connection, directory), list_runs(connection))


def book_now(connection: Connection, kept: list[GrantApproval]) -> ApprovalBook:
    """Approvals with who is in which group by everything that is known now."""
    return ApprovalBook(kept, GroupBook(drawn(connection).items))


def everything(connection: Connection, book: ApprovalBook, at: float, directory: str = "") -> list[GrantFinding]:
    """Every finding by every rule over every item; of two of one id the gravest."""
    whole = drawn(connection, directory)
    found = gravest_first((*find(whole, at=at, limits=Limits()), *governed(whole, book, at=at)))
    return [*{of_rule(one, at=at).id: one for one in reversed(found)}.values()]


def beside(connection: Connection, book: ApprovalBook, at: float, directory: str = "") -> list[GrantFinding]:
    platforms = dict.fromkeys(DIRECTORIES, "google")
    lots = [lot for lot, _ in standing_lots(connection, book, at=at, directory=directory, grave=True)]
    return [*governed_lots(lots, platforms), *crowds(connection, directory)]


class Model:
    """Findings as people and runs have left them."""

    def __init__(self) -> None:
        self.kept: dict[str, TrackedFinding] = {}

    def settle(self, found: list[GrantFinding], directory: str, *, at: float) -> None:
        there = set()
        for fresh in (of_rule(one, at=at) for one in found):
            there.add(fresh.id)
            known = self.kept.get(fresh.id)
            self.kept[fresh.id] = fresh if known is None else come_again(known, fresh, at=at)
        for id_, one in self.kept.items():
            if one.directory == directory and id_ not in there:
                self.kept[id_] = no_longer(one, at=at)

    def now(self, found: list[GrantFinding], *, at: float) -> dict[str, TrackedFinding]:
        current = {}
        for fresh in (of_rule(one, at=at) for one in found):
            known = self.kept.get(fresh.id)
            if known is None:
                current[fresh.id] = fresh
            else:
                current[fresh.id] = known if known.state is FindingState.CLOSED else come_again(known, fresh, at=at)
        over = {id_: no_longer(one, at=at) for id_, one in self.kept.items() if id_ not in current}
        return current | over


def told(one: TrackedFinding) -> tuple[object, ...]:
    """What must be the same; what a closed finding said last is not asked of the rules again."""
    words = () if one.state is FindingState.CLOSED else (one.weight, one.evidence, one.remedy, one.last_at)
    return one.id, one.state, one.rule, one.directory, one.about, one.first_at, one.until, one.decided_by, words


def act(connection: Connection, model: Model, book: ApprovalBook, deed: tuple[str, int], *, at: float) -> None:
    pending = [one for one in model.now(everything(connection, book, at), at=at).values() if one.state in PENDING]
    if not pending:
        return
    one = pending[deed[1] % len(pending)]
    known = current_finding(connection, one.id, beside(connection, book, at), at=at)
    assert known is not None
    assert told(known) == told(one)
    if deed[0] == "close":
        after = closed(known, by="person:a", reason="r", at=at)
    else:
        after = accepted(known, by="person:a", reason="r", at=at, until=at + 90 * DAY_S)
    keep_finding(connection, after)
    model.kept[one.id] = after


def check_findings(connection: Connection, model: Model, book: ApprovalBook, *, at: float) -> None:
    for directory in ("", "acme"):
        current = model.now(everything(connection, book, at, directory), at=at)
        current = {id_: one for id_, one in current.items() if directory in ("", one.directory)}
        worked = beside(connection, book, at, directory)
        for states in (PENDING, frozenset({FindingState.CLOSED}), frozenset(FindingState)):
            query = FindingQuery(at=at, states=states, directory=directory)
            answer = current_findings(connection, query, worked)
            wanted = [one for one in current.values() if one.state in states]
            assert sorted(map(told, answer.findings)) == sorted(map(told, wanted))
            assert answer.total == len(wanted)
            assert answer.pending == sum(one.state in PENDING for one in current.values())
            short = current_findings(connection, msgspec.structs.replace(query, limit=2), worked)
            assert (short.total, short.findings) == (answer.total, answer.findings[:2])


def check_groups(connection: Connection, kept: list[GrantApproval]) -> None:
    """What is read of memberships alone says who is in which group just as everything does."""
    whole, read = GroupBook(drawn(connection).items), groups_of(connection, kept)
    named = {(place, group) for place in DIRECTORIES for one in kept for group in one.groups}
    assert all(read.members(*one) == whole.members(*one) for one in named)


def check_grants(connection: Connection, kept: list[GrantApproval], book: ApprovalBook, *, at: float) -> None:
    whole = drawn(connection)
    asked = [*asked_grants(whole, book, at=at)]
    for state in ("", *GrantApprovalState):
        for about in ("", "ada", "b", "g1"):
            total, items = list_grants(connection, GrantQuery(standing=state, about=about), book, at=at)
            wanted = {
                (one.key, one.facts)
                for one in asked
                if state in ("", one.facts.approval) and about in ("", one.grant.account, one.grant.app, one.grant.id)
            }
            found = [*asked_grants(grant_surroundings(connection, items), book, at=at)]
            assert {(one.key, one.facts) for one in found} == wanted
            assert total == len(items) == len([*found])
    for one in asked:
        same = [
            other.grant
            for other in asked
            if other.facts.directory == one.facts.directory and other.grant.app == one.grant.app
        ]
        reach = reach_of(connection, one.facts.directory, one.grant.app, one.grant.id)
        assert reach == (len(same), len({grant.account for grant in same if grant.account}))
    due = due_before(kept, whole, before=500 * DAY_S, at=at)
    groups = groups_of(connection, kept)
    assert approvals_due(connection, kept, groups, before=500 * DAY_S, at=at) == due
    rows = connection.execute(select(INVENTORY_LOT)).all()
    whose = Counter((one.facts.directory, one.grant.app or f"\n{one.grant.id}", one.grant.account) for one in asked)
    assert all(whose[row.directory, row.name, row.account] for row in rows if row.grants == 1)
    assert not any(row.account for row in rows if row.grants > 1)
    assert all(row.grants > 0 for row in rows)
    assert sum(row.grants for row in rows) == len(asked)
    assert sum(row.whole for row in rows) == sum(not one.grant.account for one in asked)


@given(steps, approvals, st.sampled_from((60 * DAY_S, 300 * DAY_S, 1_400 * DAY_S)))
@settings(
    max_examples=40,
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
def test_kept_answers_are_those_worked_out_anew(engine, history, kept, last) -> None:
    model = Model()
    with engine.connect() as connection, connection.begin() as transaction:
        for number, (directory, kind, page, state, done) in enumerate(history, 1):
            at = 40 * DAY_S * number
            feed = "tokens" if kind is FeedKind.LISTING else "activity"
            run = SyncRun(f"run_{number}", directory, "google", feed, kind, at, "person:a")
            begin_run(connection, run)
            take(connection, run.id, page)
            finish_run(connection, run.id, ended=msgspec.structs.replace(run, state=state))
            book = book_now(connection, kept)
            if kind is FeedKind.LISTING:
                settle(connection, directory, beside(connection, book, at, directory), now=at)
                model.settle(everything(connection, book, at, directory), directory, at=at)
            for deed in done:
                act(connection, model, book, deed, at=at)
        check_groups(connection, kept)
        check_findings(connection, model, book, at=last)
        check_grants(connection, kept, book, at=last)
        transaction.rollback()
