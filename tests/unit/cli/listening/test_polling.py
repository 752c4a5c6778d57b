from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from wardlaw.cli.listening import polling
from wardlaw.cli.listening.app import Answer, Asked
from wardlaw.cli.listening.polling import PollAnswer, PollRequest, PollRoute, SignalPoller
from wardlaw.cli.listening.signals import SetRefusal
from wardlaw.facts.errors import UnavailableError

REFUSED = SetRefusal("invalid_key", "The issuer publishes no such key.")


class Managing:
    def __init__(self, *answers: dict[str, Any], error: Exception | None = None) -> None:
        self.answers = list(answers)
        self.error = error
        self.asked: list[Any] = []

    def get(self, path: str) -> Any:
        self.asked.append(path)
        if self.error is not None:
            raise self.error
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def post(self, path: str, body: Any) -> Any:
        self.asked.append((path, body))


def poll(managing: Managing, body: bytes = b"{}", *, word: str = "w", method: str = "POST") -> Answer:
    async def read() -> bytes:
        return body

    route = PollRoute("idp", lambda: "w", lambda: managing)  # type: ignore[arg-type,return-value]
    return asyncio.run(route.answer(Asked(method, "/ssf/poll/idp", {"authorization": f"Bearer {word}"}, read)))


def test_a_poll_says_what_became_of_earlier_ones_and_gets_what_waits() -> None:
    managing = Managing({"sets": {"j2": "token"}, "more": True})
    body = (
        b'{"ack":["j1"],"setErrs":{"j0":{"err":"invalid_key","description":"no"}},"returnImmediately":true,"unknown":1}'
    )
    answer = poll(managing, body)
    assert (answer.status, msgspec.json.decode(answer.body)) == (200, {"sets": {"j2": "token"}, "moreAvailable": True})
    assert managing.asked == [
        ("/signals/settled", {"receiver": "idp", "ack": ("j1",), "refused": {"j0": "invalid_key: no"}}),
        "/signals/waiting?receiver=idp&most=100",
    ]


def test_who_wants_to_wait_waits_until_something_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "LOOK_S", 0.001)
    managing = Managing({"sets": {}, "more": False}, {"sets": {}, "more": False}, {"sets": {"j": "t"}, "more": False})
    assert msgspec.json.decode(poll(managing).body)["sets"] == {"j": "t"}
    assert len(managing.asked) == 3


@pytest.mark.parametrize(("word", "body", "method", "status"), [
    ("x", b"{}", "POST", 401), ("", b"{}", "POST", 401), ("w", b"{", "POST", 400), ("w", b'{"ack":"j"}', "POST", 400),
    ("w", b'{"maxEvents":-1}', "POST", 400), ("w", b"{}", "GET", 405),
])  # fmt: skip
def test_whoever_is_not_the_receiver_or_asks_something_else_gets_nothing(
    word: str, body: bytes, method: str, status: int
) -> None:
    managing = Managing({"sets": {"j": "t"}, "more": False})
    assert poll(managing, body, word=word, method=method).status == status
    assert managing.asked == []


def test_without_the_management_api_it_is_asked_to_come_back() -> None:
    assert poll(Managing(error=UnavailableError("WL-CLI-001", "away", ""))).status == 503


class Receiver:
    place = type("place", (), {"directory": "acme"})

    def __init__(self, **outcomes: SetRefusal | Exception | None) -> None:
        self.outcomes = outcomes

    async def take(self, text: str) -> SetRefusal | None:
        outcome = self.outcomes[text]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def test_only_what_is_durable_is_acknowledged_and_only_what_is_wrong_refused() -> None:
    told: list[PollRequest] = []
    answers = [PollAnswer({"j1": "good", "j2": "bad", "j3": "later"}), PollAnswer()]

    def ask(request: PollRequest) -> PollAnswer:
        told.append(request)
        return answers.pop(0)

    receiver: Any = Receiver(good=None, bad=REFUSED, later=UnavailableError("WL-LSN-004", "not now", ""))
    poller = SignalPoller(receiver, ask)
    assert asyncio.run(poller.poll_once()) is True
    assert asyncio.run(poller.poll_once()) is False
    assert (told[1].ack, told[1].set_errs) == (("j1",), {"j2": REFUSED})


def test_what_became_of_them_is_said_again_where_nobody_heard_it() -> None:
    told: list[PollRequest] = []

    def ask(request: PollRequest) -> PollAnswer:
        told.append(request)
        if len(told) == 2:
            raise UnavailableError("WL-LSN-011", "away", "")
        return PollAnswer({"j1": "good"} if len(told) == 1 else {})

    poller = SignalPoller(Receiver(good=None), ask)  # type: ignore[arg-type]
    asyncio.run(poller.poll_once())
    with pytest.raises(UnavailableError):
        asyncio.run(poller.poll_once())
    asyncio.run(poller.poll_once())
    assert [one.ack for one in told] == [(), ("j1",), ("j1",)]
