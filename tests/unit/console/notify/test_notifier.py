from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from tests.unit.console.notify.receivers import log_receiver, web
from wardlaw.config.model import Notify, Syslog, Webhook
from wardlaw.console.notify.notifier import Notifier
from wardlaw.facts.approval import CallAnswer, CallApproval
from wardlaw.facts.effect import Effect
from wardlaw.facts.incident import Incident
from wardlaw.inventory.rules import GrantFinding, Weight
from wardlaw.inventory.ruling import Fate, GrantRuling
from wardlaw.store.approvals import answer_call, park_call
from wardlaw.store.database import reading, writing
from wardlaw.store.findings import settle_rules
from wardlaw.store.grantdecisions import keep_rulings, list_rulings
from wardlaw.store.incidents import open_or_join
from wardlaw.store.notifications import (
    MOST_TRIES,
    Event,
    Standing,
    count_by_state,
    enqueue,
    enqueue_asked,
    enqueue_found,
    enqueue_held,
)
from wardlaw.testing.databases import sqlite_database

NOW = 1_790_000_000.0


@pytest.fixture
def tables(tmp_path: Path) -> Iterator[Engine]:
    with sqlite_database(tmp_path) as engine:
        yield engine


class Clock:
    now = NOW

    def __call__(self) -> float:
        return self.now


def queue(tables: Engine, *channels: str, event: Event = Event.OPENED) -> None:
    incident = Incident("inc_1", "exc_1", "aabb", "SEC-05", NOW, NOW)
    with writing(tables) as connection:
        joined = open_or_join(connection, incident, marks=("caller:aa",)).incident
        enqueue(connection, joined, event, channels=channels, at=NOW)


def standing(tables: Engine) -> dict[Standing, int]:
    with reading(tables) as connection:
        return {state: count for state, count in count_by_state(connection).items() if count}


def made(tables: Engine, clock: Clock, **notify: object) -> Notifier:
    return Notifier(tables, Notify(**notify), installation="acme", env={}, clock=clock)  # type: ignore[arg-type]


def test_every_channel_is_told_once(tables: Engine) -> None:
    queue(tables, "hook", "siem")
    with web([204]) as hook, log_receiver() as siem:
        notifier = made(
            tables,
            Clock(),
            webhooks=(Webhook("hook", f"http://127.0.0.1:{hook.port}/"),),
            syslog=(Syslog("siem", f"tcp://127.0.0.1:{siem.port}"),),
        )
        assert (notifier.run_once(), notifier.run_once()) == (2, 0)
        assert b"inc_1" in siem.read()
    assert len(hook.seen) == 1
    assert standing(tables) == {Standing.SENT: 2}


def test_a_failure_is_tried_again_later_and_holds_up_no_other(tables: Engine) -> None:
    queue(tables, "bad", "good")
    queue(tables, "bad", event=Event.LOCKED)
    clock = Clock()
    with web([500, 200]) as bad, web([200]) as good:
        notifier = made(
            tables,
            clock,
            webhooks=tuple(
                Webhook(name, f"http://127.0.0.1:{server.port}/") for name, server in (("bad", bad), ("good", good))
            ),
        )
        assert notifier.run_once() == 1
        assert (len(bad.seen), len(good.seen)) == (1, 1)  # the second one for it waits for the next turn
        clock.now += 3_600
        assert notifier.run_once() == 2
    assert standing(tables) == {Standing.SENT: 3}


def test_what_is_never_taken_is_dead_in_the_end(tables: Engine, caplog: pytest.LogCaptureFixture) -> None:
    queue(tables, "hook")
    clock = Clock()
    with web([500]) as hook:
        notifier = made(tables, clock, webhooks=(Webhook("hook", f"http://127.0.0.1:{hook.port}/"),))
        for _ in range(MOST_TRIES + 3):
            notifier.run_once()
            clock.now += 20_000
    assert len(hook.seen) == MOST_TRIES
    assert standing(tables) == {Standing.DEAD: 1}
    assert "given up" in caplog.text


def test_a_channel_that_is_no_more_gives_its_waiting_ones_up(tables: Engine) -> None:
    queue(tables, "gone")
    made(tables, Clock()).run_once()
    assert standing(tables) == {Standing.DEAD: 1}


def test_sent_ones_are_let_go_of_after_a_month(tables: Engine) -> None:
    queue(tables, "hook")
    clock = Clock()
    with web([200]) as hook:
        notifier = made(tables, clock, webhooks=(Webhook("hook", f"http://127.0.0.1:{hook.port}/"),))
        notifier.run_once()
        clock.now += 32 * 86_400
        notifier.run_once()
    assert standing(tables) == {}


