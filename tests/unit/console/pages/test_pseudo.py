"""Page by page: in a language that puts each sentence of ours in brackets, nothing of ours stands outside of them."""

from __future__ import annotations

import pytest

from tests.unit.console.pages.fullhouse import FullHouse
from tests.unit.console.pages.pseudo import misplaced, untold

pytestmark = pytest.mark.xdist_group("console-fullhouse")


def test_every_page_is_told_in_the_readers_language(full: FullHouse) -> None:
    assert len(full.pages) > 50
    left = {
        path: found
        for path, (name, seen) in full.pages.items()
        if (found := [*misplaced(seen.text), *untold(seen.text, {*full.heard, path, name})])
    }
    assert left == {}
