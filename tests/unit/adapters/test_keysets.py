from __future__ import annotations

import asyncio

import pytest

from tests.unit.gateway.tokens import EC, ISSUER, NOW, OKP, RSA, jwks
from wardlaw.adapters.keysets import JwksStore
from wardlaw.config.model import Issuer
from wardlaw.facts.errors import UnavailableError


class Publisher:
    def __init__(self, answer: bytes | None) -> None:
        self.answer = answer
        self.asked = 0

    async def fetch(self, issuer: Issuer) -> bytes:
        self.asked += 1
        await asyncio.sleep(0)
        if self.answer is None:
            raise UnavailableError("WL-ADM-040", "down")
        return self.answer


def store(answer: bytes | None) -> tuple[JwksStore, Publisher]:
    publisher = Publisher(answer)
    return JwksStore([Issuer(ISSUER, "aud", jwks_url="https://x")], publisher.fetch), publisher


def test_keys_are_fetched_once_and_renewed_after_an_hour() -> None:
    async def story() -> None:
        held, publisher = store(jwks(RSA))
        assert held.keys(ISSUER, at=NOW) is None
        for at in (NOW, NOW + 1, NOW + 3_599):
            await held.renew(at=at)
        assert publisher.asked == 1
        await held.renew(at=NOW + 3_600)
        assert publisher.asked == 2
        first = held.keys(ISSUER, at=NOW + 3_600)
        assert first is not None
        assert first.version == 1  # the same keys are the same version

    asyncio.run(story())


def test_unknown_ids_ask_at_most_twice_a_minute() -> None:
    async def story() -> None:
        held, publisher = store(jwks(RSA))
        await held.renew(at=NOW)
        publisher.answer = jwks(RSA, EC)
        assert not await held.refresh(ISSUER, at=NOW + 29)
        assert await held.refresh(ISSUER, at=NOW + 30)
        assert not await held.refresh(ISSUER, at=NOW + 31)
        assert publisher.asked == 2
        keys = held.keys(ISSUER, at=NOW + 31)
        assert keys is not None
        assert (len(keys.keys), keys.version) == (2, 2)
        assert not await held.refresh("https://unknown", at=NOW)

    asyncio.run(story())


def test_many_who_need_the_same_keys_wait_for_one_fetch() -> None:
    async def story() -> None:
        held, publisher = store(jwks(RSA))
        assert await asyncio.gather(*(held.refresh(ISSUER, at=NOW) for _ in range(5))) == [True] * 5
        assert publisher.asked == 1

    asyncio.run(story())


def test_an_issuer_that_is_down_keeps_its_keys_for_a_day_then_fails_closed() -> None:
    async def story() -> None:
        held, publisher = store(jwks(RSA))
        await held.renew(at=NOW)
        publisher.answer = None
        await held.renew(at=NOW + 7_200)
        assert held.failures == {ISSUER: "down"}
        assert held.keys(ISSUER, at=NOW + 86_400) is not None
        assert held.keys(ISSUER, at=NOW + 86_401) is None
        assert held.keys(ISSUER, at=NOW - 31) is None  # a clock set back: their age is not known
        publisher.answer = jwks(RSA)
        await held.renew(at=NOW + 90_000)
        assert held.keys(ISSUER, at=NOW + 90_000) is not None
        assert held.failures == {}

    asyncio.run(story())


@pytest.mark.parametrize("answer", [b"", b"<html>", b'{"keys":[]}', b'{"keys":[{"kty":"oct","k":"AAAA"}]}'])
def test_an_answer_without_usable_keys_does_not_replace_good_ones(answer: bytes) -> None:
    async def story() -> None:
        held, publisher = store(jwks(OKP))
        await held.renew(at=NOW)
        publisher.answer = answer
        assert not await held.refresh(ISSUER, at=NOW + 60)
        keys = held.keys(ISSUER, at=NOW + 60)
        assert keys is not None
        assert len(keys.keys) == 1
        assert ISSUER in held.failures

    asyncio.run(story())
