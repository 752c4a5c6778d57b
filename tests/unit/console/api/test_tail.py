from __future__ import annotations

import pytest
from sqlalchemy import insert

from tests.console_fakes import Api
from wardlaw.audit.envelope import Envelope, RecordKind, encode
from wardlaw.console.api import tail
from wardlaw.facts.person import Role
from wardlaw.store.database import writing
from wardlaw.store.logcounts import add_counts, note_clauses
from wardlaw.store.tables import RECORD, SEALED_PART


def add(
    api: Api, leaf: int, kind: RecordKind = RecordKind.DECISION, *, sealed: bool = True, added: int = 0, name: str = ""
) -> None:
    facts: dict[str, str | int] = {"result": "complete", "status": 200} if kind is RecordKind.OUTCOME else {}
    if added:
        facts["overhead_us"] = added
    envelope = Envelope(
        at=1000, clauses=("SEC-05",) if kind is RecordKind.DECISION else (), effect="cut", epoch=1, exchange="exc_0", facts=facts, gateway="g", id=name or f"rec_{leaf}", kind=kind, seq=leaf
    )  # fmt: skip
    row = {
        "leaf_index": leaf, "id": name or f"rec_{leaf}", "kind": kind.value, "exchange": "exc_0", "at_ms": 1000, "gateway": "g",
        "epoch": 1, "seq": leaf, "subject": "aabb", "effect": "cut", "demanded": "cut", "action": "ModelCall",
        "route": "chat.completions", "policies": "ff", "code": "clause", "envelope": encode(envelope),
    }  # fmt: skip
    part = {"leaf_index": leaf, "klass": "inputs", "subject": "aabb", "month": "2026-11", "ciphertext": b"x"}
    with writing(api.made.engine) as connection:
        connection.execute(insert(RECORD), [row])
        add_counts(connection, (envelope,))
        note_clauses(connection, ((leaf, envelope),))
        if sealed:
            connection.execute(insert(SEALED_PART), [part])


def test_lines_in_the_order_of_the_log_with_names_by_right(api: Api) -> None:
    add(api, 0)
    add(api, 1, RecordKind.CONTROL)
    add(api, 2, RecordKind.OUTCOME, sealed=False)
    add(api, 3, sealed=False)  # erased
    secops, legal = api.person("sec", Role.SECOPS), api.person("legal", Role.LEGAL)
    page = api.ok("GET", "/tail", uid=secops)
    assert [one["leaf_index"] for one in page["lines"]] == [0, 2, 3]
    assert page["next"] == 3
    decision, outcome, erased = page["lines"]
    assert (decision["principal"], decision["resource"], decision["clauses"]) == (
        "user:of-rec_0",
        "model:gpt",
        ["SEC-05"],
    )
    assert (outcome["result"], outcome["status"], outcome["principal"]) == ("complete", 200, "")
    assert (erased["principal"], erased["resource"]) == ("aabb", "")
    assert api.ok("GET", "/tail", uid=legal)["lines"][0]["principal"] == "aabb"
    assert api.made.recorder.records == []


def test_it_begins_where_it_is_told(api: Api) -> None:
    for leaf in range(5):
        add(api, leaf)
    legal = api.person("legal", Role.LEGAL)
    leaves = lambda query: [one["leaf_index"] for one in api.ok("GET", f"/tail?{query}", uid=legal)["lines"]]  # noqa: E731
    assert leaves("last=2") == [3, 4]
    assert leaves("last=0") == []
    assert leaves("last=200") == [0, 1, 2, 3, 4]
    assert leaves("after=1&limit=2") == [2, 3]
    assert leaves("after=4") == []
    assert api.ok("GET", "/tail?last=0", uid=legal)["next"] == 4


