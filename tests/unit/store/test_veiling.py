from __future__ import annotations

import msgspec
from sqlalchemy import insert, select

from wardlaw.facts.effect import Effect
from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.asking import GrantQuestion
from wardlaw.inventory.findings import finding_id
from wardlaw.inventory.granting import GrantApproval
from wardlaw.inventory.model import Account, App, FeedKind, Grant, Group, Membership, RunState, Sighting, SyncRun
from wardlaw.inventory.rules import GrantFinding, Weight
from wardlaw.inventory.ruling import Fate, GrantRuling
from wardlaw.inventory.veiling import Alias
from wardlaw.store.activity import HOUR_S
from wardlaw.store.approvalbook import groups_of
from wardlaw.store.database import writing
from wardlaw.store.exercise import called_since, note_exercise
from wardlaw.store.findings import list_findings
from wardlaw.store.grantapprovals import keep_approval, list_grant_approvals
from wardlaw.store.grantdecisions import keep_rulings, list_rulings
from wardlaw.store.grantquestions import answer_question, keep_question
from wardlaw.store.inventory import begin_run, finish_run, take
from wardlaw.store.inventorytables import INVENTORY_LOT, INVENTORY_ROLLUP, INVENTORY_THING
from wardlaw.store.principallinks import PrincipalLink, link_principal, list_links
from wardlaw.store.pushes import note_deliveries
from wardlaw.store.settling import settle
from wardlaw.store.signalsout import enqueue_signal
from wardlaw.store.tables import METADATA
from wardlaw.store.thingquery import ThingQuery, list_things
from wardlaw.store.veiling import (
    Place,
    accounts_meant,
    count_named,
    door_names,
    is_known,
    names_of_accounts,
    veil_inventory,
)

NOW = 1_790_000_000.0
ZOE = "zoë@acme.example"


def listed(connection, directory: str, *things, feed: str = "tokens", at: float = NOW) -> None:
    run = begin_run(
        connection, SyncRun(f"r_{directory}_{feed}_{at}", directory, "google", feed, FeedKind.LISTING, at, "p")
    )
    take(connection, run.id, [Sighting(thing) for thing in things])
    finish_run(connection, run.id, ended=SyncRun("", "", "", "", FeedKind.LISTING, 0.0, "", RunState.COMPLETE, at + 1))


def aliases(connection, *places: Place) -> tuple[Alias, ...]:
    numbers = iter(range(100))
    return names_of_accounts(connection, places, lambda: f"erased-{next(numbers):026x}")


def test_accounts_of_one_mail_address_are_one_person(database) -> None:
    with writing(database) as connection:
        listed(connection, "acme", Account(ZOE, name="Zoë Grün"), Account("bob"), Grant("g", "eve", "a"))
        listed(connection, "slack", Account(ZOE.upper(), name="zoe"), Account("U1", name="Zoë Grün"))
        named = [Place("acme", ZOE)]
        meant = accounts_meant(connection, named, lambda _: False)
        assert meant == (Place("acme", ZOE), Place("slack", ZOE.upper()))
        assert accounts_meant(connection, (), "user:bob".__eq__) == (Place("acme", "bob"),)
        found = aliases(connection, *meant)
        assert {(one.text.casefold(), one.directory) for one in found} == {
            (ZOE, ""), ("zoë grün", ""), ("zoe", "slack"),
        }  # fmt: skip
        assert len({one.pseudonym for one in found}) == 1
        assert is_known(connection, Place("acme", "eve"))
        assert not is_known(connection, Place("slack", "eve"))
    assert door_names("a@b") == ("a@b", "user:a@b")