def test_it_runs_in_the_background_and_stops(tables: Engine) -> None:
    queue(tables, "hook")

    async def story() -> None:
        with web([200]) as hook:
            notifier = made(tables, Clock(), webhooks=(Webhook("hook", f"http://127.0.0.1:{hook.port}/"),))
            notifier.start()
            async with asyncio.timeout(5.0):
                while standing(tables) != {Standing.SENT: 1}:
                    await asyncio.sleep(0.01)
            await notifier.stop()
            idle = made(tables, Clock())
            idle.start()
            await idle.stop()

    asyncio.run(story())


def test_a_held_call_is_told_while_it_waits(tables: Engine) -> None:
    def held(number: int) -> CallApproval:
        return CallApproval(
            f"apr_{number}", str(number), "agent:bot", "", "ToolCall", "tool:pay", ("AGT-01",), "", 1, "exc_1", "dec_1", NOW, NOW + 60
        )  # fmt: skip

    with writing(tables) as connection:
        for number in (1, 2):
            park_call(connection, held(number))
            enqueue_held(connection, held(number), channels=("hook",))
        answer_call(connection, "apr_2", CallAnswer("person:ben", NOW, False, "no"))
    with web([204]) as hook:
        notifier = made(tables, Clock(), webhooks=(Webhook("hook", f"http://127.0.0.1:{hook.port}/"),))
        assert notifier.run_once() == 2
    assert len(hook.seen) == 1
    assert standing(tables) == {Standing.SENT: 2}


def test_a_held_call_nobody_could_be_told_of_counts_while_it_waits(tables: Engine) -> None:
    call = CallApproval("apr_1", "d", "agent:bot", "", "ToolCall", "tool:pay", ("A-1",), "", 1, "e", "d", NOW, NOW + 60)
    with writing(tables) as connection:
        park_call(connection, call)
        enqueue_held(connection, call, channels=("gone",))
    made(tables, Clock()).run_once()
    assert standing(tables) == {Standing.DEAD: 1}
    with writing(tables) as connection:
        answer_call(connection, "apr_1", CallAnswer("person:ben", NOW, True, "yes"))
    assert standing(tables) == {}


def test_a_grant_is_asked_about_while_it_waits(tables: Engine) -> None:
    def ruling(number: int, fate: Fate = Fate.ASKED) -> GrantRuling:
        return GrantRuling(
            "acme", f"g{number}", "app-1", f"gdc_{number}", "d", Effect.HOLD, fate, "p", NOW, ("GRT-03",)
        )

    with writing(tables) as connection:
        for number in (1, 2):
            keep_rulings(connection, [ruling(number)], known=list_rulings(connection))
            enqueue_asked(connection, ruling(number), channels=("hook",))
        enqueue_asked(connection, ruling(3), channels=("gone",))
        keep_rulings(connection, [ruling(3)], known=list_rulings(connection))
        keep_rulings(
            connection, [ruling(2, Fate.STANDS)], known=list_rulings(connection)
        )  # approved before anybody was told
    with web([204]) as hook:
        notifier = made(tables, Clock(), webhooks=(Webhook("hook", f"http://127.0.0.1:{hook.port}/"),))
        assert notifier.run_once() == 3
    assert len(hook.seen) == 1
    assert standing(tables) == {Standing.SENT: 2, Standing.DEAD: 1}
    with writing(tables) as connection:
        keep_rulings(connection, [ruling(3, Fate.STANDS)], known=list_rulings(connection))
    assert standing(tables) == {Standing.SENT: 2}


def test_a_finding_is_told_and_tried_again_until_it_is_taken(tables: Engine) -> None:
    bad = GrantFinding("known-bad-app", Weight.CRITICAL, "acme", "grant of-ada", "ada", "evil", (), "")
    with writing(tables) as connection:
        (change,) = settle_rules(connection, "acme", [bad], now=NOW)
        enqueue_found(connection, [change.after], channels=("hook",), at=NOW)
    clock = Clock()
    with web([500, 204]) as hook:
        notifier = made(tables, clock, webhooks=(Webhook("hook", f"http://127.0.0.1:{hook.port}/"),))
        assert notifier.run_once() == 0
        clock.now += 60
        assert notifier.run_once() == 1
    assert b'"finding":"fnd_' in hook.seen[-1][2]
    assert standing(tables) == {Standing.SENT: 1}
