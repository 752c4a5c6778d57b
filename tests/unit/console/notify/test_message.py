from __future__ import annotations

import hashlib
import hmac
import json
import re

import msgspec
import pytest

from wardlaw.console.notify.message import (
    Message,
    cef_line,
    json_body,
    mail,
    message_of,
    message_of_asked,
    message_of_found,
    message_of_held,
    sentence,
    signature,
    slack_body,
    syslog_line,
)
from wardlaw.facts.approval import CallApproval
from wardlaw.facts.effect import Effect
from wardlaw.facts.incident import Incident, Quarantine
from wardlaw.inventory.findings import of_rule
from wardlaw.inventory.rules import GrantFinding, Weight
from wardlaw.inventory.ruling import Fate, GrantRuling
from wardlaw.store.notifications import Event, Notification

PROMPT = "my password is hunter2"
INCIDENT = Incident(
    "inc_1", "exc_1", "aabbccdd", "SEC-05", 1_790_000_000.0, 1_790_000_060.0, detail=PROMPT, count=1_000
)
LOCKS = (
    Quarantine("qua_1", "ff" * 16, "principal", f"clause SEC-05, {PROMPT}", 1_790_000_000.0),
    Quarantine("qua_2", "ee" * 16, "session", "x", 1_790_000_000.0, released_at=1_790_000_001.0),
)


def message(event: Event = Event.LOCKED, **changes: object) -> Message:
    queued = Notification("ntf_1", "hook", "inc_1", event, 100, 1_790_000_060.0)
    made = message_of(queued, INCIDENT, LOCKS, installation="acme", now=1_790_000_070.0)
    return made if not changes else Message(**{name: getattr(made, name) for name in made.__struct_fields__} | changes)


def test_no_form_holds_a_prompt_a_key_or_what_was_released() -> None:
    made = message()
    forms = [
        json_body(made),
        slack_body(made),
        mail(made, sender="a@b", to=("c@d",), at=1.0).as_bytes(),
        syslog_line(made, facility=13, at=1.0, host="h"),
        cef_line(made, facility=13, at=1.0, host="h"),
    ]
    for form in forms:
        assert b"hunter2" not in form
        assert b"ff" * 16 not in form
        assert b"inc_1" in form
        assert b"SEC-05" in form
    assert made.locked == ("principal",)


def test_the_sentence_says_what_happened() -> None:
    said = sentence(message())
    assert said.startswith("Incident inc_1 led to a quarantine at acme: SEC-05, 100 exchanges since 2026-09-21T")
    assert said.endswith("principal aabbccdd; locked out: principal")


def test_a_webhook_is_told_all_fields() -> None:
    body = json.loads(json_body(message(Event.OPENED)))
    assert (body["format"], body["event"], body["count"], body["incident"]) == (1, "opened", 100, "inc_1")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", body["opened_at"])


def test_the_signature_covers_time_and_body() -> None:
    expected = hmac.new(b"key", b"7.{}", hashlib.sha256).hexdigest()
    assert signature(b"{}", b"key", at=7) == f"t=7,v1={expected}"
    assert signature(b"{}", b"key", at=8) != signature(b"{}", b"key", at=7)


def test_slack_is_sent_no_markup_of_others() -> None:
    text = json.loads(slack_body(message(kind="<!channel> & <http://x|y>")))["text"]
    assert "<" not in text
    assert "&lt;!channel&gt; &amp;" in text


def test_structured_data_and_cef_are_escaped() -> None:
    made = message(kind='a"b]c\\d|e=f')
    line = syslog_line(made, facility=13, at=1_790_000_070.0, host="my host").decode()
    assert line.startswith("<107>1 2026-09-21T")
    assert 'kind="a\\"b\\]c\\\\d|e=f"' in line
    cef = cef_line(message(kind="a|b\\c", principal="x=y\nz"), facility=16, at=1.0, host="h").decode()
    assert "|a\\|b\\\\c|Incident led to a quarantine|9|" in cef
    assert "suid=x\\=y z" in cef
    assert cef.startswith("<131>1 1970-01-01T00:00:01.000Z h wardlaw - incident - CEF:0|Wardlaw|wardlaw|")


def test_mail_tells_machines_that_a_machine_wrote_it() -> None:
    made = mail(message(), sender="wardlaw@acme.example", to=("a@acme.example", "b@acme.example"), at=1_790_000_070.0)
    assert made["Auto-Submitted"] == "auto-generated"
    assert made["Subject"] == "[wardlaw acme] incident led to a quarantine: SEC-05"
    assert made["To"] == "a@acme.example, b@acme.example"


