"""Every online command asks the management API for exactly one thing that it really offers."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from tests.unit.cli.conftest import RecordingClient

from wardlaw.cli.commands import approvals
from wardlaw.console.api import app as api_app
from wardlaw.facts.origin import Provenance

INCIDENT = {
    "incident": {
        "id": "inc_1", "kind": "SEC-05", "state": "open", "count": 1000, "opened_at": 1.0, "last_at": 9.0,
        "principal": "aabb", "detail": "A registered secret was found (dec_1)", "closed_by": "", "closed_at": 0.0, "close_reason": "",
    },
    "evidence": [
        {"decision": "dec_1", "exchange": "exc_1", "at": 1.0, "clause": "SEC-05", "effect": "cut", "leaf_index": 7},
        {"decision": "dec_2", "exchange": "exc_2", "at": 2.0, "clause": "SEC-06", "effect": "cut", "leaf_index": -1},
    ],
    "quarantines": [
        {"id": "qua_1", "kind": "principal", "key": "ff", "until": 0.0, "released_at": 5.0, "released_by": "person:sec",
         "release_reason": "mistake"},
        {"id": "qua_2", "kind": "session", "key": "ee", "until": 60.0, "released_at": 0.0, "released_by": "",
         "release_reason": ""},
    ],
    "checkpoint": "wardlaw.example\n12\nAAAA\n\n— sig",
}  # fmt: skip

HABIT = {
    "principal": "agent:a", "key": "aa", "events": 900, "active_days": 20, "last_at": 1.0, "experienced": True, "alerting": True,
    "score": 1000, "step": "hold", "reasons": ["moved 900 records within about an hour; usual is at most 9"], "pictured_at": 2.0,
    "measures": [{"measure": "records within an hour", "seen": 900.0, "typical": 4.5, "usual": 9.0}],
}  # fmt: skip
APPROVAL: dict[str, Any] = {
    "id": "apr_1", "digest": "d", "principal": "agent:bot", "acting_for": "user:ana", "action": "ToolCall",
    "resource": "tool:pay", "clauses": ["AGT-01"], "why": "AGT-01: Payments need a person.", "approvers": 2,
    "exchange": "exc_1", "decision": "dec_1", "asked_at": 1.0, "expires_at": 9.0, "state": "waiting", "used_at": 0.0,
    "used_by": "", "version": 1,
    "answers": [{"by": "person:ben", "at": 2.0, "approves": True, "reason": "it is [due]"}],
}  # fmt: skip
WAIVER: dict[str, Any] = {
    "standing": "waiting",
    "waiver": {
        "id": "wvr_1", "clause": "GOV-07", "scope": {"principals": ["user:ana"], "systems": [], "resources": []},
        "owner": "person:own", "reason": "quarter end", "minutes": 10_081, "asked_by": "person:own", "asked_at": 1.0,
        "state": "waiting", "starts_at": 2.0, "ends_at": 9.0, "ended_by": "", "ended_at": 0.0, "end_reason": "",
        "answers": [{"by": "person:lex", "at": 2.0, "approves": True, "roles": ["legal"], "reason": "fine"}], "version": 2,
    },
}  # fmt: skip
ASKED = {
    "clause": "GOV-07", "reason": "r", "minutes": 10_080, "owner": "", "principals": ["user:ana"], "systems": [],
    "resources": ["tool:x", "tool:y"],
}  # fmt: skip
GLASS: dict[str, Any] = {
    "standing": "unreviewed",
    "glass": {
        "id": "brk_1", "clauses": [], "scope": {"principals": [], "systems": ["agent:a"], "resources": []}, "reason": "outage",
        "opened_by": "person:sec", "opened_at": 1.0, "ends_at": 9.0, "review_by": 90.0, "incident": "inc_1", "closed_by": "",
        "closed_at": 0.0, "reviewed_by": "", "reviewed_at": 0.0, "is_justified": False, "review": "", "version": 1,
    },
}  # fmt: skip
LIFTABLE = {
    "clauses": [{"id": "GOV-07", "title": "No bulk exports"}], "never": ["GOV-01"], "minutes": 60, "told": [], "owed": "brk_1",
}  # fmt: skip
SERIOUS = {
    "standing": "open",
    "left_s": 7_200,
    "serious": {"id": "ser_1", "kind": "death", "due_at": 9.0, "holds": ["hld_1"]},
}
APPEALS = {
    "appeals": [
        {
            "id": "app_1",
            "state": "open",
            "decision": "dec_1",
            "clauses": ["GOV-07"],
            "by": "person:a",
            "at": 1.0,
            "reason": "r",
        }
    ],
    "counts": [{"clause": "GOV-07", "open": 1, "upheld": 0, "overturned": 2}],
}
BROKEN = {"reason": "r", "minutes": 30, "clauses": [], "principals": [], "systems": ["agent:a"], "resources": []}
HELD: dict[str, Any] = {
    "standing": "waiting",
    "approval": APPROVAL,
    "detail": {
        "arguments": '{\n  "to": "DE02"\n}', "effect": "payment", "upstream": "bank", "is_whole": False,
        "values": [{"path": "to", "origin": "mail", "source": "read_mail"}], "findings": ["to stands only in a text."],
    },
}  # fmt: skip
TOOL: dict[str, Any] = {
    "pin": {
        "server": "git", "tool": "log", "state": "drifted", "pin": "ab" * 32, "offered_pin": "cd" * 32, "definition": "{}",
        "offered": "{}", "concerns": ["secrecy at /description"], "changed_at": 1.0, "approved_by": "", "first_at": 1.0,
    },
    "changes": [{"pointer": "/description", "before": "", "after": '"\u202e"'}],
}  # fmt: skip
COVERS = (
    "appeal",
    "approvals",
    "audit",
    "breakglass",
    "credential",
    "explain",
    "habits",
    "incidents",
    "key",
    "mcp",
    "person",
    "policylife",
    "quarantine",
    "secret",
    "serious",
    "session",
    "token",
    "waiver",
)
ROUTES = [(method, path) for handler in api_app._HANDLERS for method in handler.http_methods for path in handler.paths]
TOKEN = {"token": {}, "text": "wlt_x"}
KEY = {"key": {}, "text": "wl_x"}
DONE: dict[str, Any] = {"id": "x"}
# words, method, path, body, what the API answers
CASES: list[tuple[str, str, str, Any, Any]] = [
    ("key list", "GET", "/keys", None, []),
    ("key revoke app", "POST", "/keys/key%3Aapp/revoke", None, DONE),
    ("key rotate app", "POST", "/keys/key%3Aapp/rotate", {}, KEY),
    ("key rotate app --overlap-s 0", "POST", "/keys/key%3Aapp/rotate", {"overlap_s": 0}, KEY),
    ("person list", "GET", "/persons", None, []),
    ("person show a", "GET", "/persons/person%3Aa", None, DONE),
    ("person add a --name A --role secops", "POST", "/persons", {"id": "person:a", "name": "A", "roles": ["secops"]}, DONE),
    ("person change a --enable", "PATCH", "/persons/person%3Aa", {"unbind": False, "disabled": False}, DONE),
    ("person change a --name B --role legal", "PATCH", "/persons/person%3Aa", {"unbind": False, "name": "B", "roles": ["legal"]}, DONE),
    ("person add a --name A --identity a@b.example", "POST", "/persons", {"id": "person:a", "name": "A", "roles": [], "identity": "a@b.example"}, DONE),
    ("person identify a a@b.example", "PATCH", "/persons/person%3Aa", {"unbind": False, "identity": "a@b.example"}, DONE),
    ("person disable a", "DELETE", "/persons/person%3Aa", None, DONE),
    ("person logins", "GET", "/provider/logins", None, []),
    ("person bind-login a s-1", "POST", "/provider/logins", {"person": "person:a", "subject": "s-1"}, DONE),
    ("person unbind-login a", "DELETE", "/provider/logins/person%3Aa", None, DONE),
    ("person whoami", "GET", "/session", None, {"person": {"id": "person:a"}, "permissions": []}),
    ("token create --label l --days 3", "POST", "/session/tokens", {"label": "l", "days": 3}, TOKEN),
    ("token invite a --hours 2", "POST", "/tokens", {"person": "person:a", "label": "", "hours": 2}, TOKEN),
    ("token create --scope read --scope decisions.list", "POST", "/session/tokens",
     {"label": "", "days": 30, "scopes": ["read", "decisions.list"]}, TOKEN),
    ("session list", "GET", "/session/sessions", None, []),
    ("session list --all", "GET", "/sessions", None, []),
    ("session revoke ses_1", "DELETE", "/session/sessions/ses_1", None, DONE),
    ("session revoke ses_1 --any", "DELETE", "/sessions/ses_1", None, DONE),
    ("person reset a", "POST", "/persons/person%3Aa/reset", None, DONE),
    ("token list", "GET", "/session/tokens", None, []),
    ("token list --all", "GET", "/tokens", None, []),
    ("token revoke tok_1", "DELETE", "/session/tokens/tok_1", None, DONE),
    ("token revoke tok_1 --any", "DELETE", "/tokens/tok_1", None, DONE),
    ("secret list", "GET", "/secrets", None, []),
    ("secret remove a", "DELETE", "/secrets/secret%3Aa", None, DONE),
    ("secret remove a --tripwire", "DELETE", "/secrets/tripwire%3Aa", None, DONE),
    ("mcp credential list", "GET", "/credentials", None, []),
    ("mcp credential forget tickets token", "DELETE", "/credentials/tickets/token", None, DONE),
    ("quarantine list", "GET", "/quarantines", None, []),
    ("quarantine place principal:user:a --reason r", "POST", "/quarantines", {"key": "principal:user:a", "reason": "r", "minutes": 0}, DONE),
    ("quarantine release qua_1", "POST", "/quarantines/qua_1/release", None, DONE),
    ("approvals list", "GET", "/approvals", None, [{"standing": "waiting", "approval": APPROVAL}]),
    ("approvals list --everything", "GET", "/approvals", {"everything": "true"}, []),
    ("approvals inbox", "GET", "/inbox", None, []),
    ("approvals show apr_1", "GET", "/approvals/apr_1", None, HELD),
    ("approvals approve apr_1 --reason r", "POST", "/approvals/apr_1/answer", {"approves": True, "reason": "r"}, HELD),
    ("approvals refuse apr_1 --reason r", "POST", "/approvals/apr_1/answer", {"approves": False, "reason": "r"}, HELD),
    ("appeal make dec_1 --reason r", "POST", "/appeals", {"decision": "dec_1", "reason": "r"}, DONE),
    ("appeal mine", "GET", "/appeals/own", None, []),
    ("appeal list", "GET", "/appeals", None, APPEALS),
    ("appeal list --state open", "GET", "/appeals", {"state": "open"}, {"appeals": [], "counts": []}),
    ("appeal answer app_1 --overturns --answer r", "POST", "/appeals/app_1/answer", {"overturns": True, "answer": "r"}, DONE),
    ("incidents serious list", "GET", "/serious-incidents", None, [SERIOUS]),
    ("incidents serious list --everything", "GET", "/serious-incidents", {"everything": "true"}, []),
    ("incidents serious show ser_1", "GET", "/serious-incidents/ser_1", None, SERIOUS),
    ("incidents serious draft ser_1", "GET", "/serious-incidents/ser_1/draft", None, {"serious": "ser_1", "draft": "# D"}),
    (
        "incidents serious open death --aware 2026-11-01 --system s --description d --decision dec_1 --widespread",
        "POST",
        "/serious-incidents",
        {
            "kind": "death", "aware_at": 1_793_491_200.0, "occurred_at": 0.0, "system": "s", "description": "d",
            "widespread": True, "member_state": "", "incident": "", "decisions": ["dec_1"],
        },
        SERIOUS,
    ),
    (
        "incidents serious close ser_1 --report-ref B-7 --sent 2026-11-01",
        "POST",
        "/serious-incidents/ser_1/close",
        {"report_ref": "B-7", "sent_at": 1_793_491_200.0},
        SERIOUS,
    ),
    ("waiver list", "GET", "/waivers", None, [WAIVER]),
    ("waiver list --everything", "GET", "/waivers", {"everything": "true"}, []),
    ("waiver show wvr_1", "GET", "/waivers/wvr_1", None, WAIVER),
    ("waiver request GOV-07 --reason r --for 7d --principal user:ana --resource tool:x --resource tool:y", "POST", "/waivers", ASKED, WAIVER),
    ("waiver approve wvr_1 --reason r", "POST", "/waivers/wvr_1/answer", {"approves": True, "reason": "r"}, WAIVER),
    ("waiver refuse wvr_1 --reason r", "POST", "/waivers/wvr_1/answer", {"approves": False, "reason": "r"}, WAIVER),
    ("waiver end wvr_1 --reason r", "POST", "/waivers/wvr_1/end", {"reason": "r"}, WAIVER),
    ("break-glass list", "GET", "/break-glass", {"days": "90"}, {"days": 90, "minutes": 7.5, "glasses": [GLASS]}),
    ("break-glass liftable", "GET", "/break-glass/liftable", None, LIFTABLE),
    ("break-glass open --reason r --system agent:a", "POST", "/break-glass", BROKEN, GLASS),
    ("break-glass close brk_1 --reason r", "POST", "/break-glass/brk_1/close", {"reason": "r"}, GLASS),
    ("break-glass review brk_1 --review r --justified", "POST", "/break-glass/brk_1/review", {"justified": True, "review": "r"}, GLASS),
    ("habits list", "GET", "/habits", None, []),
    ("habits list --alerting", "GET", "/habits", {"alerting": "true"}, []),
    ("habits show agent:a", "GET", "/habits/agent%3Aa", None, HABIT),
    ("habits accept agent:a --reason r", "POST", "/habits/agent%3Aa/accept", {"reason": "r"}, DONE),
    ("habits forget agent:a --reason r", "POST", "/habits/agent%3Aa/forget", {"reason": "r"}, DONE),
    ("mcp list", "GET", "/tools", None, [TOOL["pin"]]),
    ("mcp list --waiting", "GET", "/tools", {"waiting": "true"}, []),
    ("mcp diff git__log", "GET", "/tools/git", {"tool": "log"}, TOOL),
    (
        "mcp approve git__log --digest abababababab --reason r",
        "POST",
        "/tools/git/approve",
        {"tool": "log", "digest": "abababababab", "reason": "r"},
        TOOL["pin"],
    ),
    ("incidents list", "GET", "/incidents", {"state": "open"}, []),
    ("incident list --everything", "GET", "/incidents", None, []),
    ("incidents show inc_1", "GET", "/incidents/inc_1", None, INCIDENT),
    (
        "incidents release inc_1 --reason mistake",
        "POST",
        "/incidents/inc_1/release",
        {"reason": "mistake"},
        {"incident": INCIDENT["incident"], "released": INCIDENT["quarantines"]},
    ),
    ("incidents close inc_1 --reason over", "POST", "/incidents/inc_1/close", {"reason": "over"}, DONE),
    ("explain", "GET", "/decisions", {"limit": 20}, []),
    ("audit status", "GET", "/audit", None, {"size": 1}),
    ("audit prove dec_1", "GET", "/audit/proofs/dec_1", None, {"id": "dec_1", "proof": "c2sp.org/tlog-proof@v1\n"}),
    ("audit export --since 2026-01-01T00:00", "POST", "/audit/exports", {"since_ms": 1767225600000, "until_ms": 0}, {"file": "x"}),
    ("audit erase", "GET", "/audit/erasures", None, []),
    ("audit erase ab12 --reason r", "POST", "/audit/erasures", {"subject": "ab12", "reason": "r"}, {"erasure": {"id": "era_1"}, "waits_for": []}),
    ("audit erase --account acme:ada --suppress --reason r", "POST", "/audit/erasures", {"subject": "", "reason": "r", "accounts": ["acme:ada"], "suppress": True}, {"erasure": {"id": "era_1"}, "waits_for": [], "inventory": {"rows": {"inventory_item": 2}}}),
    ("audit erase ab12 --dry-run", "POST", "/audit/erasures/preview", {"subject": "ab12", "reason": "dry run"}, {"subject": "ab12", "inventory": {"rows": {}}}),
    ("audit erase --confirm era_1", "POST", "/audit/erasures/era_1/confirm", None, {"erasure": {"id": "era_1"}, "waits_for": []}),
    ("audit prune", "GET", "/audit/prunings", None, []),
    ("audit prune --before 2026-01-01T00:00 --reason r", "POST", "/audit/prunings", {"before_ms": 1767225600000, "reason": "r"}, {"pruning": {"id": "prn_1"}, "waits_for": []}),
    ("audit prune --confirm prn_1", "POST", "/audit/prunings/prn_1/confirm", None, {"pruning": {"id": "prn_1"}, "waits_for": []}),
    ("audit retention", "GET", "/audit/retention", None, [{"id": "log-183d", "title": "The log", "refs": [], "days": 183, "until": "", "records": 3, "oldest_ms": 5, "free_before_ms": 5}]),
    ("audit hold list", "GET", "/audit/holds", None, []),
    ("audit hold place ab12 --reason r", "POST", "/audit/holds", {"subject": "ab12", "reason": "r"}, DONE),
    ("audit hold lift h1", "POST", "/audit/holds/h1/lift", None, {"hold": {"id": "h1"}, "lifted": False}),
    ("policy status", "GET", "/policy", None, {"version": 1}),
    ("policy publish", "POST", "/policy/reload", None, {"version": 2}),
    ("policy publish --enforce GOV-20", "POST", "/policy/clauses/GOV-20/enforce", None, {"version": 2, "moved": ["x"]}),
    (
        "policy publish --emergency GOV-20 --reason r",
        "POST",
        "/policy/clauses/GOV-20/emergency",
        {"reason": "r"},
        {"version": 2, "held": ["y"]},
    ),
    ("policy review GOV-20 --reason r", "POST", "/policy/clauses/GOV-20/review", {"reason": "r"}, DONE),
    ("policy retire GOV-20 --reason r", "POST", "/policy/clauses/GOV-20/retire", {"reason": "r"}, DONE),
    (
        "policy approve GOV-20 --digest abababab",
        "POST",
        "/policy/clauses/GOV-20/approve",
        {"digest": "abababab", "reason": ""},
        DONE,
    ),
    (
        "policy reject GOV-20 --digest abababab --reason r",
        "POST",
        "/policy/clauses/GOV-20/reject",
        {"digest": "abababab", "reason": "r"},
        DONE,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("words", "method", "path", "body", "answer"), CASES, ids=[case[0] for case in CASES])
def test_online_command(
    words: str, method: str, path: str, body: Any, answer: Any, *, command: Any, api: RecordingClient
) -> None:
    api.answers[path] = answer
    done = command(*words.split(), "--json")
    assert done.code == 0, done.err
    assert api.calls == [(method, path, body)]
    assert done.out.startswith('{"format":1,')
    api.answers[path] = {**answer, "person": {"id": "x"}} if "whoami" in words else answer
    assert command(*words.split()).code == 0


@pytest.mark.parametrize(
    ("method", "path"),
    sorted(
        {(case[1], case[2]) for case in CASES}
        | {
            ("POST", "/session/redeem"),
            ("POST", "/keys"),
            ("POST", "/secrets"),
            ("POST", "/credentials"),
            ("GET", "/decisions/dec_1"),
        }
    ),
)
def test_the_api_offers_what_commands_ask(method: str, path: str) -> None:
    patterns = [(offered, re.sub(r"\{[^}]+\}", "[^/]+", route)) for offered, route in ROUTES]
    assert any(offered == method and re.fullmatch(pattern, path) for offered, pattern in patterns)


def test_a_key_is_created_with_what_was_said(command: Any, api: RecordingClient) -> None:
    api.answers["/keys"] = {"key": {"id": "key:bot"}, "text": "wl_secret"}
    done = command(
        "key",
        "create",
        "bot",
        "--principal",
        "agent:bot",
        "--model",
        "gpt",
        "--model",
        "mini",
        "--person",
        "*",
        "--days",
        "0",
    )
    assert done.out == "wl_secret\n"
    ((_, _, body),) = api.calls
    assert (body["id"], body["principal"], body["models"], body["persons"], body["days"]) == (
        "key:bot",
        "agent:bot",
        ["gpt", "mini"],
        ["*"],
        0,
    )


def test_a_one_time_token_binds_the_account_or_gives_a_token(
    command: Any, api: RecordingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.answers["/session/redeem"] = {
        "person": {"id": "person:a", "roles": ["admin"]},
        "bound_uid": 7,
        "api_token": "wlt_y",
    }
    assert "uid 7" in command("token", "redeem", "wlo_x").out
    monkeypatch.setattr("sys.stdin", io.StringIO("wlo_y\n"))
    assert command("token", "redeem", "-", "--api-token").out == "wlt_y\n"
    assert [(body["token"], body["bind"]) for _, _, body in api.calls] == [("wlo_x", True), ("wlo_y", False)]


def test_a_secret_comes_from_a_file_or_stdin_never_from_the_command_line(
    command: Any, api: RecordingClient, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "s").write_text("from-a-file\n")
    assert command("secret", "register", "a", "--file", "s").code == 0
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"from-stdin\n")))
    assert command("secret", "register", "b", "--tripwire").code == 0
    assert [body for _, _, body in api.calls] == [
        {"id": "secret:a", "text": "from-a-file"},
        {"id": "tripwire:b", "text": "from-stdin"},
    ]
    assert command("secret", "register", "a", "the-secret").code == 2


def test_a_credential_comes_from_stdin_or_a_hidden_prompt_and_is_not_shown(
    command: Any, api: RecordingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.answers["/credentials"] = DONE
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"Bearer from-stdin\n")))
    told = command("mcp", "credential", "set", "tickets", "token")
    assert "keyring:token" in told.out
    assert "from-stdin" not in told.out + told.err
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", terminal)
    monkeypatch.setattr("getpass.getpass", lambda prompt: "typed")
    assert command("mcp", "credential", "set", "tickets", "token").code == 0
    body = {"server": "tickets", "name": "token"}
    assert [sent for _, _, sent in api.calls] == [body | {"value": "Bearer from-stdin"}, body | {"value": "typed"}]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("set Tickets token", 2),
        ("set tickets a_b", 2),
        ("forget tickets ../keys", 2),
        ("set tickets token", 2),  # nothing on standard input
        ("set tickets token the-value", 2),
    ],
)
def test_wrong_names_an_empty_value_and_a_value_as_argument_are_refused(
    command: Any, api: RecordingClient, monkeypatch: pytest.MonkeyPatch, words: str, code: int
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\n")))
    done = command("mcp", "credential", *words.split())
    assert done.code == code
    assert ("WL-MCP-025" in done.err) is ("the-value" not in words)
    assert api.calls == []


def test_an_explanation_is_shown(command: Any, api: RecordingClient) -> None:
    record = {"id": "dec_1", "at_ms": 1_790_000_000_000, "leaf_index": 4}
    api.answers["/decisions/dec_1"] = {"record": record, "envelope": {}, "explanation": {"sentence": "It was cut."}}
    assert "It was cut." in command("explain", "dec_1").out
    api.answers["/decisions/dec_1"] = {"record": record, "envelope": {}, "explanation": {}}
    assert "erased" in command("explain", "dec_1").out


def test_a_decision_is_judged_by_todays_clauses(command: Any, api: RecordingClient) -> None:
    record = {"id": "dec_1", "at_ms": 1_790_000_000_000, "leaf_index": 4}
    api.answers["/decisions/dec_1"] = {"record": record, "envelope": {}, "explanation": {"sentence": "It was cut."}}
    api.answers["/decisions/dec_1/again"] = {"difference": "allowed", "sentence": "It would pass."}
    assert "otherwise: It would pass." in command("explain", "dec_1", "--again").out


def test_a_proof_is_written_once(command: Any, api: RecordingClient) -> None:
    api.answers["/audit/proofs/dec_1"] = {"id": "dec_1", "proof": "p\n"}
    assert command("audit", "prove", "dec_1", "--out", "p.txt").code == 0
    assert "Nothing was overwritten" in command("audit", "prove", "dec_1", "--out", "p.txt").err


def test_a_proof_is_checked_step_by_step(command: Any, api: RecordingClient) -> None:
    steps = [{"name": "record", "holds": True, "detail": "9 bytes"}, {"name": "path", "holds": False, "detail": "no"}]
    api.answers["/audit/proofs/dec_1/checked"] = steps
    done = command("audit", "prove", "dec_1", "--steps")
    assert (done.code, "FAILS  path: no" in done.out) == (1, True)
    api.answers["/audit/proofs/dec_1/checked"] = steps[:1]
    assert command("audit", "prove", "dec_1", "--steps").code == 0


def test_a_held_call_is_drawn_for_whoever_must_answer(command: Any, api: RecordingClient) -> None:
    api.answers["/approvals/apr_1"] = HELD
    shown = command("approvals", "show", "apr_1").out
    for part in (
        "agent:bot for user:ana", "ToolCall on tool:pay", "payment", "AGT-01: Payments need a person.", "two persons",
        '"to": "DE02"', "to stands only in a text.", "a mail", "read_mail", "it is [due]", "There is more than is shown.",
        "approvals approve apr_1",
    ):  # fmt: skip
        assert part in shown
    api.answers["/approvals/apr_1"] = {**HELD, "standing": "used", "detail": None}
    shown = command("approvals", "show", "apr_1").out
    assert "erased" in shown
    assert "approvals approve" not in shown


def test_every_origin_has_its_words() -> None:
    assert set(approvals._ORIGINS) == {one.value for one in Provenance}


@pytest.mark.parametrize(
    ("standing", "said"),
    [
        ("approved", "goes once"),
        ("waiting", "1 of 2 approvals"),
        ("refused", "does not go"),
        ("expired", "does not go"),
    ],
)
def test_an_answer_says_what_it_led_to(command: Any, api: RecordingClient, standing: str, said: str) -> None:
    api.answers["/approvals/apr_1/answer"] = {"standing": standing, "approval": APPROVAL}
    assert said in command("approvals", "approve", "apr_1", "--reason", "r").out
    assert command("approvals", "refuse", "apr_1").code == 2


def test_an_erasure_needs_a_reason(command: Any, api: RecordingClient) -> None:
    assert command("audit", "erase", "ab12").code == 2
    assert command("audit", "prune", "--before", "2026-01-01T00:00").code == 2
    assert api.calls == []
