from __future__ import annotations

import pytest

from tests.console_fakes import Api


def test_views_are_kept_for_whoever_saves_them(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    view = {"place": "/grants", "name": "At risk", "query": "level=4&vendor=%2A"}
    made = api.ok("POST", "/views", view, uid=ada)
    assert (made["person"], made["query"]) == ("person:ada", view["query"])
    assert api.ok("GET", "/views?place=/grants", uid=ada) == [made]
    assert api.ok("GET", "/views", uid=bob) == []
    assert api.made.recorder.of("views.save") == [{"place": "/grants"}]
    name = {"place": "/grants", "name": "At risk"}
    assert api.error("POST", "/views/remove", name, uid=bob) == (400, "WL-CSL-002")
    assert api.ok("POST", "/views/remove", name, uid=ada) == name


@pytest.mark.parametrize(
    "wrong",
    [
        {"place": "//evil.example"}, {"place": "https://evil.example"}, {"place": "/grants/../x"}, {"name": ""},
        {"name": "x" * 61}, {"name": "a\nb"}, {"query": "a b"}, {"query": "x" * 1_001},
    ],
)  # fmt: skip
def test_views_stay_inside_and_short(api: Api, wrong) -> None:
    ada = api.person("ada")
    assert api.error("POST", "/views", {"place": "/grants", "name": "x", "query": ""} | wrong, uid=ada)[0] == 400
