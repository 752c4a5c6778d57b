from __future__ import annotations

from wardlaw.governance.problems import Problem, Severity, did_you_mean, has_errors, in_order

ERROR = Problem("WL-POL-001", Severity.ERROR, "a.yaml", 3, 5, "Bad.", "Mend it.")
WARNING = Problem("WL-POL-013", Severity.WARNING, "a.yaml", 1, 1, "Needless.")


def test_a_problem_reads_as_file_line_column() -> None:
    assert str(ERROR) == "a.yaml:3:5: error WL-POL-001: Bad. Mend it."


def test_the_nearest_word_is_offered_whatever_its_case() -> None:
    assert did_you_mean("requestedrow", ["requestedRows", "epoch"]) == 'Did you mean "requestedRows"?'


def test_a_short_list_is_shown_when_nothing_is_near_and_a_long_one_is_not() -> None:
    assert did_you_mean("zzz", ["deny", "cut"]) == "Known: cut, deny."
    assert did_you_mean("zzz", [f"word{n}" for n in range(13)]) == ""


def test_problems_are_ordered_by_place_and_said_once() -> None:
    assert in_order([ERROR, WARNING, ERROR]) == (WARNING, ERROR)


def test_warnings_are_no_errors() -> None:
    assert not has_errors([WARNING])
    assert has_errors([WARNING, ERROR])
