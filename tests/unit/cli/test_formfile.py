from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.unit.register.answered import QUESTIONNAIRE
from tests.unit.register.test_classification import classified
from wardlaw.cli.annexshow import drawn_file, file_text
from wardlaw.cli.classifyshow import drawn
from wardlaw.cli.formfile import form_text, read_form
from wardlaw.facts.errors import InputError

COVERS = ("classifyshow", "annexshow")


def view(**given: Any) -> dict[str, Any]:
    current = msgspec.to_builtins(classified(**given))
    questionnaire = msgspec.to_builtins(QUESTIONNAIRE)
    return {"system": "cv", "standing": "approved", "current": current, "questionnaire": questionnaire, "versions": 1}


def test_a_form_says_again_what_was_answered(tmp_path: Path) -> None:
    path = tmp_path / "form.yaml"
    path.write_text(form_text(view(annex_iii=["annex-iii-4a"], gpai_mod_fraction=0.5, profiling="yes")))
    form = read_form(path, "cv")
    assert (form.version, len(form.answers)) == (1, 41)
    assert form.answers["annex_iii"].value == ("annex-iii-4a",)
    assert form.answers["gpai_mod_fraction"].value == 0.5
    for text, system in ((path.read_text(), "other"), ("[]", "cv")):
        path.write_text(text)
        with pytest.raises(InputError) as caught:
            read_form(path, system)
        assert caught.value.code == "WL-CLS-004"


def test_what_is_open_is_listed() -> None:
    told = list(drawn(view(is_ai="unknown")))
    assert "cv: approved" in str(told[0])
    assert any("Still open" in str(part) for part in told)


def test_a_technical_file_on_paper() -> None:
    field = {"id": "1b", "title": "T", "state": "attested", "text": "over HTTP", "source": "person:a", "until": 1.0}
    found = {
        "system": "cv",
        "at": 0.0,
        "fields": [field, {**field, "id": "1c", "state": "missing", "text": "", "source": ""}],
    }
    assert "1 attested, 1 missing" in str(next(iter(drawn_file(found))))
    assert "over HTTP" in file_text(found)
