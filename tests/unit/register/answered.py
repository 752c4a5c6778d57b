"""Questionnaires filled in for tests: everything answered, and the vectors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from wardlaw.register.questionnaire import QuestionType, shipped_questionnaire

QUESTIONNAIRE = shipped_questionnaire()
VECTORS = msgspec.yaml.decode(Path(__file__).with_name("vectors.yaml").read_bytes())
_ANSWER: dict[QuestionType, Any] = {
    QuestionType.YES_NO: "no",
    QuestionType.NUMBER: 0.0,
    QuestionType.LIST: (),
}


def answered(**given: Any) -> dict[str, Any]:
    """Every question answered with no, of an AI system in the Union that we deploy, but for what is given."""
    answers = {one.id: _ANSWER.get(one.type, one.values[0] if one.values else "") for one in QUESTIONNAIRE.questions}
    answers |= {"is_ai": "yes", "eu_scope": "yes", "role": ("deployer",)}
    return answers | {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
