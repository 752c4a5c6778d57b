from __future__ import annotations

import io

import msgspec
from rich.console import Console

from tests.unit.governance.lives import AT, backtest, sign_off, version
from wardlaw.cli.lifewords import backtest_lines, history_lines, look_lines, overview_lines
from wardlaw.console.api.lifedesk import ClauseHistory, ClauseLook, LifeOverview
from wardlaw.facts.clauselife import LifeEvent, LifeState, LifeStep, TeamEffect
from wardlaw.governance.differ import Change, Direction
from wardlaw.governance.signing import Haste
from wardlaw.governance.standing import ClauseStanding

QUIET = ClauseStanding("GOV-07", "Bulk", "high", "enforce", 1, 1, "same", "", AT, ())
WAITING = ClauseStanding(
    "GOV-20", "Exports", "high", "in review", 2, 1, "same", "ciso", 0.0, (), backtest=TeamEffect(stopped=1234)
)
DRIFTED = msgspec.structs.replace(QUIET, clause="GOV-30", on_disk="edited", drifted=("the file was edited",))


def drawn(lines) -> str:
    page = io.StringIO()
    console = Console(file=page, width=160, no_color=True)
    for line in lines:
        console.print(line)
    return page.getvalue()


def test_the_overview_shows_what_needs_somebody() -> None:
    haste = (Haste("person:leo", 4, 2.0, 0.75),)
    page = drawn(overview_lines(LifeOverview(True, (QUIET, WAITING, DRIFTED), haste), everything=False, now=AT))
    assert "GOV-07" not in page
    assert "1 more are in force as they were approved" in page
    assert "1,234" in page
    assert "GOV-30 drifted: the file was edited" in page
    assert "75%" in page
    whole = drawn(overview_lines(LifeOverview(True, (QUIET,), ()), everything=True, now=AT))
    assert "GOV-07" in whole
    assert "its approvals expire" in whole
    late = msgspec.structs.replace(QUIET, review_until=AT + 9)
    assert "to be reviewed until" in drawn(
        overview_lines(LifeOverview(True, (late,), (), "WL-CTL-003 x"), everything=False, now=AT)
    )


def test_whoever_signs_sees_text_effect_change_and_digest() -> None:
    one = version()
    one = msgspec.structs.replace(one, backtest=backtest(one), sign_offs=(sign_off(one, "leo", "legal"),))
    look = ClauseLook(
        one, "id: GOV-20\n", "A tool call is refused.", (Change("GOV-20", Direction.LOOSENED, "Higher."),), "ciso"
    )
    page = drawn(look_lines(look))
    for word in (
        "id: GOV-20",
        "A tool call is refused.",
        "loosened",
        "Higher.",
        "waits for: ciso",
        one.digest,
        "approved by person:leo",
        "judged twice",
    ):
        assert word in page


def test_a_backtest_of_nothing_and_of_teams() -> None:
    test = backtest(version())
    assert "(none)" in drawn(backtest_lines(test))
    assert "Nothing would have come out otherwise." in drawn(backtest_lines(msgspec.structs.replace(test, teams={})))
    page = drawn(backtest_lines(msgspec.structs.replace(test, judged=0, teams={}, erased=3, unread=2)))
    assert "There are none." in page
    assert "3 more could not be judged" in page
    assert "2 more could not be read" in page


def test_a_history_names_who_when_and_the_record() -> None:
    one = version(state=LifeState.ENFORCE)
    word = sign_off(one, "leo", "legal", at=AT + 5)
    one = msgspec.structs.replace(one, sign_offs=(word,), backtest=backtest(one), is_intact=False)
    events = (
        LifeEvent("GOV-20", 1, 1, LifeStep.EMERGENCY, LifeState.ENFORCE, "person:sec", AT, "now", "ctl_1", AT + 9),
        LifeEvent("GOV-20", 2, 1, LifeStep.APPROVE, LifeState.ENFORCE, "person:leo", AT + 5, "", "ctl_2"),
    )
    page = drawn(history_lines(ClauseHistory("GOV-20", (one,), events)))
    for word_ in (
        "emergency by person:sec",
        "approve by person:leo as legal in 60 s",
        "ctl_2",
        "changed by hand",
        "to be reviewed",
    ):
        assert word_ in page