def test_an_empty_log_is_followed_from_its_first_record(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "LOOK_S", 0.01)
    legal = api.person("legal", Role.LEGAL)
    assert api.ok("GET", "/tail?last=20", uid=legal) == {"lines": [], "next": -1, "fitting": 0, "unseen": 0}
    assert api.ok("GET", "/tail?after=-1&wait_s=0.05", uid=legal) == {
        "lines": [],
        "next": -1,
        "fitting": 0,
        "unseen": 0,
    }
    add(api, 0)
    assert [one["id"] for one in api.ok("GET", "/tail?after=-1", uid=legal)["lines"]] == ["rec_0"]


def test_records_nobody_is_shown_are_passed_over(api: Api) -> None:
    add(api, 0, RecordKind.CONTROL)
    legal = api.person("legal", Role.LEGAL)
    assert api.ok("GET", "/tail?after=-1&wait_s=20", uid=legal) == {"lines": [], "next": 0, "fitting": 0, "unseen": 0}


@pytest.mark.parametrize("query", ["after=-2", "last=201", "wait_s=26", "limit=0"])
def test_questions_out_of_range(api: Api, query: str) -> None:
    assert api.error("GET", f"/tail?{query}", uid=api.person("legal", Role.LEGAL)) == (400, "WL-API-003")


def test_whoever_may_not_read_the_log_sees_nothing(api: Api) -> None:
    assert api.error("GET", "/tail", uid=api.person("own")) == (403, "WL-RGT-010")


def test_a_sample_shows_the_newest_and_says_how_many_there_were(api: Api) -> None:
    for leaf in range(6):
        add(api, leaf)
    add(api, 6, RecordKind.OUTCOME, sealed=False)
    legal = api.person("legal", Role.LEGAL)
    page = api.ok("GET", "/tail?after=-1&sample=true&limit=2", uid=legal)
    assert ([one["leaf_index"] for one in page["lines"]], page["next"], page["fitting"]) == ([4, 5], 6, 6)
    assert api.ok("GET", "/tail?after=6&sample=true", uid=legal)["next"] == 6
    assert api.ok("GET", "/tail?last=0&sample=true", uid=legal) == {"lines": [], "next": 6, "fitting": 0, "unseen": 0}


def test_what_was_added_and_whose_clause_it_was(api: Api) -> None:
    add(api, 0)
    add(api, 1, RecordKind.OUTCOME, sealed=False, added=2_100)
    line = api.ok("GET", "/tail", uid=api.person("legal", Role.LEGAL))["lines"][0]
    assert (line["wing"], line["added_us"]) == ("security", 2_100)
    assert line["reason"]


@pytest.mark.parametrize(
    ("query", "shown"),
    [("wing=security", 2), ("wing=governance", 0), ("effect=cut", 2), ("effect=deny", 0), ("route=chat.completions", 2),
     ("route=other", 0), ("principal=USER:OF-rec_1", 1), ("principal=aab", 2), ("principal=nobody", 0)],
)  # fmt: skip
def test_only_what_is_wanted(api: Api, query: str, shown: int) -> None:
    add(api, 0)
    add(api, 1)
    secops = api.person("sec", Role.SECOPS)
    assert len(api.ok("GET", f"/tail?{query}", uid=secops)["lines"]) == shown
    assert len(api.ok("GET", f"/tail?sample=true&{query}", uid=secops)["lines"]) == shown


def test_nobody_finds_by_name_whose_name_they_may_not_know(api: Api) -> None:
    add(api, 0)
    assert api.ok("GET", "/tail?principal=user:of", uid=api.person("legal", Role.LEGAL))["lines"] == []


def test_wings_of_clauses_that_are_published_no_more() -> None:
    assert (tail.wing_of("SEC-99", {}), tail.wing_of("GOV-99", {})) == ("security", "governance")


def test_whoever_sees_figures_alone_sees_how_it_came_out_and_not_of_whom(api: Api) -> None:
    add(api, 0)
    admin = api.person("boss", Role.ADMIN)
    (line,) = api.ok("GET", "/tail", uid=admin)["lines"]
    assert (line["effect"], line["clauses"]) == ("cut", ["SEC-05"])
    assert (line["id"], line["exchange"], line["principal"], line["resource"]) == ("", "", "", "")
    assert api.error("GET", "/tail?principal=user", uid=admin) == (403, "WL-RGT-010")
    assert api.error("GET", "/tail", uid=api.person("none")) == (403, "WL-RGT-010")


