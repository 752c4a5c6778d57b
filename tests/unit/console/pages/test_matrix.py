"""Every address of the console for everybody: nobody gets in without a session, no role meets a fault, no form of another
session changes anything. What each role may do is decided by the API alone: tests/unit/console/api.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.console_fakes import Api
from tests.unit.console.pages.browser import Browser
from wardlaw.console.pages.site import PAGES
from wardlaw.facts.person import Role

pytestmark = pytest.mark.xdist_group("console-matrix")  # what the roles share is made once, by one process

# What is there before somebody is signed in.
OPEN = {"/sign-in", "/preferences", "/static/{path:path}"}
_PARAMETER = re.compile(r"\{[^}]+\}")
_MARK = re.compile(r"\bn[0-9a-f]{16}-[0-9]+\.")
_NOBODY = "nobody"


def _routes() -> list[tuple[str, str]]:
    found = set()
    for module in PAGES:
        for handler in module.HANDLERS:
            for path in handler.paths:
                found |= {(method, path) for method in handler.http_methods if method in ("GET", "POST")}
    return sorted(found)


ROUTES = _routes()


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    made = Api(Path(tmp_path_factory.mktemp("matrix")))
    yield made
    made.close()


@pytest.fixture(scope="module")
def browsers(api: Api) -> dict[str, Browser]:
    """A browser of each role, and of somebody who has none."""
    made = {}
    for role in (*Role, None):
        name = role.value if role else _NOBODY
        made[name] = Browser(api)
        made[name].sign_in(name, *((role,) if role else ()))
    return made


def _address(path: str) -> str:
    return _PARAMETER.sub("x", path)


def test_there_are_addresses_to_walk() -> None:
    assert ("GET", "/") in ROUTES
    assert len(ROUTES) > 8


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_without_a_session_there_is_only_the_way_in(method: str, path: str, api: Api) -> None:
    if path in OPEN or path.startswith("/sign-in"):
        return
    stranger = Browser(api)
    seen = stranger.get(_address(path)) if method == "GET" else stranger.post(_address(path), form="0" * 64)
    assert seen.status in (303, 401, 403, 404), seen.text[:300]
    if seen.status == 303:
        assert seen.header("location").startswith("/sign-in")
    assert "<table" not in seen.text


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_no_role_meets_a_fault_and_no_form_of_another_session_counts(
    method: str, path: str, browsers: dict[str, Browser], api: Api
) -> None:
    for role, browser in browsers.items():  # all roles in one test: what they share is made once
        kept = dict(browser.cookies)
        before = len(api.made.recorder.records)
        seen = browser.get(_address(path)) if method == "GET" else browser.post(_address(path), form="0" * 64)
        assert seen.status < 500, (role, seen.text[:600])
        assert not _MARK.search(seen.text), (role, path)  # every place of a name is filled
        if method == "POST" and path not in OPEN:
            told = api.made.recorder.records[before:]
            changed = [one for one in told if "refused" not in one[3] and "sign" not in str(one)]
            assert changed == [], (role, changed)
        browser.cookies = kept
