"""The connectors that every fault is tried on: a line for each, with an organisation, its platform, and what reads it.

The platform should give few entries a page, so that each listing has several; each request of each feed meets each fault.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tests.worlds import github_world, google_world

from wardlaw.connectors.feed import Connector
from wardlaw.connectors.github import GithubConnector
from wardlaw.connectors.google import GoogleConnector
from wardlaw.connectors.vendorclient import VendorClient
from wardlaw.testing.saas.github import GithubPlatform
from wardlaw.testing.saas.google import GooglePlatform
from wardlaw.testing.saas.server import SaasPlatform
from wardlaw.testing.saas.world import World


class FaultCase(NamedTuple):
    """One connector.

    Attributes:
        platform: Tells the organisation.
        connector: Reads it with a client.
    """

    name: str
    world: Callable[[], World]
    platform: Callable[[World], SaasPlatform]
    connector: Callable[[VendorClient], Connector]


CASES = (
    FaultCase(
        "google", google_world, lambda w: GooglePlatform(w, page_most=2), lambda c: GoogleConnector(c, c, groups=c)
    ),
    FaultCase(
        "github",
        github_world,
        lambda w: GithubPlatform(w, page_most=2),
        lambda c: GithubConnector(c, "acme", groups=True),
    ),
)
