from __future__ import annotations

import base64

import msgspec
import pytest

from tests.unit.gateway.tokens import AGENT, AGENT_KEY, NOW, entry, public_text
from wardlaw.facts.principal import PrincipalKind
from wardlaw.gateway.admitted import Scope
from wardlaw.gateway.keybook import KeyBook, may_act_for


def test_keys_are_found_by_their_text_alone() -> None:
    book = KeyBook([entry("ada"), entry("ben", text="wl_spécial")])
    assert [held.entry.id for text in ("wl_ada", "wl_spécial", "wl_", "") if (held := book.find(text))] == [
        "key:ada",
        "key:ben",
    ]


@pytest.mark.parametrize("digest", ["", "zz", "00", "0" * 62, "0" * 66, "é" * 64])
def test_an_entry_without_a_proper_digest_admits_nobody(digest: str) -> None:
    book = KeyBook([msgspec.structs.replace(entry("ada"), secret_sha256=digest)])
    assert not book.knows("user:ada")


def test_of_two_entries_with_one_secret_the_first_holds() -> None:
    book = KeyBook([entry("ada", text="wl_same"), entry("ben", text="wl_same")])
    held = book.find("wl_same")
    assert held is not None
    assert held.entry.id == "key:ada"


def test_scope_of_a_person() -> None:
    book = KeyBook([
        entry("a1", name="ada", models=("gpt",), routes=("embeddings",)),
        entry("a2", name="ada", models=("small",), routes=("chat.completions",)),
        entry("a3", name="ada", revoked_at=1.0),
        entry("b1", name="ben", expires_at=NOW),
    ])  # fmt: skip
    both = Scope(frozenset({"gpt", "small"}), frozenset({"embeddings", "chat.completions"}))
    assert book.scope_of_person("user:ada", NOW) == both
    assert book.scope_of_person("user:ben", NOW) is None
    assert book.scope_of_person("user:ben", NOW - 1) == Scope()
    assert book.scope_of_person("user:unknown", NOW) == Scope()


def test_scope_of_an_agent_takes_only_keys_that_name_the_person() -> None:
    book = KeyBook([
        entry("k1", PrincipalKind.AGENT, name="bot", persons=("user:ada",), models=("gpt",)),
        entry("k2", PrincipalKind.AGENT, name="bot", persons=("*",), models=("small",)),
        entry("k3", PrincipalKind.AGENT, name="bot", persons=("user:ada",), revoked_at=1.0),
    ])  # fmt: skip
    ada, ben = (book.scope_of_agent("agent:bot", person, NOW) for person in ("user:ada", "user:ben"))
    assert (ada, ben) == (Scope(frozenset({"gpt", "small"})), Scope(frozenset({"small"})))
    assert book.scope_of_agent("agent:other", "user:ada", NOW) is None


def test_persons_are_matched_whole() -> None:
    assert may_act_for(AGENT, "user:ada")
    assert not may_act_for(AGENT, "user:ad")
    assert not may_act_for(AGENT, "")
    assert not may_act_for(entry("none"), "user:ada")
    assert may_act_for(entry("any", persons=("*",)), "user:ben")


def test_signing_keys_in_either_alphabet_and_nothing_else() -> None:
    text = public_text(AGENT_KEY)
    url = base64.urlsafe_b64encode(base64.b64decode(text)).decode().rstrip("=")
    for given, usable in ((text, True), (url, True), ("", False), ("!!", False), (text[:20], False), ("é" * 44, False)):
        held = KeyBook([entry("bot", PrincipalKind.AGENT, signing_key=given)]).find("wl_bot")
        assert held is not None
        assert (held.signing_key is not None) is usable
