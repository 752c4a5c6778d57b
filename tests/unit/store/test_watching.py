from __future__ import annotations

import msgspec

from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.findings import FindingChange
from wardlaw.inventory.model import Account, AccountKind, AccountState, App, FeedKind, RunState, Sighting, SyncRun
from wardlaw.inventory.watching.surroundings import AppFacts
from wardlaw.store.activity import keep_activities
from wardlaw.store.database import writing
from wardlaw.store.findings import list_findings
from wardlaw.store.inventory import begin_run, finish_run, take
from wardlaw.store.watching import adopt_app, judge_new

DAY = 86_400.0
START = 20_000 * DAY


def usual(days: range, asn: int = 64_500) -> list[Activity]:
    return [
        Activity(f"d{asn}-{day}-{n}", START + day * DAY + n * 3_600, Deed.USE, app="app", account="u", method="files.get", asn=asn, ip="20.1.1.1", user_agent="acme/1")
        for day in days
        for n in (9, 13)
    ]  # fmt: skip


def judged(connection, activities, *, now: float, facts=None) -> list[FindingChange]:
    keep_activities(connection, "acme", activities, now=now)
    return judge_new(connection, "acme", facts or {}, now=now)


def rules(connection) -> list[tuple[str, str]]:
    return [(one.rule, one.event) for one in list_findings(connection)]


def test_memory_lasts_from_run_to_run_and_nothing_is_judged_twice(database) -> None:
    whole = [*usual(range(20)), *usual(range(20, 22), asn=64_999)]
    for day in range(22):  # each in a transaction of its own, as after a restart
        with writing(database) as connection:
            part = [one for one in whole if int((one.at - START) // DAY) in (day - 1, day)]  # with an overlap
            judged(connection, part, now=START + (day + 1) * DAY)
    with writing(database) as connection:
        (finding,) = list_findings(connection)
        assert (finding.rule, finding.event, finding.count) == ("new-network", "d64999-20-9", 4)


def test_what_was_accepted_is_usual(database) -> None:
    with writing(database) as connection:
        judged(connection, [*usual(range(20)), *usual(range(20, 21), asn=64_999)], now=START + 21 * DAY)
        assert rules(connection) == [("new-network", "d64999-20-9")]
        adopt_app(connection, "acme", "app")
        adopt_app(connection, "acme", "nobody")
        judged(connection, usual(range(31, 33), asn=64_999), now=START + 33 * DAY)
        (finding,) = list_findings(connection)
        assert finding.last_at < START + 32 * DAY


def test_what_the_inventory_and_the_company_say_is_asked(database) -> None:
    with writing(database) as connection:
        run = begin_run(connection, SyncRun("run_1", "acme", "google", "users", FeedKind.LISTING, START, "p"))
        things = [
            Account("left", AccountKind.HUMAN, state=AccountState.SUSPENDED),
            Account("robot", AccountKind.NHI, state=AccountState.ACTIVE),
            App("gs", "Success Suite", "Gainsight"),
        ]
        take(connection, run.id, [Sighting(one) for one in things])
        finish_run(connection, run.id, ended=msgspec.structs.replace(run, state=RunState.COMPLETE, ended_at=START))
        facts = {"gs": AppFacts(approved=True, addresses=("20.0.0.0/8",))}
        first = [
            Activity("e1", START, Deed.USE, app="gs", account="robot", ip="20.1.1.1"),
            Activity("e2", START, Deed.USE, app="gs", account="left", ip="20.1.1.1"),
        ]
        assert judged(connection, first, now=START + 60, facts=facts) == []  # it may have left only after that
        later = [
            Activity("e3", START + 60 * DAY, Deed.USE, app="gs", account="left", ip="198.51.100.1"),
            Activity("e4", START + 60 * DAY + 5, Deed.USE, app="gs", account="robot", ip="20.1.1.1"),
            Activity("e5", START + 61 * DAY, Deed.ADVISORY, object="gainsight"),
        ]
        judged(connection, later, now=START + 61 * DAY, facts=facts)
        assert sorted(rules(connection)) == [
            ("address-outside-list", "e3"), ("dormant-active", "e3"), ("dormant-active", "e4"), ("owner-gone-active", "e3"),
            ("vendor-advisory", "e5"),
        ]  # fmt: skip
