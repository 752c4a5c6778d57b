"""Model cards in both forms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.register.checks import CheckOutcome
from wardlaw.register.modelcard import CardRefusedError, missing, model_card_check, read_card

DIGEST = "a" * 64
README = f"""---
license: apache-2.0
datasets:
- squad
- own
sha256: {DIGEST}
---
# Model Card for Ranker
- **Developed by:** Example Ltd
## Uses
### Direct Use
Ranks tickets.
## Bias, Risks, and Limitations
[More Information Needed]
### Recommendations
A person looks at the lowest tenth.
## Limitations
German only.
## Risks
Old words rank low.
## Evaluation
F1 0.91 on 2,000 tickets.
"""
OWN = f"""name: Ranker
developer: Example Ltd
licence: apache-2.0
intended_use: Ranks tickets.
training_data: [squad, own]
evaluation: F1 0.91
limitations: German only.
risks: Old words rank low.
digest: {DIGEST}
"""


@pytest.mark.parametrize("text", [README, OWN])
def test_a_card_that_says_everything_passes(text: str) -> None:
    card = read_card(text.encode())
    assert (missing(card), card.name, card.licence) == ((), "Ranker", "apache-2.0")
    assert card.training_data == "squad, own"
    result = model_card_check(text.encode(), model_digest=DIGEST)
    assert result.outcome is CheckOutcome.PASS
    assert model_card_check(text.encode(), model_digest="b" * 64).outcome is CheckOutcome.FAIL


def test_placeholders_are_nothing() -> None:
    text = README.replace("German only.", "[More Information Needed]").replace("F1 0.91 on 2,000 tickets.", "TBD")
    result = model_card_check(text.encode(), model_digest=DIGEST)
    assert result.outcome is CheckOutcome.REVIEW
    assert "evaluation, limitations" in result.why
    assert missing(read_card(b"# Only a name\n"))[0] == "developer"


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe",
        b"- a\n- b\n",
        b"a: [",
        b"secret: x\n",
        b"a: &x [1]\nname: *x\n",
        b"x" * 5_000_000,
        b"a: 2020-99-99x: 1",
    ],
)
def test_what_is_no_card_is_refused(content: bytes) -> None:
    with pytest.raises(CardRefusedError):
        read_card(content)
    assert model_card_check(content, model_digest=DIGEST).outcome is CheckOutcome.FAIL


@given(st.text(max_size=300))
def test_any_text_is_a_card_or_refused(text: str) -> None:
    for content in (text, f"---\n{text}\n---\n# x\n{text}"):
        assert (
            model_card_check(content.encode("utf-8", "replace"), model_digest=DIGEST).outcome is not CheckOutcome.PASS
        )
