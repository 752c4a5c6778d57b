"""Signed notes: the example of Go's documentation, strictness, and keys."""

from __future__ import annotations

import pytest

from wardlaw.audit.note import (
    KeyType,
    Note,
    is_key_name,
    parse_note,
    parse_signer_key,
    parse_verifier_key,
    sign_note,
    signer_key,
    strict_base64,
    verify_note,
)
from wardlaw.facts.errors import ConfigError, EvidenceError

# Published in the documentation of Go's sumdb/note package.
GO_KEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_NOTE = GO_TEXT + (
    "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def key():
    return signer_key("log.example", b"s" * 32)


def test_the_note_of_go_is_made_and_verified():
    signer = parse_signer_key(GO_KEY)
    assert signer.verifier.text == GO_PUBLIC
    assert sign_note(GO_TEXT, signer).encode().decode() == GO_NOTE
    assert verify_note(parse_note(GO_NOTE.encode()), (parse_verifier_key(GO_PUBLIC),)) == (signer.verifier,)


def test_keys_round_trip_and_hide_the_secret():
    assert parse_signer_key(key().text) == key()
    assert parse_verifier_key(key().verifier.text + "\n") == key().verifier
    assert "sss" not in repr(key()) and "seed" not in repr(key())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "log.example",
        GO_PUBLIC.replace("c74f20a3", "c74f20a4"),
        GO_PUBLIC.replace("PeterNeumann", "Peter Neumann"),
        GO_PUBLIC[:-4],
        "a+00000000+/////",
        GO_PUBLIC.replace("+AR", "+BR"),
    ],
)
def test_malformed_public_keys_are_refused(text):
    with pytest.raises(ConfigError, match="WL-AUD-012"):
        parse_verifier_key(text)


@pytest.mark.parametrize("text", [GO_PUBLIC, GO_KEY.replace("c74f20a3", "c74f20a4")])
def test_malformed_private_keys_are_refused(text):
    with pytest.raises(ConfigError, match="WL-AUD-012"):
        parse_signer_key(text)


@pytest.mark.parametrize(("name", "seed"), [("a b", b"s" * 32), ("a+b", b"s" * 32), ("", b"s" * 32), ("a", b"s")])
def test_unusable_names_and_seeds_are_refused(name, seed):
    with pytest.raises(ConfigError, match="WL-AUD-012"):
        signer_key(name, seed)
    assert is_key_name("a/b") and not is_key_name("a\u00a0b")


LINE = sign_note("t\n", key()).signatures[0].line


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n" + LINE.encode(),
        b"text\n",
        b"text\n\n",
        b"text" + LINE.encode(),
        b"te\rxt\n\n" + LINE.encode(),
        b"te\xffxt\n\n" + LINE.encode(),
        b"text\n\n" + LINE.encode()[:-1],
        b"text\n\n" + LINE.encode() + b"\n",
        b"text\n\n" + LINE.encode() * 2,
        b"text\n\n" + LINE.replace("— ", "- ").encode(),
        b"text\n\n" + LINE.replace("log.example", "log+example").encode(),
        b"text\n\n" + LINE.replace("log.example ", "log.example  ").encode(),
        "text\n\n— log.example AAAA\n".encode(),
        "text\n\n— log.example !!!!\n".encode(),
        b"text\n\n" + b"".join(LINE.replace("log.example", f"log{i}").encode() for i in range(33)),
        b"x" * 70_000 + b"\n\n" + LINE.encode(),
    ],
)
def test_malformed_notes_are_refused(data):
    with pytest.raises(EvidenceError, match="WL-AUD-010"):
        parse_note(data)


def test_text_with_empty_lines_splits_at_the_last():
    note = sign_note("a\n\nb\n", key())
    assert parse_note(note.encode()) == note


def test_unknown_keys_are_ignored_and_known_ones_must_hold():
    other = signer_key("other.example", b"o" * 32)
    note = sign_note("t\n", key()).with_signature(sign_note("t\n", other).signatures[0])
    assert verify_note(note, (key().verifier,)) == (key().verifier,)
    with pytest.raises(EvidenceError, match="No known key"):
        verify_note(note, (signer_key("third.example", b"x" * 32).verifier,))
    forged = Note("u\n", note.signatures)
    with pytest.raises(EvidenceError, match="WL-AUD-011"):
        verify_note(forged, (key().verifier,))


def test_a_cosigning_key_does_not_sign_notes():
    witness = signer_key("w.example", b"w" * 32, KeyType.COSIGNATURE)
    note = sign_note("t\n", witness)
    with pytest.raises(EvidenceError, match="WL-AUD-011"):
        verify_note(note, (witness.verifier,))


def test_with_signature_replaces_the_line_of_the_same_key():
    note = sign_note("t\n", key())
    again = note.with_signature(note.signatures[0])
    assert again == note


def test_only_canonical_base64():
    assert strict_base64("AAA=") == b"\0\0"
    for text in ("AAB=", "AAA", "AAA=\n", "AA==AA==", "é"):
        assert strict_base64(text) is None
