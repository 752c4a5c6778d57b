from __future__ import annotations

from pathlib import Path

import pytest

from tests.console_fakes import START, Api
from tests.unit.console.notify.receivers import web
from wardlaw.config.pushed import SignalReceiver, SignalSending
from wardlaw.config.secretref import SecretRef
from wardlaw.console.notify.signals import SignalSender
from wardlaw.security.jwt import read_token
from wardlaw.store.database import writing
from wardlaw.store.notifications import Standing
from wardlaw.store.signalkey import signal_signer
from wardlaw.store.signalsout import enqueue_signal, list_signals


def sender(api: Api, folder: Path, *ports: int) -> SignalSender:
    receivers = tuple(
        SignalReceiver(f"r{number}", f"http://127.0.0.1:{port}/events?a=b", "aud", SecretRef("env", "T"))
        for number, port in enumerate(ports)
    )
    sending = SignalSending("https://us.example", receivers)
    return SignalSender(
        api.made.engine, sending, sign=signal_signer(folder), env={"T": "bearer-word"}, clock=api.made.clock
    )


def queue(api: Api, *receivers: str) -> None:
    with writing(api.made.engine) as connection:
        for name in receivers:
            enqueue_signal(connection, name, f"qua {name}", {"iss": "https://us.example", "aud": "aud"}, at=START)


def states(api: Api) -> list[tuple[str, Standing, int]]:
    with writing(api.made.engine) as connection:
        return sorted((one.receiver, one.state, one.tries) for one in list_signals(connection))


def test_a_signal_is_sent_signed_and_once(api: Api, tmp_path: Path) -> None:
    with web([202]) as hook:
        own = sender(api, tmp_path, hook.port)
        queue(api, "r0")
        assert (own.run_once(), own.run_once()) == (1, 0)
        ((path, headers, body),) = hook.seen
    token = read_token(body.decode())
    assert token is not None
    assert (path, headers["content-type"], headers["authorization"]) == (
        "/events?a=b", "application/secevent+jwt", "Bearer bearer-word",
    )  # fmt: skip
    assert (token.claims["iss"], token.claims["iat"]) == ("https://us.example", int(START))
    assert states(api) == [("r0", Standing.SENT, 1)]


@pytest.mark.parametrize("status", [400, 401, 302, 500])
def test_what_is_not_taken_is_tried_again_and_holds_up_no_other(api: Api, tmp_path: Path, status: int) -> None:
    with web([status, 202]) as bad, web([202]) as good:
        own = sender(api, tmp_path, bad.port, good.port)
        queue(api, "r0", "r1", "gone")
        assert own.run_once() == 1
        assert states(api) == [("gone", Standing.WAITING, 1), ("r0", Standing.WAITING, 1), ("r1", Standing.SENT, 1)]
        api.made.clock.now += 60
        assert own.run_once() == 1
        first, second = (read_token(body.decode()) for _, _, body in bad.seen)
    assert first is not None
    assert second is not None
    assert first.claims["jti"] == second.claims["jti"]
    assert first.claims["iat"] < second.claims["iat"]
