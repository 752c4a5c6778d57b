from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import msgspec
import pytest

from wardlaw.cli.listening import app as listening
from wardlaw.cli.listening.app import Hook, ListenerApp
from wardlaw.cli.listening.handing import Place
from wardlaw.cli.listening.reading import Told
from wardlaw.config.connected import Directory, Platform
from wardlaw.config.secretref import SecretRef
from wardlaw.facts.errors import ConfigError, UnavailableError, WardlawError
from wardlaw.testing.saas.githubhooks import signed_delivery

SECRET = "only GitHub knows"
INSTALLED = {"action": "deleted", "installation": {"id": 1, "app_id": 7, "app_slug": "x"}, "sender": {"login": "ada"}}


class Taking:
    """A hand that keeps what it is given."""

    def __init__(self, error: WardlawError | None = None) -> None:
        self.error = error
        self.taken: list[Told] = []
        self.counts: list[str] = []

    def count(self, _place: Place, outcome: str) -> None:
        self.counts.append(outcome)

    async def take(self, _place: Place, told: Told) -> None:
        if self.error is not None:
            raise self.error
        self.taken.append(told)


def call(
    hand: Taking, headers: Iterable[tuple[str, str]], pieces: Iterable[bytes], *, method: str = "POST",
    path: str = "/hooks/acme", platform: Platform = Platform.GITHUB, secret: Any = lambda: SECRET,
) -> tuple[int, bytes]:  # fmt: skip
    hook = Hook(Directory("acme", platform, SecretRef()), secret, hand=hand, clock=lambda: 5.0)
    app = ListenerApp({"/hooks/acme": hook.answer}, body_bytes=1_000)
    listed = [*pieces]
    messages = [
        {"type": "http.request", "body": piece, "more_body": number + 1 < len(listed)}
        for number, piece in enumerate(listed)
    ]
    waiting = iter(messages)
    sent: list[Any] = []

    async def receive() -> Any:
        message = next(waiting, None)
        return message if message is not None else await asyncio.sleep(60, {"type": "http.disconnect"})

    async def send(message: Any) -> None:
        sent.append(message)

    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    scope = {"type": "http", "method": method, "path": path, "headers": raw}
    asyncio.run(app(scope, receive, send))
    return sent[0]["status"], sent[1]["body"]


def delivery(payload: Any = INSTALLED, event: str = "installation") -> tuple[list[tuple[str, str]], bytes]:
    headers, body = signed_delivery(event, payload, secret=SECRET, number=1)
    return [*headers.items()], body


def code(answer: bytes) -> str:
    return str(msgspec.json.decode(answer)["error"]["code"])


def test_a_true_delivery_is_answered_once_it_is_kept() -> None:
    headers, body = delivery()
    hand = Taking()
    assert call(hand, headers, [body[:10], body[10:]]) == (204, b"")
    assert len(hand.taken) == 1


def test_one_that_says_nothing_for_the_inventory_is_counted() -> None:
    hand = Taking()
    headers, body = delivery({"action": "opened"}, "issues")
    assert call(hand, headers, [body])[0] == 204
    assert (hand.taken, hand.counts) == ([], ["silent"])


@pytest.mark.parametrize(("error", "status"), [
    (UnavailableError("WL-LSN-004", "Not now.", ""), 503), (UnavailableError("WL-API-012", "Away.", ""), 503),
])  # fmt: skip
def test_what_could_not_be_kept_is_told_to_come_back(error: WardlawError, status: int) -> None:
    hand = Taking(error)
    headers, body = delivery()
    assert call(hand, headers, [body])[0] == status
    assert hand.counts == ["not-now"]


def test_a_forged_one_learns_nothing_and_one_whose_signature_stands_twice_is_forged() -> None:
    headers, body = delivery()
    hand = Taking()
    status, answer = call(hand, headers, [body + b" "])
    assert (status, code(answer)) == (401, "WL-INV-030")
    assert SECRET.encode() not in answer
    assert call(hand, [*headers, ("x-hub-signature-256", "sha256=0")], [body])[0] == 401
    assert call(hand, headers, [body], secret=lambda: "")[0] == 401
    assert hand.counts == ["forged"] * 3
    assert hand.taken == []


@pytest.mark.parametrize("told", [{}, {"content-length": "9" * 30}, {"content-length": "-1"}, {"content-length": "x"}])
def test_a_large_one_is_not_read_to_its_end(told: dict[str, str]) -> None:
    hand = Taking()
    status, answer = call(hand, told.items(), [b"x" * 600, b"x" * 600, b"x" * 600])
    assert (status, code(answer), hand.counts) == (413, "WL-LSN-001", ["too-large"])


def test_one_that_does_not_arrive_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "BODY_READ_S", 0.01)
    status, answer = call(Taking(), [], [])
    assert (status, code(answer)) == (400, "WL-LSN-006")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"installation": 3}', b"\xff", b"[" * 900])
def test_a_hostile_body_with_the_right_signature_is_refused(body: bytes) -> None:
    import hashlib
    import hmac

    signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {"x-hub-signature-256": signature, "x-github-event": "installation", "x-github-delivery": "1"}
    hand = Taking()
    assert call(hand, headers.items(), [body])[0] == 400
    assert hand.counts == ["unreadable"]


def test_a_secret_that_cannot_be_read_lets_nobody_in() -> None:
    def secret() -> str:
        raise ConfigError("WL-CFG-009", "The variable is not set.", "")

    headers, body = delivery()
    hand = Taking()
    assert call(hand, headers, [body], secret=secret)[0] == 503
    assert hand.taken == []


def test_other_places_and_other_words() -> None:
    assert call(Taking(), [], [b""], path="/hooks/other")[0] == 404
    assert call(Taking(), [], [b""], method="PUT")[0] == 405
    assert call(Taking(), [], [b""], method="GET")[0] == 405
    asked = [("x-okta-verification-challenge", "word")]
    assert call(Taking(), asked, [b""], method="GET", platform=Platform.OKTA) == (200, b'{"verification":"word"}')
    assert call(Taking(), [], [b""], method="GET", platform=Platform.OKTA)[0] == 400
