"""Poll delivery (RFC 8936) between our own two ends, over a socket: what one installation signals, another fetches, verifies and
acknowledges. Nothing is given twice once it was acknowledged, and nothing is lost before."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.console_fakes import START, Api
from tests.wire.house import free_port
from wardlaw.adapters.keysets import JwksStore
from wardlaw.cli.listening.app import ListenerApp
from wardlaw.cli.listening.polling import PollRoute, SignalPoller, asking
from wardlaw.cli.listening.reading import Told
from wardlaw.cli.listening.signals import SignalReceiver, issuer_of
from wardlaw.config.connected import Directory, Platform
from wardlaw.config.pushed import Signals
from wardlaw.config.secretref import SecretRef
from wardlaw.console.api.app import build_api
from wardlaw.console.serve import TcpListener, serve_control
from wardlaw.facts.errors import UnavailableError
from wardlaw.facts.person import Role
from wardlaw.store.database import writing
from wardlaw.store.notifications import Standing
from wardlaw.store.signalkey import published_keys, signal_signer
from wardlaw.store.signalsout import SignalPlan, enqueue_signal, list_signals

US, THEM = "https://us.example", "https://them.example"
REVOKED = {"https://schemas.openid.net/secevent/caep/event-type/session-revoked": {"event_timestamp": int(START) - 5}}
WORD = "what the receiver shows"


class Taking:
    """Takes what was fetched; may be in trouble."""

    def __init__(self) -> None:
        self.trouble: Exception | None = None
        self.taken: list[Told] = []
        self.counts: list[str] = []

    def count(self, _place: Any, outcome: str) -> None:
        self.counts.append(outcome)

    async def take(self, _place: Any, told: Told) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.taken.append(told)


class Managing:
    """The management API for the listener."""

    def __init__(self, api: Api, uid: int) -> None:
        self._api, self._uid = api, uid

    def get(self, path: str) -> Any:
        return self._api.ok("GET", path, uid=self._uid)

    def post(self, path: str, body: Any) -> Any:
        return self._api.ok("POST", path, body, uid=self._uid)


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    made = Api(tmp_path)
    plan = SignalPlan(US, {"them": THEM})
    made.app = build_api(msgspec.structs.replace(made.made.deps, signals=plan, sign_signal=signal_signer(tmp_path)))
    yield made
    made.close()


def queue(api: Api, name: str, *, audience: str = THEM) -> None:
    subject = {"format": "email", "email": f"{name}@acme.example"}
    with writing(api.made.engine) as connection:
        claims = {"iss": US, "aud": audience, "sub_id": subject, "events": REVOKED}
        enqueue_signal(connection, "them", name, claims, at=START)


def standing(api: Api) -> list[Standing]:
    with writing(api.made.engine) as connection:
        return [one.state for one in list_signals(connection)]


def receiver(folder: Path, hand: Taking) -> SignalReceiver:
    signals = Signals(US, THEM, jwks_url=f"{US}/.well-known/ssf-jwks.json")
    directory = Directory("acme", Platform.OKTA, SecretRef(), signals=signals)

    async def published(_issuer: Any) -> bytes:
        return published_keys(folder)

    keys = JwksStore((issuer_of(directory),), published)
    return SignalReceiver(directory, keys, hand=hand, bearer=lambda: "", clock=lambda: START)  # type: ignore[arg-type]


def post(url: str, body: bytes, word: str) -> tuple[int, Any]:
    asked = urllib.request.Request(url, body, {"authorization": f"Bearer {word}"})
    try:
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


async def both_ends(api: Api, folder: Path, uid: int) -> None:
    port, stop, ready = free_port(), asyncio.Event(), asyncio.Event()
    url = f"http://127.0.0.1:{port}/ssf/poll/them"
    route = PollRoute("them", lambda: WORD, lambda: Managing(api, uid))  # type: ignore[arg-type,return-value]
    app = ListenerApp({"/ssf/poll/them": route.answer}, body_bytes=65_536)
    serving = asyncio.create_task(
        serve_control(app, (TcpListener("127.0.0.1", port, None, None),), stop=stop, started=ready.set)
    )
    await asyncio.wait_for(ready.wait(), 10)
    try:
        hand = Taking()
        poller = SignalPoller(receiver(folder, hand), asking(url, lambda: WORD))
        # What is not durable is neither acknowledged nor refused: it comes again. One is for somebody else.
        hand.trouble = UnavailableError("WL-LSN-004", "not now", "")
        assert await poller.poll_once() is True
        assert standing(api) == [Standing.WAITING, Standing.WAITING, Standing.WAITING]
        hand.trouble = None
        assert await poller.poll_once() is True
        assert sorted(one.account for told in hand.taken for one in told.activities) == [
            "ada@acme.example",
            "bob@acme.example",
        ]
        assert sorted(standing(api)) == [Standing.DEAD, Standing.WAITING, Standing.WAITING]  # taken, and not said yet
        assert await poller.poll_once() is False
        assert sorted(standing(api)) == [Standing.DEAD, Standing.SENT, Standing.SENT]
        assert len(hand.taken) == 2
        # Somebody else, something else, and a poll that only acknowledges.
        for word, body, status in ((WORD + "x", b"{}", 401), (WORD, b"[]", 400), (WORD, b'{"maxEvents":0}', 200)):
            assert (await asyncio.to_thread(post, url, body, word))[0] == status
        stranger = SignalPoller(receiver(folder, hand), asking(url, lambda: "a guess"))
        with pytest.raises(UnavailableError, match="WL-LSN-011"):
            await stranger.poll_once()
        # A few at a time, and told that there are more.
        for name in ("eve", "fay"):
            queue(api, name)
        _, told = await asyncio.to_thread(post, url, b'{"maxEvents":1,"returnImmediately":true}', WORD)
        assert (len(told["sets"]), told["moreAvailable"]) == (1, True)
    finally:
        stop.set()
        await asyncio.wait_for(serving, 10)


def test_what_one_end_signals_the_other_fetches_and_acknowledges(api: Api, tmp_path: Path) -> None:
    uid = api.person("sec", Role.SECOPS)
    queue(api, "ada")
    queue(api, "bob")
    queue(api, "for-another", audience="https://another.example")
    asyncio.run(both_ends(api, tmp_path, uid))