def test_no_name_adds_a_header_to_mail() -> None:
    named = msgspec.structs.replace(message(), installation="acme\r\nBcc: eve@elsewhere.example")
    with pytest.raises(ValueError, match=r"linefeed|newline"):
        mail(named, sender="wardlaw@acme.example", to=("a@acme.example",), at=1_790_000_070.0)


HELD = CallApproval(
    "apr_1", "d", "agent:bot", "user:ana", "ToolCall", "tool:pay", ("AGT-01",), PROMPT, 1, "exc_1", "dec_1",
    1_790_000_000.0, 1_790_000_600.0,
)  # fmt: skip


def test_a_held_call_is_told_by_its_link_alone() -> None:
    queued = Notification("ntf_2", "hook", "apr_1", Event.HELD, 1, 1_790_000_000.0)
    made = message_of_held(queued, HELD, installation="acme")
    assert sentence(made) == "Held call apr_1 waits for a person at acme: AGT-01, until 2026-09-21T14:23:20Z"
    forms = [
        json_body(made),
        slack_body(made),
        mail(made, sender="a@b", to=("c@d",), at=1.0).as_bytes(),
        syslog_line(made, facility=13, at=1.0, host="h"),
        cef_line(made, facility=13, at=1.0, host="h"),
    ]
    for form in forms:
        assert b"apr_1" in form
        for word in (b"hunter2", b"agent:bot", b"user:ana", b"tool:pay", b"inc_"):
            assert word not in form
    assert b"wardlaw approvals show apr_1" in slack_body(made)
    assert json.loads(json_body(made))["expires_at"] == "2026-09-21T14:23:20Z"


def test_a_grant_is_asked_about_without_names() -> None:
    ruling = GrantRuling(
        "acme", "g-of-ada", "app-1", "gdc_1", "d", Effect.HOLD, Fate.ASKED, "p", 1_790_000_000.0, ("GRT-03",), "ada and her mail"
    )  # fmt: skip
    queued = Notification("ntf_1", "hook", "gdc_1", Event.ASKED, 1, 1_790_000_000.0)
    made = message_of_asked(queued, ruling, installation="acme")
    assert sentence(made) == "Grant gdc_1 waits for somebody who says what it is for at acme: GRT-03"
    forms = [
        json_body(made), slack_body(made), mail(made, sender="a@b", to=("c@d",), at=1.0).as_bytes(),
        syslog_line(made, facility=13, at=1.0, host="h"), cef_line(made, facility=13, at=1.0, host="h"),
    ]  # fmt: skip
    for form in forms:
        assert b"gdc_1" in form
        assert b"ada" not in form
    assert b"wardlaw grants explain gdc_1" in slack_body(made)


def found_message(count: int = 1) -> Message:
    told = GrantFinding("known-bad-app", Weight.CRITICAL, "acme", "grant of-ada", "ada", "evil", ("of ada",), "ask ada")
    queued = Notification("ntf_1", "hook", "fnd_1", Event.FOUND, count, 1_790_000_000.0)
    finding = msgspec.structs.replace(of_rule(told, at=1_790_000_000.0), id="fnd_1")
    return message_of_found(queued, finding, installation="acme")


def test_a_finding_is_told_by_id_and_kind_alone() -> None:
    made = found_message()
    assert sentence(made) == "Finding fnd_1 waits for somebody who looks at acme: known-bad-app (critical)"
    forms = [
        json_body(made), slack_body(made), mail(made, sender="a@b", to=("c@d",), at=1.0).as_bytes(),
        syslog_line(made, facility=13, at=1.0, host="h"), cef_line(made, facility=13, at=1.0, host="h"),
    ]  # fmt: skip
    for form in forms:
        assert b"fnd_1" in form
        assert b"ada" not in form
        assert b"evil" not in form
    assert b"|Finding waits for somebody who looks|9|" in forms[-1]
    assert b"wardlaw inventory finding show fnd_1" in slack_body(made)


def test_several_findings_of_a_kind_are_told_with_their_number() -> None:
    made = found_message(1_200)
    assert "Finding fnd_1 and 1,199 more of its kind waits" in sentence(made)
    assert made.command == "wardlaw inventory findings --rule known-bad-app"
    assert json.loads(json_body(made))["count"] == 1_200
