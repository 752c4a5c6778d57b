"""One event for many becomes many, and nothing is lost or doubled on the way."""

from __future__ import annotations

from tests.worlds import NOW, github_world, google_world
from wardlaw.inventory.activity import Activity, Deed
from wardlaw.testing.saas.github import GithubPlatform
from wardlaw.testing.saas.google import GooglePlatform
from wardlaw.testing.saas.message import read_request
from wardlaw.testing.saas.unfolding import MOST_ENTRIES, WrittenLog, unfolded

CLONES = Activity("x", NOW, Deed.EXPORT, "ada", method="git.clone", object="acme/web", items=3, bytes=10)


def test_a_single_event_stays_as_it_is() -> None:
    one = Activity("x", NOW, Deed.USE, "ada", items=40)
    assert list(unfolded(one)) == [one]


def test_many_have_ids_of_their_own_and_share_the_bytes() -> None:
    found = list(unfolded(CLONES))
    assert [(one.id, one.object, one.items, one.calls) for one in found] == [
        ("x", "acme/web", 1, 1),
        ("x-1", "acme/web-1", 1, 1),
        ("x-2", "acme/web-2", 1, 1),
    ]
    assert sum(one.bytes for one in found) == 10
    assert len(list(unfolded(Activity("x", NOW, Deed.USE, calls=10**9)))) == MOST_ENTRIES


def test_platforms_tell_them_one_by_one() -> None:
    world = github_world()
    world.happen(CLONES)
    told = GithubPlatform(world).answer(read_request("GET", "/orgs/acme/audit-log?per_page=100", {}, b"")).body
    assert len(told) == len(github_world().activities) + 3
    google = google_world()
    google.happen(Activity("x", NOW, Deed.USE, "100", app="notes.apps", method="drive.files.get", calls=7, bytes=70))
    path = "/admin/reports/v1/activity/users/all/applications/token?eventName=activity"
    entries = GooglePlatform(google).answer(read_request("GET", path, {}, b"")).body["items"]
    assert len(entries) == 2 + 7
    assert len({entry["id"]["uniqueQualifier"] for entry in entries}) == 9


def test_each_event_is_written_once_and_late_ones_find_their_place() -> None:
    world, written = github_world(), []

    def write(one: Activity, _world) -> dict[str, str] | None:
        written.append(one.id)
        return {"id": one.id} if one.id != "hidden" else None

    log = WrittenLog(world, write)
    before = [one["id"] for one in log.since(0)]
    assert before == ["g1", "g2", "g3", "g4", "g5"]
    early, late = world.activities[0].at - 5, world.activities[-1].at + 5
    world.happen(
        Activity("late", late, Deed.OTHER), Activity("early", early, Deed.OTHER), Activity("hidden", late, Deed.OTHER)
    )
    assert [one["id"] for one in log.since(0)] == ["early", *before, "late"]
    assert [one["id"] for one in log.since(early + 1, late - 1)] == before
    assert len(written) == len(set(written)) == 8
