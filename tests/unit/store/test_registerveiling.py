"""Erasure in the register, questionnaires, gates, requests and reports, on both databases."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import select

from tests.unit.register.answered import QUESTIONNAIRE
from tests.unit.register.test_classification import classified
from wardlaw.evidence.attestation import Attestation, Says
from wardlaw.facts.person import Person, Role
from wardlaw.inventory.veiling import Alias
from wardlaw.register.checks import CheckKind, CheckOutcome, CheckResult, Ground
from wardlaw.register.classification import APPROVED, GivenAnswer, stands
from wardlaw.register.entry import EntryKind, RegisteredModel
from wardlaw.register.gates.run import GateAnswer, GateRun
from wardlaw.register.intake import IntakeAnswer, IntakeForm, IntakeKind, IntakeRequest, answered_intake
from wardlaw.register.redteam.report import Attacked, BoundReport, KeptReport, RedTeamReport
from wardlaw.register.system import MadeOf, System
from wardlaw.store.attestations import keep_attestation, list_attestations
from wardlaw.store.classifications import add_classification, newest_classification
from wardlaw.store.database import reading, writing
from wardlaw.store.entries import entry_history, put_entry
from wardlaw.store.erasures import Erasure, request_erasure
from wardlaw.store.gates import change_run, get_run, keep_run
from wardlaw.store.generations import Generation, read
from wardlaw.store.intakes import change_intake, get_intake, keep_intake
from wardlaw.store.people import add_person
from wardlaw.store.redteamreports import keep_report, list_reports
from wardlaw.store.registertables import GATE_RUN, INTAKE, REGISTER_ENTRY
from wardlaw.store.registerveiling import count_register, register_names, veil_register
from wardlaw.store.systems import add_system, change_system, get_system, system_history

KNOWN = (Alias("Ana Blau", "erased-1"), Alias("ana@x.example", "erased-1"))
SYSTEM = System(
    "cv", "CV of Ana Blau", "person:ann", "ranks for ana@x.example", principals=("user:ana@x.example", "agent:cv-*"),
    users=("Ana Blau", "hr"), tools=("search",), made_of=MadeOf(model="a" * 64),
)  # fmt: skip
MODEL = RegisteredModel("ranker", "Ranker", "person:ann", "made by Ana Blau", "a" * 64, author="person:ann")
FORM = IntakeForm(
    "notes", IntakeKind.TOOL, "Notes", "writes down for Ana Blau", "person:ann", principals=("user:ana@x.example",)
)
ASKED = IntakeRequest("itk_1", FORM, "person:ann", 1.0, (Role.RISK,))
RUN = GateRun(
    "grn_1", "g", "d" * 64, "cv", 1, "production", MadeOf(model="a" * 64), "p" * 64, 1,
    (CheckResult("b", CheckKind.BIAS, CheckOutcome.PASS, "Ana Blau is one of few.", "", (), (Ground("data", "rows of ana@x.example", "e" * 64),)),),
    "person:ann", (), 1.0,
)  # fmt: skip
REPORT = RedTeamReport("garak", "1", "openai/ana@x.example", date(2026, 11, 1), (Attacked("dan", "Ana Blau", 9, 1),))
VOUCHED = Attestation(
    "att_1", "eu-ai-act:art-14", "cv", Says.MET, "Ana Blau has looked at each rejection", 1.0, 9e9, "person:ann", 1.0,
    "Ana Blau.pdf", "b" * 64,
)  # fmt: skip


def filled(database: Any) -> None:
    with writing(database) as connection:
        for name, role in (("ann", Role.OWNER), ("ris", Role.RISK), ("lex", Role.LEGAL)):
            add_person(connection, Person(f"person:{name}", name, (role,)), by="init", now=1.0)
        request_erasure(connection, Erasure("era_1", "aa", "Art. 17", "person:com", 1.0, 9e9))
        add_system(connection, msgspec.structs.replace(SYSTEM, id="other", title="x", purpose="x", principals=(), users=()),
                   by="person:ann", now=1.0)  # fmt: skip
        add_system(connection, SYSTEM, by="person:ann", now=1.0)
        change_system(connection, SYSTEM, by="person:ann", now=2.0, reason="Ana Blau asked")
        put_entry(connection, MODEL, by="person:ann", now=1.0, version=0)
        one = classified(SYSTEM)
        told = {
            name: GivenAnswer(given.value, "Ana Blau said so", given.by, given.at)
            for name, given in one.answers.items()
        }
        add_classification(connection, msgspec.structs.replace(one, answers=told))
        keep_run(connection, RUN)
        answer = GateAnswer("person:lex", Role.LEGAL, True, "Ana Blau agrees", 2.0)
        change_run(connection, msgspec.structs.replace(RUN, answers=(answer,)))
        keep_intake(connection, ASKED)
        change_intake(connection, answered_intake(
            ASKED, IntakeAnswer("person:ris", Role.RISK, True, "Ana Blau needs it", 2.0), (Role.RISK,)))  # fmt: skip
        keep_attestation(connection, VOUCHED)
        keep_report(connection, KeptReport("rtr_1", BoundReport(REPORT, "f" * 64, "a" * 64), "person:ann", 1.0))


ROWS = {
    "ai_system": 1, "ai_system_version": 2, "register_entry": 1, "register_entry_version": 1, "classification": 1,
    "gate_run": 1, "intake": 1, "red_team_report": 1, "attestation": 1,
}  # fmt: skip


def test_names_give_way_everywhere_and_what_proves_something_stays(database: Any) -> None:
    filled(database)
    with reading(database) as connection:
        assert register_names(connection) == {"user:ana@x.example"}
        assert count_register(connection, KNOWN) == ROWS
        assert count_register(connection, ()) == {}
    raised = read(database)[Generation.GATES]
    with writing(database) as connection:
        assert veil_register(connection, KNOWN, erasure="era_1") == ROWS
    assert read(database)[Generation.GATES] > raised
    with writing(database) as connection:
        assert veil_register(connection, KNOWN, erasure="era_1") == {}
    with reading(database) as connection:
        system = get_system(connection, "cv").system
        assert (system.title, system.purpose, system.owner) == ("CV of erased-1", "ranks for erased-1", "person:ann")
        assert (system.principals, system.users) == (("user:erased-1", "agent:cv-*"), ("erased-1", "hr"))
        assert [one.reason for one in system_history(connection, "cv")] == ["", "erased-1 asked"]
        newest = newest_classification(connection, "cv")
        assert newest is not None
        assert {one.reason for one in newest.answers.values()} == {"erased-1 said so"}
        # The same purpose without a name: what was classified still speaks for the system.
        assert stands(newest, system, QUESTIONNAIRE) == APPROVED
        run = get_run(connection, "grn_1")
        assert (run.answers[0].reason, run.answers[0].by) == ("erased-1 agrees", "person:lex")
        assert (run.results[0].why, run.results[0].grounds[0].digest) == ("erased-1 is one of few.", "e" * 64)
        asked = get_intake(connection, "itk_1")
        assert (asked.form.purpose, asked.answers[0].reason) == ("writes down for erased-1", "erased-1 needs it")
        (kept,) = list_reports(connection)
        assert (kept.bound.report.target, kept.bound.report.attacked[0].judge) == ("openai/erased-1", "erased-1")
        assert (kept.bound.digest, kept.bound.model_digest) == ("f" * 64, "a" * 64)
        (vouched,) = list_attestations(connection)
        assert (vouched.text, vouched.file_name) == ("erased-1 has looked at each rejection", "erased-1.pdf")
        assert (vouched.attested_by, vouched.file_sha256) == ("person:ann", "b" * 64)
        (entry,) = entry_history(connection, EntryKind.MODEL, "ranker")
        assert entry.entry.purpose == "made by erased-1"
        for table, column in ((GATE_RUN, "run"), (INTAKE, "request"), (REGISTER_ENTRY, "entry")):
            assert "ana@x.example" not in json.dumps(connection.execute(select(table.c[column])).scalars().all())
