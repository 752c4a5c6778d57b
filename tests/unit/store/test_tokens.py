from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import text

from wardlaw.facts.errors import InputError
from wardlaw.facts.keytext import Prefix, read_prefix
from wardlaw.facts.person import Person
from wardlaw.store import tokens
from wardlaw.store.database import writing
from wardlaw.store.people import add_person
from wardlaw.store.tokens import NewToken, TokenKind

SECRET = hashlib.sha256(b"a").digest()
OTHER = hashlib.sha256(b"b").digest()


@pytest.fixture
def connection(database):
    with writing(database) as connection:
        add_person(connection, Person(id="person:ann", name="Ann", roles=()), by="x", now=0.0)
        yield connection


def new(kind: TokenKind) -> NewToken:
    return NewToken(kind, "person:ann", "person:admin", lifetime_s=100.0, label="laptop")


def test_the_text_is_not_kept(connection) -> None:
    entry, shown = tokens.create_token(connection, new(TokenKind.API), secret=SECRET, now=10.0)
    assert read_prefix(shown) is Prefix.API_TOKEN
    rows = connection.execute(text("SELECT * FROM token")).mappings().all()
    assert all(shown not in str(value) for row in rows for value in row.values())
    assert tokens.list_tokens(connection) == (entry,) == tokens.list_tokens(connection, "person:ann")
    assert tokens.list_tokens(connection, "person:bob") == ()


def test_a_token_lives_until_it_expires_or_is_revoked(connection) -> None:
    entry, shown = tokens.create_token(connection, new(TokenKind.API), secret=SECRET, now=10.0)
    assert tokens.find_live(connection, shown, now=109.9) == entry
    assert tokens.find_live(connection, shown, now=110.0) is None
    assert tokens.find_live(connection, shown + "x", now=20.0) is None
    tokens.revoke_token(connection, entry.id, now=20.0)
    assert tokens.find_live(connection, shown, now=20.0) is None
    tokens.revoke_token(connection, entry.id, now=30.0)
    assert tokens.get_token(connection, entry.id).revoked_at == 20.0


def test_a_one_time_token_is_redeemed_once(connection) -> None:
    _, shown = tokens.create_token(connection, new(TokenKind.ONE_TIME), secret=SECRET, now=10.0)
    assert read_prefix(shown) is Prefix.ONE_TIME_TOKEN
    assert tokens.redeem(connection, shown, now=20.0).person == "person:ann"
    with pytest.raises(InputError, match="WL-STO-012"):
        tokens.redeem(connection, shown, now=21.0)


@pytest.mark.parametrize("case", ["api", "expired", "unknown"])
def test_what_cannot_be_redeemed(connection, case: str) -> None:
    kind = TokenKind.API if case == "api" else TokenKind.ONE_TIME
    _, shown = tokens.create_token(connection, new(kind), secret=SECRET, now=10.0)
    given = "wlo_nonsense" if case == "unknown" else shown
    with pytest.raises(InputError, match="WL-STO-012"):
        tokens.redeem(connection, given, now=1000.0 if case == "expired" else 20.0)


def test_init_run_again_ends_the_first_token(connection) -> None:
    first = tokens.create_first_admin_token(connection, secret=SECRET, now=0.0, lifetime_s=50.0)
    second = tokens.create_first_admin_token(connection, secret=OTHER, now=1.0, lifetime_s=50.0)
    assert tokens.find_live(connection, first, now=2.0) is None
    assert tokens.redeem(connection, second, now=2.0).kind is TokenKind.FIRST_ADMIN


def test_all_of_a_person_end_together(connection) -> None:
    shown = [
        tokens.create_token(connection, new(kind), secret=secret, now=0.0)[1]
        for kind, secret in ((TokenKind.API, SECRET), (TokenKind.ONE_TIME, OTHER))
    ]
    assert tokens.revoke_all_of(connection, "person:ann", now=1.0) == 2
    assert [tokens.find_live(connection, one, now=2.0) for one in shown] == [None, None]


def test_last_use_is_exact_to_a_minute(connection) -> None:
    entry, _ = tokens.create_token(connection, new(TokenKind.API), secret=SECRET, now=1000.0)
    assert tokens.touch_due(entry.last_used_at, 1000.0)
    tokens.touch(connection, entry.id, now=1000.0)
    assert tokens.get_token(connection, entry.id).last_used_at == 1000.0
    assert not tokens.touch_due(1000.0, 1059.9)


def test_an_unknown_id_is_an_error(connection) -> None:
    with pytest.raises(InputError, match="WL-STO-013"):
        tokens.revoke_token(connection, "tok_none", now=1.0)
