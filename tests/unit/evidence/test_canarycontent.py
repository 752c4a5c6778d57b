from __future__ import annotations

import json

import pytest

from wardlaw.adapters.weights import load_weights
from wardlaw.evidence.canarycontent import CanaryContent, InexpressibleError, attributes_read, content_of
from wardlaw.evidence.canarytexts import Planted, calm, people, text_of_class, text_of_finding
from wardlaw.evidence.canarywire import ANSWERING, PlayedCall, answer_body, asking_body, deciding_body, result_body
from wardlaw.facts import clause as clauses
from wardlaw.facts.action import Action
from wardlaw.facts.clause import Clause, Condition, Example, Risk, Wing
from wardlaw.facts.effect import Effect, Mode
from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import FindingKind
from wardlaw.gateway.surfaces import SURFACES
from wardlaw.gateway.wire.body import DEFAULT_LIMITS
from wardlaw.governance.compiled import CompiledClause
from wardlaw.security.fingerprint import FingerprintBook
from wardlaw.security.inspect import Inspector

COVERS = ("canarytexts", "canarywire", "canary")
PLANTED = Planted()
SURFACE = {surface.route: surface for surface in SURFACES if not surface.path.endswith("count_tokens")}


def clause(*tests: clauses.Test) -> CompiledClause:
    made = Clause(
        "T-01", "t", "t", "risk", Wing.GOVERNANCE, Risk.LOW, Effect.DENY, (Action.MODEL_CALL,), Condition(tests)
    )
    return CompiledClause("T-01", "t", "risk", Wing.GOVERNANCE, Effect.DENY, Mode.ENFORCE, False, "", (), "", 0, made)


def content(name: str, value: object, *, action: Action = Action.MODEL_CALL) -> CanaryContent:
    example = Example("x", Effect.DENY, action, context={name: value})
    return content_of(clause(clauses.Test(name)), example, PLANTED)


@pytest.fixture(scope="module")
def inspector() -> Inspector:
    book = FingerprintBook((), key=b"k" * 32, base=12_345_677, tripwires=None)
    return Inspector(book=book, subject_key=b"s" * 32, weights=load_weights())


@pytest.mark.parametrize(
    "name", ["pii", "pii:email", "pii:iban", "pii:card", "pii:phone", "secret:aws", "secret:github"]
)
def test_detectors_find_what_a_text_is_made_up_for(inspector: Inspector, name: str) -> None:
    found = inspector.inspect(Segment(0, Channel.USER, "/x", text_of_class(name, PLANTED)))
    kind, _, label = name.partition(":")
    assert any(one.kind is FindingKind(kind) and label in ("", one.label) for one in found)


@pytest.mark.parametrize("name", ["injection:block", "hidden-text:block"])
def test_detectors_find_the_attacks(inspector: Inspector, name: str) -> None:
    found = inspector.inspect(Segment(0, Channel.USER, "/x", text_of_finding(name)))
    assert name in {f"{one.kind.value}:{one.level.value}" for one in found}


def test_a_calm_text_is_calm(inspector: Inspector) -> None:
    assert inspector.inspect(Segment(0, Channel.USER, "/x", calm())) == ()


def test_attributes_a_clause_does_not_ask_about_need_not_be_so() -> None:
    example = Example("x", Effect.DENY, Action.MODEL_CALL, context={"maxTokens": 9, "hour": 3})
    assert content_of(clause(clauses.Test("maxTokens")), example, PLANTED).max_tokens == 9
    # When it is tried is the plan's matter.
    assert content_of(clause(clauses.Test("maxTokens"), clauses.Test("hour")), example, PLANTED).max_tokens == 9
    assert attributes_read(clause(clauses.Test("hour"))) == {"hour"}


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("dataSubjects", 1_000_000, "1000000 people"),
        ("attachments", 9_000, "9000 attachments"),
        ("uninspected", ["audio"], "image"),
        ("dataClasses", ["registered-secret"], "registered-secret"),
        ("findings", ["leak", "leak:block"], "leak"),
        ("taint", ["seen:nothing"], "that taint"),
        ("callsPerMinute", 9_000, "9000 calls within a minute"),
        ("probes", 900, "900 attacks"),
        ("records", 50_000, "a batch of 50000"),
        ("anomalyScore", 900, "weeks of a caller's past"),
    ],
)
def test_what_cannot_be_put_is_said(name: str, value: object, why: str) -> None:
    with pytest.raises(InexpressibleError, match=why):
        content(name, value)


