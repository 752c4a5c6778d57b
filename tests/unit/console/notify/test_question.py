from __future__ import annotations

import json

from wardlaw.console.notify.question import Question, question_json, question_mail, question_slack
from wardlaw.inventory.asking import harmless

ASKED = Question(
    "ntf_1", "gqn_1", "acme", "acme-google", "ada@acme.example",
    harmless("Free <https://evil.example|click> & win\r\nBcc: x@y"), ("files", "mail"), "2026-09-21", "grants@acme.example",
)  # fmt: skip


def test_a_mail_goes_to_the_person_and_its_answer_to_the_mailbox() -> None:
    made = question_mail(ASKED, sender="wardlaw@acme.example", at=1_790_000_000.0)
    assert (made["To"], made["Reply-To"], made["Bcc"]) == ("ada@acme.example", "grants@acme.example", None)
    assert made["Subject"] == "[wardlaw acme] gqn_1: what do you use this app for?"
    text = made.get_content()
    for part in ("acme-google", "It reaches: files, mail.", "on 2026-09-21", "wardlaw grants explain-why gqn_1"):
        assert part in text, part
    assert "evil.example" not in text
    assert "http" not in text.replace("https evil example", "")
    assert made["Auto-Submitted"] == "auto-generated"


def test_slack_is_sent_no_markup_of_the_app() -> None:
    text = json.loads(question_slack(ASKED))["text"]
    assert text.startswith("ada@acme.example: In acme-google you have let an app that calls itself")
    assert not set(text) & set("<>|")


def test_a_webhook_is_sent_all_fields() -> None:
    told = json.loads(question_json(ASKED))
    assert (told["event"], told["question"], told["to"], told["reach"]) == (
        "why",
        "gqn_1",
        "ada@acme.example",
        ["files", "mail"],
    )


def test_an_app_without_a_name_is_said_to_have_none() -> None:
    text = question_mail(
        Question("n", "gqn_1", "i", "d", "a@b.example", "", (), "", "r@b.example"), sender="w@b.example", at=1.0
    )
    assert "In d you have let an app without a name act for you. What do you use it for?" in text.get_content()
