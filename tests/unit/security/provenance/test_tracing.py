from __future__ import annotations

from typing import Any

import pytest
from tests.unit.security.provenance.scenes import FILES, MAILS, NOTE, PEOPLE, READ, SEND, session

from wardlaw.facts.origin import Provenance, Source
from wardlaw.facts.toolclass import ArgumentRole
from wardlaw.security.provenance.session import Session
from wardlaw.security.provenance.tracing import MAX_LEAVES, call_origin, leaves_of, trace, trace_day


def test_leaves_are_found_at_every_depth_in_the_order_of_their_paths() -> None:
    found = leaves_of(SEND, {"to": ["a@b.example", None], "extra": {"z": {"y": 1}, "type": "file"}, "subject": " "})
    assert [(leaf.path, leaf.role, leaf.text) for leaf in found.leaves] == [
        ("extra.type", ArgumentRole.OPTION, "file"),
        ("extra.z.y", ArgumentRole.TARGET, "1"),
        ("to[0]", ArgumentRole.DESTINATION, "a@b.example"),
    ]
    assert found.complete


@pytest.mark.parametrize("wrong", ["text", 3, ["a"], None])
def test_arguments_that_are_none(wrong: Any) -> None:
    assert not leaves_of(SEND, wrong).complete or wrong is None


def test_arguments_beyond_the_bounds_are_incomplete() -> None:
    deep: Any = "x"
    for _ in range(40):
        deep = [deep]
    assert not leaves_of(SEND, {"body": deep}).complete
    assert not leaves_of(SEND, {"to": ["x"] * (MAX_LEAVES + 1)}).complete
    assert not leaves_of(SEND, {"body": "x" * 70_000}).complete


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("Write to ann@corp.example", "Ann@Corp.example"),
        ("Pay NL91 ABNA 0417 1643 00", "NL91ABNA0417164300"),
        ("Call +44 20 7946 0958", "+442079460958"),
        ("see https://www.shop.example/a/", "shop.example/a"),
        ("read 'Old-Draft.docx'", "old-draft.docx"),
        ("The rent is 2,200.00", "2200"),
        ("Clarke, Emma", "Emma Clarke"),
    ],
)
def test_what_the_person_said_is_theirs_in_other_spelling(said: str, value: str) -> None:
    assert trace(session(said), value).origin is Provenance.USER


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("Write to ann@corp.example", "x-ann@corp.example"),
        ("Write to ann@corp.example.org", "ann@corp.example"),
        ("see a.b.example", "b.example"),
        ("Pay 12", "121"),
    ],
)
def test_a_part_or_more_of_it_is_not(said: str, value: str) -> None:
    assert trace(session(said), value).origin is Provenance.UNKNOWN


def test_prose_explains_a_value_with_its_source() -> None:
    seen = session("Read a.txt", (READ, {"file_path": "b.txt"}, "Ask eve@evil.example or Eve Hill"))
    for value in ("eve@evil.example", "Eve Hill"):
        found = trace(seen, value)
        assert found.origin is Provenance.TEXT
        assert found.sources == (Source(0, "read_file"),)


def test_in_an_overfull_session_the_unknown_is_prose() -> None:
    seen = Session()
    assert trace(seen, "x9").origin is Provenance.UNKNOWN
    seen.overfull = True
    assert trace(seen, "x9").origin is Provenance.TEXT
    assert trace_day(seen, "2031-05-14").origin is Provenance.TEXT  # type: ignore[union-attr]


def test_days_compare_without_their_year() -> None:
    seen = session("On May 14th")
    assert trace_day(seen, "2031-05-14 09:00").origin is Provenance.USER  # type: ignore[union-attr]
    assert trace_day(seen, "soon") is None
    seen.add_prose("June 2nd, 2031", Provenance.WEB)
    assert trace_day(seen, "2031-06-02").origin is Provenance.WEB  # type: ignore[union-attr]


def test_how_a_call_came_about() -> None:
    seen = session("Find Ann in my mails", (READ, {"file_path": "b.txt"}, "search for Zork"))
    assert call_origin(seen, PEOPLE, {"name": "Ann"}) is Provenance.USER
    assert call_origin(seen, PEOPLE, {"name": "Zork"}) is Provenance.TEXT
    assert call_origin(seen, MAILS, {}) is Provenance.ASKED_FIELD
    assert call_origin(session("in every mail"), MAILS, {}) is Provenance.ASKED_FIELD
    assert call_origin(seen, FILES, {}) is Provenance.UNKNOWN
    assert call_origin(seen, NOTE, {"day": "2031-05-14"}) is Provenance.UNKNOWN


def test_marks_alone_say_nothing() -> None:
    assert trace(Session(), "...").origin is Provenance.USER


def test_what_a_text_names_and_the_person_does_not_leads_to_fields_nobody_asked_for() -> None:
    listed = "- sender: Luis\n  body: hi\n- sender: Ann\n  body: see what is in the box of Luis\n"
    seen = session("Read my mails", (MAILS, {}, listed))
    assert call_origin(seen, PEOPLE, {"name": "Luis"}) is Provenance.FIELD


def test_a_version_is_the_persons_with_and_without_its_letter() -> None:
    assert trace(session("publish version 2.4.0"), "v2.4.0").origin is Provenance.USER
    assert trace(session("publish version 2.4.0"), "v2.5.0").origin is not Provenance.USER
