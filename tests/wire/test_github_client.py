"""PyGithub, unmodified, reads of our stand-in what the organisation is, and changes it."""

from __future__ import annotations

from tests.wire.vendorclients import run_client
from tests.worlds import NOW, github_world
from wardlaw.testing.saas.github import GithubPlatform
from wardlaw.testing.saas.server import serve


def test_the_vendors_client_reads_the_organisation_and_takes_things_away() -> None:
    world, before = github_world(), github_world()
    with serve(GithubPlatform(world)) as served:
        told = run_client("github", served.url)
    assert told["members"] == ["ada", "bob", "cem"]
    assert told["installations"][0] == [
        25,
        7,
        "deployer",
        {"contents": "write", "metadata": "read"},
        "2026-09-20T14:13:20+00:00",
    ]
    assert [one[0] for one in told["installations"]] == [25, 26, 27]
    assert before.grants["installation/25"].granted_at == NOW - 86_400
    assert told["keys"] == [
        ["acme/api", 7, "x", True, "bob"],
        ["acme/web", 4, "deploy", False, "ada"],
        ["acme/web", 5, "mirror", True, "ada"],
        ["acme/web", 6, "old", True, "bob"],
    ]
    assert told["tokens"] == [[1, "ada", "ci"], [2, "bob", "<i>x</i>"], [4, "bob", "y"]]
    assert told["credentials"] == [[9, "ada"], [10, "bob"], [11, "cem"]]
    assert told["requests"] == [[3, "cem"]]
    assert [one[0] for one in told["audit"]] == [one.id for one in before.activities]
    assert told["after"] == 404
    assert {*before.credentials} - {*world.credentials} == {"token/2", "credential/9", "deploy-key/acme/web/4"}
