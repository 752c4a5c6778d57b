"""Erasure through the API: names give way in the inventory and in what people wrote."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy import select

from tests.console_fakes import LIFE_KEY, SERVICE_TOKENS, START, TWO_CLAUSES, Api
from wardlaw.facts.person import Role
from wardlaw.governance.operations import Service
from wardlaw.store.database import reading, writing
from wardlaw.store.life import LifeStore
from wardlaw.store.tables import METADATA

BEGIN = {"directory": "acme", "platform": "google", "feed": "tokens", "kind": "listing"}
SUBJECT = "aabbccdd"
ANNA = "anna.blau@acme.example"
LOG = BEGIN | {"feed": "activity", "kind": "events"}
ASKED = {"reason": "Art. 17", "accounts": [f"acme:{ANNA}"]}


def sighting(kind: str, **fields) -> dict:
    return {"thing": {"kind": kind, **fields}}


THINGS = [
    sighting("account", id=ANNA, name="Anna Blau", acts_as="human", state="active"),
    sighting("account", id="bob@acme.example", name="Bob", acts_as="human"),
    sighting("account", id="bot@acme.example", name="Bot", acts_as="nhi", owner=ANNA),
    sighting("app", id="app-1", name="Mail reader"),
    sighting("grant", id=f"{ANNA} app-1", account=ANNA, app="app-1", scopes=["https://mail.google.com/"]),
    sighting("grant", id="bob app-1", account="bob@acme.example", app="app-1", scopes=["https://mail.google.com/"]),
    sighting("credential", id="key-1", account=ANNA, type="token", name="key of Anna Blau", never_expires=True),
]
EVENTS = [
    {"id": f"evt {ANNA} {n}", "at": 1_700_000_000.0 + n, "deed": "consent", "account": ANNA, "actor": ANNA, "app": "app-1",
     "app_name": "Mail reader", "scopes": ["https://mail.google.com/"], "object": "mailbox of Anna Blau"}
    for n in range(3)
]  # fmt: skip


def told(api: Api, uid: int, begin: dict, sightings: list[dict], events: list[dict] = []) -> None:  # noqa: B006
    api.made.clock.now += 60
    run = api.ok("POST", "/inventory/runs", begin, uid=uid)["run"]["id"]
    api.ok("POST", f"/inventory/runs/{run}/page", {"sightings": sightings, "activities": events}, uid=uid)
    gaps = ["The mailbox of Anna Blau was not read."] if begin is LOG else []
    api.ok("POST", f"/inventory/runs/{run}/end", {"complete": True, "gaps": gaps}, uid=uid)


@pytest.fixture
def ciso(api: Api) -> int:
    uid = api.person("ciso", Role.CISO)
    told(api, uid, BEGIN, THINGS)
    told(api, uid, LOG, [], EVENTS)
    return uid


@pytest.fixture
def compliance(api: Api) -> int:
    return api.person("comp", Role.COMPLIANCE)


def erased(api: Api, compliance: int, ciso: int, **more) -> dict:
    asked = api.ok("POST", "/audit/erasures", ASKED | more, uid=compliance)
    return api.ok("POST", f"/audit/erasures/{asked['erasure']['id']}/confirm", uid=ciso)


def dump(api: Api) -> str:
    """Everything in every table."""
    path = api.made.deps.engine.url.database
    with sqlite3.connect(path) as connection:
        texts = list(connection.iterdump())
        blobs = [row[0] for row in connection.execute("SELECT memory FROM inventory_memory")]
    return "\n".join(texts) + b"\n".join(blobs).decode("utf-8", "replace")


def names_in(api: Api) -> list[str]:
    whole = dump(api).casefold()
    return [name for name in (ANNA, "anna.blau", "anna blau") if name in whole]


def test_names_give_way_in_every_table_and_what_they_have_stays(api: Api, compliance: int, ciso: int) -> None:
    assert names_in(api)
    count = api.ok("GET", "/inventory/items", uid=ciso)["total"]
    findings = api.ok("GET", "/inventory/findings?limit=200", uid=ciso)["total"]
    preview = api.ok("POST", "/audit/erasures/preview", ASKED, uid=compliance)["inventory"]
    assert preview["accounts"] == [f"acme:{ANNA}"]
    assert preview["rows"].pop("inventory_finding") > 1
    rows = {"inventory_activity": 3, "inventory_item": 4, "inventory_memory": 1, "inventory_run": 1}
    assert preview["rows"] == rows
    done = erased(api, compliance, ciso)
    assert done["inventory"]["rows"].items() >= rows.items()
    assert done["inventory"]["traces"] == ""
    assert "tells it again" in done["inventory"]["next_reading"]
    assert names_in(api) == []
    path = api.made.deps.engine.url.database
    for file in (path, f"{path}-wal"):  # also where nothing points any more
        with open(file, "rb") as raw:
            assert b"blau" not in raw.read().lower()
    (pseudonym,) = done["inventory"]["accounts"]
    assert api.ok("GET", "/inventory/items", uid=ciso)["total"] == count
    assert api.ok("GET", f"/inventory/items?about={pseudonym}", uid=ciso)["total"] == 3
    shown = api.ok("GET", f"/inventory/item?id={pseudonym}%20app-1", uid=ciso)
    assert shown["item"]["thing"]["account"] == pseudonym
    assert api.ok("GET", "/inventory/findings?limit=200", uid=ciso)["total"] == findings
    assert api.ok("GET", "/inventory/item?id=bot@acme.example", uid=ciso)["item"]["thing"]["owner"] == pseudonym
    again = api.error("POST", "/audit/erasures", ASKED, uid=compliance)
    assert again == (400, "WL-INV-115")
    assert ANNA not in str(api.made.recorder.of("erasures.confirm"))


def test_a_platform_tells_it_again_unless_it_is_kept_out(api: Api, compliance: int, ciso: int) -> None:
    erased(api, compliance, ciso)
    told(api, ciso, BEGIN, THINGS)
    assert api.ok("GET", f"/inventory/items?about={ANNA}", uid=ciso)["total"] == 3
    count = api.ok("GET", "/inventory/items", uid=ciso)["total"]
    done = erased(api, compliance, ciso, suppress=True)
    (pseudonym,) = done["inventory"]["accounts"]
    for _ in range(2):
        told(api, ciso, BEGIN, THINGS)
        told(api, ciso, LOG, [], [event | {"id": f"new {event['id']}"} for event in EVENTS])
    assert names_in(api) == []
    assert api.ok("GET", "/inventory/items", uid=ciso)["total"] == count
    assert api.ok("GET", f"/inventory/items?about={pseudonym}", uid=ciso)["total"] == 3


def test_nobody_revokes_what_a_pseudonym_stands_for(api: Api, compliance: int, ciso: int) -> None:
    step = {
        "id": "1",
        "kind": "grant",
        "subject": f"{ANNA} app-1",
        "account": ANNA,
        "app": "app-1",
        "call": "DELETE /x",
    }
    plan = {"directory": "acme", "reason": "x", "steps": [step]}
    made = api.ok("POST", "/revocations", plan, uid=ciso)["revocation"]["id"]
    api.ok("POST", f"/revocations/{made}/confirm", uid=ciso)
    (pseudonym,) = erased(api, compliance, ciso)["inventory"]["accounts"]
    assert names_in(api) == []
    gone = {"step": "1", "proof": {"presence": "gone", "method": "re-read", "status": 404}}
    assert api.error("POST", f"/revocations/{made}/report", gone, uid=ciso) == (400, "WL-INV-116")
    veiled = step | {"subject": f"{pseudonym} app-1", "account": pseudonym}
    assert api.error("POST", "/revocations", plan | {"steps": [veiled]}, uid=ciso) == (400, "WL-INV-116")
    assert api.ok("GET", f"/revocations/{made}", uid=ciso)["done"] == 0


def test_a_subject_of_the_log_is_found_in_the_inventory(api: Api, compliance: int, ciso: int) -> None:
    api.made.log.also[f"user:{ANNA}"] = {SUBJECT}
    by_subject = {"subject": SUBJECT, "reason": "Art. 17"}
    found = api.ok("POST", "/audit/erasures/preview", by_subject, uid=compliance)
    assert found["inventory"]["accounts"] == [f"acme:{ANNA}"]
    by_account = api.ok("POST", "/audit/erasures/preview", ASKED, uid=compliance)
    assert by_account["subject"] == SUBJECT
    api.ok("POST", "/audit/holds", by_subject, uid=ciso)
    assert api.error("POST", "/audit/erasures/preview", ASKED, uid=compliance) == (409, "WL-STO-074")
    assert api.error("POST", "/audit/erasures", ASKED, uid=compliance) == (409, "WL-STO-074")


def test_nobody_and_nobody_known(api: Api, compliance: int, ciso: int) -> None:
    assert api.error("POST", "/audit/erasures", {"reason": "x"}, uid=compliance) == (400, "WL-AUD-045")
    unknown = {"reason": "x", "accounts": ["acme:nobody"]}
    assert api.error("POST", "/audit/erasures", unknown, uid=compliance) == (400, "WL-INV-115")
    assert api.error("POST", "/audit/erasures/preview", ASKED, uid=api.person("dev", Role.AUDITOR))[0] == 403


def test_what_is_not_recorded_is_not_erased(api: Api, compliance: int, ciso: int) -> None:
    asked = api.ok("POST", "/audit/erasures", ASKED, uid=compliance)
    path = f"/audit/erasures/{asked['erasure']['id']}/confirm"
    before = dump(api)
    api.made.log.broken = True
    assert api.error("POST", path, uid=ciso) == (503, "WL-KEY-001")
    assert dump(api) == before
    api.made.log.broken = False
    assert api.ok("POST", path, uid=ciso)["inventory"]["rows"]["inventory_item"] == 4
    assert names_in(api) == []


def test_what_comes_by_push_is_kept_out_too(api: Api, ciso: int, compliance: int) -> None:
    (pseudonym,) = erased(api, compliance, ciso, suppress=True)["inventory"]["accounts"]
    event = EVENTS[0] | {"id": f"push {ANNA}", "at": api.made.clock.now - 5}
    one = {"id": f"d-1/{ANNA}", "at": event["at"], "activities": [event], "sightings": [THINGS[0], THINGS[4]]}
    body = {"directory": "acme", "platform": "google", "deliveries": [one]}
    for taken in (1, 0):  # by its veiled id it is known again
        answer = api.ok("POST", "/inventory/deliveries", body, uid=1, token=SERVICE_TOKENS[Service.LISTENER])
        assert answer["taken"] == taken
    assert api.ok("GET", f"/inventory/items?about={pseudonym}&kind=grant", uid=ciso)["total"] == 1
    assert rows_naming(api, "anna") == []


def rows_naming(api: Api, word: str) -> list[str]:
    """Tables of the inventory with a word in any cell."""
    with reading(api.made.deps.engine) as connection:
        return [
            table.name
            for table in METADATA.sorted_tables
            if table.name.startswith("inventory_")
            for row in connection.execute(select(table))
            if any(word in str(cell).lower() for cell in row)
        ]


LIFTING = {"clause": "GOV-07", "minutes": 60, "principals": [f"user:{ANNA}"], "resources": ["tool:crm_*"]}


def test_waivers_glass_appeals_and_the_life_of_clauses_let_go_of_the_person(
    api: Api, compliance: int, ciso: int
) -> None:
    owner, legal, risk, secops = (
        api.person(one.value, one) for one in (Role.OWNER, Role.LEGAL, Role.RISK, Role.SECOPS)
    )
    why = {"reason": f"Anna Blau asked ({ANNA})"}
    waiver = api.ok("POST", "/waivers", LIFTING | why, uid=owner)["waiver"]["id"]
    for uid in (legal, risk):
        api.ok("POST", f"/waivers/{waiver}/answer", {"approves": True, "reason": "Anna Blau is known"}, uid=uid)
    glass = api.ok("POST", "/break-glass", {"minutes": 30, "principals": [f"user:{ANNA}"]} | why, uid=secops)["glass"]
    life = api.made.life
    life.is_on = True
    with writing(api.made.engine) as connection:
        life.keep(connection, life.adopt(connection, at=START), by="wardlaw", at=START, reason="", record="ctl_0")
    api.made.policies.files["one.yaml"] = TWO_CLAUSES["one.yaml"].replace("over: 1000", "over: 500")
    digest = api.ok("POST", "/policy/clauses/GOV-20/review", why, uid=compliance)["digest"]
    api.ok("POST", "/policy/clauses/GOV-20/reject", {"digest": digest} | why, uid=legal)
    preview = api.ok("POST", "/audit/erasures/preview", ASKED, uid=compliance)["inventory"]["rows"]
    expected = {"waiver": 1, "break_glass": 1, "sign_off": 1, "clause_event": 2}
    assert {name: preview[name] for name in expected} == expected
    rows = erased(api, compliance, ciso)["inventory"]["rows"]
    assert {name: rows[name] for name in expected} == expected
    assert names_in(api) == []
    shown = api.ok("GET", f"/waivers/{waiver}", uid=legal)["waiver"]
    assert (shown["state"], shown["ended_by"], shown["asked_by"]) == ("ended", "person:ciso", "person:owner")
    assert shown["scope"]["principals"][0].startswith("user:erased-")
    assert shown["scope"]["resources"] == ["tool:crm_*"]
    (broken,) = api.ok("GET", "/break-glass", uid=secops)["glasses"]
    assert (broken["glass"]["id"], broken["standing"]) == (glass["id"], "unreviewed")
    versions = LifeStore(LIFE_KEY)
    with reading(api.made.engine) as connection:
        assert all(one.is_intact for one in versions.load(connection)["GOV-20"])
        last = versions.events(connection, "GOV-20")[-1]
    assert last.by == "person:legal"  # who decided answers for it by that name
    assert last.reason.startswith("erased-")


def test_a_caller_that_no_directory_knows_is_found_by_the_subject_of_the_log(
    api: Api, compliance: int, ciso: int
) -> None:
    owner = api.person("own", Role.OWNER)
    waiver = api.ok("POST", "/waivers", LIFTING | {"principals": ["user:zoe"], "reason": "x"}, uid=owner)["waiver"][
        "id"
    ]
    api.made.log.also["user:zoe"] = {SUBJECT}
    asked = api.ok("POST", "/audit/erasures", {"subject": SUBJECT, "reason": "Art. 17"}, uid=compliance)
    api.ok("POST", f"/audit/erasures/{asked['erasure']['id']}/confirm", uid=ciso)
    assert api.ok("GET", f"/waivers/{waiver}", uid=owner)["waiver"]["scope"]["principals"][0].startswith("erased-")
    assert "user:zoe" not in dump(api)


def test_erasure_makes_no_row_intact_that_was_changed_by_hand(api: Api) -> None:
    life = api.made.life
    life.is_on = True
    with writing(api.made.engine) as connection:
        life.keep(connection, life.adopt(connection, at=START), by="wardlaw", at=START, reason="Anna", record="ctl_0")
        connection.exec_driver_sql("UPDATE clause_event SET by = 'person:x' WHERE clause = 'GOV-20'")
        assert life.veil(connection, lambda text: text.replace("Anna", "somebody")) == {"clause_event": 2}
        book = LifeStore(LIFE_KEY).load(connection)
    assert [book[clause][0].is_intact for clause in ("GOV-20", "OPS-30")] == [False, True]


def test_the_register_and_requests_let_go_of_the_person(api: Api, compliance: int, ciso: int) -> None:
    owner, risk = api.person("owner", Role.OWNER), api.person("risk", Role.RISK)
    written = {"title": "Desk of Anna Blau", "owner": "person:owner", "purpose": f"answers for {ANNA} alone"}
    api.ok("POST", "/systems", {"id": "desk", "principals": [f"user:{ANNA}"], **written}, uid=owner)
    form = {"system": "notes", "kind": "tool", "principals": [f"user:{ANNA}"], **written}
    asked = api.ok("POST", "/intake", form, uid=owner)["request"]["id"]
    api.ok("POST", f"/intake/{asked}/answer", {"approves": False, "reason": "Anna Blau has one"}, uid=risk)
    vendor = {
        "kind": "vendor",
        "id": "acme",
        "title": "Acme",
        "owner": "person:owner",
        "purpose": f"asked for by {ANNA}",
    }
    api.ok("PUT", "/register", {"entry": vendor}, uid=owner)
    expected = {"ai_system": 1, "ai_system_version": 1, "intake": 1, "register_entry": 1, "register_entry_version": 1}
    preview = api.ok("POST", "/audit/erasures/preview", ASKED, uid=compliance)["inventory"]["rows"]
    assert {name: preview[name] for name in expected} == expected
    rows = erased(api, compliance, ciso)["inventory"]["rows"]
    assert {name: rows[name] for name in expected} == expected
    assert names_in(api) == []
    system = api.ok("GET", "/systems/desk", uid=owner)["kept"]["system"]
    assert system["principals"][0].startswith("user:erased-")
    assert system["owner"] == "person:owner"
    shown = api.ok("GET", f"/intake/{asked}", uid=owner)["request"]
    assert (shown["answers"][0]["by"], shown["answers"][0]["reason"][:7]) == ("person:risk", "erased-")
