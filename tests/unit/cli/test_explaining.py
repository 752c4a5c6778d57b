"""Explanations as lines."""

from __future__ import annotations

from tests.unit.cli.commands.test_online import INCIDENT
from wardlaw.cli.explaining import explanation_lines, incident_lines


def test_everything_that_is_known_is_said() -> None:
    change = {"attribute": "dataSubjects", "meaning": "", "actual": "9", "needed": "at most 5"}
    lines = explanation_lines(
        {
            "sentence": "It was denied.",
            "causes": [
                {
                    "clause": "GOV-07",
                    "effect": "deny",
                    "message": "Too many.",
                    "advice": "Ask for fewer.",
                    "evidence": ["9 persons"],
                }
            ],
            "changes": [change],
            "together": [change],
            "observed": ["OPS-03 (warn, deny)"],
            "origins": ["to (destination) came from: mail, seen in what read_mail gave"],
            "inspected": "0123456789abcdef",
        }
    )
    text = "\n".join(line.plain for line in lines)
    for said in (
        "to (destination) came from: mail",
        "0123456789abcdef",
        "It was denied.",
        "deny GOV-07  Too many.",
        "because 9 persons",
        "instead Ask for fewer.",
        "any one of",
        "all of",
        "dataSubjects at most 5 (was 9)",
        "Noted, not enforced",
    ):
        assert said in text


def test_a_bare_sentence_is_enough() -> None:
    assert [line.plain for line in explanation_lines({"sentence": "Allowed."})] == ["Allowed."]


def test_what_was_unusual_is_said_in_figures() -> None:
    unusual = {"score": 712, "reasons": ["moved 4,100 records within about an hour; usual is at most 35"]}
    text = "\n".join(line.plain for line in explanation_lines({"sentence": "Allowed.", "unusual": unusual}))
    assert "score 712 of 1000" in text
    assert "usual is at most 35" in text


def test_an_incident_names_its_evidence_and_who_was_locked_out() -> None:
    text = "\n".join(line.plain for line in incident_lines(INCIDENT))
    for said in (
        "1000 exchanges",
        "dec_1  SEC-05",
        "record 7",
        "not in the log",
        "released by person:sec",
        "mistake",
        "until 1970-01-01 00:01:00Z",
        "the log has all",
        "Checkpoint wardlaw.example: 12 records, root AAAA",
    ):
        assert said in text


def test_an_incident_says_who_closed_it_and_why() -> None:
    closed = INCIDENT["incident"] | {"closed_by": "person:lex", "closed_at": 60.0, "close_reason": "mended"}
    text = "\n".join(line.plain for line in incident_lines(INCIDENT | {"incident": closed}))
    assert "closed by person:lex 1970-01-01 00:01:00Z: mended" in text
    before = "\n".join(line.plain for line in incident_lines(INCIDENT | {"incident": closed | {"close_reason": ""}}))
    assert "1970-01-01 00:01:00Z\n" in before