def test_rows_and_sql_become_a_statement() -> None:
    rows = content("requestedRows", 5_000, action=Action.TOOL_CALL)
    assert json.loads(deciding_body(rows, "q"))["arguments"] == {"sql": "SELECT * FROM customers LIMIT 5000"}
    endless = content("requestedRows", 2**63 - 1, action=Action.TOOL_CALL)
    assert endless.arguments["sql"] == "SELECT * FROM customers"
    assert content("sqlKinds", ["destroy"], action=Action.TOOL_CALL).arguments["sql"] == "DROP TABLE customers"


@pytest.mark.parametrize("route", sorted(SURFACE))
def test_every_surface_reads_what_is_sent_and_what_is_played(route: str) -> None:
    surface, said = SURFACE[route], CanaryContent(texts=["Hello."])
    asked = surface.read(json.loads(asking_body(route, said, model="demo")), DEFAULT_LIMITS)
    assert asked.model == "demo"
    assert "Hello." in {one.text for one in asked.segments}
    answer = surface.read_answer(answer_body(route, "Told.", model="demo"))
    if route in ANSWERING:
        assert "Told." in {one.text for one in answer.segments}


@pytest.mark.parametrize("route", ["chat.completions", "messages", "responses"])
def test_results_images_and_calls_are_read_where_there_are_any(route: str) -> None:
    surface = SURFACE[route]
    full = CanaryContent(people=3, max_tokens=5)
    segments = surface.read(json.loads(asking_body(route, full, model="demo")), DEFAULT_LIMITS).segments
    assert any(one.channel is Channel.TOOL_RESULT and "canary.2@example.com" in one.text for one in segments)
    pictures = surface.read(json.loads(asking_body(route, CanaryContent(images=2), model="demo")), DEFAULT_LIMITS)
    assert "image" in pictures.uninspected
    played = answer_body(route, "", model="demo", call=PlayedCall("pay", {"amount": 7}))
    (call,) = surface.read_answer(played).tool_calls
    assert (call.name, json.loads(call.arguments)) == ("pay", {"amount": 7})


def test_a_body_is_as_large_as_wanted() -> None:
    assert len(asking_body("chat.completions", CanaryContent(body_bytes=50_000), model="demo")) > 50_000
    assert len(result_body(CanaryContent(body_bytes=50_000), model="")) > 50_000


def test_routes_of_texts_take_texts_alone() -> None:
    for route in ("completions", "embeddings", "scan"):
        with pytest.raises(InexpressibleError, match="texts alone"):
            asking_body(route, CanaryContent(images=1), model="demo")


def test_people_are_made_up_and_each_only_once() -> None:
    found = people(50)
    assert len({one["email"] for one in found}) == 50
    assert all(one["email"].endswith("@example.com") for one in found)


@pytest.mark.parametrize(
    ("name", "value", "member", "wanted"),
    [
        ("callsPerMinute", 121, "calls", 120),
        ("probes", 5, "probes", 5),
        ("tokensPerDay", 2_000_001, "tokens", 2_000_001),
        ("touchesCopy", True, "copied", 50),
        ("intentMatched", False, "wrong", ("unasked-effect",)),
        ("argumentOrigins", ["mail"], "wrong", ("untrusted-argument",)),
        ("callFindings", ["foreign-link"], "wrong", ("foreign-link",)),
        ("records", 7, "records", 7),
    ],
)
def test_what_rests_on_a_past_says_which(name: str, value: object, member: str, wanted: object) -> None:
    assert getattr(content(name, value, action=Action.TOOL_CALL), member) == wanted


def test_a_taint_is_brought_about_by_what_the_clause_asks_for() -> None:
    def tainted(*wanted: str) -> CanaryContent:
        example = Example(
            "x", Effect.DENY, Action.TOOL_CALL, context={"taint": ["copied:bulk", "copied:rows", "saw:web"]}
        )
        return content_of(clause(clauses.Test("taint", contains_any=wanted)), example, PLANTED)

    assert tainted("copied:rows").copied == 50
    assert tainted("copied:bulk").copied > 1_000
    assert tainted("saw:web").reads
    assert tainted("unverified-history", "saw:web").foreign
