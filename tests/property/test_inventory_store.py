"""The tables, with their bundles and their picture, tell exactly what merging one thing at a time would."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.engine import Engine

from wardlaw.facts.errors import InputError
from wardlaw.inventory.merge import absent, seen
from wardlaw.inventory.model import (
    Account,
    AccountState,
    App,
    Consent,
    Credential,
    FeedKind,
    Grant,
    Item,
    RunState,
    Sighting,
    SyncRun,
    Tristate,
    Use,
)
from wardlaw.inventory.rules import DAY_S, Limits, find
from wardlaw.inventory.standing import WIDE_RULES
from wardlaw.inventory.view import assemble, kind_of
from wardlaw.store.database import open_database
from wardlaw.store.inventory import begin_run, finish_run, list_items, list_runs, take
from wardlaw.store.inventorytables import INVENTORY_STANDING, INVENTORY_THING
from wardlaw.testing.databases import migrated_sqlite

BAD = "110671459871-30f1spbu0hptbs60cb4vsmv79i7bbvqj.apps.googleusercontent.com"
WHEN = st.sampled_from((0.0, 50 * DAY_S, 200 * DAY_S, 900 * DAY_S))
people, clients = st.sampled_from(("ada", "bob")), st.sampled_from((BAD, "b"))
things = st.one_of(
    st.builds(
        Grant,
        id=st.sampled_from(("g1", "g2", "g3")),
        account=people,
        app=clients,
        consent=st.sampled_from((Consent.USER, Consent.REQUESTED)),
        scopes=st.sampled_from(((), ("https://mail.google.com/",), ("openid",))),
        last_used_at=WHEN,
        usage_known=st.booleans(),
    ),
    st.builds(App, id=clients, name=st.sampled_from(("ChatGPT", "Gооgle")), verified=st.sampled_from(Tristate)),
    st.builds(Account, id=people, state=st.sampled_from(AccountState)),
    st.builds(
        Credential,
        id=st.sampled_from(("k1", "k2")),
        account=people,
        type=st.just("key"),
        created_at=WHEN,
        expires_at=WHEN,
        never_expires=st.booleans(),
    ),
    st.builds(Use, id=st.sampled_from(("u1", "u2", "u3")), account=people, app=clients, last_used_at=WHEN),
)
sightings = st.lists(
    st.one_of(
        st.builds(Sighting, things),
        st.builds(Sighting, things),
        st.builds(Sighting, things, at=st.sampled_from((150.0, 420.0, 9_999.0)), ended=st.booleans()),
    ),
    max_size=5,
)
steps = st.lists(
    st.tuples(
        st.sampled_from(("tokens", "activity")),
        st.sampled_from((FeedKind.LISTING, FeedKind.LISTING, FeedKind.EVENTS)),
        st.lists(sightings, max_size=2),
        st.sampled_from((RunState.COMPLETE, RunState.COMPLETE, RunState.INCOMPLETE, RunState.OPEN)),
        st.booleans(),
    ),
    max_size=6,
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory) -> Iterator[Engine]:
    path = tmp_path_factory.mktemp("inventory") / "wardlaw.db"
    path.write_bytes(migrated_sqlite())
    opened = open_database(f"sqlite:///{path}")
    yield opened
    opened.dispose()


class Model:
    """One dictionary, and the pure rules."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str, str], Item] = {}

    def take(self, run: SyncRun, page: list[Sighting]) -> None:
        for one in page:
            key = (run.feed, kind_of(one.thing), one.thing.id)
            self.items[key] = seen(self.items.get(key), one, run)

    def end(self, run: SyncRun, state: RunState, shown: int) -> None:
        if not shown:
            return
        ended = msgspec.structs.replace(run, state=state)
        self.items |= {key: absent(item, ended) for key, item in self.items.items() if key[0] == run.feed}


@given(steps, st.lists(sightings, max_size=3))
@settings(
    max_examples=60,
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
def test_tables_tell_what_merging_one_at_a_time_tells(engine, history, again) -> None:
    model = Model()
    with engine.connect() as connection, connection.begin() as transaction:
        open_runs: list[SyncRun] = []
        for number, (feed, kind, pages, state, late) in enumerate(history, 1):
            run = SyncRun(f"run_{number}", "acme", "google", feed, kind, 100.0 * number, "person:a")
            begin_run(connection, run)
            told = [*pages, *again] if kind is FeedKind.LISTING else pages
            for page in told:
                take(connection, run.id, page)
                model.take(run, page)
            if late:  # an older run of any feed goes on, where that is still allowed
                for old in open_runs:
                    try:
                        take(connection, old.id, [one for page in again for one in page])
                    except InputError:
                        continue
                    model.take(old, [one for page in again for one in page])
            if state is RunState.OPEN:
                open_runs.append(run)
                continue
            finish_run(connection, run.id, ended=msgspec.structs.replace(run, state=state))
            model.end(run, state, sum(map(len, told)))
        rows = {(one.feed, kind_of(one.thing), one.thing.id): one for one in list_items(connection)}
        assert rows == model.items
        in_order = sorted(model.items.values(), key=lambda one: (kind_of(one.thing), one.thing.id, one.feed))
        whole = assemble(in_order, list_runs(connection))
        columns = INVENTORY_THING.c
        drawn = connection.execute(select(columns.kind, columns.id, columns.is_there)).all()
        assert sorted(map(tuple, drawn)) == sorted((kind_of(i.thing), i.thing.id, i.is_there) for i in whole.items)
        kept = INVENTORY_STANDING.c
        for at in (60 * DAY_S, 300 * DAY_S, 1_400 * DAY_S):
            query = select(kept.rule, kept.about).where(kept.holds_from <= at, kept.holds_until > at)
            found = {(one.rule, one.about) for one in find(whole, at=at, limits=Limits())}
            assert {*map(tuple, connection.execute(query))} == {one for one in found if one[0] not in WIDE_RULES}
        transaction.rollback()
