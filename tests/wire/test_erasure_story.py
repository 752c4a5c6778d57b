"""A person is erased on a real installation, and no table or file of its database has the name any more."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.wire.test_grants_and_door import Governed
from wardlaw.cli.client import ManagementClient
from wardlaw.facts.errors import WardlawError
from wardlaw.facts.person import Person, Role
from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.asking import GrantQuestion
from wardlaw.inventory.rules import GrantFinding, Weight
from wardlaw.store.exercise import note_exercise
from wardlaw.store.grantquestions import answer_question, keep_question
from wardlaw.store.people import add_person
from wardlaw.store.pushes import note_deliveries
from wardlaw.store.settling import settle
from wardlaw.store.signalsout import enqueue_signal
from wardlaw.store.tokens import NewToken, TokenKind, create_token

ANNA, NAME = "anna.gruenwald@acme.example", "Anna Gruenwald"
BEGIN = {"directory": "acme", "platform": "google", "feed": "tokens", "kind": "listing"}
THINGS = [
    {"kind": "account", "id": ANNA, "name": NAME, "acts_as": "human"},
    {"kind": "grant", "id": f"{ANNA} app-1", "account": ANNA, "app": "app-1", "scopes": ["https://mail.google.com/"]},
    {"kind": "app", "id": "app-1", "name": "Mail reader"},
    {"kind": "group", "id": "sales", "name": "Sales"},
    {"kind": "membership", "id": f"sales {ANNA}", "group": "sales", "account": ANNA},
]
EVENT = {
    "id": f"evt {ANNA}", "deed": "consent", "account": ANNA, "app": "app-1", "scopes": ["https://mail.google.com/"],
    "object": f"mailbox of {NAME}",
}  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Governed]:
    made = Governed(tmp_path_factory.mktemp("erasing"))
    try:
        made.start_control()
        yield made
    finally:
        made.stop_control()


def somebody(house: Governed, name: str, role: Role) -> ManagementClient:
    """Another person, by a token."""
    with house.writing() as connection:
        add_person(connection, Person(f"person:{name}", name, (role,)), by="test", now=time.time())
        new = NewToken(TokenKind.API, f"person:{name}", "test", 3_600.0)
        text = create_token(connection, new, secret=os.urandom(32), now=time.time())[1]
    return ManagementClient(socket_path=house.folder / "c.sock", token=text)


def read(house: Governed) -> None:
    client = house.client
    for begin in (BEGIN, BEGIN | {"feed": "activity", "kind": "events"}):
        run = client.post("/inventory/runs", begin)["run"]["id"]
        is_log = begin["kind"] == "events"
        page = {
            "sightings": [] if is_log else [{"thing": thing} for thing in THINGS],
            "activities": [EVENT | {"at": time.time()}] if is_log else [],
        }
        client.post(f"/inventory/runs/{run}/page", page)
        client.post(f"/inventory/runs/{run}/end", {"complete": True})


def plant(house: Governed) -> None:
    """The name in what no reading writes: a question with its answer, what was called, a delivery, a signal, a finding."""
    with house.writing() as connection:
        now = time.time()
        keep_question(connection, GrantQuestion("gqn_1", "acme", f"{ANNA} app-1", ANNA, now))
        answer_question(connection, "gqn_1", reason=f"{NAME} reads mail on the way", by="person:sec", at=now)
        note_exercise(connection, "acme", [Activity("e", now, Deed.USE, account=ANNA, app="app-1", method="list")])
        note_deliveries(connection, "acme", {f"push/{ANNA}": now + 1e6}, now=now)
        subject = {"format": "complex", "tenant": {"format": "opaque", "id": "acme"}, "user": {"email": ANNA}}
        enqueue_signal(connection, "siem", "rev_1", {"sub_id": subject, "events": {}}, at=now)
        about = f"account {ANNA}"
        found = GrantFinding("use-beside-the-door", Weight.HIGH, "acme", about, ANNA, "", (f"{NAME} did.",), "Look.")
        settle(connection, "acme", (found,), now=now)


def places_of(house: Governed) -> list[Path]:
    """Files of the database that hold a part of the name, the write-ahead log among them."""
    words = (b"gruenwald", b"anna.")
    files = [path for path in house.folder.rglob("wardlaw.db*") if path.is_file()]
    assert files
    return [path for path in files if any(word in path.read_bytes().lower() for word in words)]


def test_no_file_of_the_database_has_the_name_any_more(house: Governed) -> None:
    compliance, ciso = (somebody(house, *who) for who in (("comp", Role.COMPLIANCE), ("ciso", Role.CISO)))
    read(house)
    plant(house)
    assert places_of(house)
    grants = house.client.get("/inventory/items", kind="grant")["total"]
    asked = compliance.post("/audit/erasures", {"reason": "Art. 17", "accounts": [f"acme:{ANNA}"], "suppress": True})
    assert asked["inventory"]["rows"]["inventory_item"] == 3
    planted = {"grant_question", "inventory_exercise", "inventory_delivery", "signal_out", "inventory_finding"}
    assert planted <= asked["inventory"]["rows"].keys()
    path = f"/audit/erasures/{asked['erasure']['id']}/confirm"
    with pytest.raises(WardlawError):
        compliance.post(path)
    house.stop_control()
    house.start_control()  # what was asked for outlasts the process
    done = ciso.post(path)
    assert (done["erasure"]["state"], done["inventory"]["traces"]) == ("done", "")
    assert places_of(house) == []
    (pseudonym,) = done["inventory"]["accounts"]
    read(house)  # the platform still has the account
    assert house.client.get("/inventory/items", kind="grant")["total"] == grants
    assert house.client.get("/inventory/items", about=pseudonym)["total"] == 3
    assert places_of(house) == []
