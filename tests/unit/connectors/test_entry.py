from __future__ import annotations

import pytest

from wardlaw.connectors.entry import needed, query_of
from wardlaw.inventory.importing.badrow import UnreadableError

PATH = "/v1.0/users/delta"


def test_a_value_that_must_be_there() -> None:
    assert needed({"a": 3}, "a") == "3"
    for entry in ({"a": ""}, {"a": None}, {"a": ["x"]}, {"a": "x\n\x00"}, {"a": True}):
        with pytest.raises(UnreadableError):
            needed(entry, "a")
    with pytest.raises(KeyError):
        needed({}, "a")


@pytest.mark.parametrize(
    ("link", "query"),
    [
        (f"https://other.example{PATH}?$skiptoken=1", "$skiptoken=1"),
        ("https://x/V1.0/users/delta()?a=%20b", "a=%20b"),
        (f"https://x{PATH}", ""),
        ("https://x/v1.0/groups?a=1", ""),
        ("//[", ""),
        (f"https://x{PATH}?a=b c", ""),
        (f"https://x{PATH}?a=ü", ""),
        (f"https://x{PATH}?a=\x7f", ""),
        ("", ""),
    ],
)
def test_a_link_leads_on_or_nowhere(link: str, query: str) -> None:
    assert query_of(link, PATH) == query
