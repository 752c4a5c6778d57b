"""Every page of the console, as the people of a company come upon it by following links.

What is a page and what is not is read from the console itself: an address that nobody named here is a page that must be found.
"""

from __future__ import annotations

import html
import re
from collections import deque
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tests.browser import Screen
from wardlaw.console.pages.site import PAGES

NO_PAGES: Mapping[str, str] = {
    "/overview/coverage": "a part of the overview",
    "/live": "a stream",
    "/approvals/count": "a number in the navigation",
    "/decisions/{record:str}/proof": "a file",
    "/incidents/serious/{serious:str}/draft": "a file",
    "/sign-in/oidc": "the way to a provider: test_oidc.py",
    "/sign-in/oidc/done": "the way back from a provider: test_oidc.py",
    "/prove/sent/{name:str}": "the way back from a provider: test_oidc.py",
    "/grants/revocations/{revocation:str}/proof/{record:str}": "a file",
    "/systems/{system_id:str}/bom": "a file",
    "/systems/{system_id:str}/card/{model_id:str}": "a file",
    "/audit/verify/steps": "lines of text, one after the other",
    "/audit/verifier/{name:str}": "a file",
    "/audit/{record:str}/proof": "a file",
    "/reports/{build_id:str}/file": "a file",
}
ENTRANCE = "/sign-in"
"""The one page for whoever is not signed in."""
_LINK = re.compile(r'(?:href|action)="(/[^"#]*)')
_PARAMETER = re.compile(r"\{\w+:str\}")
_MOST = 3
"""Pages of one address that one person opens: not each clause has a version, not each system a gate."""


class Found(NamedTuple):
    """A page: its path, and who came upon it."""

    path: str
    by: str


def addresses() -> tuple[str, ...]:
    """Every address of the console that can be asked for, with its parameters by name."""
    asked = {path for module in PAGES for one in module.HANDLERS if "GET" in one.http_methods for path in one.paths}
    return tuple(sorted(asked))


def pages() -> tuple[str, ...]:
    """Those that are pages for somebody signed in."""
    return tuple(one for one in addresses() if one not in NO_PAGES and one != ENTRANCE)


def address_of(path: str) -> str:
    """The address a path belongs to; empty where there is none. Written out goes before parameters."""
    bare = path.partition("?")[0]
    fitting = [one for one in addresses() if re.fullmatch(_PARAMETER.sub("[^/]+", one), bare)]
    return min(fitting, key=lambda one: one.count("{"), default="")


def walk(screens: Mapping[str, Screen], starts: Sequence[str]) -> dict[str, Found]:
    """Follow links from some paths, one person after another, until every page was found or nobody finds more."""
    found: dict[str, Found] = {}
    for name, screen in screens.items():
        opened: dict[str, int] = {}
        waiting, seen = deque(starts), set(starts)
        while waiting and len(found) < len(pages()):
            path = waiting.popleft()
            address = address_of(path)
            if address not in pages() or opened.get(address, 0) >= _MOST:
                continue
            opened[address] = opened.get(address, 0) + 1
            answer = screen.context.request.get(screen.address + path, max_redirects=0)
            if answer.status != 200:
                continue
            found.setdefault(address, Found(path, name))
            for link in _LINK.findall(answer.text()):
                target = html.unescape(link)
                if target not in seen:
                    seen.add(target)
                    waiting.append(target)
    return found


def send(screen: Screen, page: str, action: str, **form: str) -> str:
    """Send a form of a page; answers where it leads."""
    text = screen.context.request.get(screen.address + page).text()
    token = re.search(r'name="form" value="([0-9a-f]+)"', text)
    assert token, page
    answer = screen.context.request.post(
        screen.address + action, form={"form": token[1], **form}, headers={"origin": screen.address}, max_redirects=0
    )
    assert answer.status == 303, (action, answer.status, answer.text()[:2000])
    return answer.headers["location"]
