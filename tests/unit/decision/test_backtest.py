from __future__ import annotations

from tests.unit.decision.cases import BULK, policies, request
from tests.unit.decision.test_replay import recorded
from wardlaw.decision.backtest import Backtesting, Span
from wardlaw.facts.clauselife import TeamEffect
from wardlaw.facts.principal import Principal, PrincipalKind


def asked(who: str, team: str, subjects: int, *, acting_for: str = ""):
    kind = PrincipalKind.AGENT if acting_for else PrincipalKind.USER
    return request(data_subjects=subjects, principal=Principal(who, kind, acting_for=acting_for, team=team))


def backtest(before: str, after: str, *moments) -> Backtesting:
    found = Backtesting("d", Span(0, 9), before=policies(before), after=policies(after))
    for one in moments:
        found.judge(recorded(policies(), one))
    return found


def test_decisions_and_people_by_team() -> None:
    moments = (
        asked("user:a", "sales", 180), asked("user:a", "sales", 200), asked("agent:x", "sales", 180, acting_for="user:b"),
        asked("user:c", "", 101), asked("user:c", "", 3),
    )  # fmt: skip
    stopped = backtest("", BULK, *moments).result(by="person:ci", at=1.0)
    assert stopped.teams == {"": TeamEffect(1, 1), "sales": TeamEffect(3, 2)}
    assert (stopped.judged, stopped.total.stopped) == (5, 4)
    loosened = backtest(BULK, "", *moments).result(by="person:ci", at=1.0)
    assert loosened.teams == {"": TeamEffect(0, 0, 1, 1), "sales": TeamEffect(0, 0, 3, 2)}


def test_what_could_not_be_judged_is_counted() -> None:
    one = backtest("", BULK)
    one.erased()
    one.unread()
    found = one.result(by="person:ci", at=2.0)
    assert (found.judged, found.erased, found.unread, found.teams, found.at) == (0, 1, 1, {}, 2.0)