def test_a_canary_is_told_from_traffic_by_everybody() -> None:
    line = tail.TailLine(
        0, 1, "dec_1", "decision", "exc_1", "scan", principal="user:x", resource="model:y", canary="can_1"
    )
    assert tail._unnamed(line) == tail.TailLine(0, 1, "", "decision", "", "scan", canary="can_1")


def test_two_who_watch_read_the_log_once_and_each_sees_by_their_own_right(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(api, 0)
    sec, legal, admin = api.person("sec", Role.SECOPS), api.person("legal", Role.LEGAL), api.person("boss", Role.ADMIN)
    for leaf in range(1, 5):
        add(api, leaf)
    add(api, 5, RecordKind.OUTCOME, sealed=False)
    looks = []
    whole = tail.newest_decisions
    monkeypatch.setattr(tail, "newest_decisions", lambda *given, **named: looks.append(1) or whole(*given, **named))
    ask = lambda uid, more="": api.ok("GET", f"/tail?after=0&sample=true&limit=2{more}", uid=uid)  # noqa: E731
    seen = ask(sec)
    assert ([one["principal"] for one in seen["lines"]], seen["fitting"], seen["next"]) == (
        ["user:of-rec_3", "user:of-rec_4"], 4, 5,
    )  # fmt: skip
    assert [one["principal"] for one in ask(legal)["lines"]] == ["aabb", "aabb"]
    assert [(one["id"], one["principal"], one["effect"]) for one in ask(admin)["lines"]] == [("", "", "cut")] * 2
    assert api.error("GET", "/tail?after=0&sample=true", uid=api.person("none")) == (403, "WL-RGT-010")
    assert api.error("GET", "/tail?after=0&sample=true&principal=x", uid=admin) == (403, "WL-RGT-010")
    assert [one["id"] for one in ask(sec, "&principal=rec_2")["lines"]] == ["rec_2"]
    for wing, shown in (("security", 4), ("governance", 0)):
        assert ask(sec, f"&wing={wing}")["fitting"] == shown
    assert (ask(sec, "&effect=deny")["fitting"], ask(sec, "&route=chat.completions")["fitting"]) == (0, 4)
    assert looks == [1]


def test_whoever_comes_late_is_told_that_more_went_by(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "MOST_LOOKED_AT", 3)
    sec = api.person("sec", Role.SECOPS)
    add(api, 0)
    assert api.ok("GET", "/tail?after=0&sample=true", uid=sec)["next"] == 0
    for leaf in range(1, 9):
        add(api, leaf)
    api.made.clock.now += 1.0
    page = api.ok("GET", "/tail?after=0&sample=true", uid=sec)
    assert ([one["leaf_index"] for one in page["lines"]], page["fitting"], page["unseen"]) == ([6, 7, 8], 3, 5)


def test_whoever_waits_lets_another_look(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "LOOK_S", 0.01)
    sec = api.person("sec", Role.SECOPS)
    add(api, 0)
    looks = []
    whole = tail.records_end
    monkeypatch.setattr(tail, "records_end", lambda connection: looks.append(1) or whole(connection))
    assert api.ok("GET", "/tail?after=0&sample=true&wait_s=0.1", uid=sec)["lines"] == []
    assert len(looks) == 1  # the clock of this test stands still: nobody is due again


def test_a_place_beyond_the_log_blinds_nobody_who_watches(api: Api) -> None:
    sec, other = api.person("sec", Role.SECOPS), api.person("oth", Role.SECOPS)
    add(api, 0)
    assert api.ok("GET", f"/tail?after={10**15}&sample=true", uid=sec)["lines"] == []
    add(api, 1)
    api.made.clock.now += 10
    page = api.ok("GET", "/tail?after=0&sample=true", uid=other)
    assert [one["leaf_index"] for one in page["lines"]] == [1]
