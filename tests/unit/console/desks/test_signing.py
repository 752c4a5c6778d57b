from __future__ import annotations

import asyncio

from tests.console_fakes import Clock, counted_entropy

from wardlaw.console.desks.signing import SigningDesk, SigningSettings
from wardlaw.store.passwords import PasswordCost


def desk(key: bytes = b"k" * 32) -> SigningDesk:
    settings = SigningSettings(cost=PasswordCost(memory_kib=64, passes=1))
    return SigningDesk(settings, device_key=key, clock=Clock(), entropy=counted_entropy())


def test_a_device_is_known_for_the_person_it_was_given_for() -> None:
    made = desk()
    cookie = made.new_device("person:ann")
    assert made.known_device(cookie, "person:ann")
    assert made.new_device("person:ann") != cookie
    for wrong in ("", ".", cookie[:-1], cookie + "0", "x" + cookie, cookie.partition(".")[2], "\u20ac.\u20ac"):
        assert made.known_device(wrong, "person:ann") == ""
    assert made.known_device(cookie, "person:bob") == ""
    assert desk(b"o" * 32).known_device(cookie, "person:ann") == ""


def test_passwords_are_digested_and_checked_beside_the_loop() -> None:
    made = desk()

    async def story() -> tuple[str, bool, bool, bool]:
        encoded = await made.encoded("quiet rivers")
        right, wrong, nobody = await asyncio.gather(
            made.is_right(encoded, "quiet rivers"), made.is_right(encoded, "x"), made.is_right("", "quiet rivers")
        )
        return encoded, right, wrong, nobody

    encoded, right, wrong, nobody = asyncio.run(story())
    assert (right, wrong, nobody) == (True, False, False)
    assert not made.is_outdated(encoded)
