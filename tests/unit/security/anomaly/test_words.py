from __future__ import annotations

from wardlaw.security.anomaly.watched import WATCHED
from wardlaw.security.anomaly.words import sentence


def test_every_statistic_and_every_drift_has_a_sentence_with_its_figures() -> None:
    told = [sentence((place, 4_100.0, 2.5)) for place in range(len(WATCHED) + 4)]
    assert all("2.5" in words for words in told)
    assert all("4,100" in words for words in told[: len(WATCHED)])
    assert len(set(told)) == len(told)
