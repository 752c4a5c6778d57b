from __future__ import annotations

from wardlaw.connectors.slack import USERS, SlackConnector
from wardlaw.connectors.vendorclient import VendorClient
from wardlaw.inventory.model import Account, AccountKind
from wardlaw.testing.saas.message import SaasRequest
from wardlaw.testing.saas.server import serve
from wardlaw.testing.saas.slack import SlackPlatform
from wardlaw.testing.saas.slackquota import SlackTiers
from wardlaw.testing.saas.world import Charter, World


def test_each_method_has_a_minute_of_its_own() -> None:
    now = [0.0]
    tiers = SlackTiers(lambda: now[0])
    users, log = SaasRequest("POST", "/api/users.list"), SaasRequest("GET", "/audit/v1/logs")
    assert [tiers.refusal(users) for _ in range(20)] == [None] * 20
    now[0] = 12.5
    refused = tiers.refusal(users)
    assert refused is not None
    assert (refused.status, refused.headers["retry-after"]) == (429, "48")
    assert tiers.refusal(log) is None
    now[0] = 60.0
    assert tiers.refusal(users) is None


def test_a_large_organisation_is_read_whole_in_the_time_that_slack_gives() -> None:
    world = World(Charter("acme", "slack", 0.0))
    world.put(*(Account(f"U{number:05}", AccountKind.HUMAN, f"u{number}@acme.example") for number in range(500)))
    now = [1_000.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    with serve(SlackPlatform(world, page=10), quota=SlackTiers(lambda: now[0])) as served:
        client = VendorClient(
            served.url, authorise=lambda: {"authorization": "Bearer t"}, clock=lambda: now[0], sleep=sleep
        )
        pages = list(SlackConnector(client, client).read(USERS, ""))
        assert sum(len(page.sightings) for page in pages) == 500
        assert not [gap for page in pages for gap in page.gaps]
        assert len(served.asked) < 50 + 10  # few of the calls were refused
    assert now[0] - 1_000 < 240  # 50 pages at 20 a minute, and what waiting costs
