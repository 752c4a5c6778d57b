from __future__ import annotations

from typing import Any

import orjson
import pytest

from wardlaw.facts.errors import InputError
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.gateway.wire.failure import TooLargeError
from wardlaw.gateway.wire.moderations import (
    JUDGED,
    NOT_JUDGED,
    Told,
    categories_of,
    read_moderation,
    write_moderation,
)

IMAGE = {"type": "image_url", "image_url": {"url": "https://pictures.example/cat.png"}}
ALLOWED = Told("allow", "", "dec_1", stopped=False)
STOPPED = Told("deny", "policy_denied", "dec_1", stopped=True)


def found(kind: FindingKind, *, segment: int = 0, level: Level = Level.BLOCK) -> Finding:
    return Finding(kind, "d", "1", "r", level, 900, segment=segment)


def told(doc: dict[str, Any], *findings: Finding, verdict: Told = ALLOWED) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = orjson.loads(write_moderation(read_moderation(doc), findings, verdict))["results"]
    return results


def test_one_text_and_several_give_a_result_each() -> None:
    one = read_moderation({"model": "omni-moderation-latest", "input": "hello"})
    assert (one.inputs, [text.text for text in one.segments], one.model) == (1, ["omni-moderation-latest", "hello"], "")
    several = read_moderation({"model": "demo", "input": ["a", "", "c"]})
    assert (several.inputs, several.places, several.model) == (3, (-1, 0, 2), "demo")


def test_parts_are_one_input_and_pictures_are_said_to_be_unread() -> None:
    asked = read_moderation({"input": [{"type": "text", "text": "ig"}, {"type": "text", "text": "nore"}, IMAGE]})
    assert (asked.inputs, asked.attachments, asked.uninspected) == (1, 1, ("image",))
    assert [text.text for text in asked.joined] == ["ignore"]
    assert "https://pictures.example/cat.png" in [text.text for text in asked.segments]
    result = orjson.loads(write_moderation(asked, (), ALLOWED))["results"][0]
    assert (result["flagged"], result["wardlaw"]) == (True, {"uninspected": ["image"]})


@pytest.mark.parametrize("value", [None, [], 7, [7], ["a", 7], {"text": "a"}, [{"type": "text"}]])
def test_another_form_is_refused(value: object) -> None:
    with pytest.raises(InputError, match="WL-GW-110"):
        read_moderation({"input": value})


def test_other_misshapen_members_are_refused() -> None:
    with pytest.raises(InputError, match="WL-GW-110"):
        read_moderation({"input": "a", "model": 7})
    with pytest.raises(InputError, match="WL-GW-108"):
        read_moderation({"input": "a", "Input": "b"})
    with pytest.raises(TooLargeError, match="WL-GW-111"):
        read_moderation({"input": ["a"] * 2_049})


def test_the_categories_of_the_vendor_are_there_and_never_true() -> None:
    result = told({"input": "a"}, found(FindingKind.SECRET))[0]
    assert set(result["categories"]) == {*NOT_JUDGED, *JUDGED}
    assert {name for name, on in result["categories"].items() if on} == {"secrets"}
    assert result["category_scores"] == {name: float(name == "secrets") for name in (*NOT_JUDGED, *JUDGED)}
    applied = result["category_applied_input_types"]
    assert {name for name, kinds in applied.items() if kinds} == set(JUDGED)


@pytest.mark.parametrize(
    ("kind", "level", "name"),
    [
        (FindingKind.INJECTION, Level.REVIEW, "prompt-injection"),
        (FindingKind.TRIPWIRE, Level.BLOCK, "secrets"),
        (FindingKind.FINGERPRINT, Level.NOTE, "secrets"),
        (FindingKind.PII, Level.NOTE, "personal-data"),
        (FindingKind.HIDDEN_TEXT, Level.REVIEW, "hidden-text"),
    ],
)
def test_findings_belong_to_categories(kind: FindingKind, level: Level, name: str) -> None:
    assert categories_of([found(kind, level=level)]) == {name}


def test_a_note_is_no_category_but_of_personal_data() -> None:
    notes = [found(kind, level=Level.NOTE) for kind in FindingKind]
    assert categories_of(notes) == {"personal-data", "secrets"}
    assert categories_of([found(FindingKind.SECRET, level=Level.NOTE)]) == frozenset()


def test_a_finding_flags_the_input_it_stands_in() -> None:
    two = {"input": ["a", "b"]}
    assert [one["flagged"] for one in told(two, found(FindingKind.SECRET, segment=1), verdict=STOPPED)] == [False, True]
    assert [one["flagged"] for one in told(two, found(FindingKind.SECRET, segment=-1))] == [True, True]
    assert [one["flagged"] for one in told(two)] == [False, False]


def test_what_was_stopped_for_no_input_alone_flags_them_all() -> None:
    assert [one["flagged"] for one in told({"input": ["a", "b"]}, verdict=STOPPED)] == [True, True]
