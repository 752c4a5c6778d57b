from __future__ import annotations

import msgspec
import pytest

from wardlaw.inventory.granting import DAY_S
from wardlaw.inventory.leastprivilege import Advice, Recommendation, WatchedUse, advise, covered_days
from wardlaw.inventory.model import FeedKind, Grant, RunState, SyncRun

NOW = 1_000 * DAY_S
AUTH = "https://www.googleapis.com/auth/"


def run(days_ago: float, covered_days_ago: float = 0.0, **more) -> SyncRun:
    fields = {"kind": FeedKind.EVENTS, "state": RunState.COMPLETE, "directory": "acme"} | more
    return SyncRun(
        "r", fields["directory"], "google", "activity", fields["kind"], NOW - days_ago * DAY_S, "p", fields["state"],
        covered_until=NOW - covered_days_ago * DAY_S,
    )  # fmt: skip


@pytest.mark.parametrize(("runs", "days"), [
    ([], 0), ([run(40, 39), run(1)], 40), ([run(40, 10)], 30), ([run(40, kind=FeedKind.LISTING)], 0),
    ([run(40, state=RunState.INCOMPLETE), run(5)], 5), ([run(40, directory="beta")], 0), ([run(1, -50)], 1),
])  # fmt: skip
def test_for_how_long_use_was_watched(runs, days) -> None:
    assert covered_days("acme", runs, at=NOW) == days


def test_only_the_feeds_that_tell_of_use_count() -> None:
    assert covered_days("acme", [run(40)], at=NOW, feeds=("activity",)) == 40
    assert covered_days("acme", [run(40)], at=NOW, feeds=("admin-log",)) == 0


@pytest.mark.parametrize(("used_days_ago", "known", "watched", "verdict", "said"), [
    (1, True, 29, Recommendation.UNKNOWN, "no usage data"), (1, False, 60, Recommendation.UNKNOWN, "no usage data"),
    (1, True, 60, Recommendation.KEEP, "all of its scopes stay"), (61, True, 60, Recommendation.REMOVE, "not used in 60 days"),
    (0, True, 60, Recommendation.REMOVE, "not used"), (100, True, 300, Recommendation.REMOVE, "not used in 90 days"),
])  # fmt: skip
def test_where_no_methods_are_told_a_grant_is_judged_as_a_whole(used_days_ago, known, watched, verdict, said) -> None:
    used = NOW - used_days_ago * DAY_S if used_days_ago else 0.0
    grant = Grant("g", "u", "a", scopes=("User.Read",), last_used_at=used, usage_known=known)
    advice = advise(grant, "entra", WatchedUse(watched), at=NOW)
    assert (advice.verdict, said in advice.why) == (verdict, True)
    assert advice.known is ("no usage data" not in advice.why)


def google(*scopes: str, methods: dict[str, float] | None = None, born: float = 200, told: bool = True) -> Advice:
    called = {method: NOW - ago * DAY_S for method, ago in (methods or {}).items()}
    grant = Grant("g", "u", "a", scopes=tuple(AUTH + one if "/" not in one else one for one in scopes))
    return advise(grant, "google", WatchedUse(45, told, NOW - born * DAY_S, called), at=NOW)


def verdicts(advice: Advice) -> list[str]:
    return [one.verdict.value for one in advice.scopes]


def test_each_scope_is_kept_narrowed_or_removed_with_its_evidence() -> None:
    advice = google(
        "gmail.modify",
        "drive",
        "contacts",
        "userinfo.email",
        methods={"gmail.users.messages.get": 2, "drive.files.create": 3},
    )
    assert verdicts(advice) == ["narrow", "keep", "remove", "unknown"]
    narrow, keep, remove, unknown = advice.scopes
    assert narrow.narrower == AUTH + "gmail.readonly"
    assert "gmail.users.messages.get (last 1972-09-2" in narrow.why
    assert keep.why.startswith("needed for drive.files.create")
    assert remove.why == "nothing was called in 45 days that needs it"
    assert unknown.why == "no usage data: signing people in is not told"
    assert (advice.verdict, advice.known) == (Recommendation.NARROW, True)
    assert advice.why == "used, and 2 of 4 scopes allow more than was called in 45 days"


def test_silence_says_something_only_where_others_are_heard() -> None:
    assert google("drive").verdict is Recommendation.REMOVE
    assert google("drive", told=False).why == "no usage data: the platform tells no use of it"
    assert google("drive", born=10).why == "no usage data: it was given less than 30 days ago"
    assert google("drive", "https://mail.google.com/").why.startswith(
        "no usage data: nothing was called in 45 days, but"
    )
    assert (
        google("drive", methods={"drive.files.get": 46}).verdict is Recommendation.REMOVE
    )  # longer ago than was watched


def test_a_method_that_is_not_in_the_table_holds_back_what_it_might_need() -> None:
    same_service = google("drive", "contacts", methods={"drive.files.conjure": 1})
    assert verdicts(same_service) == ["unknown", "remove"]
    assert "drive.files.conjure was called" in same_service.scopes[0].why
    other_service = google("drive", "contacts", methods={"keep.notes.list": 1})
    assert verdicts(other_service) == ["unknown", "unknown"]
    assert (other_service.known, other_service.verdict) == (False, Recommendation.UNKNOWN)
    assert "something without a name" in google("drive", methods={"": 1}).scopes[0].why


def test_all_that_is_needed_is_kept() -> None:
    advice = google(
        "drive.readonly", methods={f"drive.files.{name}": 1 for name in ("get", "list", "export", "download")}
    )
    assert (advice.verdict, verdicts(advice)) == (Recommendation.KEEP, ["keep"])
    assert advice.why.endswith("and 1 more")


def test_scopes_of_okta_by_the_tokens_that_were_given() -> None:
    grant = Grant("user/u/a", "u", "a", scopes=("notes.read", "notes.write"))
    use = WatchedUse(60, told=True, born_at=NOW - 60 * DAY_S, methods={"token with notes.read": NOW - DAY_S})
    told = advise(grant, "okta", use, at=NOW)
    assert [(one.scope, one.verdict) for one in told.scopes] == [
        ("notes.read", Recommendation.KEEP), ("notes.write", Recommendation.REMOVE),
    ]  # fmt: skip
    assert told.scopes[1].why == "in 60 days no token was given that had it"
    unnamed = advise(grant, "okta", msgspec.structs.replace(use, methods={"": NOW - DAY_S}), at=NOW)
    assert {one.verdict for one in unnamed.scopes} == {Recommendation.UNKNOWN}
    assert not unnamed.known


@pytest.mark.parametrize(
    ("platform", "word"), [("github", "stream"), ("entra", "Graph"), ("slack", "audit"), ("salesforce", "tokens")]
)
def test_where_a_log_cannot_tell_it_is_said_why(platform: str, word: str) -> None:
    told = advise(Grant("g", "u", "a", scopes=("x",)), platform, WatchedUse(60, born_at=1.0), at=NOW)
    assert not told.known
    assert told.why.startswith("no usage data: ")
    assert word in told.why
