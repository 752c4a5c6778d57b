"""The life of a clause through the API: who may take which step, and what is in force after it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.console_fakes import START, TWO_CLAUSES, Api
from wardlaw.facts.person import Person, Role
from wardlaw.store.database import writing
from wardlaw.store.people import change_person, get_person

COVERS = ("lifedesk",)

LOOSER = TWO_CLAUSES["one.yaml"].replace("over: 1000", "over: 5000")
TIGHTER = TWO_CLAUSES["one.yaml"].replace("over: 1000", "over: 500")
NEW = TWO_CLAUSES["two.yaml"].replace("OPS-30", "OPS-31").replace("under: 6", "under: 7")


class Company(SimpleNamespace):
    """An installation in which clauses have a life, with a person for each part in it."""

    def __init__(self, folder: Path) -> None:
        api = Api(folder)
        super().__init__(
            api=api,
            author=api.person("writer", Role.COMPLIANCE),
            legal=api.person("legal", Role.LEGAL),
            ciso=api.person("ciso", Role.CISO),
            secops=api.person("oncall", Role.SECOPS),
            pipeline=api.person("ci", Role.DEVSECOPS),
        )
        life = api.made.life
        life.is_on = True
        with writing(api.made.engine) as connection:
            plan = life.adopt(connection, at=START)
            life.keep(connection, plan, by="wardlaw", at=START, reason="", record="ctl_0")

    def post(self, clause: str, what: str, uid: int, body: object = None):
        return self.api.ok("POST", f"/policy/clauses/{clause}/{what}", body, uid=uid)

    def refused(self, clause: str, what: str, uid: int, body: object = None) -> str:
        """The rule or code that refuses."""
        status, answer = self.api.call("POST", f"/policy/clauses/{clause}/{what}", body, uid=uid)
        assert status >= 400, answer
        error = answer["error"]
        return error["message"].rpartition("(")[2].rstrip(")") if error["code"] == "WL-RGT-010" else error["code"]

    def write(self, name: str, text: str) -> None:
        self.api.made.policies.files[name] = text

    def review(self, clause: str = "GOV-20") -> dict[str, str]:
        """Hand in what is on disk; answers the digest to sign."""
        moved = self.post(clause, "review", self.author, {"reason": "a change"})
        return {"digest": moved["digest"]}

    def approved(self, clause: str = "GOV-20") -> None:
        body = self.review(clause)
        for uid in (self.legal, self.ciso):
            state = self.post(clause, "approve", uid, body)["state"]
        assert state == "approved"

    def backtest(self, clause: str = "GOV-20") -> None:
        self.post(clause, "try", self.pipeline, {"since_ms": 0, "until_ms": 1})
        self.post(clause, "backtest", self.pipeline)

    def publish(self):
        return self.api.ok("POST", "/policy/reload", uid=self.pipeline)

    def running(self) -> dict[str, tuple[str, int]]:
        """What is published: mode and ceiling by clause."""
        clauses = self.api.made.policies.set_now.clauses
        return {one.id: (one.mode.value, one.when.all[0].over or one.when.all[0].under) for one in clauses}

    def standing(self, clause: str = "GOV-20") -> dict:
        overview = self.api.ok("GET", "/policy/life", uid=self.legal)
        return next(one for one in overview["clauses"] if one["clause"] == clause)


@pytest.fixture
def company(tmp_path: Path):
    made = Company(tmp_path)
    yield made
    made.api.close()


def test_from_a_file_to_enforcement(company: Company) -> None:
    before = {"GOV-20": ("enforce", 1000), "OPS-30": ("enforce", 6)}
    company.write("one.yaml", LOOSER)
    assert company.standing()["drifted"] == ["the file was edited, and nobody handed it in"]
    company.publish()
    assert company.running() == before  # a looser file opens nothing by itself
    body = company.review()
    assert company.post("GOV-20", "approve", company.legal, body)["state"] == "in review"
    assert company.publish()["held"] == ["GOV-20: version 2 waits for approval"]
    assert company.standing()["needs"] == "ciso"
    assert company.post("GOV-20", "approve", company.ciso, body)["state"] == "approved"
    assert company.publish()["moved"][0].endswith("shadow")
    assert company.running() == before | {"GOV-20~next": ("shadow", 5000)}
    assert company.refused("GOV-20", "enforce", company.pipeline) == "WL-LIF-003"
    company.backtest()
    assert company.standing()["backtest"]["stopped"] == 3
    company.post("GOV-20", "enforce", company.pipeline)
    assert company.running() == before | {"GOV-20": ("enforce", 5000)}
    standing = company.standing()
    assert (standing["state"], standing["enforced"], standing["drifted"]) == ("enforce", 2, [])
    history = company.api.ok("GET", "/policy/clauses/GOV-20", uid=company.legal)
    assert [(one["version"], one["state"]) for one in history["versions"]] == [(1, "retired"), (2, "enforce")]
    steps = [(one["version"], one["step"], one["by"]) for one in history["events"]]
    assert steps == [
        (1, "adopt", "wardlaw"), (2, "review", "person:writer"), (2, "approve", "person:legal"),
        (2, "approve", "person:ciso"), (2, "shadow", "person:ci"), (2, "enforce", "person:ci"), (1, "replace", "wardlaw"),
    ]  # fmt: skip
    assert all(one["record"] for one in history["events"])
    told = [name for _, _, name, _ in company.api.made.recorder.records]
    assert told.count("policy.approve") == 2
    assert company.api.made.recorder.of("policy.enforce")[0]["policies"] == company.api.made.policies.status_now.digest


def test_sod_1_the_author_approves_nothing_of_theirs(company: Company) -> None:
    company.write("one.yaml", TIGHTER)
    moved = company.post("GOV-20", "review", company.legal, {"reason": ""})
    assert company.refused("GOV-20", "approve", company.legal, {"digest": moved["digest"]}) == "SOD-1"
    assert company.api.made.recorder.of("policy.approve") == [{"refused": "SOD-1"}]


def test_two_accounts_of_one_human_are_one_person(company: Company) -> None:
    second = company.api.person("writer2", Role.LEGAL)
    with writing(company.api.made.engine) as connection:
        for name, identity in (("writer", "w.riter@corp.example"), ("writer2", " W.Riter@CORP.example")):
            known = get_person(connection, f"person:{name}")
            person = Person(known.id, known.name, known.roles, known.unix_uid, identity=identity)
            change_person(connection, person, by="test", now=START)
    company.write("one.yaml", TIGHTER)
    body = company.review()
    assert company.refused("GOV-20", "approve", second, body) == "SOD-1"
    # And two approvers who are one human are one approval.
    with writing(company.api.made.engine) as connection:
        for name in ("legal", "ciso"):
            known = get_person(connection, f"person:{name}")
            person = Person(known.id, known.name, known.roles, known.unix_uid, identity="one@corp.example")
            change_person(connection, person, by="test", now=START)
    company.post("GOV-20", "approve", company.legal, body)
    assert company.post("GOV-20", "approve", company.ciso, body)["state"] == "in review"


def test_sod_2_only_an_approved_digest_is_published_and_not_by_its_author(company: Company) -> None:
    company.write("one.yaml", TIGHTER)
    company.review()
    assert company.refused("GOV-20", "enforce", company.pipeline) == "SOD-2"
    assert company.refused("GOV-20", "enforce", company.author) == "ROLE"
    assert company.refused("GOV-20", "review", company.pipeline, {}) == "ROLE"


@pytest.mark.parametrize("what", ["review", "approve", "retire", "enforce", "emergency", "backtest"])
def test_an_auditor_changes_nothing(company: Company, what: str) -> None:
    auditor = company.api.person("audit", Role.AUDITOR)
    bodies = {"approve": {"digest": "0" * 64}, "retire": {"reason": "x"}, "emergency": {"reason": "x"}, "review": {}}
    assert company.refused("GOV-20", what, auditor, bodies.get(what)) == "ROLE"
    assert company.api.ok("GET", "/policy/clauses/GOV-20", uid=auditor)["versions"]


def test_an_edit_voids_the_approval(company: Company) -> None:
    company.write("one.yaml", TIGHTER)
    company.approved()
    company.write("one.yaml", LOOSER)
    assert "nobody has handed in" in company.publish()["held"][0]
    assert company.running()["GOV-20"] == ("enforce", 1000)
    assert "GOV-20~next" not in company.running()
    company.write("one.yaml", TIGHTER)
    company.publish()
    company.backtest()
    company.write("one.yaml", LOOSER)
    assert company.refused("GOV-20", "enforce", company.pipeline) == "WL-LIF-008"
    body = company.review()
    assert company.standing()["state"] == "in review"
    company.publish()
    assert company.running() == {"GOV-20": ("enforce", 1000), "OPS-30": ("enforce", 6)}  # the shadow is withdrawn
    assert company.refused("GOV-20", "approve", company.legal, {"digest": "0" * 8}) == "WL-LIF-006"
    assert company.post("GOV-20", "approve", company.legal, {"digest": body["digest"][:8]})["state"] == "in review"


def test_a_clause_whose_file_is_gone_stays_until_its_end_is_approved(company: Company) -> None:
    del company.api.made.policies.files["one.yaml"]
    assert company.publish()["held"] == [
        "GOV-20: its file is gone; it stays as it was approved (`wardlaw policy retire GOV-20`)"
    ]
    assert "GOV-20" in company.running()
    assert company.standing()["drifted"] == ["the file is gone, and the clause stays as it was approved"]
    body = {"digest": company.post("GOV-20", "retire", company.author, {"reason": "replaced"})["digest"]}
    company.post("GOV-20", "approve", company.legal, body)
    company.post("GOV-20", "approve", company.ciso, body)
    company.publish()
    assert company.running()["GOV-20"] == ("enforce", 1000)
    company.backtest()
    company.post("GOV-20", "enforce", company.pipeline)
    assert list(company.running()) == ["OPS-30"]
    standing = company.standing()
    assert (standing["state"], standing["enforced"], standing["drifted"]) == ("retired", 0, [])


def test_an_emergency_tightens_at_once_and_is_reviewed_after(company: Company) -> None:
    company.write("one.yaml", TIGHTER)
    company.post("GOV-20", "emergency", company.secops, {"reason": "it is being used now"})
    assert company.running()["GOV-20"] == ("enforce", 500)
    assert company.refused("GOV-20", "emergency", company.pipeline, {"reason": "x"}) == "ROLE"
    standing = company.standing()
    assert standing["review_until"] == START + 86_400
    company.api.made.clock.now += 90_000
    assert company.standing()["drifted"] == ["the emergency of version 2 was not reviewed in time"]
    body = {
        "digest": company.api.ok("GET", "/policy/clauses/GOV-20/text", uid=company.legal)["version"]["content"][
            "digest"
        ]
    }
    company.post("GOV-20", "approve", company.legal, body)
    company.post("GOV-20", "approve", company.ciso, body)
    standing = company.standing()
    assert (standing["state"], standing["review_until"], standing["drifted"]) == ("enforce", 0, [])


def test_an_emergency_that_is_rejected_ends_with_the_next_publication(company: Company) -> None:
    company.write("one.yaml", TIGHTER)
    company.post("GOV-20", "emergency", company.secops, {"reason": "it is being used now"})
    digest = company.api.ok("GET", "/policy/clauses/GOV-20/text", uid=company.legal)["version"]["content"]["digest"]
    assert company.refused("GOV-20", "reject", company.legal, {"digest": digest}) == "WL-LIF-014"
    moved = company.post("GOV-20", "reject", company.legal, {"digest": digest, "reason": "it stops the payroll"})
    assert moved["state"] == "draft"
    company.publish()
    assert company.running()["GOV-20"] == ("enforce", 1000)


@pytest.mark.parametrize("text", [LOOSER, TWO_CLAUSES["one.yaml"], TWO_CLAUSES["one.yaml"].replace("deny", "hold")])
def test_an_emergency_that_does_not_tighten_is_refused(company: Company, text: str) -> None:
    company.write("one.yaml", text)
    assert company.refused("GOV-20", "emergency", company.secops, {"reason": "let them through"}) == "WL-LIF-007"
    assert company.running()["GOV-20"] == ("enforce", 1000)


def test_an_emergency_is_looked_at_before_and_bound_to_what_was_seen(company: Company) -> None:
    company.write("one.yaml", TIGHTER)
    look = company.api.ok("GET", "/policy/clauses/GOV-20/emergency", uid=company.secops)
    assert ([one["direction"] for one in look["changes"]], look["refused"]) == (["tightened"], "")
    assert "over: 500" in look["text"] and look["title"] == "No bulk exports"
    assert company.running()["GOV-20"] == ("enforce", 1000)
    for uid in (company.pipeline, company.legal):
        assert company.api.error("GET", "/policy/clauses/GOV-20/emergency", uid=uid) == (403, "WL-RGT-010")
    company.write("one.yaml", TIGHTER.replace("over: 500", "over: 400"))
    body = {"reason": "now", "digest": look["digest"]}
    assert company.refused("GOV-20", "emergency", company.secops, body) == "WL-API-023"
    assert company.running()["GOV-20"] == ("enforce", 1000)
    company.write("one.yaml", TIGHTER)
    company.post("GOV-20", "emergency", company.secops, body | {"digest": look["digest"][:8]})
    assert company.running()["GOV-20"] == ("enforce", 500)
    company.write("one.yaml", LOOSER)
    assert "only tightens" in company.api.ok("GET", "/policy/clauses/GOV-20/emergency", uid=company.secops)["refused"]
    assert company.api.error("GET", "/policy/clauses/GOV-99/emergency", uid=company.secops)[1] == "WL-LIF-004"


def test_a_new_clause_is_tried_in_shadow_under_its_own_name(company: Company) -> None:
    company.write("three.yaml", NEW)
    assert company.standing("OPS-31")["state"] == "draft"
    body = company.review("OPS-31")
    assert company.post("OPS-31", "approve", company.ciso, body)["state"] == "approved"  # low risk: one suffices
    company.publish()
    assert company.running()["OPS-31"] == ("shadow", 7)
    assert company.standing("OPS-31")["drifted"] == []
    company.backtest("OPS-31")
    company.api.made.clock.now += 8 * 86_400
    assert company.refused("OPS-31", "enforce", company.pipeline) == "WL-LIF-003"
    company.api.made.backtests.at = company.api.made.clock.now
    company.backtest("OPS-31")
    company.post("OPS-31", "enforce", company.pipeline)
    assert company.running()["OPS-31"] == ("enforce", 7)


def test_approvals_run_out(company: Company) -> None:
    company.write("three.yaml", NEW)
    company.post("OPS-31", "approve", company.ciso, company.review("OPS-31"))
    company.api.made.clock.now += 366 * 86_400
    assert "lacks the approval" in company.publish()["held"][0]
    assert company.refused("OPS-31", "enforce", company.pipeline) == "SOD-2"


def test_the_meter_tells_who_signs_without_looking(company: Company) -> None:
    company.write("one.yaml", TIGHTER)
    body = company.review()
    company.api.ok("GET", "/policy/clauses/GOV-20/text", uid=company.legal)
    company.api.made.clock.now += 120
    company.post("GOV-20", "approve", company.legal, body)
    company.post("GOV-20", "approve", company.ciso, body)
    haste = company.api.ok("GET", "/policy/life", uid=company.legal)["haste"]
    assert haste == [
        {"person": "person:ciso", "answers": 1, "median_s": 0.0, "hasty": 1.0},
        {"person": "person:legal", "answers": 1, "median_s": 120.0, "hasty": 0.0},
    ]


def test_what_is_not_recorded_is_not_kept(company: Company) -> None:
    company.write("one.yaml", TIGHTER)
    company.api.made.recorder.broken = True
    assert company.refused("GOV-20", "review", company.author, {}) == "WL-SPL-001"
    company.api.made.recorder.broken = False
    assert company.standing()["version"] == 1


def test_rows_changed_by_hand_are_told_and_nothing_is_published_from_them(company: Company) -> None:
    with writing(company.api.made.engine) as connection:
        connection.exec_driver_sql(
            "UPDATE clause_version SET text = replace(text, '1000', '9999') WHERE clause = 'GOV-20'"
        )
    assert company.standing()["drifted"][0] == "rows of version 1 were changed by hand"
    status, answer = company.api.call("POST", "/policy/reload", uid=company.pipeline)
    assert (status, answer["error"]["code"]) == (500, "WL-LIF-009")
    assert company.running()["GOV-20"] == ("enforce", 1000)


def test_where_clauses_have_no_life_nobody_is_asked(company: Company) -> None:
    company.api.made.life.is_on = False
    assert company.refused("GOV-20", "review", company.author, {}) == "WL-LIF-013"
    assert company.publish()["digest"] == "bb"
    assert "life" not in company.api.ok("GET", "/policy", uid=company.legal)
