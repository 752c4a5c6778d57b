from __future__ import annotations

import pytest

from wardlaw.security.armour import MOST_CHARS, begun_in, kept_whole

HEAD, TAIL = "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"
PGP = "-----BEGIN PGP PRIVATE KEY BLOCK-----\nxcLYBF\n-----END PGP PRIVATE KEY BLOCK-----"
PUTTY = f"PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\nAAAA\nPrivate-MAC: {'0f' * 32}"


@pytest.mark.parametrize("key", [f"{HEAD}\nabc\n{TAIL}", f"{HEAD}\\nabc\\n{TAIL}", PGP, PUTTY])
def test_a_key_is_known_from_its_begin_to_its_end(key: str):
    ((start, end),) = kept_whole(f"It is\n{key}\nand more")
    assert start == 6
    assert key.startswith(f"It is\n{key}\nand more"[start:end])
    assert end >= 6 + len(key) - 24  # of PuTTY's checksum the first twenty bytes are enough
    assert begun_in(f"It is\n{key}\nand more") == 0


def test_what_has_not_ended_reaches_to_the_end():
    text = f"one {HEAD}\nabc\n{TAIL} two {HEAD}\nabc"
    assert kept_whole(text)[-1] == (text.rindex(HEAD), len(text))
    assert begun_in(text) == len(HEAD) + 4


def test_a_first_line_is_kept_until_it_says_what_it_is():
    assert begun_in("see -----BEGIN RSA PRI") == len("-----BEGIN RSA PRI")
    assert kept_whole("see -----BEGIN") == [(4, 14)]
    assert kept_whole("see -----BEGIN CERTIFICATE-----\nabc") == []
    assert kept_whole("see -----BEGIN of a long and quite ordinary sentence") == []


def test_what_goes_on_for_longer_than_any_key_is_none():
    assert kept_whole(HEAD + "x" * MOST_CHARS) == []
    assert begun_in(HEAD + "x" * MOST_CHARS) == 0
    assert begun_in(HEAD + "x" * (MOST_CHARS - len(HEAD))) == MOST_CHARS
