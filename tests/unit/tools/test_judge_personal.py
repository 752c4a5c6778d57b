"""What is counted as found and as right."""

from __future__ import annotations

import json

from tools.judge_personal.__main__ import Row, answered, judge, read, wardlaw

ROWS = [Row("Ask Ann Lee in Rome.", ((4, 11, "PERSON"), (15, 19, "GPE"))), Row("Nothing here.", ())]


def test_a_span_is_found_when_a_report_overlaps_it_and_a_report_right_when_it_overlaps_a_span():
    said = {ROWS[0].text: [(0, 6, "name")], ROWS[1].text: [(0, 7, "name")]}
    tally = judge(ROWS, lambda text: said[text])
    assert tally.recall == 0.5
    assert tally.precision == 0.5
    assert [miss[0] for miss in tally.misses] == ["missed", "wrong"]


def test_rows_and_answers_are_read(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({"text": "a", "spans": [{"type": "X", "start": 0, "end": 1, "value": "a"}]}))
    assert list(read(path)) == [Row("a", ((0, 1, "X"),))]
    path.write_text(json.dumps({"text": "a", "found": [[0, 1, "Y"]]}))
    assert answered(path)("a") == [(0, 1, "Y")]


def test_names_are_looked_for_when_asked():
    text = "My name is Renata Blazkova, mail renata@mail.example."
    assert {label for _, _, label in wardlaw(people=True)(text)} >= {"name", "email"}
    assert "name" not in {label for _, _, label in wardlaw(people=False)(text)}