def test_rows_that_become_one_are_put_together(database) -> None:
    with writing(database) as connection:
        listed(connection, "acme", Account(ZOE), Grant("g", ZOE, "a"), Grant("h", ZOE.upper(), "b"), App("a"))
        hour = int(NOW // HOUR_S)
        for app in (ZOE, ZOE.title(), "other"):
            row = {
                "directory": "acme",
                "app": app,
                "method": "m",
                "asn": 1,
                "hour": hour,
                "calls": 2,
                "items": 3,
                "bytes": 4,
            }
            connection.execute(insert(INVENTORY_ROLLUP).values(**row))
        found = aliases(connection, Place("acme", ZOE))
        counted = count_named(connection, found)
        assert veil_inventory(connection, found) == counted == {"inventory_item": 3, "inventory_rollup": 2}
        assert veil_inventory(connection, found) == {}
        name = found[0].pseudonym
        rows = connection.execute(select(INVENTORY_ROLLUP.c.app, INVENTORY_ROLLUP.c.calls)).all()
        assert sorted(map(tuple, rows)) == [(name, 4), ("other", 2)]
        held = list_things(connection, ThingQuery(about=name)).items
        assert sorted(one.thing.id for one in held) == sorted([name, "g", "h"])
        words = connection.execute(select(INVENTORY_THING.c.words).where(INVENTORY_THING.c.id == name)).scalar_one()
        assert words in (f"{name} {name}", name)


def test_what_was_decided_about_grants_keeps_its_place(database) -> None:
    approval = GrantApproval(
        "gap_1",
        "app",
        "",
        "acme",
        ("*",),
        (ZOE, "b*"),
        "GRT-01",
        f"person:{ZOE}",
        "person:zoe",
        NOW,
        NOW + 9,
        "for Zoe",
    )
    with writing(database) as connection:
        listed(connection, "acme", Account(ZOE, name="zoe"))
        keep_approval(connection, approval)
        keep_approval(connection, msgspec.structs.replace(approval, id="gap_2", directory="other", accounts=("zoe",)))
        ruling = GrantRuling(
            "acme", f"{ZOE} app", "app", "dec_1", "d", Effect.HOLD, Fate.ASKED, "p", NOW, message=f"{ZOE}?"
        )
        keep_rulings(connection, [ruling], known=())
        link_principal(connection, PrincipalLink("acme", "app", f"user:{ZOE}", "person:a", NOW))
        found = aliases(connection, Place("acme", ZOE))
        name = found[0].pseudonym
        assert veil_inventory(connection, found) == {
            "grant_approval": 2, "grant_decision": 1, "inventory_item": 1, "principal_link": 1,
        }  # fmt: skip
        first, second = list_grant_approvals(connection)
        assert (first.accounts, first.owner) == ((name, "b*"), f"person:{name}")
        assert (first.approver, first.reason) == ("person:zoe", f"for {name}")
        assert (second.accounts, second.owner) == (("zoe",), f"person:{name}")  # a login of another directory
        assert list_rulings(connection)["acme", f"{name} app"].message == f"{name}?"
        assert [one.principal for one in list_links(connection)] == [f"user:{name}"]


def test_questions_what_was_called_deliveries_signals_lots_and_members_name_nobody(database) -> None:
    with writing(database) as connection:
        mail = "https://mail.google.com/"
        listed(
            connection, "acme", Account(ZOE, name="Zoë Grün"), App("a"), Grant("g", ZOE, "a", scopes=(mail,)),
            Group("sales"), Membership(f"sales {ZOE}", "sales", ZOE),
        )  # fmt: skip
        settle(connection, "acme", [finding(f"account {ZOE}")], now=NOW)
        keep_question(connection, GrantQuestion("gqn_1", "acme", f"g {ZOE}", ZOE, NOW))
        answer_question(connection, "gqn_1", reason="Zoë Grün reads mail", by="person:a", at=NOW)
        for account in (ZOE, "erased-" + "0" * 26):  # the second may have come by a platform that tells it again
            note_exercise(connection, "acme", [use(account, NOW + len(account))])
        note_deliveries(connection, "acme", {f"d-1/{ZOE}": NOW + 1e6}, now=NOW)
        plan = {"sub_id": {"format": "complex", "tenant": {"id": "acme"}, "user": {"email": ZOE}}, "txn": "rev_1"}
        enqueue_signal(connection, "siem", "rev_1", plan, at=NOW)
        known = aliases(connection, Place("acme", ZOE))
        counts = count_named(connection, known)
        assert veil_inventory(connection, known) == counts
        assert {"grant_question", "inventory_exercise", "inventory_delivery", "signal_out"} <= counts.keys()
        for table in METADATA.sorted_tables:
            rows = [[str(cell).casefold() for cell in row] for row in connection.execute(select(table))]
            assert not [row for row in rows for cell in row if "zoë" in cell or "zo\\u" in cell], table.name
        own = known[0].pseudonym
        (called,) = called_since(connection, "acme", since=0.0).items()
        assert called[0] == ("a", own)
        assert [row.account for row in connection.execute(select(INVENTORY_LOT))] == [own]
        approvals = (approval_of(("sales",)),)
        assert groups_of(connection, approvals).members("acme", "sales") == {own}
        (kept,) = list_findings(connection, "acme", about=f"account {own}")
        assert kept.id == finding_id("acme", kept.rule, kept.about)
        assert veil_inventory(connection, known) == {}


def approval_of(groups: tuple[str, ...]) -> GrantApproval:
    return GrantApproval(
        "p", "a", "", "", ("*",), (), "GRT-03", "person:a", "person:a", 1.0, NOW, "pilot", groups=groups
    )


def finding(about: str) -> GrantFinding:
    return GrantFinding("use-beside-the-door", Weight.HIGH, "acme", about, "", "", ("It was.",), "Look.")


def use(account: str, at: float) -> Activity:
    return Activity("e", at, Deed.USE, account=account, app="a", method="m")
