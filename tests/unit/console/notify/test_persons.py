from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from tests.unit.console.notify.receivers import post_office, web
from wardlaw.config.channelforms import MailSecurity, WebhookForm
from wardlaw.config.model import Mail, Notify, Persons, Webhook
from wardlaw.console.notify.notifier import Notifier
from wardlaw.console.notify.persons import asked_persons, question_of
from wardlaw.facts.effect import Effect
from wardlaw.facts.errors import UnavailableError
from wardlaw.inventory.asking import GrantQuestion
from wardlaw.inventory.model import Account, App, Consent, FeedKind, Grant, RunState, Sighting, SyncRun
from wardlaw.inventory.ruling import Fate, GrantRuling
from wardlaw.store.database import reading, writing
from wardlaw.store.grantdecisions import keep_rulings, list_rulings
from wardlaw.store.grantquestions import answer_question, keep_question
from wardlaw.store.inventory import begin_run, finish_run, take
from wardlaw.store.notifications import Event, Notification, Standing, count_by_state, enqueue_question
from wardlaw.testing.databases import sqlite_database

NOW = 1_790_000_000.0
GRANT = Grant("g1", "42", "app-1", Consent.USER, ("https://mail.google.com/",), NOW - 86_400.0)
THINGS = (Account("42", name="ada@acme.example"), App("app-1", "Notes <https://evil.example>"), GRANT)
SETTINGS = Persons(("post", "chat"), ("Acme.example",), "grants@acme.example")
QUESTION = GrantQuestion("gqn_1", "acme", "g1", "42", NOW)
QUEUED = Notification("ntf_1", "post", "gqn_1", Event.WHY, 1, NOW)


def rule(connection, fate: Fate = Fate.ASKED) -> None:
    ruling = GrantRuling("acme", "g1", "app-1", "gdc_1", "d", Effect.HOLD, fate, "p", NOW, ("GRT-03",))
    keep_rulings(connection, [ruling], known=list_rulings(connection))


@pytest.fixture
def tables(tmp_path: Path) -> Iterator[Engine]:
    with sqlite_database(tmp_path) as engine:
        with writing(engine) as connection:
            run = SyncRun("run_1", "acme", "google", "tokens", FeedKind.LISTING, NOW, "person:sec")
            begin_run(connection, run)
            take(connection, "run_1", [Sighting(one) for one in THINGS])
            ended = SyncRun("", "", "", "", FeedKind.LISTING, 0.0, "", RunState.COMPLETE, NOW + 1)
            finish_run(connection, "run_1", ended=ended)
            rule(connection)
            keep_question(connection, QUESTION)
        yield engine


def asked(tables: Engine, settings: Persons = SETTINGS):
    with reading(tables) as connection:
        return question_of(connection, QUEUED, settings, installation="acme")


def test_a_question_is_put_together_when_it_is_sent(tables: Engine) -> None:
    made = asked(tables)
    assert (made.to, made.app, made.reach) == ("ada@acme.example", "Notes https evil example", ("mail",))
    assert (made.directory, made.granted_on) == ("acme", "2026-09-20")
    assert asked_persons(SETTINGS).domains == {"acme.example"}


def test_who_need_not_answer_any_more_is_not_asked(tables: Engine) -> None:
    with writing(tables) as connection:
        rule(connection, Fate.STANDS)
    assert asked(tables) is None
    with writing(tables) as connection:
        rule(connection)
        answer_question(connection, "gqn_1", reason="notes", by="person:ada", at=NOW)
    assert asked(tables) is None


def test_an_address_that_may_not_be_written_to_is_a_failure_that_stays_seen(tables: Engine) -> None:
    with pytest.raises(UnavailableError, match="WL-NTF-005"):
        asked(tables, Persons(("post",), ("other.example",), "grants@acme.example"))


def test_mail_and_chat_carry_it_and_a_failure_is_tried_again(tables: Engine) -> None:
    with writing(tables) as connection:
        enqueue_question(connection, QUESTION, channels=("post", "chat"))
    now = [NOW]
    with post_office() as office, web([500, 200]) as chat:
        notify = Notify(
            webhooks=(Webhook("chat", f"http://127.0.0.1:{chat.port}/", form=WebhookForm.SLACK),),
            mail=(
                Mail(
                    "post", "127.0.0.1", "wardlaw@acme.example", ("sec@acme.example",), office.port, MailSecurity.NONE
                ),
            ),
            persons=SETTINGS,
        )
        notifier = Notifier(tables, notify, installation="acme", env={}, clock=lambda: now[0])
        assert notifier.run_once() == 1
        now[0] += 60
        assert notifier.run_once() == 1
    assert b"ada@acme.example" in chat.seen[1][2]
    ((_, to, body),) = office.mails
    assert [one.upper() for one in to] == ["RCPT TO:<ADA@ACME.EXAMPLE>"]
    assert "Reply-To: grants@acme.example" in body
    assert "gqn_1" in body
    with reading(tables) as connection:
        assert count_by_state(connection)[Standing.SENT] == 2
