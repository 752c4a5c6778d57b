"""What a form asks, and which answers it takes."""

from __future__ import annotations

import pytest

from wardlaw.facts.errors import InputError
from wardlaw.governance.shipped import templates
from wardlaw.governance.template import Template, meant, read_form, template_named

BULK = templates()["bulk-data"]
REGION = templates()["region"]


def code(template: Template, **given: object) -> str:
    with pytest.raises(InputError) as caught:
        read_form(template, given)
    assert caught.value.hint
    return caught.value.code


def test_an_unknown_template_names_the_nearest() -> None:
    with pytest.raises(InputError) as caught:
        template_named("bulkdata", templates())
    assert (caught.value.code, caught.value.hint) == ("WL-TPL-001", 'Did you mean "bulk-data"?')
    assert template_named("region", templates()) is not BULK


def test_what_was_not_said_is_as_usual_and_texts_are_read_as_what_is_asked_for() -> None:
    assert read_form(BULK, {"people": "1_500", "people_a_day": "2,000"}) == {
        "people": 1500,
        "people_a_day": 2000,
        "answer": "refuse",
        "instead": "Ask the data office for a scoped extract.",
        "owner": "legal",
        "mode": "watch",
    }
    assert read_form(REGION, {"data": "Personal data, secrets", "regions": ["eu"]})["regions"] == ["the European Union"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"peeple": 3}, "WL-TPL-002"),
        ({"people": "many"}, "WL-TPL-004"),
        ({"people": True}, "WL-TPL-004"),
        ({"people": 0}, "WL-TPL-004"),
        ({"people": 10**30}, "WL-TPL-004"),
        ({"answer": "perhaps"}, "WL-TPL-004"),
        ({"instead": "a\u202eb"}, "WL-TPL-004"),
        ({"instead": "x" * 201}, "WL-TPL-004"),
        ({"from": "2027-02-30"}, "WL-TPL-004"),
        ({"id": "gov 7"}, "WL-TPL-004"),
        ({"who": "robots"}, "WL-TPL-004"),
        ({"references": "a b"}, "WL-TPL-004"),
        ({"people": 500, "people_a_day": 100}, "WL-TPL-005"),
        ({"from": "2027-02-03", "until": "2027-02-02"}, "WL-TPL-005"),
    ],
)
def test_one_clear_error_for_each_wrong_form(given: dict[str, object], expected: str) -> None:
    assert code(BULK, **given) == expected


def test_a_field_without_an_answer_is_named_with_its_question() -> None:
    assert code(REGION, data="secrets") == "WL-TPL-003"
    assert code(templates()["approved-tools"], tools="mail_*") == "WL-TPL-004"  # a star would mean only itself


def test_the_words_of_a_business_stand_for_values() -> None:
    fields = {field.name: field for field in (*REGION.questions, *templates()["approved-tools"].questions)}
    assert meant(fields["regions"], ["the company itself", "the European Union"]) == ["local", "eu"]
    assert meant(fields["tools"], ["mail"]) == ["tool:mail"]
    assert meant(fields["mode"], "watch") == "shadow"
    assert meant(fields["owner"], "legal") == "legal"
